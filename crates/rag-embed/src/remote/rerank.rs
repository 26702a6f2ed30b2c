//! A client for reranking servers that speak Cohere's `POST {base_url}/rerank`; never logs or reports keys and texts.

use std::time::Duration;

use serde::Serialize;

use super::{http::Http, scores};
use crate::{EmbedError, Reranker};

/// How to reach a reranking server and what it serves. It holds the key, so it has no `Debug`.
#[derive(Clone)]
pub struct RerankConfig {
    /// The address up to and without `/rerank`, such as `http://localhost:8000/v1`.
    pub base_url: String,
    /// Sent as `Authorization: Bearer ..` when given.
    pub api_key: Option<String>,
    /// The model's name.
    pub model: String,
    /// The time one request may take, its answer included.
    pub timeout: Duration,
    /// Attempts after the first that failed for lack of connection, status 429 or 5xx.
    pub retries: u32,
}

impl RerankConfig {
    /// The usual settings: no key, 5 s, 1 retry, for somebody waits for the answer.
    pub fn new(base_url: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            api_key: None,
            model: model.into(),
            timeout: Duration::from_secs(5),
            retries: 1,
        }
    }
}

/// A reranking model behind a server. Its calls block: from async code use a thread made for blocking.
pub struct RemoteReranker {
    config: RerankConfig,
    http: Http,
}

#[derive(Serialize)]
struct RerankRequest<'a> {
    model: &'a str,
    query: &'a str,
    documents: &'a [&'a str],
    top_n: usize,
}

impl RemoteReranker {
    /// Prepares the client; does not yet talk to the server.
    pub fn new(config: RerankConfig) -> Result<Self, EmbedError> {
        let http = Http::new(&config.base_url, "rerank", config.api_key.as_deref(), config.timeout)?;
        Ok(Self { config, http })
    }
}

impl Reranker for RemoteReranker {
    fn name(&self) -> &str {
        &self.config.model
    }

    fn rerank(&self, query: &str, texts: &[&str]) -> Result<Vec<f32>, EmbedError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let request =
            RerankRequest { model: &self.config.model, query, documents: texts, top_n: texts.len() };
        let body = serde_json::to_vec(&request).map_err(|error| EmbedError::BadConfig(error.to_string()))?;
        let limit = scores::limit_bytes(texts.len(), texts.iter().map(|text| text.len()).sum());
        scores::parse(&self.http.post(&body, limit, self.config.retries)?, texts.len())
    }
}
