//! Embedding models and the partitions that hold their vectors.

use diesel::{prelude::*, sql_types::Integer};
use rag_schema::{models::EmbeddingModel, schema::embedding_models};

use crate::RepoResult;

diesel::define_sql_function! {
    /// Id of the model of that name; makes it, its partition and its index when new.
    fn register_embedding_model(name: diesel::sql_types::Text, dimensions: Integer) -> Integer;
}

/// The model of that name, registered with its own partition and index when it is new.
/// A model that is known with other dimensions is refused with `RepoError::Invalid`.
pub fn register(conn: &mut PgConnection, name: &str, dimensions: i32) -> RepoResult<EmbeddingModel> {
    let id: i32 =
        conn.transaction(|conn| diesel::select(register_embedding_model(name, dimensions)).get_result(conn))?;
    Ok(embedding_models::table.find(id).select(EmbeddingModel::as_select()).first(conn)?)
}
