//! The request and the result of a search.

use chrono::{DateTime, Utc};
use rag_repo::{
    filter::Filter,
    search::{DensePlan, Passage},
    statement::PlanDepth,
};
use rag_schema::{
    enums::MemoryKind,
    ids::{CollectionId, SessionId},
};
use serde::Serialize;

use super::{context::Said, fusion::Ranked, ranking::Ranking, trace::Trace, understanding::Understanding};

/// The legs of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Both legs, fused.
    #[default]
    Hybrid,
    /// Dense leg only: vectors.
    Dense,
    /// Lexical leg only: words.
    Lexical,
}

/// What the limit of a search counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupBy {
    /// Passages, each by itself.
    #[default]
    Passage,
    /// Documents. Passages of one document stand together, at the place of the best of them.
    Document {
        /// Maximum number of passages of each document, at least 1.
        passages: usize,
    },
}

/// A request for a search.
#[derive(Debug, Clone, Default)]
pub struct SearchRequest<'a> {
    /// Question or words. `"a phrase"` is required, `-word` and `-"a phrase"` are excluded, unless `plain` is set.
    pub query: &'a str,
    /// Whether quotation marks and dashes have no special meaning, as in questions of a conversation.
    pub plain: bool,
    /// Messages before the question in the same conversation, oldest first.
    pub said: &'a [Said<'a>],
    /// Summary of the conversation before these messages, for a chat model that rewrites the question.
    pub summary: Option<&'a str>,
    /// Collections to search; if empty, all that the actor can see.
    pub collections: &'a [CollectionId],
    /// Condition that documents must meet.
    pub filter: Option<&'a Filter>,
    /// Time as of which is searched: memories that were valid then, rounds that were said by then, and the versions of documents that were
    /// published then. If absent, memories in every state, and the versions that are published now.
    pub as_of: Option<DateTime<Utc>>,
    /// Conversation whose rounds are left out.
    pub apart_from: Option<SessionId>,
    /// Kinds of memories to find; any if empty.
    pub memory_kinds: &'a [MemoryKind],
    /// Maximum number of results, at least 1: passages, or documents if results are grouped.
    pub limit: usize,
    /// What `limit` counts.
    pub group_by: GroupBy,
    /// Legs of the search.
    pub mode: Mode,
    /// Steps of understanding the question; the server's settings if absent.
    pub understanding: Option<Understanding>,
    /// Ranking of the candidates; the server's settings if absent.
    pub ranking: Option<Ranking>,
    /// Whether to mark the positions of the question's words in the results.
    pub highlight: bool,
    /// Whether the result has a trace, and the depth of its plans.
    pub explain: Option<PlanDepth>,
}

/// A result of a search.
#[derive(Debug, Clone)]
pub struct Found {
    /// Place, scores and ranks.
    pub ranked: Ranked,
    /// Passage, with its document.
    pub passage: Passage,
    /// Positions of the question's words in the passage's text: start and end (excluded), in Unicode scalar values, in order.
    pub highlights: Vec<(usize, usize)>,
}

/// Duration of each step, in milliseconds.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Timings {
    /// Time of understanding the question, including a chat model's.
    pub understand_ms: f64,
    /// Time of embedding the question.
    pub embed_ms: f64,
    /// Time of all database work.
    pub database_ms: f64,
    /// Time of reranking; 0 if no reranker was used.
    pub rerank_ms: f64,
}

/// The vector of a question.
#[derive(Debug, Clone)]
pub struct EmbeddedQuestion {
    /// Id of the embedding model.
    pub model_id: i32,
    /// The vector.
    pub vector: Vec<f32>,
}

/// The result of a search.
#[derive(Debug, Clone)]
pub struct SearchResult {
    /// Results, best first.
    pub found: Vec<Found>,
    /// Whether there were candidates, none of which passed the cut-off.
    pub no_good_match: bool,
    /// Whether a reranker judged the results; false if none was requested or it did not answer.
    pub reranked: bool,
    /// Plan of the dense leg; `None` if it did not run.
    pub dense_plan: Option<DensePlan>,
    /// Words of the question that are too common to select candidates; they still count in the score.
    pub pruned_words: Vec<String>,
    /// The question as it was searched, after rewriting.
    pub searched: String,
    /// Vector of the question by one of the models; `None` if it was not embedded.
    pub query_vector: Option<EmbeddedQuestion>,
    /// Names of the models whose vectors were compared.
    pub models: Vec<String>,
    /// Warnings about collections that could not be searched in full, in sentences for users.
    pub warnings: Vec<String>,
    /// Collections that were searched.
    pub collections: Vec<CollectionId>,
    /// Number of tokens that a chat model used to understand the question.
    pub tokens: u32,
    /// Fingerprint of the settings of search and ranking.
    pub ranking_version: String,
    /// Duration of each step.
    pub timings: Timings,
    /// Trace of the search, if requested.
    pub trace: Option<Trace>,
}
