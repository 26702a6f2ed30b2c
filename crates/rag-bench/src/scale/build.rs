//! Builds the indexes after the load, and says how long it took, in how much memory, and how large everything is.

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_types::{BigInt, Text},
};
use serde::Serialize;

use super::Args;
use crate::{
    BenchResult,
    measure::{number, progress, seconds, timed},
};

/// Rows up to which the float32 index is built of all of them.
const FLOAT_ROWS: usize = 100_000;
/// Rows that it is built of otherwise; its size grows in proportion.
const FLOAT_SAMPLE: usize = 50_000;
/// Memory that a row takes while its HNSW index is built: vector, neighbours, room to spare.
const HALFVEC_ROW_BYTES: usize = 2_048;
const FLOAT_ROW_BYTES: usize = 3_072;
const MB: usize = 1 << 20;

/// Indexes as they were built.
#[derive(Debug, Serialize)]
pub(crate) struct Built {
    /// `maintenance_work_mem` of the HNSW build.
    pub(crate) memory_mb: usize,
    /// Seconds of the HNSW build.
    pub(crate) hnsw_s: f64,
    /// Seconds of the inverted index's build.
    pub(crate) inverted_s: f64,
    /// Tables and indexes.
    pub(crate) sizes: Vec<Size>,
    /// The HNSW index of the same vectors in single precision.
    pub(crate) float32: Float32,
}

/// Size of a table or an index.
#[derive(Debug, Serialize, QueryableByName)]
pub(crate) struct Size {
    /// What it holds.
    #[diesel(sql_type = Text)]
    pub(crate) name: String,
    /// Bytes on disk.
    #[diesel(sql_type = BigInt)]
    pub(crate) bytes: i64,
}

/// What single precision would cost.
#[derive(Debug, Serialize)]
pub(crate) struct Float32 {
    /// Rows that were indexed.
    pub(crate) rows: usize,
    /// Bytes of the index, in proportion to all rows.
    pub(crate) bytes: f64,
    /// Seconds of the build of those rows.
    pub(crate) build_s: f64,
    /// Bytes of the half-precision index over these.
    pub(crate) half_over_float: f64,
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

/// The server's settings that the figures depend on.
pub(crate) fn server(url: &str) -> BenchResult<Vec<Setting>> {
    let conn = &mut rag_repo::server::connect(url)?;
    Ok(diesel::sql_query(
        "SELECT name, current_setting(name) AS value FROM pg_settings WHERE name IN ('server_version', 'shared_buffers', \
         'work_mem', 'fsync', 'max_parallel_maintenance_workers', 'max_parallel_workers_per_gather') ORDER BY name",
    )
    .load(conn)?)
}

/// Drops the two indexes that are built faster afterwards; their definitions stay in `bench_indexes`.
pub(crate) fn forget_indexes(conn: &mut PgConnection) -> BenchResult<()> {
    conn.batch_execute(
        "CREATE TABLE bench_indexes AS SELECT indexname AS name, indexdef AS definition FROM pg_indexes \
         WHERE indexname ~ '^embeddings_[0-9]+_hnsw_idx$' OR indexname = 'chunk_lexemes_lexeme_ids_idx'; \
         DO $$ DECLARE i RECORD; BEGIN FOR i IN SELECT name FROM bench_indexes LOOP \
         EXECUTE format('DROP INDEX %I', i.name); END LOOP; END $$",
    )?;
    Ok(())
}

/// Makes statistics and indexes.
pub(crate) fn run(url: &str, args: &Args) -> BenchResult<Built> {
    let conn = &mut rag_repo::server::connect(url)?;
    progress("vacuuming and counting");
    for table in
        ["documents", "document_versions", "chunks", "embeddings", "chunk_lexemes", "lexemes", "bench_words"]
    {
        conn.batch_execute(&format!("VACUUM (ANALYZE) {table}"))?;
    }
    let memory_mb = args.build_memory_mb.unwrap_or_else(|| 64 + args.rows * HALFVEC_ROW_BYTES / MB);
    conn.batch_execute(&format!("SET maintenance_work_mem = '{memory_mb}MB'"))?;
    let inverted_s = create(conn, "inverted index", "chunk_lexemes_lexeme_ids_idx")?;
    let hnsw_s = create(conn, "HNSW index", "embeddings_%_hnsw_idx")?;
    let sizes: Vec<Size> = diesel::sql_query(include_str!("sizes.sql")).load(conn)?;
    let half = sizes.iter().find(|size| size.name.starts_with("HNSW")).map_or(0, |size| size.bytes);
    let float32 = float32(conn, args.rows, half)?;
    // What was written must not be flushed to the disk while search is measured.
    conn.batch_execute("CHECKPOINT")?;
    Ok(Built { memory_mb, hnsw_s, inverted_s, sizes, float32 })
}

fn create(conn: &mut PgConnection, what: &str, pattern: &str) -> BenchResult<f64> {
    progress(&format!("building the {what}"));
    let query =
        diesel::sql_query("SELECT name::text, definition AS value FROM bench_indexes WHERE name LIKE $1");
    let index: Setting = query.bind::<Text, _>(pattern).get_result(conn)?;
    let (built, took) = timed(|| conn.batch_execute(&index.value));
    built?;
    Ok(seconds(took))
}

/// Builds the index that single precision would need, of all rows or of a sample, and drops it.
fn float32(conn: &mut PgConnection, rows: usize, half_bytes: i64) -> BenchResult<Float32> {
    let indexed = if rows <= FLOAT_ROWS { rows } else { FLOAT_SAMPLE };
    progress(&format!("building a float32 index of {indexed} rows"));
    let memory_mb = 64 + indexed * FLOAT_ROW_BYTES / MB;
    conn.batch_execute(&format!(
        "SET maintenance_work_mem = '{memory_mb}MB'; \
         DO $$ BEGIN EXECUTE format('CREATE UNLOGGED TABLE bench_float32 AS SELECT embedding::vector(%s) AS embedding \
         FROM embeddings LIMIT {indexed}', (SELECT dimensions FROM embedding_models LIMIT 1)); END $$"
    ))?;
    let (built, took) = timed(|| {
        conn.batch_execute(
            "CREATE INDEX bench_float32_idx ON bench_float32 USING hnsw (embedding vector_cosine_ops)",
        )
    });
    built?;
    let size: Size = diesel::sql_query("SELECT '' AS name, pg_relation_size('bench_float32_idx') AS bytes")
        .get_result(conn)?;
    conn.batch_execute("DROP TABLE bench_float32")?;
    let bytes = bytes(size.bytes) * number(rows) / number(indexed.max(1));
    Ok(Float32 {
        rows: indexed,
        bytes,
        build_s: seconds(took),
        half_over_float: self::bytes(half_bytes) / bytes,
    })
}

/// A size as a number to reckon with, exact to the kilobyte.
pub(crate) fn bytes(count: i64) -> f64 {
    f64::from(u32::try_from(count / 1_024).unwrap_or(u32::MAX)) * 1_024.0
}
