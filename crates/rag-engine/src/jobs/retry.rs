//! Retries jobs that were given up.

use rag_repo::{Actor, RepoError, RepoResult, jobs};
use rag_schema::{enums::JobState, ids::JobId, models::Job};

use crate::{Engine, EngineError, EngineResult};

impl Engine {
    /// Queues a job that was given up, with all its counts at 0, and wakes a worker.
    pub fn retry_job(&self, actor: Actor, id: JobId) -> EngineResult<Job> {
        let retried = self.db().transaction(actor, |conn| -> RepoResult<_> {
            let job = jobs::find(conn, id)?;
            match jobs::retry(conn, id) {
                Err(RepoError::NotFound) if job.state == JobState::Dead => Err(RepoError::Forbidden),
                Err(RepoError::NotFound) => Ok(None),
                other => other.map(Some),
            }
        });
        let job = retried.map_err(|error| EngineError::from(error).naming("job"))?;
        let job = job.ok_or_else(|| {
            EngineError::Conflict("Only a job that was given up can be retried.".to_owned())
        })?;
        self.announce_work();
        Ok(job)
    }
}
