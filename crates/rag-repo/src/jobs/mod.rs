//! Background jobs: queued in PostgreSQL, taken by workers under a lease, finished once.

use diesel::{
    dsl::{IntervalDsl, count_star, now},
    prelude::*,
    sql_types::{Array, BigInt, Bool, Double, Integer, Jsonb, SmallInt, Text, Timestamptz, Uuid},
};
use rag_schema::{
    enums::{JobKind, JobStage, JobState},
    ids::{CollectionId, DocumentId, JobId},
    models::{Job, NewJob, Task},
    schema::jobs,
};

use crate::{Page, RepoResult};

mod changes;
mod control;
mod lease;

pub use changes::{Changes, Position, changes_since};
pub use control::{cancel, lock, note_pause, pause, pause_ingest, redrive, resume, resume_ingest, retry};
pub use lease::{
    GivenBack, Lease, Progress, Report, advance, change_model, finish, give_back, hold, hold_storing,
    prolong, report, set_document,
};

/// Key of the advisory lock under which jobs are claimed.
const CLAIM_LOCK: i64 = 0x7261_675f_6a6f_6273;

/// Inserts a job in state queued.
pub fn insert(conn: &mut PgConnection, new: &NewJob<'_>) -> RepoResult<Job> {
    Ok(diesel::insert_into(jobs::table).values(new).returning(Job::as_returning()).get_result(conn)?)
}

/// Inserts jobs in state queued.
pub fn insert_all(conn: &mut PgConnection, new: &[NewJob<'_>]) -> RepoResult<Vec<Job>> {
    Ok(diesel::insert_into(jobs::table).values(new).returning(Job::as_returning()).get_results(conn)?)
}

/// The job. Here and below, kinds that this version does not know are left out: a newer server queued them.
pub fn find(conn: &mut PgConnection, id: JobId) -> RepoResult<Job> {
    Ok(jobs::table.find(id).filter(jobs::kind.eq_any(JobKind::ALL)).select(Job::as_select()).first(conn)?)
}

/// Those of the jobs that the asker may see, in the order of their ids.
pub fn find_all(conn: &mut PgConnection, ids: &[JobId]) -> RepoResult<Vec<Job>> {
    Ok(jobs::table.filter(jobs::id.eq_any(ids)).order(jobs::id).select(Job::as_select()).load(conn)?)
}

/// The newest job that read or reads a document.
pub fn find_by_document(conn: &mut PgConnection, document: DocumentId) -> RepoResult<Option<Job>> {
    Ok(jobs::table
        .filter(jobs::document_id.eq(document))
        .filter(jobs::kind.eq(JobKind::Ingest))
        .order(jobs::id.desc())
        .select(Job::as_select())
        .first(conn)
        .optional()?)
}

/// Which jobs a list holds; absent values leave nothing out.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    /// Collection of the jobs.
    pub collection: Option<CollectionId>,
    /// States of the jobs; empty for all.
    pub states: Vec<JobState>,
    /// Kind of the jobs.
    pub kind: Option<JobKind>,
}

/// Jobs of the kinds this version knows that the filter lets through, newest first.
pub fn list(conn: &mut PgConnection, filter: &JobFilter, page: Page) -> RepoResult<Vec<Job>> {
    let mut query = jobs::table
        .filter(jobs::kind.eq_any(JobKind::ALL))
        .select(Job::as_select())
        .order(jobs::id.desc())
        .limit(page.limit)
        .into_boxed();
    if let Some(collection) = filter.collection {
        query = query.filter(jobs::collection_id.eq(collection));
    }
    if !filter.states.is_empty() {
        query = query.filter(jobs::state.eq_any(&filter.states));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(jobs::kind.eq(kind));
    }
    if let Some(after) = page.after {
        query = query.filter(jobs::id.lt(JobId::from(after)));
    }
    Ok(query.load(conn)?)
}

/// How many jobs of the collection have not ended.
pub fn open_count(conn: &mut PgConnection, collection: CollectionId) -> RepoResult<i64> {
    Ok(jobs::table
        .filter(jobs::collection_id.eq(collection))
        .filter(jobs::state.eq_any(JobState::OPEN))
        .count()
        .get_result(conn)?)
}

