//! Moving a collection to another embedding model: the passages that lack its vectors, and the moment of the change.

use diesel::{
    dsl::{IntervalDsl, now},
    prelude::*,
    sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid},
};
use rag_schema::{
    enums::{JobKind, JobStage, JobState},
    ids::{CollectionId, PassageId, VersionId},
    models::Job,
    schema::{chunks, collections, jobs},
};

use crate::RepoResult;

/// Time after a move during which the old vectors stay: searches that began before it compare them.
const KEEP_OLD_VECTORS_MINUTES: i32 = 10;

/// A chunk with what its vectors are made from.
#[derive(Debug, Clone, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct LackingChunk {
    /// The passage.
    #[diesel(sql_type = Uuid)]
    pub id: PassageId,
    /// Its version.
    #[diesel(sql_type = Uuid)]
    pub version_id: VersionId,
    /// Title of its document.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// Headings that it stands under.
    #[diesel(sql_type = Array<Text>)]
    pub heading_path: Vec<String>,
    /// Its text.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// Its parts, as `ChunkParts::parts`; `None` for a chunk that was stored before parts were.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub parts: Option<serde_json::Value>,
}

/// Up to `limit` chunks of the collection after `after` that have no vector by the model, in the order of their ids.
pub fn lacking(
    conn: &mut PgConnection,
    collection: CollectionId,
    model: i32,
    after: Option<PassageId>,
    limit: i64,
) -> RepoResult<Vec<LackingChunk>> {
    Ok(diesel::sql_query(include_str!("lacking_chunks.sql"))
        .bind::<Uuid, _>(collection)
        .bind::<Integer, _>(model)
        .bind::<Nullable<Uuid>, _>(after)
        .bind::<BigInt, _>(limit)
        .load(conn)?)
}

/// Number of chunks of the collection.
pub fn chunk_count(conn: &mut PgConnection, collection: CollectionId) -> RepoResult<i64> {
    Ok(chunks::table.filter(chunks::collection_id.eq(collection)).count().get_result(conn)?)
}

/// The open move of the collection.
pub fn find_open(conn: &mut PgConnection, collection: CollectionId) -> RepoResult<Option<Job>> {
    Ok(jobs::table
        .filter(jobs::kind.eq(JobKind::Reembed))
        .filter(jobs::collection_id.eq(collection))
        .filter(jobs::state.eq_any(JobState::OPEN))
        .select(Job::as_select())
        .first(conn)
        .optional()?)
}

/// Ends the open move of the collection, which voids its lease. Says whether there was one.
pub fn cancel(conn: &mut PgConnection, collection: CollectionId) -> RepoResult<bool> {
    let ended = diesel::update(jobs::table)
        .filter(jobs::kind.eq(JobKind::Reembed))
        .filter(jobs::collection_id.eq(collection))
        .filter(jobs::state.eq_any(JobState::OPEN))
        .set((
            jobs::state.eq(JobState::Cancelled),
            jobs::stage.eq(JobStage::Finished),
            jobs::leased_until.eq(None::<chrono::DateTime<chrono::Utc>>),
            jobs::finished_at.eq(now.into_sql::<Timestamptz>().nullable()),
        ))
        .execute(conn)?;
    Ok(ended > 0)
}

/// Takes the collection's open ingest jobs from their workers: each is queued again, not before `delay_s` seconds. It waits for
/// those that store at this moment; afterwards none stores by the lease that it had.
pub fn hold_ingest(conn: &mut PgConnection, collection: CollectionId, delay_s: i64) -> RepoResult<()> {
    diesel::update(jobs::table)
        .filter(jobs::kind.eq(JobKind::Ingest))
        .filter(jobs::collection_id.eq(collection))
        .filter(jobs::state.eq_any([JobState::Queued, JobState::Running]))
        .set((
            jobs::state.eq(JobState::Queued),
            jobs::stage.eq(JobStage::Queued),
            jobs::leased_until.eq(None::<chrono::DateTime<chrono::Utc>>),
            jobs::run_after.eq(now.into_sql::<Timestamptz>() + delay_s.seconds()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives the collection the model, and with it every ingest job that is not done; those are due at once.
pub fn change_model(conn: &mut PgConnection, collection: CollectionId, model: i32) -> RepoResult<()> {
    diesel::update(collections::table.find(collection)).set(collections::model_id.eq(model)).execute(conn)?;
    diesel::update(jobs::table)
        .filter(jobs::kind.eq(JobKind::Ingest))
        .filter(jobs::collection_id.eq(collection))
        .filter(jobs::state.eq_any([JobState::Queued, JobState::Running, JobState::Paused, JobState::Dead]))
        .set((jobs::model_id.eq(model), jobs::run_after.eq(now.into_sql::<Timestamptz>())))
        .execute(conn)?;
    Ok(())
}

/// Deletes up to `limit` vectors by models that their collection neither has nor moves to, and says how many. Those of a collection
/// that moved a few minutes ago stay.
pub fn delete_old_vectors(conn: &mut PgConnection, limit: i64) -> RepoResult<usize> {
    Ok(diesel::sql_query(include_str!("delete_old_vectors.sql"))
        .bind::<Integer, _>(KEEP_OLD_VECTORS_MINUTES)
        .bind::<BigInt, _>(limit)
        .execute(conn)?)
}
