//! Settings of the HTTP interface; their defaults are those of `config/rag.toml`.

use std::net::{Ipv4Addr, SocketAddr};

use ipnet::IpNet;

/// Settings of the HTTP interface.
#[derive(Clone, PartialEq)]
pub struct ApiSettings {
    /// Address to listen on; port 0 takes a free one.
    pub bind: SocketAddr,
    /// Address that metrics are served at, without a key; `None` for no metrics.
    pub metrics_bind: Option<SocketAddr>,
    /// The key that every request must bear; without one only loopback addresses are bound.
    pub bearer_key: Option<String>,
    /// Longest file taken, in bytes.
    pub max_upload_bytes: u64,
    /// Maximum bytes of all uploads in progress; one account gets at most half.
    pub max_scratch_bytes: u64,
    /// Longest JSON body taken, in bytes.
    pub max_body_bytes: usize,
    /// How long one step of a request may work, in milliseconds.
    pub request_timeout_ms: u64,
    /// How long a body may take to arrive, in milliseconds; large uploads get more, by their size.
    pub body_timeout_ms: u64,
    /// Pause between the signs of life of a silent stream, in milliseconds.
    pub heartbeat_ms: u64,
    /// Threads that accept and parse, at least 1.
    pub workers: usize,
    /// Maximum number of requests that wait for the database alone at once, at least 1; as many as the pool has connections.
    pub max_concurrent_database_requests: usize,
    /// Maximum number of searches and questions that wait for models at once, at least 1. Each holds a thread; those that use the
    /// database at the same time are limited by the pool.
    pub max_concurrent_model_requests: usize,
    /// Maximum number of uploaded files that are stored at once, at least 1; fewer than the pool has connections.
    pub max_concurrent_uploads: usize,
    /// How long a request waits to be let to the database before it is told to come again, in milliseconds.
    pub admission_timeout_ms: u64,
    /// How long the end waits for requests under way, in seconds.
    pub shutdown_timeout_s: u64,
    /// Most requests that one person, or the bearers of one link, may make in a minute; 0 is no limit.
    pub requests_per_minute: u32,
    /// Most attempts to sign in, or to prove anything that fails, from one address in a minute; 0 is no limit.
    pub attempts_per_minute: u32,
    /// Maximum number of attempts at one account's password in an hour, from addresses that it has not signed in from; 0 is no limit.
    pub account_attempts_per_hour: u32,
    /// Redis or Valkey that counts for all processes together, as `redis://host:6379/0`; without it each counts for itself.
    pub redis_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` tells who a client is.
    pub trusted_proxies: Vec<IpNet>,
    /// Passwords that are checked at once, at least 1: each takes a processor and 19 MiB for tens of milliseconds.
    pub max_concurrent_passwords: usize,
    /// Web origins whose pages may call, as `https://host:port`; none by default.
    pub cors_origins: Vec<String>,
    /// Whether Dify can search collections as external knowledge.
    pub dify: bool,
    /// Whether Open WebUI can use the reader of documents and the reranker.
    pub open_webui: bool,
    /// The LibreChat whose users can store and search files; `None` for none.
    pub librechat: Option<LibreChatSettings>,
}

/// A LibreChat.
#[derive(Clone, PartialEq)]
pub struct LibreChatSettings {
    /// The secret that it signs its tokens with.
    pub jwt_secret: String,
    /// Name of the organisation that its users belong to; made when the first user comes.
    pub organisation: String,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 8420)),
            metrics_bind: None,
            bearer_key: None,
            max_upload_bytes: 512 << 20,
            max_scratch_bytes: 8 << 30,
            max_body_bytes: 4 << 20,
            request_timeout_ms: 60_000,
            body_timeout_ms: 30_000,
            heartbeat_ms: 10_000,
            workers: 2,
            max_concurrent_database_requests: 16,
            max_concurrent_model_requests: 128,
            max_concurrent_uploads: 8,
            admission_timeout_ms: 5_000,
            shutdown_timeout_s: 10,
            requests_per_minute: 3_000,
            attempts_per_minute: 20,
            account_attempts_per_hour: 30,
            redis_url: None,
            trusted_proxies: Vec::new(),
            max_concurrent_passwords: 2,
            cors_origins: Vec::new(),
            dify: false,
            open_webui: false,
            librechat: None,
        }
    }
}

impl std::fmt::Debug for ApiSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiSettings")
            .field("bind", &self.bind)
            .field("has_key", &self.bearer_key.is_some())
            .finish_non_exhaustive()
    }
}
