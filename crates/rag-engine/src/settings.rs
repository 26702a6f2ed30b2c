//! Settings of the use cases; their defaults are those of `config/rag.toml`.

use std::time::Duration;

use rag_fetch::FetchSettings;
use rag_repo::search::Breadth;
use rag_schema::{enums::SessionMemory, models::VectorIndex};
use rag_text::{ChunkSettings, ReadSettings};
use serde::Deserialize;

use crate::{
    answer::Templates,
    events::AnalyticsSettings,
    retrieve::{Ranking, Understanding},
};

/// Settings of the engine.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Settings of ingest.
    pub ingest: IngestSettings,
    /// Settings of fetching documents from addresses; `None` if this process fetches none.
    pub fetch: Option<FetchJobSettings>,
    /// Settings of background jobs of all kinds.
    pub jobs: JobSettings,
    /// Index of the vectors of a model that is new to the database; a known model keeps its index.
    pub index: VectorIndex,
    /// Settings of search.
    pub search: SearchSettings,
    /// Settings of answers.
    pub answer: AnswerSettings,
    /// Settings of long-term memory.
    pub memory: MemorySettings,
    /// Settings of accounts and their limits.
    pub accounts: AccountSettings,
    /// Settings of analytics.
    pub analytics: AnalyticsSettings,
}

/// Settings of long-term memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemorySettings {
    /// Whether each question with its answer is indexed, so that recalls of its user find it.
    pub index_rounds: bool,
    /// Use of long-term memory in new conversations.
    pub in_chat: SessionMemory,
    /// Maximum number of tokens that a chat model reads and writes in a day (UTC) for the memories of one user; 0: no model is asked.
    pub max_model_tokens_per_day: i64,
    /// Number of days without a change or a use after which upkeep consolidates small memories; 0: it consolidates none.
    pub consolidate_after_days: i32,
}

impl Default for MemorySettings {
    fn default() -> Self {
        Self {
            index_rounds: true,
            in_chat: SessionMemory::Off,
            max_model_tokens_per_day: 20_000,
            consolidate_after_days: 0,
        }
    }
}

/// Settings of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountSettings {
    /// Whether anyone can register an account with an organisation of its own; otherwise accounts are created by invitation only.
    pub open_registration: bool,
    /// Validity of an access token, in minutes, at least 1.
    pub access_token_minutes: i32,
    /// Maximum duration of a login, even if it is refreshed, in days, at least 1.
    pub login_days: i32,
    /// Maximum number of documents of an organisation; 0 is no limit.
    pub max_documents: i64,
    /// Maximum size of an organisation's originals, in bytes; 0 is no limit.
    pub max_bytes: i64,
    /// Maximum number of tokens that chat models read and write for an organisation in a day (UTC); 0 is no limit.
    pub max_tokens_per_day: i64,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self {
            open_registration: false,
            access_token_minutes: 15,
            login_days: 90,
            max_documents: 0,
            max_bytes: 0,
            max_tokens_per_day: 0,
        }
    }
}

/// Settings of ingest.
#[derive(Debug, Clone)]
pub struct IngestSettings {
    /// Size and overlap of chunks, in tokens.
    pub chunks: ChunkSettings,
    /// How documents are read. Its folder for temporary files is that of all jobs.
    pub reading: ReadSettings,
    /// ISO 639-3 code of the language that is assumed for texts whose language cannot be detected.
    pub default_language: String,
    /// Duration of a lease without renewal, in seconds.
    pub lease_s: i64,
    /// Number of a job's own failures after which it is given up, at least 1. Outages and stops do not count.
    pub max_failures: i32,
    /// Number of consecutive times that the process may end during a job, with nothing stored in between, before the job is given
    /// up, at least 1.
    pub max_lost_leases: i32,
    /// Number of superseded versions that are kept of each document.
    pub kept_versions: i64,
}

/// Settings of jobs that fetch documents from addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchJobSettings {
    /// Limits of each page.
    pub pages: FetchSettings,
    /// Number of threads that fetch, at least 1; they work on nothing else.
    pub workers: usize,
    /// Maximum number of pages of one job, at least 1.
    pub max_pages: usize,
}

