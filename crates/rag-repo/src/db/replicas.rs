//! Replicas that serve reads: which of them are fit, and which of them has what a reader must find.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use diesel::{PgConnection, prelude::*, sql_types::BigInt};
use uuid::Uuid;

use super::{
    Attempt, PoolSettings,
    pool::Pool,
    seen::{Position, Seen},
    slow::{self, SlowLog},
    standing::{Fault, Primary, ReplicaState, Sample, Standing},
    watch::{Watch, watch},
};
use crate::{Actor, RepoResult, TransactionError, address};

/// How long a read waits for a replica's connection before it goes to the primary.
const PATIENCE: Duration = Duration::from_millis(250);
/// Questions within the time that a replica may lag, and the longest time between two of them.
const QUESTIONS_PER_LAG: u32 = 5;
const MAX_INTERVAL: Duration = Duration::from_millis(200);
/// Time by which a commit can precede its log record on the disk (`synchronous_commit = off`), generously.
const WRITER_DELAY: Duration = Duration::from_secs(1);

/// The replicas and how far they may be behind.
#[derive(Clone, PartialEq, Eq)]
pub struct ReplicaSettings {
    /// A libpq URL for each; empty if there are none.
    pub urls: Vec<String>,
    /// Maximum time that a replica may be behind the primary; one that is further behind serves no reads.
    pub max_lag: Duration,
}

impl std::fmt::Debug for ReplicaSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The URLs may hold passwords.
        f.debug_struct("ReplicaSettings")
            .field("count", &self.urls.len())
            .field("max_lag", &self.max_lag)
            .finish()
    }
}

/// The replicas of a database, watched until this is dropped.
pub(super) struct Replicas {
    shared: Arc<Shared>,
    pools: Vec<Pool>,
    /// Number of reads of each.
    reads: Vec<AtomicU64>,
    next: AtomicUsize,
    read_timeout: Duration,
    _watches: Vec<Watch>,
}

/// What the threads that watch the servers know.
struct Shared {
    max_lag: Duration,
    primary: Mutex<Primary>,
    standings: Vec<Mutex<Standing>>,
    seen: Mutex<Seen>,
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Found {
    #[diesel(sql_type = BigInt)]
    position: Position,
}

impl Replicas {
    /// Begins to watch the primary and the replicas.
    pub(super) fn watch(
        primary: &str,
        settings: &ReplicaSettings,
        pools: &PoolSettings,
        slow: Option<&Arc<SlowLog>>,
    ) -> Self {
        let max_lag = settings.max_lag;
        let shared = Arc::new(Shared {
            max_lag,
            primary: Mutex::default(),
            standings: settings.urls.iter().map(|_| Mutex::new(Standing::UNKNOWN)).collect(),
            seen: Mutex::new(Seen::new(max_lag + WRITER_DELAY)),
        });
        let every = (max_lag / QUESTIONS_PER_LAG).min(MAX_INTERVAL);
        let urls: Vec<_> = settings.urls.iter().map(|url| address::complete(url)).collect();
        let of_primary = Arc::clone(&shared);
        let mut watches = vec![watch(primary.to_owned(), every, move |sample| {
            if let Some(sample) = sample {
                locked(&of_primary.primary).note(&sample, max_lag);
            }
        })];
        watches.extend(urls.iter().enumerate().map(|(index, url)| {
            let shared = Arc::clone(&shared);
            watch(url.clone(), every, move |sample| shared.note(index, sample.as_ref()))
        }));
        let size = pools.read_connections;
        let pool = |(number, url): (u32, &String)| {
            Pool::new(&format!("replica {number}"), url, size, pools, slow.cloned())
        };
        Self {
            shared,
            pools: (1..).zip(&urls).map(pool).collect(),
            reads: urls.iter().map(|_| AtomicU64::new(0)).collect(),
            next: AtomicUsize::new(0),
            read_timeout: Duration::from_millis(pools.read_timeout_ms),
            _watches: watches,
        }
    }

    /// Reads from a replica that has everything that `reader` has written and seen. `None` if no replica has, or if the read failed
    /// there: then the primary is to be asked, which has every row, cancels no read for the sake of replay, and may be there still. A read
    /// that took too long fails.
    pub(super) fn read<T, E: TransactionError>(
        &self,
        reader: Uuid,
        attempt: &Attempt<'_>,
        work: impl FnMut(&mut PgConnection) -> Result<T, E>,
    ) -> Option<Result<T, E>> {
        let index = self.choose()?;
        let mut connection = self.pools.get(index)?.get(Instant::now() + PATIENCE).ok()?;
        let needed = locked(&self.shared.seen).needed(reader, Instant::now());
        if needed.is_some_and(|needed| !self.has_passed(index, needed, &mut connection)) {
            return None;
        }
        let begun = Instant::now();
        match attempt.run(&mut connection, work) {
            Ok(value) => {
                // The next read may go to another replica, and must not find less.
                if self.pools.len() > 1 {
                    self.note(Some(reader), &mut connection);
                }
                self.reads.get(index)?.fetch_add(1, Ordering::Relaxed);
                Some(Ok(value))
            }
            Err((error, _)) => {
                (!self.read_timeout.is_zero() && begun.elapsed() >= self.read_timeout).then_some(Err(error))
            }
        }
    }

