//! The end of a job that did not succeed: refused, failed, or returned to the queue because of an outage.

use std::io;

use rag_fetch::FetchError;
use rag_repo::{
    Actor, RepoError, RepoResult, jobs,
    jobs::{GivenBack, Lease},
    versions,
};
use rag_schema::{
    enums::{EventKind, JobState},
    models::{DocumentFacts, Job},
};
use serde_json::json;

use super::policy::{backoff_s, max_failures};
use crate::{Engine, EngineError};

impl Engine {
    /// Finishes or returns a job whose work ended in an error. Outages do not count; only the job's own failures lead to its
    /// being given up.
    pub(crate) fn settle_job(&self, job: &Job, error: &EngineError) {
        let result = match error {
            // The lease was lost, or what the job is about was deleted; in the second case the job ends.
            EngineError::NotFound(_) => {
                let problem = json!({"code": "deleted", "detail": "What the job works on was deleted."});
                self.db().transaction(Actor::System, |conn| {
                    jobs::finish(conn, Lease::from(job), JobState::Refused, Some(problem.clone()))
                })
            }
            EngineError::Document(refusal) if !refusal.is_internal() => {
                let problem = json!({"code": refusal.slug(), "detail": refusal.to_string()});
                self.refuse(job, &problem).inspect(|()| self.note_refused(job, refusal.slug()))
            }
            away if is_outage(away) => {
                self.give_back_jobs([job], Some(away));
                Ok(())
            }
            EngineError::Fetch(FetchError::Page { reason, .. }) if !reason.is_transient() => {
                self.refuse(job, &problem(error))
            }
            // Only a person can change that, and retry the job.
            EngineError::Forbidden(_) | EngineError::Exhausted(_) => {
                self.db().transaction(Actor::System, |conn| {
                    jobs::finish(conn, Lease::from(job), JobState::Dead, Some(problem(error)))
                })
            }
            other => self.fail(job, other),
        };
        match result {
            // The lease was lost.
            Ok(()) | Err(RepoError::NotFound) => {}
            // The lease expires, and another worker claims the job.
            Err(error) => tracing::warn!(job = %job.id, %error, "cannot record the end of a job"),
        }
    }

    /// Refuses a job whose input can never be processed, and deletes its version. A document without another version goes with it.
    fn refuse(&self, job: &Job, problem: &serde_json::Value) -> Result<(), RepoError> {
        self.db().transaction(Actor::System, |conn| -> RepoResult<_> {
            jobs::finish(conn, Lease::from(job), JobState::Refused, Some(problem.clone()))?;
            job.version_id.map_or(Ok(()), |version| versions::delete(conn, version))
        })
    }

    /// Records that a document can never be read.
    fn note_refused(&self, job: &Job, problem: &str) {
        if let (Some(collection), Some(document)) = (job.collection_id, job.document_id) {
            let facts = DocumentFacts {
                document_id: Some(document),
                problem: Some(problem.to_owned()),
                ..DocumentFacts::default()
            };
            self.note_document(EventKind::DocumentRefused, collection, facts);
        }
    }

    fn fail(&self, job: &Job, error: &EngineError) -> Result<(), RepoError> {
        let failures = job.failures + 1;
        tracing::warn!(job = %job.id, kind = %job.kind, failures, error = %with_source(error), "job failed");
        let problem = problem(error);
        let is_last = failures >= max_failures(job.kind, self.settings());
        self.db().transaction(Actor::System, |conn| {
            if is_last {
                jobs::finish(conn, Lease::from(job), JobState::Dead, Some(problem.clone()))
            } else {
                let delay_s = backoff_s(failures);
                jobs::give_back(conn, Lease::from(job), GivenBack::Failed, delay_s, Some(&problem))
            }
        })
    }

    /// Returns unfinished jobs to the queue, because the process stops or because of the outage `away`. Nothing is counted
    /// against them. One transaction for all, so that an unavailable database is waited for only once.
    pub(crate) fn give_back_jobs<'j>(
        &self,
        held: impl IntoIterator<Item = &'j Job>,
        away: Option<&EngineError>,
    ) {
        let held: Vec<&Job> = held.into_iter().collect();
        let given = self.db().transaction(Actor::System, |conn| -> RepoResult<_> {
            for job in &held {
                let lease = Lease::from(*job);
                match away {
                    None => jobs::give_back(conn, lease, GivenBack::Stop, 0, None)?,
                    Some(error) => {
                        let delay_s = backoff_s(job.postponements + 1);
                        jobs::give_back(conn, lease, GivenBack::Outage, delay_s, Some(&problem(error)))?;
                    }
                }
            }
            Ok(())
        });
        if let Err(error) = given {
            tracing::warn!(%error, "cannot give jobs back: they are free when their leases run out");
        }
    }
}

/// Returns whether the error is an outage, not the fault of the job: the database, a model or a resource of the machine is
/// unavailable.
pub(crate) fn is_outage(error: &EngineError) -> bool {
    match error {
        EngineError::Unavailable(_)
        | EngineError::Collision
        | EngineError::StorageFull
        | EngineError::DiskLow { .. } => true,
        EngineError::File(error) => is_exhausted(error),
        _ => false,
    }
}

/// Returns whether the machine lacks a resource that may become available again: memory, descriptors or processes. A full disk is
/// `StorageFull` by now.
fn is_exhausted(error: &io::Error) -> bool {
    use io::ErrorKind::{OutOfMemory, ReadOnlyFilesystem, ResourceBusy, WouldBlock};
    /// ENFILE and EMFILE, on Linux and macOS alike; the standard library has no kind for them.
    const TOO_MANY_FILES: [i32; 2] = [23, 24];
    matches!(error.kind(), ReadOnlyFilesystem | OutOfMemory | ResourceBusy | WouldBlock)
        || error.raw_os_error().is_some_and(|code| TOO_MANY_FILES.contains(&code))
}

fn problem(error: &EngineError) -> serde_json::Value {
    let code = match error {
        EngineError::Fetch(_) => "fetch_failed",
        EngineError::Forbidden(_) => "forbidden",
        EngineError::Exhausted(_) => "limit_reached",
        away if is_outage(away) => "unavailable",
        _ => "failed",
    };
    json!({"code": code, "detail": error.to_string()})
}

pub(super) fn with_source(error: &EngineError) -> String {
    let source = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
    format!("{error}{source}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_an_outage_and_a_missing_file_is_a_failure() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert!(is_outage(&EngineError::from(full)));
        assert!(is_outage(&EngineError::from(io::Error::from_raw_os_error(24))));
        assert!(!is_outage(&EngineError::from(io::Error::from(io::ErrorKind::NotFound))));
    }
}
