//! One POST with retries: timeouts, back-off and answers of limited size; never puts URL, key or body into an error.

use std::io::Read;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::blocking::{Client, Response};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;

use crate::EmbedError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const MAX_PAUSE: Duration = Duration::from_secs(8);
const MAX_REFUSAL_BYTES: usize = 64 * 1024;

pub(super) struct Http {
    client: Client,
    url: reqwest::Url,
}

/// A failed attempt, and the pause that the server requested.
struct Failure {
    error: EmbedError,
    retry_after: Option<Duration>,
}

impl Http {
    /// A client of `{base_url}/{operation}`.
    pub(super) fn new(
        base_url: &str,
        operation: &str,
        api_key: Option<&str>,
        timeout: Duration,
    ) -> Result<Self, EmbedError> {
        let bad = |what: &str| EmbedError::BadConfig(what.into());
        let url = reqwest::Url::parse(&format!("{}/{operation}", base_url.trim_end_matches('/')))
            .map_err(|error| bad(&format!("base URL: {error}")))?;
        let mut headers =
            HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        if let Some(key) = api_key {
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
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(timeout)
            .redirect(Policy::none());
        if url.scheme() == "http" {
            builder = builder.tls_certs_only([]); // works where no root certificates are installed
        }
        let client =
            builder.build().map_err(|error| bad(&format!("HTTP client: {}", error.without_url())))?;
        Ok(Self { client, url })
    }

    /// The body of the answer, `limit_bytes` at most, after up to `retries` further attempts.
    pub(super) fn post(&self, body: &[u8], limit_bytes: usize, retries: u32) -> Result<Vec<u8>, EmbedError> {
        let mut pause = FIRST_PAUSE;
        let mut attempts_left = retries;
        loop {
            let failure = match self.attempt(body, limit_bytes) {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if attempts_left == 0 || !matches!(failure.error, EmbedError::Unavailable(_)) {
                return Err(failure.error);
            }
            tracing::debug!(attempts_left, error = %failure.error, "model request failed, trying again");
            std::thread::sleep(failure.retry_after.unwrap_or(pause).min(MAX_PAUSE));
            attempts_left -= 1;
            pause = (pause * 2).min(MAX_PAUSE);
        }
    }

    fn attempt(&self, body: &[u8], limit_bytes: usize) -> Result<Vec<u8>, Failure> {
        let sent = self.client.post(self.url.clone()).body(body.to_vec()).send();
        let response = sent.map_err(|error| unavailable(describe(&error)))?;
        if response.status() == StatusCode::OK { read(response, limit_bytes) } else { Err(refusal(response)) }
    }
}

impl From<EmbedError> for Failure {
    fn from(error: EmbedError) -> Self {
        Self { error, retry_after: None }
    }
}

fn unavailable(what: impl Into<String>) -> Failure {
    EmbedError::Unavailable(what.into()).into()
}

fn read(response: Response, limit_bytes: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(limit_bytes).unwrap_or(u64::MAX);
    response
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| unavailable(format!("the answer broke off ({})", error.kind())))?;
    if bytes.len() > limit_bytes {
        return Err(EmbedError::BadAnswer(format!("more than {limit_bytes} bytes")).into());
    }
    Ok(bytes)
}

/// Converts an answer other than 200 to an error.
fn refusal(response: Response) -> Failure {
    let status = response.status();
    let retry_after = retry_after(&response);
    let body: serde_json::Value = read(response, MAX_REFUSAL_BYTES)
        .ok()
        .and_then(|body| serde_json::from_slice(&body).ok())
        .unwrap_or_default();
    let what = format!("status {}, {}", status.as_u16(), body.get("error").map_or("no reason given", class));
    if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        Failure { error: EmbedError::Unavailable(what), retry_after }
    } else {
        EmbedError::Refused(what).into()
    }
}

/// The error's code or type if it is a plain word such as `model_not_found`: the rest can quote key or text.
fn class(error: &serde_json::Value) -> &str {
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let words = ["code", "type"].into_iter().filter_map(|field| error.get(field)?.as_str());
    words.filter(is_word).find(|word| word.len() <= 40).unwrap_or("an error")
}

/// The kind of a transport error; its full text can contain the URL.
fn describe(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timed out"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}
