//! A fake model for tests: plays prepared answers in order and records the requests; never for production.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use futures_util::stream;

use crate::{ChatModel, ChatRequest, Delta, DeltaStream, FinishReason, LlmError};

/// Plays one prepared answer for each request; after the last one, answers are empty.
#[derive(Debug, Default)]
pub struct ScriptedModel {
    answers: Mutex<VecDeque<Vec<Result<Delta, LlmError>>>>,
    requests: Mutex<Vec<ChatRequest>>,
}

impl ScriptedModel {
    /// Creates a model without answers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends an answer of these texts and a regular end.
    #[must_use]
    pub fn answering<'a>(self, texts: impl IntoIterator<Item = &'a str>) -> Self {
        let texts = texts.into_iter().map(|text| Ok(Delta::Text(text.into())));
        self.playing(texts.chain([Ok(end())]))
    }

    /// Appends an answer of exactly these pieces.
    #[must_use]
    pub fn playing(self, pieces: impl IntoIterator<Item = Result<Delta, LlmError>>) -> Self {
        lock(&self.answers).push_back(pieces.into_iter().collect());
        self
    }

    /// The requests so far, oldest first.
    pub fn requests(&self) -> Vec<ChatRequest> {
        lock(&self.requests).clone()
    }
}

impl ChatModel for ScriptedModel {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn stream(&self, request: ChatRequest) -> DeltaStream {
        lock(&self.requests).push(request);
        let pieces = lock(&self.answers).pop_front().unwrap_or_else(|| vec![Ok(end())]);
        Box::pin(stream::iter(pieces))
    }
}

fn end() -> Delta {
    Delta::End { reason: FinishReason::Stop, usage: None }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;

    #[tokio::test]
    async fn answers_are_played_in_order_and_requests_remembered() {
        let broken = LlmError::Interrupted("scripted".into());
        let model = ScriptedModel::new().answering(["a", "b"]).playing([Err(broken.clone())]);
        let request = ChatRequest { max_tokens: Some(1), ..ChatRequest::default() };
        let first: Vec<_> = model.stream(request.clone()).collect().await;
        assert_eq!(first, [Ok(Delta::Text("a".into())), Ok(Delta::Text("b".into())), Ok(end())]);
        assert_eq!(model.stream(request.clone()).collect::<Vec<_>>().await, [Err(broken)]);
        assert_eq!(model.stream(request.clone()).collect::<Vec<_>>().await, [Ok(end())]);
        assert_eq!(model.requests(), [request.clone(), request.clone(), request]);
    }
}
