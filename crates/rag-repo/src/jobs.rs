//! Background jobs: queued in PostgreSQL, taken by workers under a lease, finished once.

use diesel::{
    dsl::{IntervalDsl, count_star, now},
    prelude::*,
    sql_types::{BigInt, Double, Integer, Timestamptz},
};
use rag_schema::{
    enums::{JobStage, JobState},
    ids::{CollectionId, DocumentId, JobId},
    models::{Job, NewJob},
    schema::jobs,
};

use crate::{Page, RepoResult, error::changed};

/// Proof that a worker holds a job: the attempt it was given. A later attempt voids it.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    /// Job held.
    pub job: JobId,
    /// Attempt held.
    pub attempt: i32,
}

/// Inserts a job in state queued.
pub fn insert(conn: &mut PgConnection, new: &NewJob<'_>) -> RepoResult<Job> {
    Ok(diesel::insert_into(jobs::table).values(new).returning(Job::as_returning()).get_result(conn)?)
}

/// The job.
pub fn find(conn: &mut PgConnection, id: JobId) -> RepoResult<Job> {
    Ok(jobs::table.filter(jobs::id.eq(id)).select(Job::as_select()).first(conn)?)
}

/// The newest job of a document.
pub fn find_by_document(conn: &mut PgConnection, document: DocumentId) -> RepoResult<Option<Job>> {
    Ok(jobs::table
        .filter(jobs::document_id.eq(document))
        .order(jobs::id.desc())
        .select(Job::as_select())
        .first(conn)
        .optional()?)
}

/// Jobs, newest first; of one collection and in one state, when given.
pub fn list(
    conn: &mut PgConnection,
    collection: Option<CollectionId>,
    state: Option<JobState>,
    page: Page,
) -> RepoResult<Vec<Job>> {
    let mut query =
        jobs::table.select(Job::as_select()).order(jobs::id.desc()).limit(page.limit).into_boxed();
    if let Some(collection) = collection {
        query = query.filter(jobs::collection_id.eq(collection));
    }
    if let Some(state) = state {
        query = query.filter(jobs::state.eq(state));
    }
    if let Some(after) = page.after {
        query = query.filter(jobs::id.lt(JobId::from(after)));
    }
    Ok(query.load(conn)?)
}

/// How many jobs of the collection are queued or running.
pub fn open_count(conn: &mut PgConnection, collection: CollectionId) -> RepoResult<i64> {
    Ok(jobs::table
        .filter(jobs::collection_id.eq(collection))
        .filter(jobs::state.eq_any([JobState::Queued, JobState::Running]))
        .count()
        .get_result(conn)?)
}

/// How many jobs are in each state; states without any are left out.
pub fn count_by_state(conn: &mut PgConnection) -> RepoResult<Vec<(JobState, i64)>> {
    Ok(jobs::table.group_by(jobs::state).select((jobs::state, count_star())).load(conn)?)
}

/// Takes up to `most_jobs` jobs that are due, of at most `most_bytes` in all, for `lease_s` seconds.
pub fn claim(conn: &mut PgConnection, most_jobs: i32, most_bytes: i64, lease_s: f64) -> RepoResult<Vec<Job>> {
    diesel::update(jobs::table)
        .filter(jobs::state.eq(JobState::Running))
        .filter(jobs::leased_until.lt(now.into_sql::<Timestamptz>().nullable()))
        .set((jobs::state.eq(JobState::Queued), jobs::leased_until.eq(None::<chrono::DateTime<chrono::Utc>>)))
        .execute(conn)?;
    let mut claimed: Vec<Job> = diesel::sql_query(include_str!("claim_jobs.sql"))
        .bind::<Integer, _>(most_jobs)
        .bind::<BigInt, _>(most_bytes)
        .bind::<Double, _>(lease_s)
        .load(conn)?;
    claimed.sort_by_key(|job| job.id);
    Ok(claimed)
}

