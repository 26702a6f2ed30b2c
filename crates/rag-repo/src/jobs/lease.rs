//! What the holder of a job's lease may do with the job: prolong the lease, say how far it is, end it, give it back.

use diesel::{
    dsl::{IntervalDsl, now},
    prelude::*,
    sql_types::Timestamptz,
};
use rag_schema::{
    enums::{JobStage, JobState},
    ids::{DocumentId, JobId},
    models::Job,
    schema::jobs,
};

use crate::{RepoResult, error::changed};

/// Proof that a worker holds a job: the number it was given when it took the job. A later number voids it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Job held.
    pub job: JobId,
    /// Number held.
    pub number: i32,
}

impl From<&Job> for Lease {
    /// The lease of a job as it was claimed.
    fn from(job: &Job) -> Self {
        Self { job: job.id, number: job.lease_number }
    }
}

/// Holds the job's row until the transaction ends, so that what else the transaction writes belongs to a valid
/// lease. `RepoError::NotFound` when the lease is void.
pub fn hold(conn: &mut PgConnection, lease: Lease) -> RepoResult<()> {
    jobs::table
        .filter(is_held(lease.job, lease.number, JobState::Running))
        .select(jobs::id)
        .for_update()
        .first::<JobId>(conn)?;
    Ok(())
}

/// As `hold`, for a transaction that stores a part of the work: the process did not end over this job and no outage lasts, so those counts
/// begin again. The row is written only when they do.
pub fn hold_storing(conn: &mut PgConnection, lease: Lease) -> RepoResult<()> {
    let (lost_leases, postponements): (i32, i32) = jobs::table
        .filter(is_held(lease.job, lease.number, JobState::Running))
        .select((jobs::lost_leases, jobs::postponements))
        .for_update()
        .first(conn)?;
    if (lost_leases, postponements) != (0, 0) {
        diesel::update(jobs::table.find(lease.job))
            .set((jobs::lost_leases.eq(0), jobs::postponements.eq(0)))
            .execute(conn)?;
    }
    Ok(())
}

/// Prolongs the lease, says how far the job is, and holds its row until the transaction ends, so that what else
/// the transaction writes belongs to a valid lease. Something is stored, so the process did not end over this job and no
/// outage lasts: those counts begin again. `RepoError::NotFound` when the lease is void.
pub fn advance(conn: &mut PgConnection, lease: Lease, lease_s: i64, progress: &Progress) -> RepoResult<()> {
    let held = diesel::update(jobs::table)
        .filter(is_held(lease.job, lease.number, JobState::Running))
        .set((
            jobs::leased_until.eq((now.into_sql::<Timestamptz>() + lease_s.seconds()).nullable()),
            jobs::stage.eq(progress.stage),
            jobs::done_units.eq(progress.done),
            jobs::total_units.eq(progress.total),
            jobs::lost_leases.eq(0),
            jobs::postponements.eq(0),
        ))
        .execute(conn)?;
    changed(held)
}

/// Gives a held ingest job back with another model, due at once. Nothing happens when the lease is void.
pub fn change_model(conn: &mut PgConnection, lease: Lease, model: i32) -> RepoResult<()> {
    diesel::update(jobs::table)
        .filter(is_held(lease.job, lease.number, JobState::Running))
        .set((
            jobs::state.eq(JobState::Queued),
            jobs::stage.eq(JobStage::Queued),
            jobs::leased_until.eq(None::<chrono::DateTime<chrono::Utc>>),
            jobs::model_id.eq(model),
        ))
        .execute(conn)?;
    Ok(())
}

/// Names the document that a held job has fetched. `RepoError::NotFound` if the lease is void.
pub fn set_document(conn: &mut PgConnection, lease: Lease, document: DocumentId) -> RepoResult<()> {
    let set = diesel::update(jobs::table)
        .filter(is_held(lease.job, lease.number, JobState::Running))
        .set(jobs::document_id.eq(document))
        .execute(conn)?;
    changed(set)
}

/// Prolongs the leases that still stand.
pub fn prolong(conn: &mut PgConnection, held: &[Lease], lease_s: i64) -> RepoResult<()> {
    for lease in held {
        diesel::update(jobs::table)
            .filter(is_held(lease.job, lease.number, JobState::Running))
            .set(jobs::leased_until.eq((now.into_sql::<Timestamptz>() + lease_s.seconds()).nullable()))
            .execute(conn)?;
    }
    Ok(())
}

