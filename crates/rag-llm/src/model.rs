//! The trait of chat models, its request and the pieces of its answer; never an implementation.

use std::{pin::Pin, sync::Arc};

use futures_util::Stream;

use crate::{FinishReason, LlmError, Message, ServerStatus, Usage};

/// A conversation to answer, with its parameters.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChatRequest {
    /// The conversation, oldest message first.
    pub messages: Vec<Message>,
    /// Randomness from 0 (always the likeliest token) to 2; `None` for the model's default.
    pub temperature: Option<f32>,
    /// Maximum number of tokens of the answer; `None` for the model's limit.
    pub max_tokens: Option<u32>,
}

impl ChatRequest {
    /// Length of the conversation, in Unicode scalar values.
    pub fn chars(&self) -> usize {
        self.messages.iter().map(|message| message.content.chars().count()).sum()
    }
}

/// Prices of a million tokens, in any currency; 0 if they are free or unknown.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Price {
    /// Price of a million tokens of conversations.
    pub prompt: f64,
    /// Price of a million tokens of answers.
    pub completion: f64,
}

/// The model that writes an answer, and its prices.
#[derive(Debug, Clone, PartialEq)]
pub struct Writer {
    /// The name of the model.
    pub model: Arc<str>,
    /// The prices of its tokens.
    pub price: Price,
}

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// The model that writes the answer; comes first, from models that choose among several.
    Writer(Writer),
    /// Text to append to the answer, never empty.
    Text(String),
    /// Text to append to the model's thoughts, which are not a part of the answer; never empty.
    Thought(String),
    /// All text so far were thoughts, not the answer: the model has closed thoughts that it had not opened.
    WereThoughts,
    /// The end; the last item of every complete answer.
    End {
        /// The reason why the model stopped.
        reason: FinishReason,
        /// The tokens used; `None` if the model does not report them.
        usage: Option<Usage>,
    },
}

/// The pieces of an answer: its writer from some models, any number of texts and thoughts, then one end. An error ends it instead.
pub type DeltaStream = Pin<Box<dyn Stream<Item = Result<Delta, LlmError>> + Send>>;

/// Answers conversations piece by piece.
pub trait ChatModel: Send + Sync {
    /// The name of the model in answers and logs.
    fn name(&self) -> &str;

    /// The servers behind the model, in the order in which they are asked; empty for a model without servers of its own.
    fn servers(&self) -> Vec<ServerStatus> {
        Vec::new()
    }

    /// The model that is asked first, with its prices if they are known.
    fn first_writer(&self) -> Writer {
        let first = self.servers().into_iter().next().map(|server| server.writer);
        first.unwrap_or_else(|| Writer { model: self.name().into(), price: Price::default() })
    }

    /// The answer as a stream. Work starts with the first poll; dropping the stream ends it and frees its connection.
    fn stream(&self, request: ChatRequest) -> DeltaStream;
}
