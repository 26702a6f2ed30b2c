//! Chat models that misbehave on purpose.

use futures_util::{StreamExt, stream};
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
