//! The rules for claiming, retrying and giving up jobs of each kind.

use rag_repo::jobs::Claim;
use rag_schema::{enums::JobKind, models::Job};
use serde_json::json;

use crate::{Engine, Settings};

/// Maximum number of jobs claimed together: enough small documents to fill the embedder's batches.
const MAX_BUNDLE_JOBS: i32 = 64;
/// Maximum size of the jobs claimed together, in bytes; a larger job is claimed alone.
const MAX_BUNDLE_BYTES: i64 = 1 << 20;
/// Maximum size of a small document, in bytes. Between the sections of larger ones, small documents are read. Equals the
/// condition of `jobs_due_small_idx`.
const MAX_SMALL_BYTES: i64 = 64 << 10;
/// Number of failures after which a job that is not of a document is given up.
const MAX_UPKEEP_FAILURES: i32 = 5;

/// Priority of upkeep: below all work that users wait for.
pub(super) const UPKEEP_PRIORITY: i16 = -10;
/// Priority of upkeep that has waited for `UPKEEP_PATIENCE_S`: above all other work.
pub(super) const OVERDUE_PRIORITY: i16 = 10;
/// Time for which upkeep yields to other work, in seconds.
pub(super) const UPKEEP_PATIENCE_S: i64 = 3600;
/// Interval between two runs of upkeep, in seconds.
pub(super) const UPKEEP_EVERY_S: i64 = 3600;

/// The jobs that a worker works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Duty {
    /// Jobs that wait for foreign servers: they have workers of their own, so that no document waits for a page.
    Fetch,
    /// All others.
    Others,
}

/// Returns the number of its own failures after which a job of the kind is given up, at least 1.
pub(super) fn max_failures(kind: JobKind, settings: &Settings) -> i32 {
    match kind {
        JobKind::Ingest | JobKind::Fetch => settings.ingest.max_failures.max(1),
        JobKind::Upkeep | JobKind::Words | JobKind::Reembed | JobKind::Rounds => MAX_UPKEEP_FAILURES,
    }
}

/// Returns the duration of a lease of the kind, in seconds.
pub(super) fn lease_s(kind: JobKind, settings: &Settings) -> i64 {
    match kind {
        JobKind::Ingest
        | JobKind::Upkeep
        | JobKind::Words
        | JobKind::Reembed
        | JobKind::Rounds
        | JobKind::Fetch => settings.ingest.lease_s,
    }
}

/// Returns the claims of an idle worker: one for each kind that it works on.
pub(super) fn claims(duty: Duty, engine: &Engine) -> Vec<Claim> {
    let is_of_duty = |kind: &&JobKind| (**kind == JobKind::Fetch) == (duty == Duty::Fetch);
    // Upkeep deletes more than it stores; all other jobs wait until the disk has room.
    let has_room = |kind: &&JobKind| **kind == JobKind::Upkeep || !engine.is_disk_low();
    JobKind::ALL.iter().filter(is_of_duty).filter(has_room).map(|kind| claim(*kind, engine)).collect()
}

fn claim(kind: JobKind, engine: &Engine) -> Claim {
    let settings = engine.settings();
    let max_lost_leases = settings.ingest.max_lost_leases.max(1);
    let (max_jobs, subject) = match kind {
        JobKind::Ingest => (MAX_BUNDLE_JOBS, "this document"),
        JobKind::Upkeep => (1, "upkeep of the database"),
        JobKind::Words => (1, "the words of documents"),
        JobKind::Reembed => (1, "the vectors of a collection"),
        JobKind::Rounds => (1, "the rounds of conversations"),
        JobKind::Fetch => (1, "this address"),
    };
    let detail = format!(
        "The process ended {max_lost_leases} times while it worked on {subject}, which may be the cause. The server's log and the \
         system's (out of memory?) tell more. Retry the job when the cause is gone."
    );
    Claim {
        kind,
        max_jobs,
        max_bytes: MAX_BUNDLE_BYTES,
        max_job_bytes: i64::MAX,
        min_priority: i16::MIN,
        models: engine.models().ids(),
        lease_s: lease_s(kind, settings),
        max_lost_leases,
        burial: json!({"code": "process_ended", "detail": detail}),
    }
}

/// Returns the claim to work on between two sections of a large document or of a move: small documents of at least the same
/// priority. Returns `None` between the sections of a small document, and for a job that may end the process: the other jobs
/// would lose their leases, too.
pub(super) fn claim_between_sections(working_on: &[Job], engine: &Engine) -> Option<Claim> {
    match working_on {
        [job] if is_long(job) && job.lost_leases == 0 => Some(Claim {
            max_job_bytes: MAX_SMALL_BYTES,
            min_priority: job.priority,
            ..claim(JobKind::Ingest, engine)
        }),
        _ => None,
    }
}

fn is_long(job: &Job) -> bool {
    matches!(job.kind, JobKind::Reembed | JobKind::Rounds) || job.size_bytes > MAX_SMALL_BYTES
}

/// Returns the delay before a job is claimed again after `count` consecutive failures or outages, in seconds: 1, 2, 4 .. 64.
pub(super) fn backoff_s(count: i32) -> i64 {
    1 << (count - 1).clamp(0, 6)
}
