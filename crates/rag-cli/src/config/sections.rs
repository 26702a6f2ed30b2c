//! The sections of the configuration, documented in `config/rag.toml`.

use std::{net::SocketAddr, path::PathBuf};

use ipnet::IpNet;
use rag_engine::UnsupportedAnswer;
use rag_schema::enums::{IndexKind, SessionMemory};
use serde::{Deserialize, Deserializer, de::Error};

use super::{fetch::Fetch, traces::Traces};

/// All settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sections {
    pub(crate) server: Server,
    pub(crate) dify: Dify,
    pub(crate) librechat: LibreChat,
    pub(crate) open_webui: OpenWebUi,
    pub(crate) accounts: Accounts,
    pub(crate) database: Database,
    pub(crate) postgres: Postgres,
    pub(crate) embedding: Embedding,
    pub(crate) rerank: Rerank,
    pub(crate) chat: Chat,
    pub(crate) ingest: Ingest,
    pub(crate) fetch: Fetch,
    pub(crate) jobs: Jobs,
    pub(crate) index: Index,
    pub(crate) search: Search,
    pub(crate) query: Query,
    pub(crate) answer: Answer,
    pub(crate) memory: Memory,
    pub(crate) analytics: Analytics,
    pub(crate) log: Log,
    pub(crate) traces: Traces,
}

/// The HTTP API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) bind: SocketAddr,
    #[serde(deserialize_with = "address")]
    pub(crate) metrics_bind: Option<SocketAddr>,
    pub(crate) key: Secret,
    pub(crate) key_file: PathBuf,
    pub(crate) cors_origins: Vec<String>,
    pub(crate) max_body_bytes: usize,
    pub(crate) max_scratch_bytes: u64,
    pub(crate) request_timeout_ms: u64,
    pub(crate) body_timeout_ms: u64,
    pub(crate) heartbeat_ms: u64,
    pub(crate) threads: usize,
    pub(crate) admission_timeout_ms: u64,
    pub(crate) shutdown_timeout_s: u64,
    pub(crate) requests_per_minute: u32,
    pub(crate) attempts_per_minute: u32,
    pub(crate) account_attempts_per_hour: u32,
    pub(crate) redis_url: Secret,
    pub(crate) trusted_proxies: Vec<IpNet>,
}

/// Parses an address; `None` for an empty text.
fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error| {
        Error::custom(format!("{error}: expected an address and a port, such as 127.0.0.1:9420"))
    })
}

/// The interface for Dify.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dify {
    pub(crate) enabled: bool,
}

/// The interface for LibreChat.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LibreChat {
    pub(crate) jwt_secret: Secret,
    pub(crate) organisation: String,
}

/// The interface for Open WebUI.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenWebUi {
    pub(crate) enabled: bool,
}

/// The users who can register an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Registration {
    Invited,
    Open,
}

/// Accounts and their limits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Accounts {
    pub(crate) registration: Registration,
    pub(crate) access_token_minutes: i32,
    pub(crate) login_days: i32,
    pub(crate) max_documents: i64,
    pub(crate) max_bytes: i64,
    pub(crate) max_tokens_per_day: i64,
}

/// The database and its connection pool.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Database {
    pub(crate) url: Secret,
    pub(crate) replicas: Vec<Secret>,
    pub(crate) max_replica_lag_ms: u64,
    pub(crate) max_connections: u32,
    pub(crate) read_connections: u32,
    pub(crate) work_connections: u32,
    pub(crate) wait_timeout_ms: u64,
    pub(crate) statement_timeout_ms: u64,
    pub(crate) read_timeout_ms: u64,
}

/// The embedded PostgreSQL.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Postgres {
    pub(crate) data_dir: PathBuf,
    pub(crate) install_dir: PathBuf,
    pub(crate) min_free_mb: u64,
}

/// The place where the embedding model runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EmbeddingKind {
    /// In this process. Version 0.1 had one local model, whose name is still accepted.
    #[serde(alias = "minilm")]
    Local,
    Openai,
}

/// The engine of models that run in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EngineName {
    /// OpenVINO if it is installed and this processor has 16-bit floats, otherwise rten.
    Auto,
    Rten,
    Openvino,
}

/// The embedding model.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Embedding {
    pub(crate) kind: EmbeddingKind,
    pub(crate) model_dir: PathBuf,
    pub(crate) engine: EngineName,
    pub(crate) openvino_dir: PathBuf,
    pub(crate) threads: usize,
    pub(crate) base_url: String,
    pub(crate) api_key: Secret,
    pub(crate) model: String,
    pub(crate) dimensions: usize,
    pub(crate) max_tokens: usize,
    pub(crate) request_dimensions: bool,
    pub(crate) query_prefix: String,
    pub(crate) document_prefix: String,
    pub(crate) batch_size: usize,
    pub(crate) timeout_ms: u64,
    pub(crate) retries: u32,
}

/// The place where the reranker runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RerankKind {
    #[serde(rename = "")]
    Off,
    CrossEncoder,
    Remote,
}

