//! What a search is asked, and what it gives.

use chrono::{DateTime, Utc};
use rag_repo::{
    filter::Filter,
    search::{DensePlan, Passage},
    statement::PlanDepth,
};
use rag_schema::ids::CollectionId;
use serde::Serialize;

use super::{context::Said, fusion::Ranked, ranking::Ranking, trace::Trace, understanding::Understanding};

/// Which legs take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Both, fused.
    #[default]
    Hybrid,
    /// Vectors only.
    Dense,
    /// Words only.
    Lexical,
}

/// What to search for, and where.
#[derive(Debug, Clone, Default)]
pub struct SearchRequest<'a> {
    /// Question or words. `"a phrase"` is required, `-word` and `-"a phrase"` are excluded, unless it is `plain`.
    pub query: &'a str,
    /// Whether quotation marks and dashes mean nothing: people's questions quote without meaning a rule.
    pub plain: bool,
    /// What was said before in the same conversation, oldest first.
    pub said: &'a [Said<'a>],
    /// Collections to search; all that the asker may see when empty.
    pub collections: &'a [CollectionId],
    /// Only documents that pass it.
    pub filter: Option<&'a Filter>,
    /// Of memories only those that stand at that time; of any state when absent. Other passages are not concerned.
    pub standing_at: Option<DateTime<Utc>>,
    /// Most results, at least 1.
    pub limit: usize,
    /// Which legs take part.
    pub mode: Mode,
    /// Which steps are taken to understand the question; the server's when absent.
    pub understanding: Option<Understanding>,
    /// How candidates become a list; the server's way when absent.
    pub ranking: Option<Ranking>,
    /// Whether to mark where the question's words stand in the results.
    pub highlight: bool,
    /// Whether the result has a trace, and how much the plans in it say.
    pub explain: Option<PlanDepth>,
}

/// One result.
#[derive(Debug, Clone)]
pub struct Found {
    /// Place, scores and ranks.
    pub ranked: Ranked,
    /// What it says, and where it comes from.
    pub passage: Passage,
    /// Where words of the question stand in the passage's text: from and to, in Unicode scalar values, in order.
    pub highlights: Vec<(usize, usize)>,
}

/// How long the steps took, in milliseconds.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Timings {
    /// Understanding the question; a chat model may take part.
    pub understand_ms: f64,
    /// Embedding the question.
    pub embed_ms: f64,
    /// All of PostgreSQL's work.
    pub database_ms: f64,
    /// Reranking; 0 when no reranker was asked.
    pub rerank_ms: f64,
}

/// A question's vector.
#[derive(Debug, Clone)]
pub struct EmbeddedQuestion {
    /// Model that made it.
    pub model_id: i32,
    /// The vector.
    pub vector: Vec<f32>,
}

/// What a search found.
#[derive(Debug, Clone)]
pub struct SearchResult {
    /// Results, best first.
    pub found: Vec<Found>,
    /// Whether there were candidates, but none passed the cut-off.
    pub no_good_match: bool,
    /// Whether a reranker judged the results; not, when none was to or it could not answer.
    pub reranked: bool,
    /// How the dense leg ran; none when it did not.
    pub dense_plan: Option<DensePlan>,
    /// Words of the question too common to bring candidates by themselves; they still count in the score.
    pub pruned_words: Vec<String>,
    /// The question as it was searched.
    pub searched: String,
    /// The question's vector by one of the models, when one was made.
    pub query_vector: Option<EmbeddedQuestion>,
    /// Names of the models whose vectors were compared.
    pub models: Vec<String>,
    /// What a reader of the results must know: sentences about collections that could not be searched in full.
    pub warnings: Vec<String>,
    /// Collections that were searched.
    pub collections: Vec<CollectionId>,
    /// Tokens that understanding the question took.
    pub tokens: u32,
    /// Fingerprint of the settings that it was searched and ranked by.
    pub ranking_version: String,
    /// How long it took.
    pub timings: Timings,
    /// How it came about, when that was asked for.
    pub trace: Option<Trace>,
}
