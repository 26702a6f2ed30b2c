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
    /// Where the next look goes on.
    pub next: Option<Position>,
}

/// Where a look for changes goes on.
#[derive(Debug, Clone, Copy)]
pub struct Position {
    /// Changes after this time are looked for.
    since: DateTime<Utc>,
    /// If there were more changes than fit: the time from which the look after the last of them goes on.
    then: Option<DateTime<Utc>>,
}

/// The jobs of all organisations that run, and those whose state changed after `position`; in the last seconds, when `position` is
/// absent. A change is returned several times, so that one is not missed whose transaction took a few seconds.
pub fn changes_since(conn: &mut PgConnection, position: Option<Position>) -> RepoResult<Changes> {
    let overlap: DateTime<Utc> =
        diesel::select(now.into_sql::<Timestamptz>() - OVERLAP_S.seconds()).get_result(conn)?;
    let mut changed: Vec<Job> = jobs::table
        .filter(jobs::changed_at.gt(position.map_or(overlap, |position| position.since)))
        .filter(jobs::kind.eq_any(JobKind::ALL))
        .order(jobs::changed_at)
        .limit(MAX_CHANGES)
        .select(Job::as_select())
        .load(conn)?;
    let is_full = i64::try_from(changed.len()).is_ok_and(|count| count == MAX_CHANGES);
    let then = position.and_then(|position| position.then).unwrap_or(overlap);
    let next = match changed.last().filter(|_| is_full) {
        Some(last) => Position { since: last.changed_at, then: Some(then) },
        None => Position { since: then, then: None },
    };
    let running: Vec<Job> = jobs::table
        .filter(jobs::state.eq(JobState::Running))
        .filter(jobs::kind.eq_any(JobKind::ALL))
        .limit(MAX_CHANGES)
        .select(Job::as_select())
        .load(conn)?;
    changed.extend(running);
    Ok(Changes { jobs: changed, next: Some(next) })
}
