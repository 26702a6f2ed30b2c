//! The one error of this crate; its texts never hold an API key, a URL or any part of a text.

use std::error::Error;
use std::path::PathBuf;

/// The commands that install OpenVINO: in a checkout and of a package.
pub const OPENVINO_SETUP: &str =
    "`make setup-openvino` (of a package: `python3 -m rag_setup openvino` or `sudo rag-setup openvino`)";

/// Why texts could not be embedded or reranked.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    /// The model folder lacks a file.
    #[error("the embedding model is not installed: {} is missing; run {setup}", path.display())]
    MissingModel {
        /// The file.
        path: PathBuf,
        /// The commands that install the model.
        setup: &'static str,
    },

    /// A file of the model folder is damaged or belongs to another model.
    #[error("the embedding model file {} cannot be used: {reason}; run {setup}", path.display())]
    BadModel {
        /// The file.
        path: PathBuf,
        /// The reason why it cannot be used.
        reason: String,
        /// The commands that install the model.
        setup: &'static str,
    },

    /// A file of the folder of a reranking model is missing, damaged, or of a kind that cannot be used.
    #[error(
        "the reranking model file {} cannot be used: {reason}; wanted is a folder with model.onnx (or onnx/model.onnx) and \
         tokenizer.json, as Hugging Face exports cross-encoders",
        path.display()
    )]
    BadReranker {
        /// The file.
        path: PathBuf,
        /// The reason why it cannot be used.
        reason: String,
    },

    /// OpenVINO's shared library is missing or cannot be used.
    #[error(
        "cannot load OpenVINO from {}: {reason}; run {OPENVINO_SETUP}, or set embedding.engine = \"rten\"",
        path.display()
    )]
    MissingEngine {
        /// The folder of the library.
        path: PathBuf,
        /// The reason why it cannot be used.
        reason: String,
    },

    /// The engine calculates wrong values on this processor.
    #[error(
        "the embedding model gives wrong values in OpenVINO on this processor: {0}; set embedding.engine = \"rten\""
    )]
    UnfitEngine(String),

    /// The in-process model failed on an input; a bug.
    #[error("the model failed")]
    Inference(#[source] Box<dyn Error + Send + Sync>),

    /// The client of a model server could not be set up as configured.
    #[error("the model server's settings cannot be used: {0}")]
    BadConfig(String),

    /// The model server could not be reached, was overloaded or failed; worth trying again later.
    #[error("the model server is unavailable: {0}")]
    Unavailable(String),

    /// The model server refused the request; trying again does not help.
    #[error("the model server refused the request: {0}")]
    Refused(String),

    /// The model server's answer breaks the protocol.
    #[error("the model server's answer cannot be used: {0}")]
    BadAnswer(String),
}