/// Prolongs the lease, says how far the job is, and holds its row until the transaction ends, so that what else
/// the transaction writes belongs to a valid lease. `RepoError::NotFound` when the lease is void.
pub fn advance(conn: &mut PgConnection, lease: Lease, lease_s: i64, progress: &Progress) -> RepoResult<()> {
    let held = diesel::update(jobs::table)
        .filter(running(lease.job, lease.attempt, JobState::Running))
        .set((
            jobs::leased_until.eq((now.into_sql::<Timestamptz>() + lease_s.seconds()).nullable()),
            jobs::stage.eq(progress.stage),
            jobs::done_units.eq(progress.done),
            jobs::total_units.eq(progress.total),
        ))
        .execute(conn)?;
    changed(held)
}

/// Prolongs the leases that still stand.
pub fn prolong(conn: &mut PgConnection, held: &[Lease], lease_s: i64) -> RepoResult<()> {
    for lease in held {
        diesel::update(jobs::table)
            .filter(running(lease.job, lease.attempt, JobState::Running))
            .set(jobs::leased_until.eq((now.into_sql::<Timestamptz>() + lease_s.seconds()).nullable()))
            .execute(conn)?;
    }
    Ok(())
}

/// How far a running job is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// What it is at.
    pub stage: JobStage,
    /// Units of the stage done.
    pub done: i64,
    /// Units of the stage in all, when known.
    pub total: Option<i64>,
}

/// Ends a job that is held. `RepoError::NotFound` when the lease is void.
pub fn finish(
    conn: &mut PgConnection,
    lease: Lease,
    state: JobState,
    problem: Option<serde_json::Value>,
) -> RepoResult<()> {
    let held = diesel::update(jobs::table)
        .filter(running(lease.job, lease.attempt, JobState::Running))
        .set((
            jobs::state.eq(state),
            jobs::stage.eq(JobStage::Finished),
            jobs::leased_until.eq(None::<chrono::DateTime<chrono::Utc>>),
            jobs::finished_at.eq(now.into_sql::<Timestamptz>().nullable()),
            jobs::problem.eq(problem),
        ))
        .execute(conn)?;
    changed(held)
}

/// Gives a held job back, to be taken again after `delay_s` seconds.
pub fn postpone(
    conn: &mut PgConnection,
    lease: Lease,
    delay_s: i64,
    problem: Option<&serde_json::Value>,
) -> RepoResult<()> {
    diesel::update(jobs::table)
        .filter(running(lease.job, lease.attempt, JobState::Running))
        .set((
            jobs::state.eq(JobState::Queued),
            jobs::stage.eq(JobStage::Queued),
            jobs::leased_until.eq(None::<chrono::DateTime<chrono::Utc>>),
            jobs::run_after.eq(now.into_sql::<Timestamptz>() + delay_s.seconds()),
            jobs::problem.eq(problem),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends the open jobs of a document that is about to be deleted; that voids their leases.
pub(crate) fn cancel_for_document(conn: &mut PgConnection, document: DocumentId) -> RepoResult<()> {
    diesel::update(jobs::table)
        .filter(jobs::document_id.eq(document))
        .filter(jobs::state.eq_any([JobState::Queued, JobState::Running]))
        .set((
            jobs::state.eq(JobState::Refused),
            jobs::stage.eq(JobStage::Finished),
            jobs::leased_until.eq(None::<chrono::DateTime<chrono::Utc>>),
            jobs::finished_at.eq(now.into_sql::<Timestamptz>().nullable()),
            jobs::problem.eq(serde_json::json!({"code": "deleted", "detail": "The document was deleted."})),
        ))
        .execute(conn)?;
    Ok(())
}

/// Queues a dead job anew. Its attempts count on: they are also the fencing token. `RepoError::NotFound` when it is not dead or not the asker's to retry.
pub fn retry(conn: &mut PgConnection, id: JobId) -> RepoResult<Job> {
    let job = find(conn, id)?;
    Ok(diesel::update(jobs::table.find(job.id))
        .filter(jobs::state.eq(JobState::Dead))
        .set((
            jobs::state.eq(JobState::Queued),
            jobs::stage.eq(JobStage::Queued),
            jobs::run_after.eq(now),
            jobs::finished_at.eq(None::<chrono::DateTime<chrono::Utc>>),
        ))
        .returning(Job::as_returning())
        .get_result(conn)?)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn running(job: JobId, attempt: i32, state: JobState) -> _ {
    jobs::id.eq(job).and(jobs::attempts.eq(attempt)).and(jobs::state.eq(state))
}
