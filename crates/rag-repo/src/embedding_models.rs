//! Embedding models and the partitions that hold their vectors.

use diesel::{
    prelude::*,
    sql_types::{BigInt, Integer, Nullable, Text},
};
use rag_schema::{
    enums::{JobKind, JobState},
    ids::CollectionId,
    models::{EmbeddingModel, VectorIndex},
    schema::{collections, embedding_models, embeddings, jobs},
};

use crate::RepoResult;

/// Longest vectors that can be stored: what pgvector indexes in half precision.
pub const MAX_DIMENSIONS: i32 = 4_000;

diesel::define_sql_function! {
    /// Id of the model of that name; makes it, its partition and its index when new.
    fn register_embedding_model(
        name: Text, dimensions: Integer, index_kind: Text,
        hnsw_m: Integer, hnsw_ef_construction: Integer, ivfflat_lists: Nullable<Integer>,
    ) -> Integer;
}

diesel::define_sql_function! {
    /// Removes a model that no collection and no job names, with its vectors.
    fn remove_embedding_model(model: Integer);
}

/// The model of that name, registered with its own partition and index when it is new; a known one keeps the index it has.
/// A model that is known with other dimensions, and one with more than `MAX_DIMENSIONS`, is refused with `RepoError::Invalid`.
pub fn register(
    conn: &mut PgConnection,
    name: &str,
    dimensions: i32,
    index: &VectorIndex,
) -> RepoResult<EmbeddingModel> {
    let VectorIndex { kind, hnsw_m, hnsw_ef_construction, ivfflat_lists } = *index;
    let id: i32 = conn.transaction(|conn| {
        let registered =
            register_embedding_model(name, dimensions, kind, hnsw_m, hnsw_ef_construction, ivfflat_lists);
        diesel::select(registered).get_result(conn)
    })?;
    find(conn, id)
}

/// The model as it is now.
pub fn find(conn: &mut PgConnection, id: i32) -> RepoResult<EmbeddingModel> {
    Ok(embedding_models::table.find(id).select(EmbeddingModel::as_select()).first(conn)?)
}

/// All models, in the order in which they were registered.
pub fn list(conn: &mut PgConnection) -> RepoResult<Vec<EmbeddingModel>> {
    Ok(embedding_models::table.order(embedding_models::id).select(EmbeddingModel::as_select()).load(conn)?)
}

/// The ids of the models of the collections, of all that the asker may see when there are none, and of those that they move to: a
/// move may end before the vectors are compared.
pub fn of_collections(conn: &mut PgConnection, collections: &[CollectionId]) -> RepoResult<Vec<i32>> {
    let mut own = collections::table.select(collections::model_id).distinct().into_boxed();
    let mut next = jobs::table
        .filter(jobs::kind.eq(JobKind::Reembed))
        .filter(jobs::state.eq_any(JobState::OPEN))
        .select(jobs::model_id.assume_not_null())
        .distinct()
        .into_boxed();
    if !collections.is_empty() {
        own = own.filter(collections::id.eq_any(collections));
        next = next.filter(jobs::collection_id.eq_any(collections));
    }
    let mut all: Vec<i32> = own.load(conn)?;
    all.extend(next.load::<i32>(conn)?);
    Ok(all)
}

/// Number of vectors of the collection by the model.
pub fn vector_count(conn: &mut PgConnection, model: i32, collection: CollectionId) -> RepoResult<i64> {
    Ok(embeddings::table
        .filter(embeddings::model_id.eq(model))
        .filter(embeddings::collection_id.eq(collection))
        .count()
        .get_result(conn)?)
}

/// Removes a model with its vectors and the record of its ended jobs. `RepoError` if a collection or an open job needs it.
pub fn remove(conn: &mut PgConnection, name: &str) -> RepoResult<()> {
    let id: i32 = embedding_models::table
        .filter(embedding_models::name.eq(name))
        .select(embedding_models::id)
        .first(conn)?;
    diesel::delete(jobs::table)
        .filter(jobs::model_id.eq(id))
        .filter(jobs::finished_at.is_not_null())
        .execute(conn)?;
    diesel::select(remove_embedding_model(id)).execute(conn)?;
    Ok(())
}

/// A model and what is stored for it.
#[derive(Debug, Clone, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct ModelUse {
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Collections of this model.
    #[diesel(sql_type = BigInt)]
    pub collections: i64,
    /// Queued jobs that need it.
    #[diesel(sql_type = BigInt)]
    pub queued_jobs: i64,
    /// Jobs that need it and have not ended, or can be retried.
    #[diesel(sql_type = BigInt)]
    pub open_jobs: i64,
}

/// The models with what is stored for each, as far as the asker may see, in the order of their registration.
pub fn uses(conn: &mut PgConnection) -> RepoResult<Vec<ModelUse>> {
    Ok(diesel::sql_query(include_str!("model_uses.sql")).load(conn)?)
}
