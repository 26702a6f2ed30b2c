//! A streaming client for servers with OpenAI's chat completions API; never logs or reports keys, prompts and answers.

mod answer;
mod http;
mod lenient;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_stream::try_stream;

use self::answer::Answer;
use self::http::{Body, Http};
use crate::wire::{ChatCompletionRequest, StreamOptions};
use crate::{ChatModel, ChatRequest, DeltaStream, LlmError};

/// The address and model of a chat server. It holds the key, so it has no `Debug`.
#[derive(Clone)]
pub struct OpenAiConfig {
    /// The base URL, without `/chat/completions`, such as `http://localhost:11434/v1`.
    pub base_url: String,
    /// Sent as `Authorization: Bearer ..`; `None` if the server needs no key.
    pub api_key: Option<String>,
    /// The name of the model.
    pub model: String,
    /// Maximum time to connect.
    pub connect_timeout: Duration,
    /// Maximum time from the request to the first byte of the answer; includes the processing of the prompt.
    pub first_byte_timeout: Duration,
    /// Maximum time without data within an answer.
    pub idle_timeout: Duration,
    /// Number of retries after a failed connection, status 429 or 5xx, before the first byte of the answer.
    pub retries: u32,
}

impl OpenAiConfig {
    /// The default settings: no key, 5 s to connect, 120 s to the first byte, 60 s of silence, 2 retries.
    pub fn new(base_url: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            api_key: None,
            model: model.into(),
            connect_timeout: Duration::from_secs(5),
            first_byte_timeout: Duration::from_mins(2),
            idle_timeout: Duration::from_mins(1),
            retries: 2,
        }
    }
}

/// A chat model on a server.
pub struct OpenAiClient {
    model: String,
    http: Arc<Http>,
    /// Set once the server has refused `stream_options`, which older servers do.
    usage_refused: Arc<AtomicBool>,
}

impl OpenAiClient {
    /// Creates the client; does not connect to the server.
    pub fn new(config: OpenAiConfig) -> Result<Self, LlmError> {
        let http = Arc::new(Http::new(&config)?);
        Ok(Self { model: config.model, http, usage_refused: Arc::default() })
    }
}

impl ChatModel for OpenAiClient {
    fn name(&self) -> &str {
        &self.model
    }

    fn stream(&self, request: ChatRequest) -> DeltaStream {
        let http = Arc::clone(&self.http);
        let usage_refused = Arc::clone(&self.usage_refused);
        let request = ChatCompletionRequest {
            model: self.model.clone(),
            messages: request.messages,
            temperature: request.temperature,
            max_tokens: request.max_tokens,
            stream: true,
            stream_options: None,
        };
        Box::pin(try_stream! {
            let mut body = open(&http, request, &usage_refused).await?;
            let mut answer = Answer::default();
            while let Some(bytes) = body.next().await? {
                for delta in answer.push(&bytes) {
                    yield delta?;
                }
                if answer.is_done() {
                    break;
                }
            }
            for delta in answer.finish()? {
                yield delta;
            }
        })
    }
}

/// Sends the request; requests usage unless the server has refused that.
async fn open(
    http: &Http,
    mut request: ChatCompletionRequest,
    usage_refused: &AtomicBool,
) -> Result<Body, LlmError> {
    if !usage_refused.load(Ordering::Relaxed) {
        request.stream_options = Some(StreamOptions { include_usage: true });
        match http.open(&request).await {
            Err(LlmError::Refused { status: 400 | 422, .. }) => request.stream_options = None,
            result => return result,
        }
    }
    let body = http.open(&request).await?;
    usage_refused.store(true, Ordering::Relaxed);
    Ok(body)
}