/// The reranker.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rerank {
    pub(crate) kind: RerankKind,
    pub(crate) always: bool,
    pub(crate) window: usize,
    pub(crate) model_dir: PathBuf,
    pub(crate) threads: usize,
    pub(crate) base_url: String,
    pub(crate) api_key: Secret,
    pub(crate) model: String,
    pub(crate) timeout_ms: u64,
}

/// The chat model.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chat {
    pub(crate) base_url: String,
    pub(crate) api_key: Secret,
    pub(crate) model: String,
    pub(crate) connect_timeout_ms: u64,
    pub(crate) first_byte_timeout_ms: u64,
    pub(crate) first_token_timeout_ms: u64,
    pub(crate) idle_timeout_ms: u64,
    pub(crate) retries: u32,
    pub(crate) prompt_price: f64,
    pub(crate) completion_price: f64,
    pub(crate) fallbacks: Vec<ChatFallback>,
}

/// A chat server that is asked if those before it fail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChatFallback {
    pub(crate) base_url: String,
    #[serde(default)]
    pub(crate) api_key: Secret,
    pub(crate) model: String,
    #[serde(default)]
    pub(crate) prompt_price: f64,
    #[serde(default)]
    pub(crate) completion_price: f64,
}

/// The use of text recognition (OCR).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OcrUse {
    /// If it is installed.
    Auto,
    Off,
}

/// Ingest.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ingest {
    pub(crate) workers: usize,
    pub(crate) max_tokens: usize,
    pub(crate) overlap_tokens: usize,
    pub(crate) reserve_tokens: usize,
    pub(crate) default_language: String,
    pub(crate) lease_s: i64,
    pub(crate) max_failures: i32,
    pub(crate) max_lost_leases: i32,
    pub(crate) kept_versions: i64,
    pub(crate) wall_ms: u64,
    pub(crate) memory_bytes: u64,
    pub(crate) max_document_bytes: u64,
    pub(crate) ocr: OcrUse,
    pub(crate) ocr_page_ms: u64,
    pub(crate) ocr_max_pages: u32,
    pub(crate) scratch_dir: PathBuf,
}

/// Background jobs of all kinds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Jobs {
    pub(crate) keep_days: i32,
}

/// The vector index.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Index {
    pub(crate) kind: IndexKind,
    pub(crate) hnsw_m: i32,
    pub(crate) hnsw_ef_construction: i32,
    pub(crate) ivfflat_lists: i32,
    pub(crate) build_memory_mb: u32,
}

/// The method of fusing the legs of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FusionKind {
    Convex,
    Rrf,
}

/// Search.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "ef_search is pgvector's name")]
pub(crate) struct Search {
    pub(crate) candidates: i64,
    pub(crate) fusion: FusionKind,
    pub(crate) dense_weight: f64,
    pub(crate) rrf_k: f64,
    pub(crate) ef_search: u16,
    pub(crate) probes: u16,
    pub(crate) overfetch: u16,
    pub(crate) recall_target: f64,
    pub(crate) tune_breadth: bool,
    pub(crate) lexical_budget: u32,
    pub(crate) feedback_passages: usize,
    pub(crate) feedback_weight: f64,
    pub(crate) learned_weight: f64,
}

/// Understanding of questions.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the field's usual name of the step")]
#[expect(clippy::struct_excessive_bools, reason = "each step can be off by itself")]
pub(crate) struct Query {
    pub(crate) context: bool,
    pub(crate) context_weight: f32,
    pub(crate) rewrite: bool,
    pub(crate) multi_query: usize,
    pub(crate) hyde: bool,
    pub(crate) timeout_ms: u64,
    pub(crate) synonyms: bool,
}

/// Answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    pub(crate) passages: usize,
    pub(crate) sentences: usize,
    pub(crate) min_support: f64,
    pub(crate) unsupported: UnsupportedAnswer,
    pub(crate) max_question_chars: usize,
    pub(crate) max_answer_chars: usize,
    pub(crate) link_hosts: Vec<String>,
    pub(crate) max_time_s: u64,
    pub(crate) history_messages: i64,
    pub(crate) max_history_tokens: u32,
    pub(crate) max_passage_tokens: u32,
    pub(crate) templates: PathBuf,
}

/// Long-term memory.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Memory {
    pub(crate) index_rounds: bool,
    pub(crate) in_chat: SessionMemory,
    pub(crate) max_model_tokens_per_day: i64,
    pub(crate) consolidate_after_days: i32,
}

/// Analytics.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Analytics {
    pub(crate) keep_months: i32,
    pub(crate) store_queries: bool,
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// The log.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) level: String,
    pub(crate) format: LogFormat,
    pub(crate) slow_statement_ms: u64,
}

/// A text that is never printed.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(String);

impl Secret {
    /// Returns the text; `None` if it is empty.
    pub(crate) fn given(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|text| !text.is_empty())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("********")
    }
}