/// Number of jobs of the collection and kind in one of the states.
pub fn count(
    conn: &mut PgConnection,
    collection: CollectionId,
    kind: JobKind,
    states: &[JobState],
) -> RepoResult<i64> {
    Ok(jobs::table
        .filter(jobs::collection_id.eq(collection))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::state.eq_any(states))
        .count()
        .get_result(conn)?)
}

/// How many jobs are in each state; states without any are left out.
pub fn count_by_state(conn: &mut PgConnection) -> RepoResult<Vec<(JobState, i64)>> {
    Ok(jobs::table.group_by(jobs::state).select((jobs::state, count_star())).load(conn)?)
}

/// What a worker takes of one kind.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Kind of the jobs.
    pub kind: JobKind,
    /// Most jobs taken together.
    pub max_jobs: i32,
    /// Most bytes of all jobs taken together; one larger job is taken alone.
    pub max_bytes: i64,
    /// Most bytes of each job.
    pub max_job_bytes: i64,
    /// Jobs of a lower priority are left.
    pub min_priority: i16,
    /// Embedding models at hand, by id; jobs that need another one are left.
    pub models: Vec<i32>,
    /// How long they are held without a sign of life, in seconds.
    pub lease_s: i64,
    /// A job that has lost so many leases in a row, with nothing stored in between, is buried.
    pub max_lost_leases: i32,
    /// The problem of a job that is buried: `{code, detail}`.
    pub burial: serde_json::Value,
}

/// A job whose lease ran out.
#[derive(Debug, QueryableByName)]
pub struct LostLease {
    /// The job.
    #[diesel(sql_type = Uuid)]
    pub id: JobId,
    /// Its title.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// Whether it was buried; else it is queued again.
    #[diesel(sql_type = Bool)]
    pub is_buried: bool,
}

/// Takes back the jobs of a kind whose leases ran out: their worker's process has ended. Each is queued again, or
/// buried as `Claim::max_lost_leases` says.
pub fn take_back(conn: &mut PgConnection, claim: &Claim) -> RepoResult<Vec<LostLease>> {
    Ok(diesel::sql_query(include_str!("../take_back_jobs.sql"))
        .bind::<Text, _>(claim.kind)
        .bind::<Integer, _>(claim.max_lost_leases)
        .bind::<Jsonb, _>(&claim.burial)
        .load(conn)?)
}

/// Takes the jobs that are due next, all of one kind and one embedding model: by the claim on the kind of the very next job or, if that
/// kind's jobs must wait, on that of the next one after it. Kinds without a claim are left alone, as a newer server's are. A job that failed or lost a lease is taken alone.
pub fn claim(conn: &mut PgConnection, claims: &[Claim]) -> RepoResult<Vec<Job>> {
    // One claim at a time, so that no two workers take two suspects at once.
    diesel::sql_query("SELECT pg_advisory_xact_lock($1)").bind::<BigInt, _>(CLAIM_LOCK).execute(conn)?;
    let mut claims: Vec<&Claim> = claims.iter().collect();
    while let Some(claim) = next_claim(conn, &claims)? {
        let mut claimed: Vec<Job> = diesel::sql_query(include_str!("../claim_jobs.sql"))
            .bind::<Text, _>(claim.kind)
            .bind::<Integer, _>(claim.max_jobs)
            .bind::<BigInt, _>(claim.max_bytes)
            .bind::<Double, _>(f64::from(i32::try_from(claim.lease_s).unwrap_or(i32::MAX)))
            .bind::<SmallInt, _>(claim.min_priority)
            .bind::<BigInt, _>(claim.max_job_bytes)
            .bind::<Array<Integer>, _>(&claim.models)
            .load(conn)?;
        if !claimed.is_empty() {
            claimed.sort_by_key(|job| (job.turn, job.id));
            return Ok(claimed);
        }
        // Its jobs must wait, as a suspect does while another one runs; those of the other kinds need not.
        let kind = claim.kind;
        claims.retain(|claim| claim.kind != kind);
    }
    Ok(Vec::new())
}

