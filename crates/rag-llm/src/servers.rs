//! Chat servers in the order in which they are asked: the next one answers if one fails before its first token.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_stream::stream;
use futures_util::StreamExt;
use tokio::time::timeout;

use crate::breaker::{Breaker, BreakerState, MAX_FAILURES, Pass, Report};
use crate::{ChatModel, ChatRequest, Delta, DeltaStream, FinishReason, LlmError, Price, Writer};

/// Maximum number of pieces without a visible character before the first token.
const MAX_BLANK_PIECES: usize = 10_000;

/// The state of a chat server.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerStatus {
    /// Its model and prices.
    pub writer: Writer,
    /// Whether it is asked.
    pub state: BreakerState,
}

impl ServerStatus {
    /// The name of each state, and whether it is the server's.
    pub fn states(&self) -> [(&'static str, bool); 3] {
        BreakerState::ALL.map(|state| (state.as_str(), state == self.state))
    }
}

/// Chat servers that stand in for each other. Each one is left alone for a time after repeated failures.
pub struct ChatServers {
    name: String,
    servers: Arc<[Server]>,
    first_token_timeout: Duration,
}

struct Server {
    /// Place among the servers, from 1.
    number: usize,
    model: Arc<dyn ChatModel>,
    writer: Writer,
    breaker: Breaker,
    last_failure: Mutex<Option<LlmError>>,
}

impl ChatServers {
    /// Servers with their prices, in the order in which they are asked. The first one gives its name to all.
    pub fn new(servers: impl IntoIterator<Item = (Arc<dyn ChatModel>, Price)>) -> Result<Self, LlmError> {
        let servers: Arc<[Server]> = (1..)
            .zip(servers)
            .map(|(number, (model, price))| Server {
                number,
                writer: Writer { model: model.name().into(), price },
                model,
                breaker: Breaker::new(),
                last_failure: Mutex::default(),
            })
            .collect();
        let first = servers.first().ok_or_else(|| LlmError::BadConfig("there is no server".into()))?;
        Ok(Self { name: first.model.name().to_owned(), servers, first_token_timeout: Duration::MAX })
    }

    /// Limits the time from a request to the first token, retries included, of each server behind which another one can be asked.
    #[must_use]
    pub fn with_first_token_timeout(self, first_token_timeout: Duration) -> Self {
        Self { first_token_timeout, ..self }
    }
}

impl ChatModel for ChatServers {
    fn name(&self) -> &str {
        &self.name
    }

    fn servers(&self) -> Vec<ServerStatus> {
        let status =
            |server: &Server| ServerStatus { writer: server.writer.clone(), state: server.breaker.state() };
        self.servers.iter().map(status).collect()
    }

    fn stream(&self, request: ChatRequest) -> DeltaStream {
        let (servers, time) = (Arc::clone(&self.servers), self.first_token_timeout);
        Box::pin(stream! {
            let mut failures = Vec::new();
            for server in servers.iter() {
                let mut attempt = match Attempt::begin(server) {
                    Ok(attempt) => attempt,
                    Err(wait) => {
                        failures.push((server, server.last_failure(), Some(wait)));
                        continue;
                    }
                };
                let mut pieces = server.model.stream(request.clone());
                let time = if can_fall_back(&servers, server) { time } else { Duration::MAX };
                let first = timeout(time, first_pieces(&mut pieces)).await;
                let first = match first.unwrap_or_else(|_elapsed| Err(no_token(time))) {
                    Ok(first) => first,
                    Err(error) => {
                        attempt.fail(&error);
                        failures.push((server, error, None));
                        continue;
                    }
                };
                attempt.report(Report::Answering);
                yield Ok(Delta::Writer(server.writer.clone()));
                for piece in first {
                    yield Ok(piece);
                }
                while let Some(piece) = pieces.next().await {
                    match &piece {
                        Ok(Delta::End { .. }) => attempt.report(Report::Complete),
                        Err(error) => attempt.fail(error),
                        Ok(_) => {}
                    }
                    yield piece;
                }
                return;
            }
            yield Err(no_answer(failures));
        })
    }
}

impl Server {
    fn last_failure(&self) -> LlmError {
        let last = self.last_failure.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone().unwrap_or_else(|| LlmError::Unavailable("it has failed".into()))
    }

