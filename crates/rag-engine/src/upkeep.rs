//! Hourly upkeep of the whole database: a list of steps, each of which can safely be repeated.

use rag_repo::{
    Actor, PgConnection, RepoResult, events, events::Kept, idempotency, jobs, jobs::Lease, memories,
    reembedding, tools, turns,
};
use rag_schema::{enums::JobState, models::Job};

use crate::{
    Engine, EngineResult, breadth,
    jobs::{Shift, is_outage},
    judgements::embed_judgements,
};

/// Number of months ahead for which partitions are created.
const MONTHS_AHEAD: i32 = 2;
/// Time for which turns are kept after their end, in hours.
const KEEP_TURNS_HOURS: i32 = 24;
/// Number of active memories from which those of a user are consolidated.
const MANY_MEMORIES: i64 = 100;
/// Number of rows deleted in one transaction.
const DELETE_BATCH: i64 = 5_000;

/// A step: its name for the log, and its function, which receives the lease of the upkeep's job, and whether the worker stops.
type Step = (&'static str, fn(&Engine, Lease, &dyn Fn() -> bool) -> EngineResult<()>);

/// The steps in order. A step checks its lease in each transaction that writes (`jobs::hold`), and keeps these transactions
/// short.
const STEPS: &[Step] = &[
    ("delete finished jobs", |engine, lease, _| delete_finished_jobs(engine, lease)),
    ("delete ended turns", |engine, lease, _| delete_ended_turns(engine, lease)),
    ("delete old idempotency keys", |engine, lease, _| delete_old_keys(engine, lease)),
    ("delete old vectors", |engine, lease, _| delete_old_vectors(engine, lease)),
    ("keep the partitions of events", |engine, lease, _| {
        keep_partitions(engine, lease, events::keep_partitions)
    }),
    ("keep the partitions of uses of tools", |engine, lease, _| {
        keep_partitions(engine, lease, tools::keep_use_partitions)
    }),
    ("consolidate memories", consolidate_memories),
    ("embed the questions of judgements", embed_judgements),
    ("measure the recall of vector indexes", breadth::keep_recall),
];

/// Runs all steps and finishes the job. The first step that fails ends the run; the job is then retried later, from the first
/// step. When the worker stops, the rest is left to the next run. Returns an error if the database is unavailable.
pub(crate) fn work_on(engine: &Engine, job: &Job, shift: &Shift<'_>) -> EngineResult<()> {
    let is_stopping = || shift.is_stopping(job.id);
    let Err(error) = run_steps(engine, Lease::from(job), &is_stopping) else { return Ok(()) };
    engine.settle_job(job, &error);
    if is_outage(&error) { Err(error) } else { Ok(()) }
}

fn run_steps(engine: &Engine, lease: Lease, is_stopping: &dyn Fn() -> bool) -> EngineResult<()> {
    for (name, step) in STEPS {
        step(engine, lease, is_stopping)
            .inspect_err(|_| tracing::warn!(step = name, "cannot finish a step of upkeep"))?;
        if is_stopping() {
            return Ok(());
        }
    }
    Ok(engine.db().transaction(Actor::System, |conn| jobs::finish(conn, lease, JobState::Done, None))?)
}

/// Deletes finished jobs that are older than `jobs.keep_days`.
fn delete_finished_jobs(engine: &Engine, lease: Lease) -> EngineResult<()> {
    let days = engine.settings().jobs.keep_days;
    loop {
        let deleted = engine.db().transaction(Actor::System, |conn| -> RepoResult<_> {
            jobs::hold(conn, lease)?;
            jobs::delete_finished(conn, days, DELETE_BATCH)
        })?;
        if i64::try_from(deleted).unwrap_or(i64::MAX) < DELETE_BATCH {
            return Ok(());
        }
    }
}

/// Deletes turns with their transcripts a day after their end. Their messages are kept.
fn delete_ended_turns(engine: &Engine, lease: Lease) -> EngineResult<()> {
    loop {
        let deleted = engine.db().transaction(Actor::System, |conn| -> RepoResult<_> {
            jobs::hold(conn, lease)?;
            turns::delete_ended(conn, KEEP_TURNS_HOURS, DELETE_BATCH)
        })?;
        if i64::try_from(deleted).unwrap_or(i64::MAX) < DELETE_BATCH {
            return Ok(());
        }
    }
}

/// Deletes idempotency keys a day after their first use.
fn delete_old_keys(engine: &Engine, lease: Lease) -> EngineResult<()> {
    loop {
        let deleted = engine.db().transaction(Actor::System, |conn| -> RepoResult<_> {
            jobs::hold(conn, lease)?;
            idempotency::delete_old(conn, DELETE_BATCH)
        })?;
        if i64::try_from(deleted).unwrap_or(i64::MAX) < DELETE_BATCH {
            return Ok(());
        }
    }
}

/// Deletes the vectors that collections had before they moved to another model, and those of cancelled moves.
fn delete_old_vectors(engine: &Engine, lease: Lease) -> EngineResult<()> {
    loop {
        let deleted = engine.db().transaction(Actor::System, |conn| -> RepoResult<_> {
            jobs::hold(conn, lease)?;
            reembedding::delete_old_vectors(conn, DELETE_BATCH)
        })?;
        if i64::try_from(deleted).unwrap_or(i64::MAX) < DELETE_BATCH {
            return Ok(());
        }
    }
}

/// Creates the partitions of a table for the months ahead, and drops those older than `analytics.keep_months`.
fn keep_partitions(
    engine: &Engine,
    lease: Lease,
    keep: fn(&mut PgConnection, i32, i32) -> RepoResult<Kept>,
) -> EngineResult<()> {
    let keep_months = engine.settings().analytics.keep_months;
    let kept = engine.db().transaction(Actor::System, |conn| -> RepoResult<_> {
        jobs::hold(conn, lease)?;
        keep(conn, MONTHS_AHEAD, keep_months)
    })?;
    if (kept.created, kept.dropped) != (0, 0) {
        tracing::info!(created = kept.created, dropped = kept.dropped, "partitions by month changed");
    }
    Ok(())
}

/// Consolidates the memories of users that have many, if the settings say so.
fn consolidate_memories(engine: &Engine, lease: Lease, is_stopping: &dyn Fn() -> bool) -> EngineResult<()> {
    let days = engine.settings().memory.consolidate_after_days;
    if days == 0 {
        return Ok(());
    }
    let users =
        engine.db().transaction(Actor::System, |conn| memories::list_users_with(conn, MANY_MEMORIES))?;
    for user in users {
        if is_stopping() {
            break;
        }
        engine.db().transaction(Actor::System, |conn| jobs::hold(conn, lease))?;
        engine.consolidate_memories(Actor::user(user), user, (days, false))?;
    }
    Ok(())
}
