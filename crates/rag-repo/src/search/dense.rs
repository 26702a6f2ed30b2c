//! The dense leg: cosine similarity, exact where rows are few, by the model's index where they are many.

use diesel::prelude::*;
use pgvector::HalfVector;
use rag_schema::{enums::Metric, ids::ChunkId, models::EmbeddingModel, schema::embeddings};

use super::{
    Hit, Planned,
    scope::{Scope, Table},
};
use crate::{
    RepoResult,
    statement::{Bind, Statement},
};

/// How a dense search is run. Its scores are cosines in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DensePlan {
    /// Every row in scope is compared.
    Exact,
    /// The HNSW graph is followed until the limit is filled.
    Hnsw {
        /// What the index orders by.
        metric: Metric,
        /// `hnsw.ef_search`: candidates at a time, 1 to 1,000.
        ef_search: u16,
    },
    /// The lists nearest to the query are compared, and further ones until the limit is filled.
    Ivfflat {
        /// What the index orders by.
        metric: Metric,
        /// `ivfflat.probes`: lists at a time, 1 to 32,768.
        probes: u16,
    },
    /// The HNSW graph over bits is followed until there are `overfetch` times the limit, which are then compared exactly.
    HnswBinary {
        /// `hnsw.ef_search`: candidates at a time, 1 to 1,000.
        ef_search: u16,
        /// Rows compared exactly for one that is wanted, 1 to 100.
        overfetch: u16,
    },
}

/// How far an approximate search looks: more finds more and takes longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breadth {
    /// HNSW: candidates at a time, 1 to 1,000.
    pub ef_search: u16,
    /// `IVFFlat`: lists at a time, up to 32,768; 0: the square root of their number.
    pub probes: u16,
    /// Binary HNSW: rows compared exactly for one that is wanted, 1 to 100; `ef_search` grows as much.
    pub overfetch: u16,
}

impl Default for Breadth {
    fn default() -> Self {
        Self { ef_search: 100, probes: 0, overfetch: 4 }
    }
}

impl DensePlan {
    /// What leaves PostgreSQL the model's index alone.
    fn settings(self) -> Option<String> {
        let breadth = match self {
            Self::Exact => return None,
            Self::Hnsw { ef_search, .. } | Self::HnswBinary { ef_search, .. } => {
                format!(
                    "SET LOCAL hnsw.ef_search = {ef_search}; SET LOCAL hnsw.iterative_scan = relaxed_order"
                )
            }
            Self::Ivfflat { probes, .. } => {
                format!(
                    "SET LOCAL ivfflat.probes = {probes}; SET LOCAL ivfflat.iterative_scan = relaxed_order"
                )
            }
        };
        Some(format!("{breadth}; SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off"))
    }
}

/// The query of the `limit` chunks nearest to `query` by cosine, nearest first.
pub fn dense_leg(
    model: &EmbeddingModel,
    scope: &Scope,
    query: &HalfVector,
    plan: DensePlan,
    limit: i64,
) -> Planned {
    let text = match plan {
        DensePlan::Exact => include_str!("dense_exact.sql").to_owned(),
        DensePlan::Hnsw { metric, .. } | DensePlan::Ivfflat { metric, .. } => {
            include_str!("dense_approximate.sql").replace("{operator}", operator(metric))
        }
        DensePlan::HnswBinary { .. } => include_str!("dense_binary.sql").to_owned(),
    };
    let statement =
        Statement::new(of_model(&text, model)).bind(Bind::Half(query.clone())).bind(Bind::BigInteger(limit));
    let statement = match plan {
        DensePlan::HnswBinary { overfetch, .. } => {
            statement.bind(Bind::BigInteger(limit.saturating_mul(overfetch.into())))
        }
        _ => statement,
    };
    let statement = statement.splice("{scope}", |first| scope.condition(Table::Embeddings, first));
    match plan.settings() {
        None => Planned::freely(statement),
        Some(settings) if scope.is_narrowed() => Planned::under(&settings, statement),
        Some(settings) => Planned::under(&settings, statement.kept()),
    }
}

/// The operator that an index of the metric serves; any other scans the whole table.
fn operator(metric: Metric) -> &'static str {
    match metric {
        Metric::Cosine => "<=>",
        Metric::L2 => "<->",
        Metric::InnerProduct => "<#>",
    }
}

/// Cosine similarity of the chunks to `query`, for those that have a vector, in no order.
pub fn similarities(
    conn: &mut PgConnection,
    model: &EmbeddingModel,
    query: &HalfVector,
    chunks: &[ChunkId],
) -> RepoResult<Vec<Hit>> {
    if chunks.is_empty() {
        return Ok(Vec::new());
    }
    Statement::fixed(of_model(include_str!("similarities.sql"), model))
        .bind(Bind::Half(query.clone()))
        .bind(Bind::ids(chunks))
        .load(conn)
}

/// Cosine similarity of the chunks to what the query becomes when it learns from the chunks `best`: to the sum of `query` and of
/// their vectors. For those that have a vector, in no order.
pub fn learned_similarities(
    conn: &mut PgConnection,
    model: &EmbeddingModel,
    query: &HalfVector,
    best: &[ChunkId],
    chunks: &[ChunkId],
) -> RepoResult<Vec<Hit>> {
    Statement::fixed(of_model(include_str!("learned_similarities.sql"), model))
        .bind(Bind::Half(query.clone()))
        .bind(Bind::ids(best))
        .bind(Bind::ids(chunks))
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

/// The index is on a cast to the model's dimensions, and a cast cannot be bound; the model says which partition is read, and a
/// plan for all values is for one partition only when it is written out. Both are integers from our own table.
fn of_model(text: &str, model: &EmbeddingModel) -> String {
    text.replace("{dimensions}", &model.dimensions.to_string()).replace("{model}", &model.id.to_string())
}
