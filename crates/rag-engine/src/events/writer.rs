//! The thread that writes events in batches, each in a transaction of its own, outside of requests.

use std::{
    collections::HashSet,
    io,
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use rag_repo::{Actor, Db, PgConnection, RepoError, RepoResult, clock, events};
use rag_schema::models::Event;

use super::{Happening, queue::Queue};

/// Pause before the writer retries an unavailable database.
const RETRY: Duration = Duration::from_secs(1);

/// Accepts events and writes them. Dropping it writes the remaining events.
#[derive(Debug)]
pub(crate) struct Recorder {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl Recorder {
    /// Starts the thread.
    pub(crate) fn start(db: Db) -> io::Result<Self> {
        let queue = Arc::<Queue>::default();
        let taken = Arc::clone(&queue);
        let thread = thread::Builder::new().name("events".to_owned()).spawn(move || run(&db, &taken))?;
        Ok(Self { queue, thread: Some(thread) })
    }

    pub(crate) fn push(&self, event: Happening) {
        self.queue.push(event);
    }

    pub(crate) fn flush(&self) {
        self.queue.flush();
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.queue.dropped()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer of events panicked");
        }
    }
}

fn run(db: &Db, queue: &Queue) {
    let mut told = 0;
    while let Some(batch) = queue.next_batch() {
        queue.settle(write(db, queue, &batch));
        let dropped = queue.dropped();
        if dropped > told {
            tracing::warn!(dropped, "events were dropped: the database was away or could not keep up");
            told = dropped;
        }
    }
}

/// Writes a batch and returns the number of events that are lost. While the database is unavailable it retries, and the queue
/// fills; if a caller waits for the queue, it gives up instead.
fn write(db: &Db, queue: &Queue, batch: &[Happening]) -> usize {
    let mut dates = None;
    loop {
        match db.transaction(Actor::System, |conn| store(conn, batch, &mut dates)) {
            Ok(()) => return 0,
            Err(RepoError::Unavailable(_) | RepoError::ReadOnly | RepoError::StorageFull)
                if queue.pause(RETRY) => {}
            Err(RepoError::Unavailable(_) | RepoError::ReadOnly | RepoError::StorageFull) => {
                queue.drop_all();
                return batch.len();
            }
            Err(error) => {
                tracing::error!(error = ?error, events = batch.len(), "events cannot be stored");
                return batch.len();
            }
        }
    }
}

/// PostgreSQL's time at one moment, from which the times of all events of a batch are computed. A batch is written again if it is
/// unknown whether its commit succeeded, and must then have the same times: rows are compared by id and time.
#[derive(Debug, Clone, Copy)]
struct Dates {
    now: DateTime<Utc>,
    instant: Instant,
}

impl Dates {
    fn date(self, at: Instant) -> DateTime<Utc> {
        let age = TimeDelta::from_std(self.instant.saturating_duration_since(at)).unwrap_or_default();
        self.now - age
    }
}

fn store(conn: &mut PgConnection, batch: &[Happening], dates: &mut Option<Dates>) -> RepoResult<()> {
    let dates = match *dates {
        Some(dates) => dates,
        None => *dates.insert(Dates { now: clock::now(conn)?, instant: Instant::now() }),
    };
    let sources: Vec<events::Source> = batch.iter().map(|event| event.source).collect();
    let organisations = events::organisations(conn, &sources)?;
    let asked: Vec<_> = batch
        .iter()
        .filter(|event| event.question.is_some())
        .filter_map(|event| event.answer.session_id)
        .collect();
    let open = if asked.is_empty() { HashSet::new() } else { events::open_sessions(conn, &asked)? };
    let row = |event: &Happening| {
        // There are no events for a user who was erased or a collection that was deleted in the meantime.
        let organisation_id = *organisations.get(&event.source)?;
        let forgotten = event.answer.session_id.is_some_and(|session| !open.contains(&session));
        Some(Event {
            id: event.id,
            occurred_at: dates.date(event.at),
            kind: event.kind,
            organisation_id,
            user_id: event.user(),
            collection_ids: event.collections.iter().copied().map(Some).collect(),
            question: event.question.clone().filter(|_| !forgotten),
            document: event.document.clone(),
            answer: event.answer.clone(),
            search: event.search.clone(),
        })
    };
    let rows: Vec<Event> = batch.iter().filter_map(row).collect();
    if !rows.is_empty() {
        events::insert(conn, &rows)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rag_repo::PoolSettings;
    use rag_schema::{enums::EventKind, ids::UserId};

    use super::*;

    #[test]
    fn events_are_dropped_and_counted_while_the_database_is_away() {
        let settings = PoolSettings { wait_timeout_ms: 1, ..PoolSettings::default() };
        let recorder = Recorder::start(Db::new("postgresql://127.0.0.1:1/none", &settings)).unwrap();
        for _ in 0..3 {
            recorder.push(Happening::new(EventKind::Search, events::Source::User(UserId::new())));
        }
        recorder.flush();
        assert_eq!(recorder.dropped(), 3);
    }

    #[test]
    fn events_are_dated_by_the_clock_of_postgresql() {
        let instant = Instant::now();
        let now = DateTime::UNIX_EPOCH;
        let earlier = instant.checked_sub(Duration::from_secs(3)).unwrap();
        assert_eq!(Dates { now, instant }.date(earlier), now - TimeDelta::seconds(3));
    }
}
