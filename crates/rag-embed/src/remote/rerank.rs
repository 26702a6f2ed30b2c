//! A client for reranking servers with Cohere's `POST {base_url}/rerank`; never logs or reports keys and texts.

use std::time::Duration;

use serde::Serialize;

use super::{http::Http, scores};
use crate::{EmbedError, Reranker};

/// The address and model of a reranking server. It holds the key, so it has no `Debug`.
#[derive(Clone)]
pub struct RerankConfig {
    /// The base URL, without `/rerank`, such as `http://localhost:8000/v1`.
    pub base_url: String,
    /// Sent as `Authorization: Bearer ..`; `None` if the server needs no key.
    pub api_key: Option<String>,
    /// The model's name.
    pub model: String,
    /// Maximum time of one request, including its answer.
    pub timeout: Duration,
    /// Number of retries after a failed connection, status 429 or 5xx.
    pub retries: u32,
}

impl RerankConfig {
    /// The default settings: no key, 5 s, and only 1 retry, because a person waits for the answer.
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

/// A reranking model on a server. Its calls block: from async code, use a thread for blocking work.
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
    /// Creates the client; does not connect to the server.
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
