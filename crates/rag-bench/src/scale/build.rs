//! Creates statistics and the inverted index after the load, and reports all sizes.

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_types::{BigInt, Text},
};
use rag_repo::vector_index;
use rag_schema::{
    enums::IndexKind,
    models::{EmbeddingModel, VectorIndex},
};
use serde::Serialize;

use super::Args;
use crate::{
    BenchResult,
    measure::{progress, seconds, timed},
};

/// Memory per row during the build of the inverted index.
const WORDS_ROW_BYTES: usize = 2_048;
const MB: usize = 1 << 20;

/// The inverted index, and the sizes on disk without the vector index.
#[derive(Debug, Serialize)]
pub(crate) struct Built {
    /// `maintenance_work_mem` of the build.
    pub(crate) memory_mb: usize,
    /// Build time of the inverted index, in seconds.
    pub(crate) inverted_s: f64,
    /// Tables and indexes.
    pub(crate) sizes: Vec<Size>,
}

/// Size of a table or an index.
#[derive(Debug, Serialize, QueryableByName)]
pub(crate) struct Size {
    /// The table or index.
    #[diesel(sql_type = Text)]
    pub(crate) name: String,
    /// Bytes on disk.
    #[diesel(sql_type = BigInt)]
    pub(crate) bytes: i64,
}

/// A setting of the server.
#[derive(Debug, Serialize, QueryableByName)]
pub(crate) struct Setting {
    /// Name.
    #[diesel(sql_type = Text)]
    pub(crate) name: String,
    /// Value with its unit.
    #[diesel(sql_type = Text)]
    pub(crate) value: String,
}

/// The server's settings that affect the figures.
pub(crate) fn server(url: &str) -> BenchResult<Vec<Setting>> {
    let conn = &mut rag_repo::server::connect(url)?;
    Ok(diesel::sql_query(
        "SELECT name, current_setting(name) AS value FROM pg_settings WHERE name IN ('server_version', 'shared_buffers', \
         'work_mem', 'fsync', 'max_parallel_maintenance_workers', 'max_parallel_workers_per_gather') ORDER BY name",
    )
    .load(conn)?)
}

/// Drops the two indexes that are faster to build after the load; keeps the definition of the inverted one in `bench_indexes`.
pub(crate) fn forget_indexes(conn: &mut PgConnection, model: &EmbeddingModel) -> BenchResult<()> {
    let none = VectorIndex { kind: IndexKind::None, ..VectorIndex::default() };
    vector_index::rebuild(conn, model, &none, 64)?;
    conn.batch_execute(
        "CREATE TABLE bench_indexes AS SELECT indexname AS name, indexdef AS value FROM pg_indexes \
         WHERE indexname = 'passage_lexemes_lexeme_ids_idx'; DROP INDEX passage_lexemes_lexeme_ids_idx",
    )?;
    Ok(())
}

/// Creates statistics and the inverted index.
pub(crate) fn run(url: &str, args: &Args) -> BenchResult<Built> {
    let conn = &mut rag_repo::server::connect(url)?;
    progress("vacuuming and counting");
    for table in [
        "documents",
        "document_versions",
        "passages",
        "chunks",
        "embeddings",
        "passage_lexemes",
        "lexemes",
        "bench_words",
    ] {
        conn.batch_execute(&format!("VACUUM (ANALYZE) {table}"))?;
    }
    let needed_mb = 64 + args.rows * WORDS_ROW_BYTES / MB;
    let memory_mb = needed_mb.min(usize::try_from(args.build_memory_mb)?);
    conn.batch_execute(&format!("SET maintenance_work_mem = '{memory_mb}MB'"))?;
    progress("building the inverted index");
    let index: Setting = diesel::sql_query("SELECT name::text, value FROM bench_indexes").get_result(conn)?;
    let (built, took) = timed(|| conn.batch_execute(&index.value));
    built?;
    let sizes = diesel::sql_query(include_str!("sizes.sql")).load(conn)?;
    Ok(Built { memory_mb, inverted_s: seconds(took), sizes })
}

/// Converts a size to a floating-point number, exact to the kilobyte.
pub(crate) fn bytes(count: i64) -> f64 {
    f64::from(u32::try_from(count / 1_024).unwrap_or(u32::MAX)) * 1_024.0
}