impl Default for FetchJobSettings {
    fn default() -> Self {
        Self { pages: FetchSettings::default(), workers: 2, max_pages: 1_000 }
    }
}

/// Settings of jobs of all kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobSettings {
    /// Time for which finished jobs are kept, in days, at least 1.
    pub keep_days: i32,
}

impl Default for JobSettings {
    fn default() -> Self {
        Self { keep_days: 30 }
    }
}

/// Settings of search.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchSettings {
    /// Number of candidates of each leg, at least 1; raised to the number of results to rank, if that is greater.
    pub candidates: i64,
    /// Breadth of an approximate search of vectors, unless one was chosen for the index (`tunes_breadth`).
    pub breadth: Breadth,
    /// Part of the nearest passages that searches by an index are to find, 0 to 1; 0: it is not measured.
    pub recall_target: f64,
    /// Whether upkeep changes the breadth of an index to the smallest that reaches the target.
    pub tunes_breadth: bool,
    /// Approximate number of chunks that the lexical leg scores, at least 1, for collections of up to 100,000 chunks, unless that
    /// yields too few results; it grows slowly with larger collections. Chunks with the question's rarest words are scored, and
    /// chunks with two of the more common ones.
    pub lexical_budget: u32,
    /// Number of best results that are reranked if a request asks for reranking without a number, 1 to 500.
    pub rerank_window: usize,
    /// Ranking of the candidates, unless a request has its own.
    pub ranking: Ranking,
    /// Steps of understanding a question, unless a request has its own.
    pub understanding: Understanding,
    /// Weight of the question before against the 1 of a follow-up that depends on it, for vectors and words alike; 0 to 1.
    pub context_weight: f32,
    /// Maximum time for a chat model to help understand a question, all steps together.
    pub help_time: Duration,
}

impl Default for SearchSettings {
    fn default() -> Self {
        Self {
            candidates: 50,
            breadth: Breadth::default(),
            recall_target: 0.95,
            tunes_breadth: false,
            lexical_budget: 1_250,
            rerank_window: 50,
            ranking: Ranking::default(),
            understanding: Understanding::default(),
            context_weight: 0.2,
            help_time: Duration::from_secs(5),
        }
    }
}

/// The treatment of a model's answer that no cited passage supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnsupportedAnswer {
    /// Only its outcome says so.
    Keep,
    /// It has a notice that clients show.
    #[default]
    Mark,
    /// The answer is `NOT_FOUND` instead.
    Replace,
}

/// Settings of answers.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerSettings {
    /// Number of passages for the answerer, at least 1.
    pub passages: usize,
    /// Maximum number of sentences of an extractive answer, at least 1.
    pub sentences: usize,
    /// Minimum probability that the best sentence answers the question, 0 to 1; below it the answer is "not found".
    pub min_support: f64,
    /// The treatment of a model's answer that no cited passage supports.
    pub unsupported: UnsupportedAnswer,
    /// Maximum length of a question, in Unicode scalar values.
    pub max_question_chars: usize,
    /// Maximum length of an answer, in Unicode scalar values; a model that writes more is stopped there.
    pub max_answer_chars: usize,
    /// Hosts, including all their subdomains, to which links and images in answers may point; others become text.
    pub link_hosts: Vec<String>,
    /// Maximum time of a turn; an answer that is incomplete by then is stopped.
    pub max_time: Duration,
    /// Maximum number of earlier messages in the chat model's prompt.
    pub history_messages: i64,
    /// Maximum length of these messages together, in tokens of about four characters.
    pub max_history_tokens: u32,
    /// Maximum length of the passages in the chat model's prompt, in tokens; the best one is always included.
    pub max_passage_tokens: u32,
    /// Templates of the chat model's prompt.
    pub templates: Templates,
}

impl Default for AnswerSettings {
    fn default() -> Self {
        Self {
            passages: 8,
            sentences: 3,
            min_support: 0.3,
            unsupported: UnsupportedAnswer::default(),
            max_question_chars: 4_000,
            max_answer_chars: 40_000,
            link_hosts: Vec::new(),
            max_time: Duration::from_mins(5),
            history_messages: 10,
            max_history_tokens: 4_000,
            max_passage_tokens: 6_000,
            templates: Templates::default(),
        }
    }
}
