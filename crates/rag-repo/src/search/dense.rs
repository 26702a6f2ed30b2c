//! The dense leg: cosine similarity, exact where rows are few, by HNSW where they are many.

use diesel::{connection::SimpleConnection, prelude::*};
use pgvector::HalfVector;
use rag_schema::{ids::ChunkId, models::EmbeddingModel, schema::embeddings};

use super::{
    Hit,
    scope::{Scope, Table},
};
use crate::{
    RepoResult,
    statement::{Bind, Statement},
};

/// How a dense search is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DensePlan {
    /// Every row in scope is compared.
    Exact,
    /// The HNSW index is followed, with `ef_search` candidates at a time (1 to 1,000), until the limit is filled.
    Approximate {
        /// `hnsw.ef_search`.
        ef_search: u16,
    },
}

impl DensePlan {
    /// Runs the plan's query with `run`, under the settings that it needs. Call it in a transaction, which they hold for.
    pub fn run<T>(
        self,
        conn: &mut PgConnection,
        run: impl FnOnce(&mut PgConnection) -> RepoResult<T>,
    ) -> RepoResult<T> {
        self.prepare(conn)?;
        let result = run(conn)?;
        self.finish(conn)?;
        Ok(result)
    }

    fn prepare(self, conn: &mut PgConnection) -> RepoResult<()> {
        let Self::Approximate { ef_search } = self else { return Ok(()) };
        Ok(conn.batch_execute(&format!(
            "SET LOCAL hnsw.ef_search = {ef_search}; SET LOCAL hnsw.iterative_scan = relaxed_order; \
             SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off"
        ))?)
    }

    /// Takes back what would mislead the queries after it.
    fn finish(self, conn: &mut PgConnection) -> RepoResult<()> {
        match self {
            Self::Exact => Ok(()),
            Self::Approximate { .. } => {
                Ok(conn.batch_execute("SET LOCAL enable_seqscan = on; SET LOCAL enable_sort = on")?)
            }
        }
    }
}

/// The query of the `limit` chunks nearest to `query` by cosine, nearest first; to be run by `plan.run`.
pub fn dense_leg(
    model: &EmbeddingModel,
    scope: &Scope,
    query: &HalfVector,
    plan: DensePlan,
    limit: i64,
) -> Statement {
    let text = match plan {
        DensePlan::Exact => include_str!("dense_exact.sql"),
        DensePlan::Approximate { .. } => include_str!("dense_approximate.sql"),
    };
    Statement::new(for_dimensions(text, model))
        .bind(Bind::Half(query.clone()))
        .bind(Bind::Integer(model.id))
        .bind(Bind::BigInteger(limit))
        .splice("{scope}", |first| scope.condition(Table::Embeddings, first))
}

/// Cosine similarity of the chunks to `query`, for those that have a vector, in no order.
pub fn similarities(
    conn: &mut PgConnection,
    model: &EmbeddingModel,
    query: &HalfVector,
    chunks: &[ChunkId],
) -> RepoResult<Vec<Hit>> {
    Statement::new(for_dimensions(include_str!("similarities.sql"), model))
        .bind(Bind::Half(query.clone()))
        .bind(Bind::Integer(model.id))
        .bind(Bind::Ids(chunks.iter().map(|id| id.uuid()).collect()))
        .load(conn)
}

/// The vectors of the chunks, for those that have one, in no order.
pub fn vectors(
    conn: &mut PgConnection,
    model: &EmbeddingModel,
    chunks: &[ChunkId],
) -> RepoResult<Vec<(ChunkId, Vec<f32>)>> {
    let rows: Vec<(ChunkId, HalfVector)> = embeddings::table
        .filter(embeddings::model_id.eq(model.id))
        .filter(embeddings::chunk_id.eq_any(chunks))
        .select((embeddings::chunk_id, embeddings::embedding))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, vector)| (id, vector.to_vec().into_iter().map(f32::from).collect()))
        .collect())
}

/// The index is on a cast to the model's dimensions, and a cast cannot be bound: it is an integer from our own table.
fn for_dimensions(text: &str, model: &EmbeddingModel) -> String {
    text.replace("{dimensions}", &model.dimensions.to_string())
}
