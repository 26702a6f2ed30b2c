//! The dense leg: cosine similarity, exact where rows are few, by HNSW where they are many.

use diesel::{
    connection::SimpleConnection,
    prelude::*,
    sql_types::{Array, BigInt, Integer, Uuid},
};
use pgvector::{HalfVector, sql_types::HalfVector as HalfVectorSql};
use rag_schema::{
    ids::{ChunkId, CollectionId},
    models::EmbeddingModel,
};

use super::Hit;
use crate::RepoResult;

/// Up to this many rows an exact scan is as fast as the index and always right (measured: 3,000 of 100,000 rows).
const EXACT_ROWS: i64 = 3_000;
/// Of a very large index more rows are worth an exact scan: one in this many (measured: 10,000 of 1,000,000).
const EXACT_ONE_IN: i64 = 100;

/// How a dense search is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DensePlan {
    /// Every row of the collections is compared.
    Exact,
    /// The HNSW index is followed, with `ef_search` candidates at a time (1 to 1,000), until the limit is filled.
    Approximate {
        /// `hnsw.ef_search`.
        ef_search: u16,
    },
}

#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct ChunkCounts {
    #[diesel(sql_type = BigInt)]
    selected: i64,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// Chunks in the collections, those being built among them.
pub fn chunk_count(conn: &mut PgConnection, collections: &[CollectionId]) -> RepoResult<i64> {
    Ok(counts(conn, collections, 0)?.selected)
}

/// Chooses exact or approximate by how many rows the collections hold.
pub fn plan_dense(
    conn: &mut PgConnection,
    model: &EmbeddingModel,
    collections: &[CollectionId],
    ef_search: u16,
) -> RepoResult<DensePlan> {
    let ChunkCounts { selected, total } = counts(conn, collections, model.id)?;
    let exact = selected <= EXACT_ROWS.max(total / EXACT_ONE_IN);
    Ok(if exact { DensePlan::Exact } else { DensePlan::Approximate { ef_search } })
}

fn counts(conn: &mut PgConnection, collections: &[CollectionId], model: i32) -> RepoResult<ChunkCounts> {
    Ok(diesel::sql_query(include_str!("chunk_counts.sql"))
        .bind::<Array<Uuid>, _>(collections)
        .bind::<Integer, _>(model)
        .get_result(conn)?)
}

/// The `limit` chunks nearest to `query` by cosine, nearest first. Call it in a transaction: an approximate search sets
/// what holds for that one.
pub fn nearest(
    conn: &mut PgConnection,
    model: &EmbeddingModel,
    collections: &[CollectionId],
    query: &HalfVector,
    plan: DensePlan,
    limit: i64,
) -> RepoResult<Vec<Hit>> {
    let text = match plan {
        DensePlan::Exact => include_str!("dense_exact.sql"),
        DensePlan::Approximate { ef_search } => {
            conn.batch_execute(&format!(
                "SET LOCAL hnsw.ef_search = {ef_search}; SET LOCAL hnsw.iterative_scan = relaxed_order; \
                 SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off"
            ))?;
            include_str!("dense_approximate.sql")
        }
    };
    Ok(diesel::sql_query(for_dimensions(text, model))
        .bind::<HalfVectorSql, _>(query)
        .bind::<Integer, _>(model.id)
        .bind::<Array<Uuid>, _>(collections)
        .bind::<BigInt, _>(limit)
        .load(conn)?)
}

/// Cosine similarity of the chunks to `query`, for those that have a vector, in no order.
pub fn similarities(
    conn: &mut PgConnection,
    model: &EmbeddingModel,
    query: &HalfVector,
    chunks: &[ChunkId],
) -> RepoResult<Vec<Hit>> {
    Ok(diesel::sql_query(for_dimensions(include_str!("similarities.sql"), model))
        .bind::<HalfVectorSql, _>(query)
        .bind::<Integer, _>(model.id)
        .bind::<Array<Uuid>, _>(chunks)
        .load(conn)?)
}

/// The index is on a cast to the model's dimensions, and a cast cannot be bound: it is an integer from our own table.
fn for_dimensions(text: &str, model: &EmbeddingModel) -> String {
    text.replace("{dimensions}", &model.dimensions.to_string())
}
