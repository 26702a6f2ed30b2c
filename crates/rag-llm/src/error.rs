//! The one error of this crate; its texts never hold an API key, a URL, a prompt or an answer.

use std::time::Duration;

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

    /// The limit of the answer's length was reached before its first word, by thoughts or otherwise.
    #[error(
        "the chat model reached the limit of the answer's length before its first word. Allow more tokens."
    )]
    NoRoom,

    /// The server's filter withheld the whole answer.
    #[error("the chat model's answer was withheld by its server's content filter")]
    Withheld,

    /// No server was asked, because all of them have failed repeatedly.
    #[error("the chat model is not asked for another {} s: {causes}", retry_after.as_secs() + 1)]
    Paused {
        /// The last failure of each server.
        causes: String,
        /// Time until a request tries the first of them again.
        retry_after: Duration,
    },
}

impl LlmError {
    /// The cause alone, for a list of several servers' failures.
    pub(crate) fn cause(&self) -> String {
        match self {
            Self::BadConfig(cause) | Self::Unavailable(cause) | Self::Interrupted(cause) => cause.clone(),
            Self::Refused { status, reason } => format!("status {status}, {reason}"),
            Self::BadAnswer(cause) => format!("its answer cannot be used: {cause}"),
            Self::NoRoom => "the limit of the answer's length was reached before its first word".to_owned(),
            Self::Withheld => "its content filter withheld the answer".to_owned(),
            Self::Paused { causes, .. } => causes.clone(),
        }
    }
}
