//! What has changed in the queue: for readers that watch it.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{IntervalDsl, now},
    prelude::*,
    sql_types::Timestamptz,
};
use rag_schema::{
    enums::{JobKind, JobState},
    models::Job,
    schema::jobs,
};

use crate::RepoResult;

/// Maximum number of jobs of one kind of change that are loaded at once.
const MAX_CHANGES: i64 = 1_000;
/// How long before a look changes are looked for again, in seconds: a transaction notes the time of a change before it commits.
const OVERLAP_S: i32 = 5;

/// Jobs that run, and jobs whose state has changed.
#[derive(Debug, Default)]
pub struct Changes {
    /// The jobs, those whose state has changed first; a job may be there twice.
    pub jobs: Vec<Job>,
    /// The time from which the next look goes on.
    pub next: Option<DateTime<Utc>>,
}

/// The jobs of all organisations that run, and those whose state changed after `since`; in the last seconds, when `since` is absent. A
/// change is returned several times, so that none is missed.
pub fn changes_since(conn: &mut PgConnection, since: Option<DateTime<Utc>>) -> RepoResult<Changes> {
    let overlap: DateTime<Utc> =
        diesel::select(now.into_sql::<Timestamptz>() - OVERLAP_S.seconds()).get_result(conn)?;
    let mut changed: Vec<Job> = jobs::table
        .filter(jobs::changed_at.gt(since.unwrap_or(overlap)))
        .filter(jobs::kind.eq_any(JobKind::ALL))
        .order(jobs::changed_at)
        .limit(MAX_CHANGES)
        .select(Job::as_select())
        .load(conn)?;
    // After more changes than fit, the next look goes on behind the last one.
    let is_full = i64::try_from(changed.len()).is_ok_and(|count| count == MAX_CHANGES);
    let next = changed.last().filter(|_| is_full).map_or(overlap, |last| last.changed_at);
    let running: Vec<Job> = jobs::table
        .filter(jobs::state.eq(JobState::Running))
        .filter(jobs::kind.eq_any(JobKind::ALL))
        .limit(MAX_CHANGES)
        .select(Job::as_select())
        .load(conn)?;
    changed.extend(running);
    Ok(Changes { jobs: changed, next: Some(next) })
}
