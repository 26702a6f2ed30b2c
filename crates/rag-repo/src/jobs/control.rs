//! What users do with jobs: cancel, pause, resume and retry them. A change of the state voids the lease of the worker that has the job.

use diesel::{
    dsl::now,
    prelude::*,
    sql_types::{Nullable, Text, Timestamptz},
};
use rag_schema::{
    enums::{JobKind, JobStage, JobState},
    ids::{CollectionId, JobId},
    models::Job,
    schema::{collections, jobs},
};

use crate::{RepoError, RepoResult, versions};

/// The job, held until the transaction ends. `RepoError::Forbidden` when the asker may see but not change it.
pub fn lock(conn: &mut PgConnection, id: JobId) -> RepoResult<Job> {
    let found = super::find(conn, id)?;
    jobs::table
        .find(found.id)
        .select(Job::as_select())
        .for_update()
        .first(conn)
        .optional()?
        .ok_or(RepoError::Forbidden)
}

/// Ends a job that is held by `lock`, with the version that it builds, and with the document if that has no other version.
pub fn cancel(conn: &mut PgConnection, job: &Job) -> RepoResult<Job> {
    // Deleted first: the job's change is noted when all is done. With a document, its open jobs end, and this one again below.
    if let Some(version) = job.version_id {
        versions::delete(conn, version)?;
    }
    let problem = serde_json::json!({"code": "cancelled", "detail": "The job was cancelled."});
    Ok(diesel::update(jobs::table.find(job.id))
        .set((
            jobs::state.eq(JobState::Cancelled),
            jobs::stage.eq(JobStage::Finished),
            jobs::leased_until.eq(None::<chrono::DateTime<chrono::Utc>>),
            jobs::finished_at.eq(now.into_sql::<Timestamptz>().nullable()),
            jobs::problem.eq(problem),
        ))
        .returning(Job::as_returning())
        .get_result(conn)?)
}

/// Takes a job that is held by `lock` from the queue or from its worker. The chunks that are stored stay.
pub fn pause(conn: &mut PgConnection, id: JobId) -> RepoResult<Job> {
    Ok(diesel::update(jobs::table.find(id))
        .set((
            jobs::state.eq(JobState::Paused),
            jobs::stage.eq(JobStage::Queued),
            jobs::leased_until.eq(None::<chrono::DateTime<chrono::Utc>>),
        ))
        .returning(Job::as_returning())
        .get_result(conn)?)
}

/// Queues a paused job that is held by `lock`, due at once.
pub fn resume(conn: &mut PgConnection, id: JobId) -> RepoResult<Job> {
    Ok(diesel::update(jobs::table.find(id))
        .set((jobs::state.eq(JobState::Queued), jobs::run_after.eq(now)))
        .returning(Job::as_returning())
        .get_result(conn)?)
}

/// Queues a dead job that is held by `lock`, with all its counts at 0; also in a collection whose ingest is paused, because it was asked for
/// by itself.
pub fn retry(conn: &mut PgConnection, id: JobId) -> RepoResult<Job> {
    let again = (
        jobs::state.eq(JobState::Queued),
        jobs::stage.eq(JobStage::Queued),
        jobs::run_after.eq(now),
        jobs::finished_at.eq(None::<chrono::DateTime<chrono::Utc>>),
        jobs::failures.eq(0),
        jobs::lost_leases.eq(0),
        jobs::postponements.eq(0),
    );
    Ok(diesel::update(jobs::table.find(id)).set(again).returning(Job::as_returning()).get_result(conn)?)
}

/// Queues the dead jobs of the collection that read documents which are still there, as `retry` does; those with that code in their
/// problem, when given. They are paused if ingest into the collection is. Says how many.
pub fn redrive(conn: &mut PgConnection, collection: CollectionId, code: Option<&str>) -> RepoResult<usize> {
    Ok(diesel::sql_query(include_str!("../redrive_jobs.sql"))
        .bind::<diesel::sql_types::Uuid, _>(collection)
        .bind::<Nullable<Text>, _>(code)
        .execute(conn)?)
}

/// Notes that ingest into the collection is paused. Waits for the uploads in progress: those after it find the note. Must be committed
/// before `pause_ingest`, because workers lock jobs before collections.
pub fn note_pause(conn: &mut PgConnection, collection: CollectionId, is_paused: bool) -> RepoResult<()> {
    let _: CollectionId =
        collections::table.find(collection).select(collections::id).for_update().first(conn)?;
    let since = is_paused.then_some(now.into_sql::<Timestamptz>().nullable());
    let row = diesel::update(collections::table.find(collection));
    match since {
        Some(since) => row
            .filter(collections::ingest_paused_at.is_null())
            .set(collections::ingest_paused_at.eq(since))
            .execute(conn)?,
        None => {
            row.set(collections::ingest_paused_at.eq(None::<chrono::DateTime<chrono::Utc>>)).execute(conn)?
        }
    };
    Ok(())
}

/// Pauses the queued and running jobs that read documents of the collection, unless the note was changed in the meantime. Says how many.
pub fn pause_ingest(conn: &mut PgConnection, collection: CollectionId) -> RepoResult<usize> {
    if !is_paused(conn, collection)? {
        return Ok(0);
    }
    Ok(diesel::update(jobs::table)
        .filter(jobs::kind.eq(JobKind::Ingest))
        .filter(jobs::collection_id.eq(collection))
        .filter(jobs::state.eq_any([JobState::Queued, JobState::Running]))
        .set((
            jobs::state.eq(JobState::Paused),
            jobs::stage.eq(JobStage::Queued),
            jobs::leased_until.eq(None::<chrono::DateTime<chrono::Utc>>),
        ))
        .execute(conn)?)
}

/// Whether ingest into the collection is noted as paused; the note stays so until the transaction ends. The lock keeps out `note_pause`, and
/// not the workers, which lock jobs before collections.
fn is_paused(conn: &mut PgConnection, collection: CollectionId) -> RepoResult<bool> {
    let since: Option<chrono::DateTime<chrono::Utc>> = collections::table
        .find(collection)
        .select(collections::ingest_paused_at)
        .for_key_share()
        .first(conn)?;
    Ok(since.is_some())
}

/// Queues all paused jobs that read documents of the collection, unless the note was changed in the meantime. Says how many.
pub fn resume_ingest(conn: &mut PgConnection, collection: CollectionId) -> RepoResult<usize> {
    if is_paused(conn, collection)? {
        return Ok(0);
    }
    Ok(diesel::update(jobs::table)
        .filter(jobs::kind.eq(JobKind::Ingest))
        .filter(jobs::collection_id.eq(collection))
        .filter(jobs::state.eq(JobState::Paused))
        .set((jobs::state.eq(JobState::Queued), jobs::run_after.eq(now)))
        .execute(conn)?)
}
