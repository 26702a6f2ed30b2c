//! The JSON of OpenAI's chat completions, for a client and a server; only types, no behaviour but their defaults.

use serde::{Deserialize, Serialize};

/// The body of `POST /chat/completions`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatCompletionRequest {
    /// The name of the model.
    pub model: String,
    /// The conversation, oldest message first.
    pub messages: Vec<Message>,
    /// Randomness, 0 to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f32>,
    /// Maximum number of tokens of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// Whether to answer with server-sent events, one chunk each.
    #[serde(default)]
    pub stream: bool,
    /// Options of the stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_options: Option<StreamOptions>,
}

/// Options of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamOptions {
    /// Whether a last chunk without choices reports the tokens used.
    #[serde(default)]
    pub include_usage: bool,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The speaker.
    pub role: Role,
    /// The text.
    pub content: String,
}

impl Message {
    /// Creates a message of the given speaker.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self { role, content: content.into() }
    }
}

/// The speaker of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The operator, who sets the rules.
    System,
    /// The person who asks.
    User,
    /// The model.
    Assistant,
}

/// One event of a streamed answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatCompletionChunk {
    /// The same for all chunks of one answer.
    #[serde(default)]
    pub id: String,
    /// Always `chat.completion.chunk`.
    #[serde(default)]
    pub object: String,
    /// The start of the answer, in seconds since 1970.
    #[serde(default)]
    pub created: i64,
    /// The model that answers.
    #[serde(default)]
    pub model: String,
    /// One choice; empty in a chunk that only reports usage.
    #[serde(default)]
    pub choices: Vec<ChunkChoice>,
    /// The tokens used, in the last chunk if requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// A chunk's addition to the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkChoice {
    /// The place of the answer among several; 0 here.
    #[serde(default)]
    pub index: u32,
    /// The piece of the message.
    #[serde(default)]
    pub delta: ChunkDelta,
    /// Set in the last chunk with a choice.
    #[serde(default)]
    pub finish_reason: Option<FinishReason>,
}

/// A piece of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkDelta {
    /// The speaker, in the first chunk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Text to append.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// The reason why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// The answer is complete.
    Stop,
    /// The limit of tokens was reached.
    Length,
    /// The server withheld the rest.
    ContentFilter,
    /// A reason this crate does not know.
    #[serde(other)]
    Other,
}

/// The tokens an answer cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the conversation.
    pub prompt_tokens: u32,
    /// Tokens of the answer.
    pub completion_tokens: u32,
    /// Their sum.
    pub total_tokens: u32,
}

impl Usage {
    /// Estimates the usage of a model that did not report it, from the lengths of conversation and answer in Unicode scalar values: a
    /// token is about four characters of English (OpenAI's rule of thumb).
    pub fn estimate(asked: usize, written: usize) -> Self {
        let tokens = |chars: usize| u32::try_from(chars / 4 + 1).unwrap_or(u32::MAX);
        let (prompt_tokens, completion_tokens) = (tokens(asked), tokens(written));
        Self {
            prompt_tokens,
            completion_tokens,
            total_tokens: prompt_tokens.saturating_add(completion_tokens),
        }
    }
}
