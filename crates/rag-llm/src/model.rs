//! The trait every chat model implements, its request and the pieces of its answer; never an implementation.

use std::pin::Pin;

use futures_util::Stream;

use crate::{FinishReason, LlmError, Message, Usage};

/// What to answer and how.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChatRequest {
    /// The conversation, oldest message first.
    pub messages: Vec<Message>,
    /// Randomness from 0 (always the likeliest token) to 2; the model's own default when absent.
    pub temperature: Option<f32>,
    /// The most tokens to answer with; the model's own limit when absent.
    pub max_tokens: Option<u32>,
}

impl ChatRequest {
    /// Length of the conversation, in Unicode scalar values.
    pub fn chars(&self) -> usize {
        self.messages.iter().map(|message| message.content.chars().count()).sum()
    }
}

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    /// Text to append, never empty.
    Text(String),
    /// The end; the last item of every complete answer.
    End {
        /// Why the model stopped.
        reason: FinishReason,
        /// The tokens used, when the model tells.
        usage: Option<Usage>,
    },
}

/// The pieces of an answer: any number of texts, then one end. An error ends it instead.
pub type DeltaStream = Pin<Box<dyn Stream<Item = Result<Delta, LlmError>> + Send>>;

/// Answers conversations piece by piece.
pub trait ChatModel: Send + Sync {
    /// The name that answers and logs carry.
    fn name(&self) -> &str;

    /// The answer as a stream. Work starts with the first poll; dropping the stream ends it and frees its connection.
    fn stream(&self, request: ChatRequest) -> DeltaStream;
}
