//! The failure of a command: message, cure and exit code, without the text of a driver or a secret.

use std::process::ExitCode;

use rag_embed::EmbedError;
use rag_engine::EngineError;
use rag_llm::LlmError;
use rag_pg::PgError;
use rag_repo::RepoError;

/// The commands that install PostgreSQL: in a checkout and of a package.
pub(crate) const SETUP: &str = "`make setup` (of a package: `python3 -m rag_setup` or `sudo rag-setup`)";

/// Result of a command.
pub(crate) type Outcome<T> = Result<T, Failure>;

/// The exit code of a failed command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Something was refused, was not found, or failed.
    Failed,
    /// The command line or the configuration is invalid.
    Usage,
    /// The database or a model cannot be reached.
    Unreachable,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Unreachable => 3,
        })
    }
}

/// An error and its cure.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// Exit code of the process.
    pub(crate) exit: Exit,
    /// Description of the failure.
    pub(crate) message: String,
    /// Cure, if one is known.
    pub(crate) hint: Option<String>,
}

impl Failure {
    /// Creates a failure without a hint.
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hint: None }
    }

    /// Adds the cure.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<PgError> for Failure {
    fn from(error: PgError) -> Self {
        let failure = Self::new(Exit::Unreachable, error.to_string());
        match error {
            PgError::NotAFolder { .. } => Self { exit: Exit::Usage, ..failure }
                .hint("name the folder of the data with --data-dir or postgres.data_dir"),
            PgError::NotInstalled { .. } => {
                failure.hint(format!("run {SETUP}, or set database.url to a PostgreSQL of yours"))
            }
            PgError::Ended { .. } | PgError::TimedOut { .. } => {
                failure.hint("`rag doctor` checks the usual causes")
            }
            PgError::NotRunning { .. } => {
                failure.hint("start it with `rag serve`, and leave that running meanwhile")
            }
            _ => failure,
        }
    }
}

impl From<RepoError> for Failure {
    fn from(error: RepoError) -> Self {
        let exit = if matches!(error, RepoError::Unavailable(_) | RepoError::ReadOnly) {
            Exit::Unreachable
        } else {
            Exit::Failed
        };
        let failure = Self::new(exit, sentence(&error));
        match error {
            RepoError::Unavailable(_) => {
                failure.hint("`rag status` tells whether the database runs, `rag doctor` what is wrong")
            }
            _ => failure,
        }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::from(&error)
    }
}

impl From<&EngineError> for Failure {
    fn from(error: &EngineError) -> Self {
        let exit = match error {
            EngineError::Unavailable(_) | EngineError::Collision => Exit::Unreachable,
            EngineError::Invalid(_) => Exit::Usage,
            _ => Exit::Failed,
        };
        let failure = Self::new(exit, text(error));
        match error {
            EngineError::Bug(source) => failure.hint(format!("cause: {}", sentence(&**source))),
            EngineError::File(source) => failure.hint(format!("cause: {source}")),
            EngineError::ChatModel(source) | EngineError::ChatModelPaused { source, .. } => {
                source.clone().into()
            }
            EngineError::Unavailable(_) => failure.hint("`rag doctor` tells what is wrong"),
            _ => failure,
        }
    }
}

/// Returns the text of an error for the operator, who may see everything: an object that is not found does not exist.
pub(crate) fn text(error: &EngineError) -> String {
    match error {
        EngineError::NotFound(object) => format!("there is no such {object}"),
        other => other.to_string(),
    }
}

impl From<EmbedError> for Failure {
    fn from(error: EmbedError) -> Self {
        let failure = Self::new(
            if matches!(error, EmbedError::BadConfig(_)) { Exit::Usage } else { Exit::Unreachable },
            error.to_string(),
        );
        match error {
            EmbedError::BadReranker { .. } => {
                failure.hint("look at section [rerank]: `rag config show`; rerank.kind = \"\" does without")
            }
            _ => failure,
        }
    }
}

impl From<LlmError> for Failure {
    fn from(error: LlmError) -> Self {
        Self::new(
            if matches!(error, LlmError::BadConfig(_)) { Exit::Usage } else { Exit::Unreachable },
            error.to_string(),
        )
        .hint("look at section [chat]: `rag config show`")
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(Exit::Failed, error.to_string())
    }
}

/// Returns the error and its causes on one line.
fn sentence(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
