//! Changes of jobs for the readers of this process: one look at the database a second for all of them, and none without a reader.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use chrono::{DateTime, Utc};
use rag_repo::{
    Actor, Db, RepoResult,
    jobs::{self, Position},
};
use rag_schema::{
    enums::{JobStage, JobState},
    ids::JobId,
    models::Job,
};
use tokio::sync::broadcast::{self, Receiver, Sender, WeakSender, error::RecvError};

use crate::Engine;

/// Interval of the looks, which is the delay of the readers.
const TICK: Duration = Duration::from_secs(1);
/// Number of changes that a reader can be behind; it then reads the current state again.
const MAX_BEHIND: usize = 4_096;

/// The feed of a process. It works while it has readers.
#[derive(Debug, Default)]
pub(crate) struct JobFeed {
    running: Mutex<Option<WeakSender<Arc<Job>>>>,
}

/// A reader of the changes of all organisations' jobs. It must pass on only those that its client may see.
#[derive(Debug)]
pub struct JobChanges {
    changes: Receiver<Arc<Job>>,
}

impl JobChanges {
    /// Returns the next job that has changed; `None` if some were missed, so that the current state must be read again. A change may be
    /// returned several times. Cancelling the future loses nothing.
    pub async fn next(&mut self) -> Option<Arc<Job>> {
        match self.changes.recv().await {
            Ok(job) => Some(job),
            Err(RecvError::Lagged(_)) => None,
            // The thread has ended by a panic, which the log shows: the reader polls.
            Err(RecvError::Closed) => {
                tokio::time::sleep(TICK).await;
                None
            }
        }
    }
}

impl Engine {
    /// Returns a reader of the changes of jobs from now on.
    pub fn watch_jobs(&self) -> io::Result<JobChanges> {
        let feed = self.shared_job_feed();
        let mut running = feed.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = running.as_ref().and_then(WeakSender::upgrade) {
            return Ok(JobChanges { changes: sender.subscribe() });
        }
        let (sender, changes) = broadcast::channel(MAX_BEHIND);
        *running = Some(sender.downgrade());
        drop(running);
        let db = self.db().clone();
        thread::Builder::new().name("job-feed".to_owned()).spawn(move || run(&db, &feed, sender))?;
        Ok(JobChanges { changes })
    }
}

/// Publishes changes until there is no reader.
fn run(db: &Db, feed: &JobFeed, sender: Sender<Arc<Job>>) {
    let mut known = Known::default();
    loop {
        match known.look(db) {
            // Without a reader a change is lost, and nobody misses it.
            Ok(changed) => changed.into_iter().for_each(|job| drop(sender.send(Arc::new(job)))),
            Err(error) => tracing::debug!(%error, "cannot look for changes of jobs"),
        }
        thread::sleep(TICK);
        // Readers subscribe under this lock, so none is left with a feed that ends.
        let running = feed.running.lock().unwrap_or_else(PoisonError::into_inner);
        if sender.receiver_count() == 0 {
            drop(sender);
            drop(running);
            return;
        }
    }
}

/// What readers see of a job.
type Shown = (JobState, JobStage, i64, Option<i64>, i32, DateTime<Utc>);

fn shown(job: &Job) -> Shown {
    (job.state, job.stage, job.done_units, job.total_units, job.failures, job.changed_at)
}

/// The jobs of the last look.
#[derive(Default)]
struct Known {
    position: Option<Position>,
    jobs: HashMap<JobId, Shown>,
}

impl Known {
    /// Returns the jobs that differ from the last look.
    fn look(&mut self, db: &Db) -> RepoResult<Vec<Job>> {
        let found = db.read(Actor::System, |conn| jobs::changes_since(conn, self.position))?;
        self.position = found.next;
        let before = std::mem::take(&mut self.jobs);
        let mut changed = Vec::new();
        for job in found.jobs {
            let now = shown(&job);
            let is_first = self.jobs.insert(job.id, now).is_none();
            if is_first && before.get(&job.id) != Some(&now) {
                changed.push(job);
            }
        }
        Ok(changed)
    }
}