/// How far a running job is, and how fast.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    /// Lease of the job.
    pub lease: Lease,
    /// How far it is.
    pub progress: Progress,
    /// Units done per second since the stage began; `None` before the first measurement.
    pub units_per_second: Option<f32>,
}

/// Writes how far jobs are, and returns those of `held` whose lease is void. One transaction for all the jobs of a worker, about once a
/// second; none of the columns that it writes is in an index.
pub fn report(conn: &mut PgConnection, held: &[Lease], reports: &[Report]) -> RepoResult<Vec<JobId>> {
    for Report { lease, progress, units_per_second } in reports {
        diesel::update(jobs::table)
            .filter(is_held(lease.job, lease.number, JobState::Running))
            .set((
                jobs::stage.eq(progress.stage),
                jobs::done_units.eq(progress.done),
                jobs::total_units.eq(progress.total),
                jobs::units_per_second.eq(units_per_second),
            ))
            .execute(conn)?;
    }
    let ids: Vec<JobId> = held.iter().map(|lease| lease.job).collect();
    let valid: Vec<(JobId, i32)> = jobs::table
        .filter(jobs::id.eq_any(&ids))
        .filter(jobs::state.eq(JobState::Running))
        .select((jobs::id, jobs::lease_number))
        .load(conn)?;
    Ok(held
        .iter()
        .filter(|lease| !valid.contains(&(lease.job, lease.number)))
        .map(|lease| lease.job)
        .collect())
}

/// How far a running job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Stage that it has reached.
    pub stage: JobStage,
    /// Units of the stage done.
    pub done: i64,
    /// Units of the stage in all, when known.
    pub total: Option<i64>,
}

/// Ends a job that is held; one that ends dead has failed once more. `RepoError::NotFound` when the lease is void.
pub fn finish(
    conn: &mut PgConnection,
    lease: Lease,
    state: JobState,
    problem: Option<serde_json::Value>,
) -> RepoResult<()> {
    let held = diesel::update(jobs::table)
        .filter(is_held(lease.job, lease.number, JobState::Running))
        .set((
            jobs::state.eq(state),
            jobs::stage.eq(JobStage::Finished),
            jobs::leased_until.eq(None::<chrono::DateTime<chrono::Utc>>),
            jobs::finished_at.eq(now.into_sql::<Timestamptz>().nullable()),
            jobs::problem.eq(problem),
            jobs::failures.eq(jobs::failures + i32::from(state == JobState::Dead)),
        ))
        .execute(conn)?;
    changed(held)
}

/// Why a held job is given back, which decides what is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenBack {
    /// Its own work failed.
    Failed,
    /// A database, model or disk is away.
    Outage,
    /// The worker stops.
    Stop,
}

/// Gives a held job back, to be taken again after `delay_s` seconds. Nothing happens when the lease is void.
pub fn give_back(
    conn: &mut PgConnection,
    lease: Lease,
    reason: GivenBack,
    delay_s: i64,
    problem: Option<&serde_json::Value>,
) -> RepoResult<()> {
    diesel::update(jobs::table)
        .filter(is_held(lease.job, lease.number, JobState::Running))
        .set((
            jobs::state.eq(JobState::Queued),
            jobs::stage.eq(JobStage::Queued),
            jobs::leased_until.eq(None::<chrono::DateTime<chrono::Utc>>),
            jobs::run_after.eq(now.into_sql::<Timestamptz>() + delay_s.seconds()),
            jobs::failures.eq(jobs::failures + i32::from(reason == GivenBack::Failed)),
            jobs::postponements.eq(jobs::postponements + i32::from(reason == GivenBack::Outage)),
            problem.map(|problem| jobs::problem.eq(problem)),
        ))
        .execute(conn)?;
    Ok(())
}

#[diesel::dsl::auto_type(no_type_alias)]
fn is_held(job: JobId, number: i32, state: JobState) -> _ {
    jobs::id.eq(job).and(jobs::lease_number.eq(number)).and(jobs::state.eq(state))
}
