//! The one error of this crate; its texts never hold an API key, a URL, a prompt or an answer.

/// An error of a chat model: no answer, or only a part of one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LlmError {
    /// The client could not be set up as configured.
    #[error("the chat model's settings cannot be used: {0}")]
    BadConfig(String),

    /// The server could not be reached, was overloaded or failed before its first word; worth trying again later.
    #[error("the chat model is unavailable: {0}")]
    Unavailable(String),

    /// The server refused the request; trying again does not help.
    #[error("the chat model refused the request: status {status}, {reason}")]
    Refused {
        /// The HTTP status, 4xx or an unexpected redirection.
        status: u16,
        /// The server's error code if it is a plain word.
        reason: String,
    },

    /// The answer broke off after it had begun.
    #[error("the chat model's answer broke off: {0}")]
    Interrupted(String),

    /// The server's answer breaks the protocol.
    #[error("the chat model's answer cannot be used: {0}")]
    BadAnswer(String),
}
