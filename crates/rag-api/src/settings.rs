//! Settings of the HTTP interface; their defaults are those of `config/rag.toml`.

use std::net::{Ipv4Addr, SocketAddr};

use ipnet::IpNet;

/// Settings of the HTTP interface.
#[derive(Clone, PartialEq)]
pub struct ApiSettings {
    /// Address on which to listen; port 0 selects a free port.
    pub bind: SocketAddr,
    /// Address on which metrics are served without a key; `None` for no metrics.
    pub metrics_bind: Option<SocketAddr>,
    /// Key that every request must send; without one, only loopback addresses can be bound.
    pub bearer_key: Option<String>,
    /// Maximum size of an uploaded file, in bytes.
    pub max_upload_bytes: u64,
    /// Maximum size of all uploads in progress, in bytes; one account can use at most half.
    pub max_scratch_bytes: u64,
    /// Maximum size of a JSON body, in bytes.
    pub max_body_bytes: usize,
    /// Maximum time for one step of a request, in milliseconds.
    pub request_timeout_ms: u64,
    /// Maximum time for a body to arrive, in milliseconds; large uploads have more time, by their size.
    pub body_timeout_ms: u64,
    /// Interval between heartbeats of a silent stream, in milliseconds.
    pub heartbeat_ms: u64,
    /// Number of threads that accept and parse requests, at least 1.
    pub workers: usize,
    /// Maximum number of concurrent requests that only read from the database, at least 1; best equal to the number of connections
    /// for reads, those to replicas included.
    pub max_concurrent_reads: usize,
    /// Maximum number of concurrent requests that write to the database or check who calls, at least 1; best equal to the number of
    /// connections for requests that write.
    pub max_concurrent_database_requests: usize,
    /// Maximum number of concurrent searches and questions that wait for models, at least 1. Each holds a thread; the pool limits
    /// how many of them use the database at the same time.
    pub max_concurrent_model_requests: usize,
    /// Maximum number of uploaded files that are stored concurrently, at least 1; fewer than there are connections for
    /// requests that write.
    pub max_concurrent_uploads: usize,
    /// Maximum time for a request to wait for a permit before it is refused, in milliseconds.
    pub admission_timeout_ms: u64,
    /// Maximum time for requests in progress to finish during shutdown, in seconds.
    pub shutdown_timeout_s: u64,
    /// Maximum number of requests of one user, or of the bearers of one link, in a minute; 0 is no limit.
    pub requests_per_minute: u32,
    /// Maximum number of attempts to sign in and of failed authentications from one address in a minute; 0 is no limit.
    pub attempts_per_minute: u32,
    /// Maximum number of attempts at one account's password in an hour, from addresses from which it has not signed in; 0 is no
    /// limit.
    pub account_attempts_per_hour: u32,
    /// URL of a Redis or Valkey that counts for all processes together, such as `redis://host:6379/0`; if absent, each process
    /// counts separately.
    pub redis_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// Maximum number of passwords that are verified concurrently, at least 1: each takes a processor and 19 MiB for tens of
    /// milliseconds.
    pub max_concurrent_passwords: usize,
    /// Web origins whose pages may send requests, such as `https://host:port`; none by default.
    pub cors_origins: Vec<String>,
    /// Whether Dify can search collections as external knowledge.
    pub dify: bool,
    /// Whether Open WebUI can use the document reader and the reranker.
    pub open_webui: bool,
    /// LibreChat whose users can store and search files; `None` if there is none.
    pub librechat: Option<LibreChatSettings>,
}

/// The settings of a LibreChat.
#[derive(Clone, PartialEq)]
pub struct LibreChatSettings {
    /// Secret with which it signs its tokens.
    pub jwt_secret: String,
    /// Name of the organisation of its users; created at the first request of a user.
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
            max_concurrent_reads: 6,
            max_concurrent_database_requests: 6,
            max_concurrent_model_requests: 128,
            max_concurrent_uploads: 3,
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
