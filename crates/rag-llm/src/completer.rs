//! Complete short answers within limits of time and length, for asynchronous code and for threads that may block.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, future::join_all};
use tokio::{
    runtime::{Builder, Runtime},
    time::timeout,
};

use crate::{ChatModel, ChatRequest, Delta, DeltaStream, LlmError, Usage, Writer};

/// Limits of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompletionLimits {
    /// Maximum time from the request to the end of the answer.
    pub time: Duration,
    /// Maximum length in Unicode scalar values; the model is stopped there.
    pub chars: usize,
}

/// An answer of a model and its usage.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// The answer; one longer than the limit is cut.
    pub text: Result<String, LlmError>,
    /// The tokens that the model reported, or an estimate; zero for a request that failed at once.
    pub usage: Usage,
    /// Whether the usage is an estimate.
    pub is_estimate: bool,
    /// The model that answered; the one that was asked first if none did.
    pub writer: Writer,
}

/// Calls a chat model from threads that may block. A separate thread owns the connections to the model's server, so that
/// they outlive the calling thread.
pub struct Completer {
    model: Arc<dyn ChatModel>,
    /// Always `Some` until the drop.
    runtime: Option<Runtime>,
}

impl Completer {
    /// Starts the thread.
    pub fn new(model: Arc<dyn ChatModel>) -> Result<Self, LlmError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("completer")
            .enable_all()
            .build()
            .map_err(|error| LlmError::BadConfig(format!("cannot start its thread: {error}")))?;
        Ok(Self { model, runtime: Some(runtime) })
    }

    /// The name of the model.
    pub fn name(&self) -> &str {
        self.model.name()
    }

    /// The answers, in the order of the requests, which run in parallel.
    pub fn complete(&self, requests: Vec<ChatRequest>, limits: CompletionLimits) -> Vec<Completion> {
        let Some(runtime) = &self.runtime else { return Vec::new() };
        let answers = requests.into_iter().map(|request| complete(&*self.model, request, limits));
        runtime.block_on(join_all(answers))
    }
}

/// Asks the model and collects its answer, within the limits.
pub async fn complete(model: &dyn ChatModel, request: ChatRequest, limits: CompletionLimits) -> Completion {
    let asked = request.chars();
    let mut said = String::new();
    let mut writer = model.first_writer();
    let pieces = model.stream(request);
    let ended = timeout(limits.time, collect(pieces, limits.chars, &mut said, &mut writer)).await;
    let (usage, is_estimate) = match &ended {
        Ok(Ok(Some(usage))) => (*usage, false),
        Ok(Err(_)) if said.is_empty() => (Usage::default(), false),
        _ => (Usage::estimate(asked, said.chars().count()), true),
    };
    let ended = ended.unwrap_or_else(|_elapsed| Err(LlmError::Unavailable("no answer in time".to_owned())));
    Completion { text: ended.map(|_usage| said), usage, is_estimate, writer }
}

/// Appends the answer to `text`, up to `room` characters, and finds its writer; returns the usage that the model reported.
async fn collect(
    mut pieces: DeltaStream,
    mut room: usize,
    text: &mut String,
    writer: &mut Writer,
) -> Result<Option<Usage>, LlmError> {
    while let Some(piece) = pieces.next().await {
        match piece? {
            Delta::Text(piece) => {
                text.extend(piece.chars().take(room));
                room = room.saturating_sub(piece.chars().count());
                if room == 0 {
                    return Ok(None);
                }
            }
            Delta::Writer(found) => *writer = found,
            Delta::Thought(_) => {}
            Delta::WereThoughts => {
                room = room.saturating_add(text.chars().count());
                text.clear();
            }
            Delta::End { usage, .. } => return Ok(usage),
        }
    }
    Err(LlmError::Interrupted("the stream ended without an end marker".to_owned()))
}

impl Drop for Completer {
    /// Does not wait, because the drop can run on an event loop.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;
    use crate::FinishReason;

    /// Repeats the request piece by piece, or stays silent.
    struct Echo;

    impl ChatModel for Echo {
        fn name(&self) -> &'static str {
            "echo"
        }

        fn stream(&self, request: ChatRequest) -> DeltaStream {
            let said: Vec<String> = request
                .messages
                .iter()
                .flat_map(|message| message.content.chars())
                .map(String::from)
                .collect();
            if said.is_empty() {
                return Box::pin(stream::pending());
            }
            let usage = Usage { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
            let end = Delta::End { reason: FinishReason::Stop, usage: Some(usage) };
            Box::pin(stream::iter(said.into_iter().map(|piece| Ok(Delta::Text(piece))).chain([Ok(end)])))
        }
    }

    fn request(text: &str) -> ChatRequest {
        let messages = vec![crate::Message::new(crate::Role::User, text)];
        ChatRequest { messages, ..ChatRequest::default() }
    }

    #[test]
    fn answers_come_in_order_cut_at_the_limit_and_the_silent_one_fails_alone() {
        let completer = Completer::new(Arc::new(Echo)).unwrap();
        let limits = CompletionLimits { time: Duration::from_millis(200), chars: 4 };
        let answers =
            completer.complete(vec![request("öäü"), ChatRequest::default(), request("longer")], limits);
        let texts: Vec<_> = answers.iter().map(|answer| answer.text.as_deref()).collect();
        let silent = LlmError::Unavailable("no answer in time".to_owned());
        assert_eq!(texts, [Ok("öäü"), Err(&silent), Ok("long")]);
        // The first reported its usage; the others were stopped.
        let tokens: Vec<_> = answers.iter().map(|answer| answer.usage.total_tokens).collect();
        assert_eq!(tokens, [7, 2, 4]);
    }

    #[tokio::test]
    async fn it_may_end_on_an_event_loop() {
        drop(Completer::new(Arc::new(Echo)).unwrap());
    }
}
