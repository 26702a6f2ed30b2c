//! The files of a cross-encoder's folder: their paths and the settings in `config.json`; does not read the graph.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::EmbedError;

/// Maximum window in tokens, to which longer ones are cut: passages are short, and attention costs the square of the length.
const MAX_WINDOW_TOKENS: usize = 1024;
/// Minimum window in tokens; a shorter one cannot hold question and text.
const MIN_WINDOW_TOKENS: usize = 16;

/// The settings used from `config.json`; every field and the file itself can be missing.
#[derive(Deserialize)]
#[serde(default)]
pub(super) struct Settings {
    model_type: String,
    max_position_embeddings: usize,
    /// The id of the padding token.
    pub(super) pad_token_id: i32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { model_type: "bert".into(), max_position_embeddings: 512, pad_token_id: 0 }
    }
}

impl Settings {
    pub(super) fn read(dir: &Path) -> Result<Self, EmbedError> {
        let path = dir.join("config.json");
        let json = match std::fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            read => read.map_err(|error| bad(&path, error))?,
        };
        let settings: Self = serde_json::from_slice(&json).map_err(|error| bad(&path, error))?;
        if settings.positions() < MIN_WINDOW_TOKENS {
            return Err(bad(&path, format!("a window of {} tokens is too short", settings.positions())));
        }
        Ok(settings)
    }

    /// The window in tokens, special ones included.
    pub(super) fn window(&self) -> usize {
        self.positions().min(MAX_WINDOW_TOKENS)
    }

    /// `RoBERTa` and similar models count positions from one after the padding id.
    fn positions(&self) -> usize {
        let unused = if self.model_type.contains("roberta") || self.model_type == "camembert" {
            usize::try_from(self.pad_token_id).unwrap_or(0).saturating_add(1)
        } else {
            0
        };
        self.max_position_embeddings.saturating_sub(unused)
    }
}

/// The graph: `model.onnx`, or `onnx/model.onnx`.
pub(super) fn graph(dir: &Path) -> Result<PathBuf, EmbedError> {
    let path = dir.join("model.onnx");
    match [path.clone(), dir.join("onnx/model.onnx")].into_iter().find(|path| path.is_file()) {
        Some(found) => Ok(found),
        None => Err(bad(&path, "it is missing")),
    }
}

pub(super) fn bad(path: &Path, reason: impl std::fmt::Display) -> EmbedError {
    EmbedError::BadReranker { path: path.into(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(config: &str) -> Result<usize, EmbedError> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("config.json"), config).unwrap();
        Settings::read(dir.path()).map(|settings| settings.window())
    }

    #[test]
    fn the_window_is_what_the_positions_leave() {
        assert_eq!(window(r#"{"model_type":"bert","max_position_embeddings":512}"#).unwrap(), 512);
        let roberta = r#"{"model_type":"xlm-roberta","max_position_embeddings":514,"pad_token_id":1}"#;
        assert_eq!(window(roberta).unwrap(), 512);
        assert_eq!(window(r#"{"max_position_embeddings":8192}"#).unwrap(), MAX_WINDOW_TOKENS);
        assert_eq!(window("{}").unwrap(), 512);
        assert_eq!(Settings::read(Path::new("/nonexistent")).unwrap().window(), 512);
    }

    #[test]
    fn settings_that_cannot_be_are_refused_by_name() {
        for config in ["no json", r#"{"max_position_embeddings":2}"#, r#"{"pad_token_id":"x"}"#] {
            let error = window(config).unwrap_err().to_string();
            assert!(error.contains("config.json"), "{error}");
        }
    }
}
