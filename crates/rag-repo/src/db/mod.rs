//! The database: a closure gets a connection for one transaction, entered on somebody's behalf, and never longer.

mod pool;
mod replicas;
mod seen;
mod slow;
mod standing;
mod watch;

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use diesel::{
    PgConnection, RunQueryDsl,
    connection::{AnsiTransactionManager, TransactionManager},
    r2d2::R2D2Connection,
};

pub use self::{pool::PoolState, replicas::ReplicaSettings, standing::ReplicaState};
use self::{
    pool::{Connection, Pool},
    replicas::Replicas,
    slow::SlowLog,
};
use crate::{
    actor::Actor,
    address,
    error::{RepoError, RepoResult, TransactionError},
};

/// Attempts of a transaction that collides with others.
const COLLISION_ATTEMPTS: u32 = 5;
/// Maximum pause before a second attempt, and before later ones, for which it doubles.
const FIRST_PAUSE_MS: u64 = 10;
const MAX_PAUSE_MS: u64 = 200;

/// Has the server write its messages untranslated, where the user may choose: Diesel passes on neither the SQLSTATE of an error nor
/// anything else that would tell a refused row or a full disk from other errors in every language.
pub(crate) const UNTRANSLATED: &str = "DO $$ BEGIN PERFORM set_config('lc_messages', 'C', false); \
                            EXCEPTION WHEN insufficient_privilege THEN NULL; END $$";

/// Sizes and patience of the pools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolSettings {
    /// Maximum number of connections for reads, at least 1; of each replica as many.
    pub read_connections: u32,
    /// Maximum number of connections for requests that write, at least 1.
    pub write_connections: u32,
    /// Maximum number of connections for work in the background, at least 1.
    pub work_connections: u32,
    /// How long a caller waits for a free connection, and for another server after a failover, in milliseconds.
    pub wait_timeout_ms: u64,
    /// How long one statement may run, in milliseconds; 0 for no limit.
    pub statement_timeout_ms: u64,
    /// The same for a transaction that only reads, such as a search.
    pub read_timeout_ms: u64,
    /// How long a statement takes at least that is logged with its plan, in milliseconds; 0 if none is logged.
    pub slow_statement_ms: u64,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            read_connections: 6,
            write_connections: 6,
            work_connections: 4,
            wait_timeout_ms: 5_000,
            statement_timeout_ms: 60_000,
            read_timeout_ms: 15_000,
            slow_statement_ms: 1_000,
        }
    }
}

/// A database. Cheap to clone: clones share the connections.
#[derive(Clone)]
pub struct Db {
    pools: Arc<Pools>,
    replicas: Option<Arc<Replicas>>,
    lane: Lane,
}

/// The work whose connections a transaction uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    Requests,
    Work,
}

struct Pools {
    url: String,
    settings: PoolSettings,
    read: Pool,
    write: Pool,
    work: Pool,
    /// One connection for `probe`, which must not wait for requests.
    probe: Pool,
    slow: Option<Arc<SlowLog>>,
}

impl Db {
    /// The database at `url`, a libpq URL that may name several hosts. Connects lazily: an unreachable server shows at the first use.
    pub fn new(url: &str, settings: &PoolSettings) -> Self {
        let url = address::complete(url);
        let slow = SlowLog::new(settings.slow_statement_ms);
        let pool = |name: &str, size| Pool::new(name, &url, size, settings, slow.clone());
        let pools = Pools {
            read: pool("read", settings.read_connections),
            write: pool("write", settings.write_connections),
            work: pool("work", settings.work_connections),
            probe: pool("probe", 1),
            settings: settings.clone(),
            slow: slow.clone(),
            url,
        };
        Self { pools: Arc::new(pools), replicas: None, lane: Lane::Requests }
    }

    /// The same database, whose reads are served by its replicas, too.
    #[must_use]
    pub fn with_replicas(self, replicas: &ReplicaSettings) -> Self {
        let Pools { url, settings, slow, .. } = &*self.pools;
        let replicas = (!replicas.urls.is_empty())
            .then(|| Arc::new(Replicas::watch(url, replicas, settings, slow.as_ref())));
        Self { replicas, ..self }
    }

    /// The same database with the connections of work in the background. Requests and that work never wait for each other's
    /// connections, and that work never reads from a replica.
    #[must_use]
    pub fn for_work(&self) -> Self {
        Self { lane: Lane::Work, ..self.clone() }
    }

