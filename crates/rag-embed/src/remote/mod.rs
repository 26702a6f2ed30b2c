//! Clients of model servers: OpenAI's `POST {base_url}/embeddings`, Cohere's `POST {base_url}/rerank`; never log or report keys
//! and texts.

mod answer;
mod http;
mod rerank;
mod scores;

use std::ops::Range;
use std::time::Duration;

use serde::Serialize;

use self::http::Http;
pub use self::rerank::{RemoteReranker, RerankConfig};
use crate::{EmbedError, Embedder, ModelInfo, spans};

/// The address and model of an embedding server. It holds the key, so it has no `Debug`.
#[derive(Clone)]
pub struct RemoteConfig {
    /// The base URL, without `/embeddings`, such as `http://localhost:11434/v1`.
    pub base_url: String,
    /// Sent as `Authorization: Bearer ..`; `None` if the server needs no key.
    pub api_key: Option<String>,
    /// The model's name, its dimensions and its window in tokens.
    pub model: ModelInfo,
    /// Whether to request vectors of `model.dimensions` from the server; for models that can shorten their vectors.
    pub request_dimensions: bool,
    /// Text put before every query, such as `query: ` for the E5 models.
    pub query_prefix: String,
    /// Text put before every document, such as `passage: `.
    pub document_prefix: String,
    /// Maximum number of texts in one request; servers commonly allow 32 or more.
    pub batch_size: usize,
    /// Maximum time of one request, including its answer.
    pub timeout: Duration,
    /// Number of retries after a failed connection, status 429 or 5xx; at most one for a query.
    pub retries: u32,
}

impl RemoteConfig {
    /// The default settings: no key, no prefixes, 32 texts in a request, 30 s, 4 retries.
    pub fn new(base_url: impl Into<String>, model: ModelInfo) -> Self {
        Self {
            base_url: base_url.into(),
            api_key: None,
            model,
            request_dimensions: false,
            query_prefix: String::new(),
            document_prefix: String::new(),
            batch_size: 32,
            timeout: Duration::from_secs(30),
            retries: 4,
        }
    }
}

/// An embedding model on a server. Its calls block: from async code, use a thread for blocking work.
pub struct RemoteEmbedder {
    config: RemoteConfig,
    http: Http,
}

#[derive(Serialize)]
struct EmbeddingsRequest<'a> {
    model: &'a str,
    input: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<usize>,
}

impl RemoteEmbedder {
    /// Creates the client; does not connect to the server.
    pub fn new(config: RemoteConfig) -> Result<Self, EmbedError> {
        let http = Http::new(&config.base_url, "embeddings", config.api_key.as_deref(), config.timeout)?;
        Ok(Self { config, http })
    }

    fn embed(&self, texts: &[String], retries: u32) -> Result<Vec<Vec<f32>>, EmbedError> {
        let ModelInfo { name, dimensions, .. } = &self.config.model;
        let request = EmbeddingsRequest {
            model: name,
            input: texts,
            dimensions: self.config.request_dimensions.then_some(*dimensions),
        };
        let body = serde_json::to_vec(&request).map_err(|error| EmbedError::BadConfig(error.to_string()))?;
        let answer = self.http.post(&body, answer::limit_bytes(texts.len(), *dimensions), retries)?;
        answer::parse(&answer, texts.len(), *dimensions)
    }

    /// The prefix and the text, cut at the window.
    fn input(&self, prefix: &str, text: &str) -> String {
        let window = self.config.model.max_tokens.saturating_sub(spans::approximate(prefix).len());
        let end =
            spans::approximate(text).get(window).map_or(text.len(), |first_outside| first_outside.start);
        format!("{prefix}{}", text.get(..end).unwrap_or(text))
    }
}

impl Embedder for RemoteEmbedder {
    fn model(&self) -> &ModelInfo {
        &self.config.model
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        let input = self.input(&self.config.query_prefix, text);
        let mut vectors = self.embed(&[input], self.config.retries.min(1))?;
        vectors.pop().ok_or_else(|| EmbedError::BadAnswer("no vector".into()))
    }

    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let inputs: Vec<String> =
            texts.iter().map(|text| self.input(&self.config.document_prefix, text)).collect();
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in inputs.chunks(self.config.batch_size.max(1)) {
            vectors.extend(self.embed(batch, self.config.retries)?);
        }
        Ok(vectors)
    }

    fn token_spans(&self, text: &str) -> Vec<Range<usize>> {
        spans::approximate(text)
    }
}
