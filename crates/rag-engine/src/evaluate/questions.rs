//! Reading `questions.jsonl`: questions with their gold answers and gold documents, and questions without an answer.

use std::path::Path;

use serde::Deserialize;

use super::beir::entries;
use crate::{EngineError, EngineResult};

/// A question to be answered.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct GoldQuestion {
    #[serde(rename = "_id")]
    pub(super) id: String,
    pub(super) text: String,
    /// Gold answers, of which an answer must contain one; empty if the corpus does not answer the question.
    #[serde(default)]
    pub(super) answers: Vec<String>,
    /// Ids of the gold documents, of which an answer must cite one; empty if citations are not judged.
    #[serde(default)]
    pub(super) documents: Vec<String>,
    /// Name of the group in which the question is reported.
    #[serde(default = "GoldQuestion::all")]
    pub(super) group: String,
}

impl GoldQuestion {
    fn all() -> String {
        "all".to_owned()
    }

    pub(super) fn is_answerable(&self) -> bool {
        !self.answers.is_empty()
    }

    /// Returns whether the text contains one of the gold answers, ignoring case and white space.
    pub(super) fn is_answered_by(&self, text: &str) -> bool {
        let text = fold(text);
        self.answers.iter().any(|answer| text.contains(&fold(answer)))
    }
}

/// Returns the questions of the folder.
pub(super) fn questions(dir: &Path) -> EngineResult<Vec<GoldQuestion>> {
    let path = dir.join("questions.jsonl");
    let questions = entries(&path)?.collect::<EngineResult<Vec<GoldQuestion>>>()?;
    if questions.is_empty() {
        return Err(EngineError::Invalid(format!("{} holds no questions", path.display())));
    }
    Ok(questions)
}

fn fold(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}