/// The claim on the kind of the job that is next; the only one if there is one kind to choose from.
fn next_claim<'c>(conn: &mut PgConnection, claims: &[&'c Claim]) -> RepoResult<Option<&'c Claim>> {
    if let [only] = claims {
        return Ok(Some(*only));
    }
    let kinds: Vec<JobKind> = claims.iter().map(|claim| claim.kind).collect();
    let models: Vec<i32> = claims.iter().flat_map(|claim| claim.models.iter().copied()).collect();
    let next: Option<JobKind> = jobs::table
        .filter(jobs::state.eq(JobState::Queued))
        .filter(jobs::kind.eq_any(kinds))
        .filter(jobs::run_after.le(now))
        .filter(jobs::model_id.is_null().or(jobs::model_id.eq_any(models)))
        .order((jobs::priority.desc(), jobs::turn, jobs::id))
        .select(jobs::kind)
        .for_update()
        .skip_locked()
        .first(conn)
        .optional()?;
    Ok(next.and_then(|kind| claims.iter().copied().find(|claim| claim.kind == kind)))
}

/// Queues a job that works on the whole database, unless one of its kind is open or ended within `every_s` seconds.
/// Says whether it did.
pub fn schedule(
    conn: &mut PgConnection,
    task: &Task,
    title: &str,
    priority: i16,
    every_s: i64,
) -> RepoResult<bool> {
    let inserted = diesel::sql_query(include_str!("../schedule_job.sql"))
        .bind::<Uuid, _>(JobId::new())
        .bind::<Text, _>(task.kind())
        .bind::<Text, _>(title)
        .bind::<Jsonb, _>(task.payload())
        .bind::<SmallInt, _>(priority)
        .bind::<Double, _>(f64::from(i32::try_from(every_s).unwrap_or(i32::MAX)))
        .execute(conn)?;
    Ok(inserted > 0)
}

/// The job of a kind that ended last.
pub fn last_ended(conn: &mut PgConnection, kind: JobKind) -> RepoResult<Option<Job>> {
    Ok(jobs::table
        .filter(jobs::kind.eq(kind))
        .filter(jobs::finished_at.is_not_null())
        .select(Job::as_select())
        .order(jobs::finished_at.desc())
        .first(conn)
        .optional()?)
}

/// Seconds that the oldest due job has waited; `None` if none is due.
pub fn oldest_due_s(conn: &mut PgConnection) -> RepoResult<Option<f64>> {
    #[derive(QueryableByName)]
    struct Oldest {
        #[diesel(sql_type = diesel::sql_types::Nullable<Double>)]
        waited_s: Option<f64>,
    }
    let oldest: Oldest = diesel::sql_query(
        "SELECT extract(epoch FROM now() - min(run_after))::float8 AS waited_s FROM jobs WHERE state = 'queued' AND run_after <= now()",
    )
    .get_result(conn)?;
    Ok(oldest.waited_s)
}

/// Gives the queued jobs of a kind another priority when they have been due for `waited_s` seconds.
pub fn raise_priority(
    conn: &mut PgConnection,
    kind: JobKind,
    priority: i16,
    waited_s: i64,
) -> RepoResult<()> {
    diesel::update(jobs::table)
        .filter(jobs::state.eq(JobState::Queued))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::priority.lt(priority))
        .filter(jobs::run_after.le(now.into_sql::<Timestamptz>() - waited_s.seconds()))
        .set(jobs::priority.eq(priority))
        .execute(conn)?;
    Ok(())
}

/// Deletes up to `limit` jobs that ended more than `days` days ago, and says how many. A dead job stays while its
/// document is there: only its retry can still bring that into search.
pub fn delete_finished(conn: &mut PgConnection, days: i32, limit: i64) -> RepoResult<usize> {
    Ok(diesel::sql_query(include_str!("../delete_finished_jobs.sql"))
        .bind::<Integer, _>(days)
        .bind::<BigInt, _>(limit)
        .execute(conn)?)
}

/// Ends the open jobs of a document that is about to be deleted; that voids their leases.
pub(crate) fn cancel_for_document(conn: &mut PgConnection, document: DocumentId) -> RepoResult<()> {
    diesel::update(jobs::table)
        .filter(jobs::document_id.eq(document))
        .filter(jobs::state.eq_any(JobState::OPEN))
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
