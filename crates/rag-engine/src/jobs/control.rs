//! Cancels, pauses, resumes and retries jobs on behalf of users.

use rag_repo::{Actor, PgConnection, RepoResult, collections, jobs};
use rag_schema::{
    enums::{JobKind, JobState},
    ids::{CollectionId, JobId},
    models::{Collection, Job},
};

use crate::{Engine, EngineError, EngineResult};

impl Engine {
    /// Ends a job that has not ended, and deletes what it has stored: a document keeps the version before, and is deleted without
    /// one. Does nothing to a job that was cancelled before.
    pub fn cancel_job(&self, actor: Actor, id: JobId) -> EngineResult<Job> {
        // The actor's right is checked as the actor; only the system deletes versions.
        self.db().transaction(actor, |conn| controlled(conn, actor, id)).map_err(of_job)?;
        let cancelled = self.db().transaction(Actor::System, |conn| -> EngineResult<_> {
            actor.sign(conn)?;
            let job = jobs::lock(conn, id)?;
            match job.state {
                JobState::Cancelled => Ok(job),
                state if state.is_open() => Ok(jobs::cancel(conn, &job)?),
                state => Err(ended("cancelled", state)),
            }
        });
        self.announce(cancelled)
    }

    /// Takes a job from the queue or from its worker until it is resumed. It continues after the last chunk that it has stored.
    pub fn pause_job(&self, actor: Actor, id: JobId) -> EngineResult<Job> {
        self.control(actor, id, |conn, job| match job.state {
            JobState::Paused => Ok(job),
            state if state.is_open() => Ok(jobs::pause(conn, id)?),
            state => Err(ended("paused", state)),
        })
    }

    /// Queues a paused job. Does nothing to a job that is queued or running.
    pub fn resume_job(&self, actor: Actor, id: JobId) -> EngineResult<Job> {
        self.control(actor, id, |conn, job| match job.state {
            JobState::Paused => Ok(jobs::resume(conn, id)?),
            state if state.is_open() => Ok(job),
            state => Err(ended("resumed", state)),
        })
    }

    /// Queues a job that was given up, with all its counts at 0.
    pub fn retry_job(&self, actor: Actor, id: JobId) -> EngineResult<Job> {
        self.control(actor, id, |conn, job| match job.state {
            JobState::Dead if job.kind == JobKind::Ingest && job.version_id.is_none() => {
                let detail = "The document of this job was deleted: there is nothing to read.";
                Err(EngineError::Conflict(detail.to_owned()))
            }
            JobState::Dead => Ok(jobs::retry(conn, id)?),
            _ => Err(EngineError::Conflict("Only a job that was given up can be retried.".to_owned())),
        })
    }

    /// Queues all jobs of the collection that read documents and were given up; those whose problem has the code, if one is given.
    /// Returns their number.
    pub fn redrive_jobs(
        &self,
        actor: Actor,
        collection: CollectionId,
        code: Option<&str>,
    ) -> EngineResult<usize> {
        let redriven = self.db().transaction(actor, |conn| -> EngineResult<_> {
            writable(conn, collection)?;
            Ok(jobs::redrive(conn, collection, code)?)
        });
        let count = redriven.map_err(|error| error.naming("collection"))?;
        self.announce_work();
        Ok(count)
    }

    /// Pauses the jobs that read documents of the collection, and those that are queued from now on, until `resume_ingest`.
    pub fn pause_ingest(&self, actor: Actor, collection: CollectionId) -> EngineResult<Collection> {
        self.note_pause(actor, collection, true)?;
        self.db().transaction(Actor::System, |conn| {
            jobs::pause_ingest(conn, collection)?;
            Ok(collections::find(conn, collection)?)
        })
    }

    /// Resumes the paused jobs that read documents of the collection.
    pub fn resume_ingest(&self, actor: Actor, collection: CollectionId) -> EngineResult<Collection> {
        self.note_pause(actor, collection, false)?;
        let resumed = self.db().transaction(Actor::System, |conn| -> RepoResult<_> {
            jobs::resume_ingest(conn, collection)?;
            collections::find(conn, collection)
        })?;
        self.announce_work();
        Ok(resumed)
    }

    /// Refuses a collection into which the actor may not store documents.
    pub fn check_writable(&self, actor: Actor, collection: CollectionId) -> EngineResult<()> {
        let may = self.db().read_primary(actor, |conn| writable(conn, collection));
        may.map_err(|error: EngineError| error.naming("collection"))
    }

    /// Only the owner changes the row of a collection; everybody who may store documents pauses its ingest.
    fn note_pause(&self, actor: Actor, collection: CollectionId, is_paused: bool) -> EngineResult<()> {
        self.check_writable(actor, collection)?;
        Ok(self.db().transaction(Actor::System, |conn| jobs::note_pause(conn, collection, is_paused))?)
    }

    fn control(
        &self,
        actor: Actor,
        id: JobId,
        mut change: impl FnMut(&mut PgConnection, Job) -> EngineResult<Job>,
    ) -> EngineResult<Job> {
        let changed = self.db().transaction(actor, |conn| {
            let job = controlled(conn, actor, id)?;
            change(conn, job)
        });
        self.announce(changed)
    }

    /// Wakes idle workers: the job may be due, or another one may be next.
    fn announce(&self, changed: EngineResult<Job>) -> EngineResult<Job> {
        let job = changed.map_err(of_job)?;
        self.announce_work();
        Ok(job)
    }
}

/// Returns the job, locked, if the actor may control it. The move of a collection is its owner's alone.
fn controlled(conn: &mut PgConnection, actor: Actor, id: JobId) -> EngineResult<Job> {
    let job = jobs::lock(conn, id)?;
    if job.kind == JobKind::Reembed {
        let owner = job.collection_id.map(|id| collections::find(conn, id)).transpose()?;
        if !matches!(actor, Actor::User { id, .. } if owner.is_some_and(|found| found.owner_id == id)) {
            return Err(EngineError::Forbidden("Only its owner controls the move of a collection."));
        }
    }
    Ok(job)
}

/// Refuses a collection into which the actor may not store documents.
fn writable(conn: &mut PgConnection, collection: CollectionId) -> EngineResult<()> {
    collections::find(conn, collection)?;
    if collections::is_writable(conn, collection)? {
        return Ok(());
    }
    Err(EngineError::Forbidden("You may see this, but not change it."))
}

fn of_job(error: EngineError) -> EngineError {
    error.naming("job")
}

fn ended(wish: &str, state: JobState) -> EngineError {
    let how = match state {
        JobState::Done => "it is done",
        JobState::Refused => "its document was refused",
        JobState::Dead => "it was given up; it can be retried, or its document deleted",
        _ => "it was cancelled",
    };
    EngineError::Conflict(format!("The job cannot be {wish}: {how}."))
}
