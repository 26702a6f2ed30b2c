//! Every kind of index over the same vectors, beside the HNSW index that single precision would need.

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

/// Rows up to which the float32 index is built of all of them.
const FLOAT_ROWS: usize = 100_000;
/// Rows that it is built of otherwise; its size grows in proportion.
const FLOAT_SAMPLE: usize = 50_000;
/// Memory that a row takes while the float32 index is built: vector, neighbours, room to spare.
const FLOAT_ROW_BYTES: usize = 3_072;
const MB: usize = 1 << 20;

/// The kinds in the order they are built; the default is the last, and stays for what is measured after.
pub(crate) const KINDS: [IndexKind; 3] = [IndexKind::Ivfflat, IndexKind::HnswBinary, IndexKind::Hnsw];

/// What single precision would cost.
#[derive(Debug, Serialize)]
pub(crate) struct Float32 {
    /// Rows that were indexed.
    pub(crate) rows: usize,
    /// Whether these are a sample.
    pub(crate) is_sample: bool,
    /// Bytes of the index, in proportion to all rows.
    pub(crate) bytes: f64,
    /// Seconds of the build of those rows.
    pub(crate) build_s: f64,
}

/// An index as it was built and searched.
#[derive(Debug, Serialize)]
pub(crate) struct Indexed {
    /// Kind and settings.
    pub(crate) index: String,
    /// Memory it was given, in MB: `maintenance_work_mem`, unless the server's own is more.
    pub(crate) memory_mb: i64,
    /// Seconds of the build.
    pub(crate) build_s: f64,
    /// Most memory of the process that built it, in MB, the part of `shared_buffers` that it touched included; none when the
    /// server is not on this machine.
    pub(crate) peak_rss_mb: Option<f64>,
    /// Bytes on disk.
    pub(crate) bytes: f64,
    /// These over the float32 index's.
    pub(crate) over_float32: f64,
    /// How it was searched.
    pub(crate) plan: String,
    /// Share of the ten nearest chunks that were found.
    pub(crate) recall_at_10: f64,
    /// Milliseconds in the database, one client.
    pub(crate) p50_ms: f64,
    /// As above.
    pub(crate) p95_ms: f64,
}

/// What the indexes are asked.
pub(crate) struct Asked<'a> {
    pub(crate) questions: &'a [Question],
    pub(crate) truth: &'a Truth,
    pub(crate) limit: Duration,
    pub(crate) most_memory_mb: u32,
}

/// Builds the index that single precision would need, of all rows or of a sample, and drops it.
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

/// Builds an index of the kind as `rag index --rebuild` does, and searches by it.
pub(crate) fn run(
    place: &Place<'_>,
    kind: IndexKind,
    asked: &Asked<'_>,
    float32: &Float32,
) -> BenchResult<Indexed> {
    progress(&format!("building an index of kind {kind}"));
    // A connection of its own: its process has held nothing else.
    let conn = &mut rag_repo::server::connect(place.url)?;
    let Backend { pid } = diesel::sql_query("SELECT pg_backend_pid() AS pid").get_result(conn)?;
    let model = embedding_models::find(conn, place.engine.models().for_new_collections().row().id)?;
    let index = VectorIndex { kind, ..VectorIndex::default() };
    let (built, took) = timed(|| vector_index::rebuild(conn, &model, &index, asked.most_memory_mb));
    built?;
    let peak_rss_mb = peak_rss_mb(&pid.to_string());
    let facts = vector_index::facts(conn, model.id)?;
    let needed_mb = vector_index::memory_mb(&index, model.dimensions, facts.row_count);
    // What was written must not be flushed to the disk while search is measured.
    conn.batch_execute("CHECKPOINT")?;
    let texts: Vec<&str> = asked.questions.iter().map(|question| question.text.as_str()).collect();
    let served = serve::dense(place, &texts, asked.limit)?;
    let (recall_at_10, plan) = asked.truth.recall(place, asked.questions)?;
    let bytes = bytes(facts.index_bytes);
    Ok(Indexed {
        index: index.to_string(),
        memory_mb: needed_mb.min(asked.most_memory_mb.into()),
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