    /// The fit replica with the fewest connections in use; of several, each in its turn.
    fn choose(&self) -> Option<usize> {
        let count = self.pools.len();
        let first = self.next.fetch_add(1, Ordering::Relaxed) % count;
        let fit = (first..count).chain(0..first).filter(|index| self.shared.is_fit(*index));
        fit.min_by_key(|index| {
            self.pools.get(*index).map(|pool| {
                let state = pool.state();
                state.open - state.idle
            })
        })
    }

    /// Whether a replica has replayed `needed`. It is asked only if it was not known to have.
    fn has_passed(&self, index: usize, needed: Position, conn: &mut PgConnection) -> bool {
        let Some(standing) = self.shared.standings.get(index) else { return false };
        if locked(standing).replayed >= needed {
            return true;
        }
        let replayed = position(conn).unwrap_or(0);
        let mut standing = locked(standing);
        standing.replayed = standing.replayed.max(replayed);
        replayed >= needed
    }

    /// Notes that `actor` must find what was just written on `conn`. A change that is made in no user's name, such as the end of a
    /// login, concerns everybody.
    pub(super) fn note_write(&self, actor: Actor, conn: &mut PgConnection) {
        self.note(actor.reader(), conn);
    }

    /// Notes that `actor` must not find less than what was just read from the primary on `conn`.
    pub(super) fn note_read(&self, actor: Actor, conn: &mut PgConnection) {
        if let Some(reader) = actor.reader() {
            self.note(Some(reader), conn);
        }
    }

    fn note(&self, reader: Option<Uuid>, conn: &mut PgConnection) {
        match position(conn) {
            Ok(position) => locked(&self.shared.seen).note(reader, position, Instant::now()),
            // The connection is lost, so the position is not known: no replica has passed this one.
            Err(_) => locked(&self.shared.seen).note(reader, Position::MAX, Instant::now()),
        }
        // Now, because the next transaction of the connection is that of another request.
        slow::log_without_plan(conn);
    }

    pub(super) fn pools(&self) -> &[Pool] {
        &self.pools
    }

    pub(super) fn states(&self) -> Vec<ReplicaState> {
        let standings = self.shared.standings.iter().map(|standing| *locked(standing));
        let state = |(standing, reads): (Standing, &AtomicU64)| ReplicaState {
            is_used: standing.is_fit(self.shared.max_lag),
            is_primary: standing.has_changes_until == Err(Fault::IsPrimary),
            lag: standing.has_changes_until.ok().map(|at| at.elapsed()),
            reads: reads.load(Ordering::Relaxed),
            fault: standing.fault(self.shared.max_lag).map(Fault::text),
        };
        standings.zip(&self.reads).map(state).collect()
    }
}

impl Shared {
    fn is_fit(&self, index: usize) -> bool {
        self.standings.get(index).is_some_and(|standing| locked(standing).is_fit(self.max_lag))
    }

    /// Takes the answer of a replica, and logs a change of its fitness.
    fn note(&self, index: usize, sample: Option<&Sample>) {
        let Some(standing) = self.standings.get(index) else { return };
        let new = Standing::new(sample, &locked(&self.primary));
        let old = std::mem::replace(&mut *locked(standing), new);
        let number = index + 1;
        match new.has_changes_until {
            Err(fault) if old.has_changes_until == Err(fault) || fault == Fault::Unknown => {}
            Err(fault @ Fault::IsPrimary) => {
                tracing::info!(replica = number, "the replica serves no reads: {}", fault.text());
            }
            Err(fault) => tracing::warn!(replica = number, "the replica serves no reads: {}", fault.text()),
            Ok(_) if old.has_changes_until.is_err() => {
                tracing::info!(replica = number, "the replica serves reads");
            }
            _ => {}
        }
    }
}

fn position(conn: &mut PgConnection) -> RepoResult<Position> {
    let found: Found = diesel::sql_query(include_str!("position.sql")).get_result(conn)?;
    Ok(found.position)
}

/// A panic elsewhere leaves plain numbers behind, which are whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