    /// Whether the database answers within `patience`, asked on a connection that no request uses: a busy server is not taken
    /// for one without its database.
    pub fn probe(&self, patience: Duration) -> RepoResult<()> {
        let mut connection = self.pools.probe.get(Instant::now() + patience)?;
        crate::server::ping(&mut connection)
    }

    /// Runs `work` in a transaction on behalf of `actor`, again if it collides with another one, or if its connection is lost before
    /// its COMMIT is sent; so `work` may run several times. There is no other way to a connection but the reads: row-level security
    /// holds whatever `work` asks. Whatever `work` returns as an error takes the transaction back.
    pub fn transaction<T, E: TransactionError>(
        &self,
        actor: Actor,
        work: impl FnMut(&mut PgConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        let attempt = Attempt { begin: &format!("BEGIN; {}", actor.entry()), is_read: false };
        self.run(self.writing_pool(), &attempt, work, |conn| {
            if let Some(replicas) = self.used_replicas() {
                replicas.note_write(actor, conn);
            }
        })
    }

    /// As `transaction`, for reads alone: PostgreSQL refuses every write in it, and ends a statement earlier. A replica may serve it,
    /// which has at least what the actor has written and read before through this process. Others' changes may be missing for as long
    /// as replicas may lag.
    pub fn read<T, E: TransactionError>(
        &self,
        actor: Actor,
        mut work: impl FnMut(&mut PgConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        let begin = self.begin_read(actor);
        let attempt = Attempt { begin: &begin, is_read: true };
        if let Some(replicas) = self.used_replicas()
            && let Some(reader) = actor.reader()
            && let Some(result) = replicas.read(reader, &attempt, &mut work)
        {
            return result;
        }
        self.read_primary(actor, work)
    }

    /// As `read`, never from a replica: the result has every change that was made before. For reads that decide about a change, and
    /// for those that follow changes.
    pub fn read_primary<T, E: TransactionError>(
        &self,
        actor: Actor,
        work: impl FnMut(&mut PgConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        // Slow reads must not keep callers out.
        if matches!(actor, Actor::Authentication { .. }) {
            return self.read_back(actor, work);
        }
        let pool = if self.lane == Lane::Work { &self.pools.work } else { &self.pools.read };
        self.read_on(pool, actor, work)
    }

    /// As `read_primary`, with the connections of requests that write: for the end of such a request, which must not wait for the reads of
    /// others.
    pub fn read_back<T, E: TransactionError>(
        &self,
        actor: Actor,
        work: impl FnMut(&mut PgConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.read_on(self.writing_pool(), actor, work)
    }

    fn read_on<T, E: TransactionError>(
        &self,
        pool: &Pool,
        actor: Actor,
        work: impl FnMut(&mut PgConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        let attempt = Attempt { begin: &self.begin_read(actor), is_read: true };
        self.run(pool, &attempt, work, |conn| {
            if let Some(replicas) = self.used_replicas() {
                replicas.note_read(actor, conn);
            }
        })
    }

    fn writing_pool(&self) -> &Pool {
        if self.lane == Lane::Work { &self.pools.work } else { &self.pools.write }
    }

    /// The replicas, unless this is for work in the background.
    fn used_replicas(&self) -> Option<&Replicas> {
        self.replicas.as_deref().filter(|_| self.lane == Lane::Requests)
    }

    fn begin_read(&self, actor: Actor) -> String {
        let timeout = self.pools.settings.read_timeout_ms;
        format!("BEGIN READ ONLY; SET LOCAL statement_timeout = {timeout}; {}", actor.entry())
    }

    /// Runs a transaction until it succeeds or cannot be repeated; then `after` on its connection.
    #[tracing::instrument(name = "transaction", level = "debug", skip_all, fields(db.system.name = "postgresql"))]
    fn run<T, E: TransactionError>(
        &self,
        pool: &Pool,
        attempt: &Attempt<'_>,
        mut work: impl FnMut(&mut PgConnection) -> Result<T, E>,
        after: impl FnOnce(&mut PgConnection),
    ) -> Result<T, E> {
        let patience = Duration::from_millis(self.pools.settings.wait_timeout_ms.max(1));
        let (mut deadline, mut count) = (Instant::now() + patience, 0);
        loop {
            let mut connection = pool.get(deadline)?;
            count += 1;
            match attempt.run(&mut connection, &mut work) {
                Ok(value) => {
                    after(&mut connection);
                    return Ok(value);
                }
                Err((_, Retry::Collided)) if count < COLLISION_ATTEMPTS => {}
                // However long the first attempt took.
                Err((_, Retry::OtherConnection)) if count == 1 => deadline = Instant::now() + patience,
                Err((_, Retry::OtherConnection)) if Instant::now() < deadline => {}
                Err((error, _)) => return Err(error),
            }
            drop(connection);
            pause(count);
        }
    }

    /// The pools and their connections now: for reads, for requests that write, for work in the background, and of each replica.
    pub fn pools(&self) -> Vec<PoolState> {
        let Pools { read, write, work, .. } = &*self.pools;
        let replicas = self.replicas.iter().flat_map(|replicas| replicas.pools());
        [read, write, work].into_iter().chain(replicas).map(Pool::state).collect()
    }

    /// The replicas now, in the order of the settings.
    pub fn replicas(&self) -> Vec<ReplicaState> {
        self.replicas.as_ref().map(|replicas| replicas.states()).unwrap_or_default()
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").field("pools", &self.pools()).finish()
    }
}

/// Pauses a random time, so that transactions that collided do not meet again.
fn pause(count: u32) {
    let max = (FIRST_PAUSE_MS << count.min(10)).min(MAX_PAUSE_MS);
    thread::sleep(Duration::from_millis(rand::random_range(0..=max)));
}

/// How a transaction that failed can be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Retry {
    Never,
    /// It collided with another one.
    Collided,
    /// Its connection is lost or no longer of use, and nothing is stored.
    OtherConnection,
}

/// One attempt of a transaction.
#[derive(Debug)]
struct Attempt<'a> {
    /// The statements that begin it, sent as one message: the role and the actor cost no round trip.
    begin: &'a str,
    is_read: bool,
}

impl Attempt<'_> {
    fn run<T, E: TransactionError>(
        &self,
        connection: &mut Connection,
        work: impl FnOnce(&mut PgConnection) -> Result<T, E>,
    ) -> Result<T, (E, Retry)> {
        if let Err(error) = AnsiTransactionManager::begin_transaction_sql(&mut **connection, self.begin) {
            let error = RepoError::from(error);
            let is_away = matches!(error, RepoError::Unavailable(_));
            return Err((error.into(), if is_away { Retry::OtherConnection } else { Retry::Never }));
        }
        match work(connection) {
            Ok(value) => {
                slow::log_within(connection);
                let committed = self.commit(connection);
                slow::log_without_plan(connection);
                committed.map(|()| value).map_err(|(error, retry)| (error.into(), retry))
            }
            Err(error) => {
                // The error of `work` says more than that of a rollback.
                let _ = AnsiTransactionManager::rollback_transaction(&mut **connection);
                let retry = self.retry(&error, connection);
                if retry == Retry::Never {
                    slow::log_after(connection, self.begin);
                } else {
                    slow::log_without_plan(connection);
                }
                Err((error, retry))
            }
        }
    }

    fn commit(&self, connection: &mut Connection) -> Result<(), (RepoError, Retry)> {
        let Err(error) = AnsiTransactionManager::commit_transaction(&mut **connection) else { return Ok(()) };
        match RepoError::from(error) {
            error @ RepoError::Collision => Err((error, Retry::Collided)),
            error if self.is_read => Err((error, Retry::OtherConnection)),
            // The server may have stored it before the connection was lost.
            RepoError::Unavailable(_) => {
                let text = "the connection was lost while a transaction was stored, which may have succeeded";
                Err((RepoError::Unavailable(text.to_owned()), Retry::Never))
            }
            error => Err((error, Retry::Never)),
        }
    }

    fn retry<E: TransactionError>(&self, error: &E, connection: &mut Connection) -> Retry {
        if error.is_collision() {
            return Retry::Collided;
        }
        if error.is_read_only() && !self.is_read {
            end(connection);
            return Retry::OtherConnection;
        }
        if connection.is_broken() { Retry::OtherConnection } else { Retry::Never }
    }
}

/// Ends a connection to a server that has been demoted: the pool finds it dead when it is next wanted, and connects to the server that
/// now accepts writes.
fn end(connection: &mut PgConnection) {
    // It fails by design: the answer does not arrive.
    let _ = diesel::sql_query("SELECT pg_terminate_backend(pg_backend_pid())").execute(connection);
}
