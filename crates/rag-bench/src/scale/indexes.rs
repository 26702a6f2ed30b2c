//! Every kind of index on the same vectors, compared with the HNSW index of single precision.

use std::time::Duration;

use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_types::Integer};
use rag_repo::{embedding_models, vector_index};
use rag_schema::{enums::IndexKind, models::VectorIndex};
use serde::Serialize;

use super::{
    base::Question,
    build::{Size, bytes},
    quality::Truth,
    serve::{self, Place},
};
use crate::{
    BenchResult,
    measure::{number, peak_rss_mb, progress, seconds, timed},
};

/// Maximum number of rows for which the float32 index is built from all rows.
const FLOAT_ROWS: usize = 100_000;
/// Number of sampled rows for larger tables; the size grows in proportion.
const FLOAT_SAMPLE: usize = 50_000;
/// Memory per row during the build of the float32 index: vector, neighbours and reserve.
const FLOAT_ROW_BYTES: usize = 3_072;
const MB: usize = 1 << 20;

/// The kinds in the order of their builds; the default is the last, and later measurements use it.
pub(crate) const KINDS: [IndexKind; 3] = [IndexKind::Ivfflat, IndexKind::HnswBinary, IndexKind::Hnsw];

/// The index of single precision.
#[derive(Debug, Serialize)]
pub(crate) struct Float32 {
    /// Number of indexed rows.
    pub(crate) rows: usize,
    /// Whether the rows are a sample.
    pub(crate) is_sample: bool,
    /// Size of the index in bytes, extrapolated to all rows.
    pub(crate) bytes: f64,
    /// Build time of these rows, in seconds.
    pub(crate) build_s: f64,
}

/// The measurements of an index.
#[derive(Debug, Serialize)]
pub(crate) struct Indexed {
    /// Kind and settings.
    pub(crate) index: String,
    /// Memory of the build, in MB: `maintenance_work_mem`, unless the server's own value is larger.
    pub(crate) memory_mb: i64,
    /// Build time, in seconds.
    pub(crate) build_s: f64,
    /// Peak memory of the process that built it, in MB, including the pages of `shared_buffers` that it used; `None` if the
    /// server is not on this machine.
    pub(crate) peak_rss_mb: Option<f64>,
    /// Bytes on disk.
    pub(crate) bytes: f64,
    /// The size relative to the float32 index.
    pub(crate) over_float32: f64,
    /// The settings of the search.
    pub(crate) plan: String,
    /// Recall of the ten nearest chunks.
    pub(crate) recall_at_10: f64,
    /// Milliseconds in the database, one client.
    pub(crate) p50_ms: f64,
    /// As above.
    pub(crate) p95_ms: f64,
}

/// The questions for the indexes.
pub(crate) struct Asked<'a> {
    pub(crate) questions: &'a [Question],
    pub(crate) truth: &'a Truth,
    pub(crate) limit: Duration,
    pub(crate) max_memory_mb: u32,
}

/// Builds the index of single precision on all rows or a sample, and drops it.
pub(crate) fn float32(place: &Place<'_>, rows: usize) -> BenchResult<Float32> {
    let indexed = if rows <= FLOAT_ROWS { rows } else { FLOAT_SAMPLE };
    progress(&format!("building a float32 index of {indexed} rows"));
    let conn = &mut rag_repo::server::connect(place.url)?;
    let memory_mb = 64 + indexed * FLOAT_ROW_BYTES / MB;
    let dimensions = place.engine.models().for_new_collections().row().dimensions;
    conn.batch_execute(&format!(
        "SET maintenance_work_mem = '{memory_mb}MB'; \
         CREATE UNLOGGED TABLE bench_float32 AS SELECT embedding::vector({dimensions}) AS embedding FROM embeddings LIMIT {indexed}"
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
    Ok(Float32 { rows: indexed, is_sample: indexed < rows, bytes, build_s: seconds(took) })
}

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

/// Builds an index of the kind like `rag index --rebuild`, and searches with it.
pub(crate) fn run(
    place: &Place<'_>,
    kind: IndexKind,
    asked: &Asked<'_>,
    float32: &Float32,
) -> BenchResult<Indexed> {
    progress(&format!("building an index of kind {kind}"));
    // A new connection: its server process has used no other memory.
    let conn = &mut rag_repo::server::connect(place.url)?;
    let Backend { pid } = diesel::sql_query("SELECT pg_backend_pid() AS pid").get_result(conn)?;
    let model = embedding_models::find(conn, place.engine.models().for_new_collections().row().id)?;
    let index = VectorIndex { kind, ..VectorIndex::default() };
    let (built, took) = timed(|| vector_index::rebuild(conn, &model, &index, asked.max_memory_mb));
    built?;
    let peak_rss_mb = peak_rss_mb(&pid.to_string());
    let facts = vector_index::facts(conn, model.id)?;
    let needed_mb = vector_index::memory_mb(&index, model.dimensions, facts.row_count);
    // Written data must not be flushed to disk during the measurement of search.
    conn.batch_execute("CHECKPOINT")?;
    let texts: Vec<&str> = asked.questions.iter().map(|question| question.text.as_str()).collect();
    let served = serve::dense(place, &texts, asked.limit)?;
    let (recall_at_10, plan) = asked.truth.recall(place, asked.questions)?;
    let bytes = bytes(facts.index_bytes);
    Ok(Indexed {
        index: index.to_string(),
        memory_mb: needed_mb.min(asked.max_memory_mb.into()),
        build_s: seconds(took),
        peak_rss_mb,
        bytes,
        over_float32: bytes / float32.bytes,
        plan,
        recall_at_10,
        p50_ms: served.p50_ms,
        p95_ms: served.p95_ms,
    })
}
