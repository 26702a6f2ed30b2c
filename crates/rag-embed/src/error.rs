//! The one error of this crate; its texts never hold an API key, a URL or any part of an embedded text.

use std::error::Error;
use std::path::PathBuf;

/// Why texts could not be embedded.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    /// The model folder lacks a file.
    #[error("the embedding model is not installed: {} is missing; run `make setup`", .0.display())]
    MissingModel(PathBuf),

    /// A file of the model folder is damaged or belongs to another model.
    #[error("the embedding model file {} cannot be used: {reason}; run `make setup`", path.display())]
    BadModel {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },

    /// The in-process model failed on an input; a bug.
    #[error("the embedding model failed")]
    Inference(#[source] Box<dyn Error + Send + Sync>),

    /// The client of an embedding server could not be set up as configured.
    #[error("the embedding server's settings cannot be used: {0}")]
    BadConfig(String),

    /// The embedding server could not be reached, was overloaded or failed; worth trying again later.
    #[error("the embedding server is unavailable: {0}")]
    Unavailable(String),

    /// The embedding server refused the request; trying again does not help.
    #[error("the embedding server refused the request: {0}")]
    Refused(String),

    /// The embedding server's answer breaks the protocol or the configured dimensions.
    #[error("the embedding server's answer cannot be used: {0}")]
    BadAnswer(String),
}
