//! The index over a model's vectors: its state, its rebuild, and the progress of that.

use diesel::{
    connection::SimpleConnection,
    prelude::*,
    sql_types::{BigInt, Double, Integer, Nullable, Text},
};
use rag_schema::{
    enums::IndexKind,
    models::{EmbeddingModel, VectorIndex},
    schema::embedding_models,
};

use crate::RepoResult;

const MB: i64 = 1 << 20;

/// What `vector_index_facts.sql` tells.
#[derive(Debug, Clone, Copy, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct IndexFacts {
    /// Vectors stored.
    #[diesel(sql_type = BigInt)]
    pub row_count: i64,
    /// Bytes of the vectors' table.
    #[diesel(sql_type = BigInt)]
    pub table_bytes: i64,
    /// Bytes of the index; 0 when there is none.
    #[diesel(sql_type = BigInt)]
    pub index_bytes: i64,
    /// Lists that an `IVFFlat` index was built with.
    #[diesel(sql_type = Nullable<Integer>)]
    pub lists: Option<i32>,
}

/// How far a build is.
#[derive(Debug, Clone, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct BuildProgress {
    /// What it is at, in PostgreSQL's words.
    #[diesel(sql_type = Text)]
    pub phase: String,
    /// How much of the phase is done, 0 to 1.
    #[diesel(sql_type = Double)]
    pub share: f64,
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct ServerMemory {
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

diesel::define_sql_function! {
    /// Builds the index of a model's vectors and replaces the old one.
    fn build_embedding_index(model: Integer);
}

/// What stands.
pub fn facts(conn: &mut PgConnection, model: i32) -> RepoResult<IndexFacts> {
    Ok(diesel::sql_query(include_str!("vector_index_facts.sql"))
        .bind::<Integer, _>(model)
        .get_result(conn)?)
}

/// How far the build of the model's index is, seen from another connection; none when none is under way.
pub fn progress(conn: &mut PgConnection, model: i32) -> RepoResult<Option<BuildProgress>> {
    let query = diesel::sql_query(include_str!("vector_index_progress.sql")).bind::<Integer, _>(model);
    Ok(query.get_result(conn).optional()?)
}

/// Rebuilds the index with the settings of `index` and the memory that its rows need, up to `max_memory_mb`. Searches use the
/// old index until the end; writes to the model's vectors wait for the end.
pub fn rebuild(
    conn: &mut PgConnection,
    model: &EmbeddingModel,
    index: &VectorIndex,
    max_memory_mb: u32,
) -> RepoResult<()> {
    conn.transaction(|conn| {
        let rows = facts(conn, model.id)?.row_count;
        give_memory(conn, memory_mb(index, model.dimensions, rows).min(max_memory_mb.into()))?;
        // A breadth that was chosen for the old index says nothing about the new one.
        let change = (index, embedding_models::search_breadth.eq(None::<i32>));
        diesel::update(embedding_models::table.find(model.id)).set(change).execute(conn)?;
        diesel::select(build_embedding_index(model.id)).execute(conn)?;
        Ok(())
    })
}

/// The server's own `maintenance_work_mem` is its measure of what builds may share between processes; one that needs more
/// runs in a single process, whose memory is its own.
fn give_memory(conn: &mut PgConnection, needed_mb: i64) -> RepoResult<()> {
    conn.batch_execute("SET LOCAL statement_timeout = 0")?;
    let own: ServerMemory =
        diesel::sql_query("SELECT pg_size_bytes(current_setting('maintenance_work_mem')) AS bytes")
            .get_result(conn)?;
    if needed_mb > own.bytes / MB {
        conn.batch_execute(&format!(
            "SET LOCAL maintenance_work_mem = '{needed_mb}MB'; SET LOCAL max_parallel_maintenance_workers = 0"
        ))?;
    }
    Ok(())
}

/// Memory that a build needs to stay out of slower ways, in MB, by the sizes of pgvector's structures.
pub fn memory_mb(index: &VectorIndex, dimensions: i32, rows: i64) -> i64 {
    let dimensions = i64::from(dimensions);
    let bytes = match index.kind {
        IndexKind::None => 0,
        // A node: its value, two links of 16 bytes for each of `m` in the lowest layer, its share of the upper ones.
        IndexKind::Hnsw => rows * (2 * dimensions + 33 * i64::from(index.hnsw_m) + 256),
        IndexKind::HnswBinary => rows * (dimensions / 8 + 33 * i64::from(index.hnsw_m) + 256),
        // k-means: fifty samples a list, and a bound for each pair of a sample and a list.
        IndexKind::Ivfflat => {
            let lists = index.ivfflat_lists.map_or((rows / 1_000).max(1), i64::from);
            let samples = (50 * lists).max(10_000);
            samples * (2 * dimensions + 4 * lists + 32) + lists * (8 * lists + 8 * dimensions)
        }
    };
    64 + bytes / MB
}
