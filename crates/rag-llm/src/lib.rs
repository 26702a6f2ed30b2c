//! Chat models behind one trait, and a streaming client for OpenAI-compatible servers; no database, no server.

mod breaker;
mod client;
mod completer;
mod error;
mod model;
#[cfg(feature = "fakes")]
pub mod scripted;
mod servers;
mod sse;
mod thoughts;
pub mod wire;

pub use breaker::BreakerState;
pub use client::{OpenAiClient, OpenAiConfig};
pub use completer::{Completer, Completion, CompletionLimits, complete};
pub use error::LlmError;
pub use model::{ChatModel, ChatRequest, Delta, DeltaStream, Price, Writer};
pub use servers::{ChatServers, ServerStatus};
pub use wire::{FinishReason, Message, Role, Usage};
