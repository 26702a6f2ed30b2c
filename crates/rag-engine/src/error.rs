//! The errors of the use cases.

use rag_embed::EmbedError;
use rag_fetch::FetchError;
use rag_llm::LlmError;
use rag_repo::{RepoError, TransactionError, collections};
use rag_text::Refusal;

/// Result of a use case.
pub type EngineResult<T> = Result<T, EngineError>;

/// An error of a use case. The texts are for users; the sources are for the log.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The object does not exist, or the actor cannot see it.
    #[error("There is no such {0}, or it is not yours.")]
    NotFound(&'static str),
    /// The actor can see the object, but lacks the right to do this with it.
    #[error("{0}")]
    Forbidden(&'static str),
    /// The presented credentials are not valid.
    #[error("{0}")]
    Unproven(&'static str),
    /// A limit is exhausted.
    #[error("{0}")]
    Exhausted(String),
    /// The request conflicts with the current state, such as a name that is taken.
    #[error("{0}")]
    Conflict(String),
    /// A value is invalid; the text names it.
    #[error("{0}")]
    Invalid(String),
    /// The document cannot be read.
    #[error(transparent)]
    Document(#[from] Refusal),
    /// A page cannot be fetched.
    #[error(transparent)]
    Fetch(FetchError),
    /// The database or a model does not answer at present.
    #[error("{0}")]
    Unavailable(&'static str),
    /// Two transactions collided; the same one may succeed if it is run again.
    #[error("The database is busy. Try again shortly.")]
    Collision,
    /// The database is a replica, or an administrator has forbidden writes.
    #[error("The database accepts no changes at present. Try again shortly.")]
    ReadOnly,
    /// A disk of this server or of its database is full.
    #[error(
        "The server's disk is full, and nothing was stored. Try again later, when its operator has made room."
    )]
    StorageFull,
    /// The disk of the database has reached the reserve that stays free.
    #[error(
        "cannot store: the disk of the database has {free_mb} MB left, and {reserve_mb} MB stay free (postgres.min_free_mb). Searches and \
         questions go on. Try again later, when the operator has made room."
    )]
    DiskLow {
        /// Free space, in megabytes.
        free_mb: u64,
        /// The reserve, in megabytes.
        reserve_mb: u64,
    },
    /// A temporary file of this server cannot be written or read.
    #[error("This server cannot use its temporary files. Try again later; its log has the cause.")]
    File(#[source] std::io::Error),
    /// The chat model returned no answer, or only a part of one.
    #[error("The chat model failed or broke off. Ask again later.")]
    ChatModel(#[source] LlmError),
    /// The chat model has failed repeatedly and is not asked for a time.
    #[error(
        "The chat model has failed repeatedly and is not asked for another {retry_after_s} s. Its server may be down or overloaded: \
         the operator finds the cause with `rag doctor` and in the log."
    )]
    ChatModelPaused {
        /// Time until it is asked again, in seconds.
        retry_after_s: u64,
        /// The last failures.
        source: LlmError,
    },
    /// An internal error.
    #[error("Something went wrong on the server.")]
    Bug(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<RepoError> for EngineError {
    fn from(error: RepoError) -> Self {
        match error {
            RepoError::NotFound => Self::NotFound("object"),
            RepoError::Exhausted(detail) => Self::Exhausted(detail),
            RepoError::Forbidden => Self::Forbidden("You may see this, but not change it."),
            RepoError::Unavailable(reason) => {
                tracing::warn!(reason, "database unavailable");
                Self::Unavailable("The database is busy or restarting. Try again shortly.")
            }
            RepoError::TooSlow => Self::Unavailable(
                "The database took too long for this. Try again with a smaller filter, fewer collections, or later.",
            ),
            RepoError::StorageFull => {
                tracing::warn!("the database's disk is full");
                Self::StorageFull
            }
            RepoError::Collision => Self::Collision,
            RepoError::ReadOnly => {
                tracing::warn!("the database accepts no writes");
                Self::ReadOnly
            }
            RepoError::Conflict(constraint) if constraint == collections::NAME_KEY => {
                Self::Conflict("There is a collection of that name already.".to_owned())
            }
            RepoError::Conflict(_) => {
                Self::Conflict("The object that this belongs to has changed or is deleted.".to_owned())
            }
            RepoError::Invalid(constraint) => Self::Invalid(format!("A value breaks the rule {constraint}.")),
            RepoError::TimeOutOfRange => {
                Self::Invalid("A date or a time is out of range. Name one of the years 1 to 9999.".to_owned())
            }
            other @ (RepoError::Migration(_) | RepoError::Bug(_)) => Self::Bug(Box::new(other)),
        }
    }
}

impl TransactionError for EngineError {
    fn is_collision(&self) -> bool {
        matches!(self, Self::Collision)
    }

    fn is_read_only(&self) -> bool {
        matches!(self, Self::ReadOnly)
    }
}

impl From<EmbedError> for EngineError {
    fn from(error: EmbedError) -> Self {
        match error {
            EmbedError::Unavailable(reason) => {
                tracing::warn!(reason, "embedding model unavailable");
                Self::Unavailable("The embedding model cannot be reached. Try again shortly.")
            }
            other => Self::Bug(Box::new(other)),
        }
    }
}

impl From<LlmError> for EngineError {
    fn from(error: LlmError) -> Self {
        Self::Bug(Box::new(error))
    }
}

impl From<FetchError> for EngineError {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::File(error) => error.into(),
            other => Self::Fetch(other),
        }
    }
}

impl From<std::io::Error> for EngineError {
    fn from(error: std::io::Error) -> Self {
        if matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded) {
            tracing::warn!(%error, "the disk of temporary files is full");
            return Self::StorageFull;
        }
        Self::File(error)
    }
}

impl EngineError {
    /// The failure of a turn whose chat model failed.
    pub(crate) fn chat_model(error: LlmError) -> Self {
        match error {
            LlmError::Paused { retry_after, .. } => {
                Self::ChatModelPaused { retry_after_s: retry_after.as_secs() + 1, source: error }
            }
            other => Self::ChatModel(other),
        }
    }

    /// Adds the name of the object that was not found, which the database does not know.
    #[must_use]
    pub fn naming(self, what: &'static str) -> Self {
        if let Self::NotFound(_) = self { Self::NotFound(what) } else { self }
    }
}
