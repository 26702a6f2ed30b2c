//! What an evaluation reports.

use serde::{Deserialize, Serialize};

/// Quality and speed of one way to search.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LegReport {
    /// Mean nDCG@10.
    pub ndcg_at_10: f64,
    /// Mean recall@10.
    pub recall_at_10: f64,
    /// Mean recall@100.
    pub recall_at_100: f64,
    /// Mean reciprocal rank within the first 10.
    pub mrr_at_10: f64,
    /// Median time of a search, embedding included, in milliseconds.
    pub p50_ms: f64,
    /// 95th percentile of the same.
    pub p95_ms: f64,
}

/// Report on the three ways to search.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Legs {
    /// Words only.
    pub lexical: LegReport,
    /// Vectors only.
    pub dense: LegReport,
    /// Both.
    pub fused: LegReport,
}

/// What an evaluation found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// Per leg and fused.
    pub legs: Legs,
    /// Documents of the corpus.
    pub documents: usize,
    /// Queries with judgements.
    pub queries: usize,
    /// Chunks stored.
    pub chunks: i64,
    /// Time from the first upload to the last publication, in seconds.
    pub ingest_s: f64,
    /// Embedding model.
    pub model: String,
    /// Both legs under other ways to understand and rank, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sweep: Vec<(String, LegReport)>,
}
