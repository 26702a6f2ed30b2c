//! The report of an evaluation of retrieval.

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
    /// 95th percentile of the time of a search, in milliseconds.
    pub p95_ms: f64,
}

/// Results of the three ways to search.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Legs {
    /// Lexical leg only.
    pub lexical: LegReport,
    /// Dense leg only.
    pub dense: LegReport,
    /// Both legs, fused.
    pub fused: LegReport,
}

/// The result of an evaluation of retrieval.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// Results of each leg and of both.
    pub legs: Legs,
    /// Number of documents of the corpus.
    pub documents: usize,
    /// Number of queries with judgements.
    pub queries: usize,
    /// Number of stored chunks.
    pub chunks: i64,
    /// Time from the first upload to the last publication, in seconds.
    pub ingest_s: f64,
    /// Name of the embedding model.
    pub model: String,
    /// Results of both legs under other ways to understand and rank, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sweep: Vec<(String, LegReport)>,
}
