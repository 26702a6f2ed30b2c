//! Models that misbehave on purpose.

use futures_util::{StreamExt, stream};
use rag_embed::{EmbedError, Reranker};
use rag_llm::{ChatModel, ChatRequest, Delta, DeltaStream};

/// Says one thing and then nothing more, for ever.
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
