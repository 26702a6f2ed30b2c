//! One streamed POST: timeouts, and retries until the first byte of the answer; never puts URL, key or body into an error.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use tokio::time::timeout;

use super::OpenAiConfig;
use super::lenient::class;
use crate::LlmError;
use crate::wire::ChatCompletionRequest;

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const MAX_PAUSE: Duration = Duration::from_secs(8);

/// Maximum pause that a server can request. A server that requests a longer one is not asked again.
const MAX_REQUESTED_PAUSE: Duration = Duration::from_secs(30);

/// Maximum number of bytes read from the body of a refusal.
const MAX_REFUSAL_BYTES: usize = 64 * 1024;

pub(super) struct Http {
    client: Client,
    url: Url,
    first_byte_timeout: Duration,
    idle_timeout: Duration,
    retries: u32,
}

/// An answer that has begun. Dropping it closes the connection, which tells the server to stop.
pub(super) struct Body {
    first: Option<Bytes>,
    rest: Response,
    idle_timeout: Duration,
}

/// A failed attempt, and the pause after which another attempt can succeed.
struct Failure {
    error: LlmError,
    retry: Retry,
}

enum Retry {
    Never,
    AfterUsualPause,
    After(Duration),
}

impl Http {
    pub(super) fn new(config: &OpenAiConfig) -> Result<Self, LlmError> {
        let bad = |what: &str| LlmError::BadConfig(what.into());
        let url = Url::parse(&format!("{}/chat/completions", config.base_url.trim_end_matches('/')))
            .map_err(|error| bad(&format!("base URL: {error}")))?;
        let mut headers = HeaderMap::new();
        if let Some(key) = &config.api_key {
            let bearer = HeaderValue::try_from(format!("Bearer {key}"));
            let mut bearer = bearer.map_err(|_invalid| {
                bad("the API key contains characters that are not allowed in a header")
            })?;
            bearer.set_sensitive(true);
            headers.insert(AUTHORIZATION, bearer);
        }
        // An error means that the process already has a provider, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .default_headers(headers)
            .connect_timeout(config.connect_timeout)
            .redirect(Policy::none());
        if url.scheme() == "http" {
            builder = builder.tls_certs_only([]); // works where no root certificates are installed
        }
        let client =
            builder.build().map_err(|error| bad(&format!("HTTP client: {}", error.without_url())))?;
        let OpenAiConfig { first_byte_timeout, idle_timeout, retries, .. } = *config;
        Ok(Self { client, url, first_byte_timeout, idle_timeout, retries })
    }

    /// Sends the request and waits for the first byte of the answer; retries if that can help.
    pub(super) async fn open(&self, request: &ChatCompletionRequest) -> Result<Body, LlmError> {
        let mut pause = FIRST_PAUSE;
        let mut attempts_left = self.retries;
        loop {
            let failure = match timeout(self.first_byte_timeout, self.attempt(request)).await {
                Ok(Ok(body)) => return Ok(body),
                Ok(Err(failure)) => failure,
                Err(_elapsed) => return Err(LlmError::Unavailable("no answer in time".into())),
            };
            let wait = match failure.retry {
                Retry::AfterUsualPause if attempts_left > 0 => pause,
                Retry::After(wait) if attempts_left > 0 && wait <= MAX_REQUESTED_PAUSE => wait,
                _ => return Err(failure.error),
            };
            tracing::debug!(attempts_left, error = %failure.error, "chat request failed, trying again");
            tokio::time::sleep(wait).await;
            attempts_left -= 1;
            pause = (pause * 2).min(MAX_PAUSE);
        }
    }

    async fn attempt(&self, request: &ChatCompletionRequest) -> Result<Body, Failure> {
        let broken = |error: reqwest::Error| Failure {
            error: LlmError::Unavailable(
                if error.is_connect() { "no connection" } else { "the connection broke" }.into(),
            ),
            retry: Retry::AfterUsualPause,
        };
        let mut response = self.client.post(self.url.clone()).json(request).send().await.map_err(broken)?;
        if response.status() != StatusCode::OK {
            return Err(refusal(response).await);
        }
        let first = response.chunk().await.map_err(broken)?;
        Ok(Body { first, rest: response, idle_timeout: self.idle_timeout })
    }
}

impl Body {
    /// The next bytes; `None` at the end of the answer.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, LlmError> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        match timeout(self.idle_timeout, self.rest.chunk()).await {
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(_broken)) => Err(LlmError::Interrupted("the connection broke".into())),
            Err(_elapsed) => Err(LlmError::Interrupted("the server fell silent".into())),
        }
    }
}

/// The pause that a server requests, in milliseconds or seconds; a date counts as no request.
fn requested_pause(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
    let seconds = number("retry-after-ms").map(|ms| ms / 1e3).or_else(|| number(RETRY_AFTER.as_str()))?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// Converts an answer other than 200 to an error.
async fn refusal(mut response: Response) -> Failure {
    let status = response.status();
    let retry_after = requested_pause(response.headers());
    let mut body = Vec::new();
    while let Ok(Some(bytes)) = response.chunk().await
        && body.len() < MAX_REFUSAL_BYTES
    {
        body.extend_from_slice(&bytes);
    }
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let reason = body.get("error").map_or("no reason given", class);
    if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        let error = LlmError::Unavailable(format!("status {}, {reason}", status.as_u16()));
        let retry = retry_after.map_or(Retry::AfterUsualPause, Retry::After);
        Failure { error, retry }
    } else {
        let error = LlmError::Refused { status: status.as_u16(), reason: reason.into() };
        Failure { error, retry: Retry::Never }
    }
}