    fn log_state(&self) {
        let (server, model) = (self.number, &*self.writer.model);
        match self.breaker.state() {
            BreakerState::Closed => tracing::info!(server, model, "the chat server answers again"),
            BreakerState::HalfOpen => tracing::info!(server, model, "one request tries the chat server"),
            BreakerState::Open => {
                let cause = self.last_failure().cause();
                tracing::warn!(server, model, cause, "the chat server fails and is left alone for a time");
            }
        }
    }
}

/// A request to one server, which is reported as cancelled if it is dropped before its end.
struct Attempt<'a> {
    server: &'a Server,
    pass: Pass,
}

impl<'a> Attempt<'a> {
    /// The request if it is admitted, otherwise the time until the server is asked again.
    fn begin(server: &'a Server) -> Result<Self, Duration> {
        let pass = server.breaker.admit(Instant::now())?;
        if pass.is_trial {
            server.log_state();
        }
        Ok(Self { server, pass })
    }

    fn report(&mut self, report: Report) {
        let has_changed = self.server.breaker.report(&mut self.pass, report, Instant::now());
        if has_changed && report != Report::Cancelled {
            self.server.log_state();
        }
    }

    fn fail(&mut self, error: &LlmError) {
        if is_fault_of_request(error) {
            return self.report(Report::Answering);
        }
        *self.server.last_failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
        self.report(Report::Failed);
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        // Changes nothing after another report.
        self.report(Report::Cancelled);
    }
}

/// Whether another request to the same server could succeed: this one is too long, malformed, about a forbidden topic, or leaves no
/// room for an answer.
fn is_fault_of_request(error: &LlmError) -> bool {
    matches!(error, LlmError::Refused { status: 400 | 413 | 422, .. } | LlmError::Withheld | LlmError::NoRoom)
}

/// Whether a server behind this one can be asked at present.
fn can_fall_back(servers: &[Server], server: &Server) -> bool {
    servers.iter().skip(server.number).any(|next| next.breaker.would_admit(Instant::now()))
}

fn no_token(time: Duration) -> LlmError {
    LlmError::Unavailable(format!("no token in {} s", time.as_secs_f64()))
}

/// The pieces up to the first token; an error if the answer ends before.
async fn first_pieces(pieces: &mut DeltaStream) -> Result<Vec<Delta>, LlmError> {
    let mut first = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        match &piece {
            Delta::Text(text) if text.trim().is_empty() && first.len() < MAX_BLANK_PIECES => {
                first.push(piece);
            }
            Delta::Text(text) if text.trim().is_empty() => break,
            Delta::End { reason: FinishReason::ContentFilter, .. } => return Err(LlmError::Withheld),
            Delta::End { reason: FinishReason::Length, .. } => return Err(LlmError::NoRoom),
            Delta::End { .. } => break,
            _ => {
                first.push(piece);
                return Ok(first);
            }
        }
    }
    Err(LlmError::BadAnswer("it is empty".into()))
}

/// The error of all servers: of a single one that was asked, its own.
fn no_answer(mut failures: Vec<(&Server, LlmError, Option<Duration>)>) -> LlmError {
    let waits: Option<Vec<Duration>> = failures.iter().map(|(.., wait)| *wait).collect();
    let is_single = failures.len() == 1;
    let causes: Vec<String> = failures
        .iter()
        .map(|(server, error, wait)| {
            let cause = error.cause();
            let paused = if wait.is_some() {
                format!("left alone after {MAX_FAILURES} failures, the last one: ")
            } else {
                String::new()
            };
            format!("server {} ({}): {paused}{cause}", server.number, server.writer.model)
        })
        .collect();
    let causes = causes.join("; ");
    match (waits.and_then(|waits| waits.into_iter().min()), failures.pop()) {
        (Some(retry_after), _) => LlmError::Paused { causes, retry_after },
        (None, Some((_, error, _))) if is_single => error,
        (None, _) => LlmError::Unavailable(causes),
    }
}
