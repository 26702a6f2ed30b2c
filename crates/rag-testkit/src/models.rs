//! Models that misbehave on purpose.

use std::{fmt, ops::Range};

use futures_util::{StreamExt, stream};
use rag_embed::{EmbedError, Embedder, ModelInfo, Reranker, hash::HashEmbedder};
use rag_llm::{ChatModel, ChatRequest, Delta, DeltaStream};

/// Says one thing and then stalls without an end.
#[derive(Debug, Clone)]
pub struct StallingModel(pub String);

impl ChatModel for StallingModel {
    fn name(&self) -> &'static str {
        "stalling"
    }

    fn stream(&self, _request: ChatRequest) -> DeltaStream {
        Box::pin(stream::iter([Ok(Delta::Text(self.0.clone()))]).chain(stream::pending()))
    }
}

/// Says the same piece over and over, without an end.
#[derive(Debug, Clone)]
pub struct EndlessModel(pub String);

impl ChatModel for EndlessModel {
    fn name(&self) -> &'static str {
        "endless"
    }

    fn stream(&self, _request: ChatRequest) -> DeltaStream {
        let piece = self.0.clone();
        // Yields between pieces, as a model behind a connection does.
        Box::pin(stream::repeat_with(move || Ok(Delta::Text(piece.clone()))).then(|piece| async {
            tokio::task::yield_now().await;
            piece
        }))
    }
}

/// A fake embedder that does something first: waits, or fails.
pub struct MoodyEmbedder {
    inner: HashEmbedder,
    mood: Box<dyn Fn() -> Result<(), EmbedError> + Send + Sync>,
}

impl MoodyEmbedder {
    /// Calls `mood` before anything is embedded.
    pub fn new(mood: impl Fn() -> Result<(), EmbedError> + Send + Sync + 'static) -> Self {
        Self { inner: HashEmbedder::new(256), mood: Box::new(mood) }
    }
}

impl fmt::Debug for MoodyEmbedder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MoodyEmbedder").finish_non_exhaustive()
    }
}

impl Embedder for MoodyEmbedder {
    fn model(&self) -> &ModelInfo {
        self.inner.model()
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        (self.mood)()?;
        self.inner.embed_query(text)
    }

    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        (self.mood)()?;
        self.inner.embed_documents(texts)
    }

    fn token_spans(&self, text: &str) -> Vec<Range<usize>> {
        self.inner.token_spans(text)
    }
}

/// Cannot be reached.
#[derive(Debug, Clone, Copy)]
pub struct UnreachableReranker;

impl Reranker for UnreachableReranker {
    fn name(&self) -> &'static str {
        "unreachable"
    }

    fn rerank(&self, _query: &str, _texts: &[&str]) -> Result<Vec<f32>, EmbedError> {
        Err(EmbedError::Unavailable("no connection".to_owned()))
    }
}
