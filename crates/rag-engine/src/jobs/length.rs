//! The length of the queue, over all organisations.

use rag_repo::{Actor, RepoResult, jobs};
use rag_schema::enums::JobState;

use crate::{Engine, EngineResult};

/// The queue of all organisations.
pub struct QueueLength {
    /// Number of jobs by state; a state without jobs may be absent.
    pub by_state: Vec<(JobState, i64)>,
    /// Seconds since the oldest waiting job was due; `None` when no job is due.
    pub oldest_due_s: Option<f64>,
}

impl Engine {
    /// Counts the jobs of all organisations. For operators: the counts reveal nothing about a single organisation.
    pub fn queue_length(&self) -> EngineResult<QueueLength> {
        let read = self.db().read(Actor::System, |conn| -> RepoResult<_> {
            Ok(QueueLength { by_state: jobs::count_by_state(conn)?, oldest_due_s: jobs::oldest_due_s(conn)? })
        });
        Ok(read?)
    }
}
