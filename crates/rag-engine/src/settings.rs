//! Settings of the use cases; their defaults are those of `config/rag.toml`.

use std::{path::PathBuf, time::Duration};

use rag_repo::search::Breadth;
use rag_schema::models::VectorIndex;
use rag_text::{ChunkSettings, Limits};

use crate::events::AnalyticsSettings;
use crate::retrieve::{Ranking, Understanding};

/// Settings of the engine.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Taking documents in.
    pub ingest: IngestSettings,
    /// Background jobs of all kinds.
    pub jobs: JobSettings,
    /// Index of the vectors of a model that is new to the database; a known model keeps the one it has.
    pub index: VectorIndex,
    /// Finding passages.
    pub search: SearchSettings,
    /// Answering.
    pub answer: AnswerSettings,
    /// Accounts and what they may use.
    pub accounts: AccountSettings,
    /// Events.
    pub analytics: AnalyticsSettings,
}

/// Settings of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountSettings {
    /// Whether anybody may make an account, with an organisation of its own; else by invitation only.
    pub open_registration: bool,
    /// How long an access token is good, in minutes, at least 1.
    pub access_token_minutes: i32,
    /// How long a login lasts, however often it is refreshed, in days, at least 1.
    pub login_days: i32,
    /// Most documents of an organisation; 0 is no limit.
    pub max_documents: i64,
    /// Most bytes of an organisation's originals; 0 is no limit.
    pub max_bytes: i64,
    /// Most tokens that chat models read and write for an organisation in a day (UTC); 0 is no limit.
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
    /// What reading one document may cost.
    pub limits: Limits,
    /// Program that is run as `extract-child` to read documents: `rag` itself.
    pub program: PathBuf,
    /// Folder for files that live as long as a job.
    pub scratch: PathBuf,
    /// ISO 639-3 code of the language taken for texts whose language cannot be told.
    pub default_language: String,
    /// How long a worker may hold a job without a sign of life, in seconds.
    pub lease_s: i64,
    /// Failures of its own after which a job is given up, at least 1. Outages and stops do not count.
    pub max_failures: i32,
    /// Times in a row that the process may end while it works on a job, with nothing stored in between, before the job is
    /// given up, at least 1.
    pub max_lost_leases: i32,
}

/// Settings of jobs of all kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobSettings {
    /// How long jobs that ended are kept, in days, at least 1.
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
    /// Candidates that each leg brings, at least 1; as many as are looked at, where those are more.
    pub candidates: i64,
    /// How far an approximate search of vectors looks.
    pub breadth: Breadth,
    /// About how many chunks the lexical leg scores, of up to 100,000, unless that finds too few; of more, slowly more: those that hold the question's rarest words,
    /// and those that hold two of the commoner ones; at least 1.
    pub lexical_budget: u32,
    /// How many of the best are reranked when a request wants that and does not say how many, 1 to 500.
    pub rerank_window: usize,
    /// How candidates become a list, unless a request brings its own way.
    pub ranking: Ranking,
    /// Which steps are taken to understand a question, unless a request chooses for itself.
    pub understanding: Understanding,
    /// Weight of the question before against the 1 of a follow-up that leans on it, for vectors and words alike; 0 to 1.
    pub context_weight: f32,
    /// How long a chat model may take to help understand a question, all its steps together.
    pub help_time: Duration,
}

impl Default for SearchSettings {
    fn default() -> Self {
        Self {
            candidates: 50,
            breadth: Breadth::default(),
            lexical_budget: 1_250,
            rerank_window: 50,
            ranking: Ranking::default(),
            understanding: Understanding::default(),
            context_weight: 0.2,
            help_time: Duration::from_secs(5),
        }
    }
}

/// Settings of answers.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerSettings {
    /// Passages given to the answerer, at least 1.
    pub passages: usize,
    /// Maximum number of sentences of an extractive answer, at least 1.
    pub sentences: usize,
    /// Minimum probability that the best sentence answers the question, 0 to 1; below it the answer is "not found".
    pub min_support: f64,
    /// Maximum length of a question, in Unicode scalar values.
    pub max_question_chars: usize,
    /// Maximum length of an answer, in Unicode scalar values; a model that writes more is stopped there.
    pub max_answer_chars: usize,
    /// Hosts, with all names below them, to which links and images of answers may lead; others become text.
    pub link_hosts: Vec<String>,
    /// Maximum time of a turn; an answer that is not whole by then is stopped.
    pub max_time: Duration,
    /// Maximum number of earlier messages that a chat model is given.
    pub history_messages: i64,
    /// Maximum length of these messages together, in tokens of about four characters.
    pub max_history_tokens: u32,
    /// Maximum length of the passages that the chat model receives, in tokens; the best one is always given.
    pub max_passage_tokens: u32,
}

impl Default for AnswerSettings {
    fn default() -> Self {
        Self {
            passages: 8,
            sentences: 3,
            min_support: 0.3,
            max_question_chars: 4_000,
            max_answer_chars: 40_000,
            link_hosts: Vec::new(),
            max_time: Duration::from_mins(5),
            history_messages: 10,
            max_history_tokens: 4_000,
            max_passage_tokens: 6_000,
        }
    }
}
