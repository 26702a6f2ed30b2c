//! Embedding models and the partitions that hold their vectors.

use diesel::{
    prelude::*,
    sql_types::{Integer, Nullable, Text},
};
use rag_schema::{
    models::{EmbeddingModel, VectorIndex},
    schema::embedding_models,
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
