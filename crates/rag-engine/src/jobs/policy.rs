//! How jobs of each kind are taken, tried again and given up.

use rag_repo::jobs::Claim;
use rag_schema::{enums::JobKind, models::Job};
use serde_json::json;

use crate::{Engine, Settings};

/// Most jobs taken at once: enough small documents to fill the embedder's batches.
const MAX_BUNDLE_JOBS: i32 = 64;
/// Most bytes taken at once; one larger job is taken alone.
const MAX_BUNDLE_BYTES: i64 = 1 << 20;
/// A larger document lets small ones go first between its sections. Equals the condition of `jobs_due_small_idx`.
const MAX_SMALL_BYTES: i64 = 64 << 10;
/// Failures after which one upkeep is given up; the next is queued an hour later.
const MAX_UPKEEP_FAILURES: i32 = 5;

/// Priority of upkeep: below all work that somebody waits for.
pub(super) const UPKEEP_PRIORITY: i16 = -10;
/// Priority of upkeep that has waited for `UPKEEP_PATIENCE_S`: above all.
pub(super) const OVERDUE_PRIORITY: i16 = 10;
/// How long upkeep gives way to other work, in seconds.
pub(super) const UPKEEP_PATIENCE_S: i64 = 3600;
/// Seconds between two runs of upkeep.
pub(super) const UPKEEP_EVERY_S: i64 = 3600;

/// How many failures of its own a job of the kind may have, at least 1.
pub(super) fn max_failures(kind: JobKind, settings: &Settings) -> i32 {
    match kind {
        JobKind::Ingest => settings.ingest.max_failures.max(1),
        JobKind::Upkeep | JobKind::Words | JobKind::Reembed => MAX_UPKEEP_FAILURES,
    }
}

/// How long a job of the kind is held without a sign of life, in seconds.
pub(super) fn lease_s(kind: JobKind, settings: &Settings) -> i64 {
    match kind {
        JobKind::Ingest | JobKind::Upkeep | JobKind::Words | JobKind::Reembed => settings.ingest.lease_s,
    }
}

/// What a worker that is free takes: one entry for each kind that it can work on.
pub(super) fn claims(engine: &Engine) -> Vec<Claim> {
    JobKind::ALL.iter().map(|kind| claim(*kind, engine)).collect()
}

fn claim(kind: JobKind, engine: &Engine) -> Claim {
    let settings = engine.settings();
    let max_lost_leases = settings.ingest.max_lost_leases.max(1);
    let (max_jobs, subject) = match kind {
        JobKind::Ingest => (MAX_BUNDLE_JOBS, "this document"),
        JobKind::Upkeep => (1, "upkeep of the database"),
        JobKind::Words => (1, "the words of documents"),
        JobKind::Reembed => (1, "the vectors of a collection"),
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

/// What may be done between two sections of a large document or of a move: small documents that are at least as urgent. Nothing is
/// done between the sections of a small document, nor of one that may end the process: it would take others with it.
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
    job.kind == JobKind::Reembed || job.size_bytes > MAX_SMALL_BYTES
}

/// Seconds until a job is taken again after so many failures, or outages, in a row: 1, 2, 4 .. 64.
pub(super) fn backoff_s(count: i32) -> i64 {
    1 << (count - 1).clamp(0, 6)
}
