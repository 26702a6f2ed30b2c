//! Texts to measure with: a folder's `corpus.jsonl` and `queries.jsonl`, or this project's own documentation.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::BenchResult;

/// Documents and questions about them.
pub(crate) struct Corpus {
    pub(crate) documents: Vec<String>,
    pub(crate) questions: Vec<String>,
}

#[derive(Deserialize)]
struct Entry {
    text: String,
}

/// The first `documents` documents and up to 300 questions of a BEIR-shaped folder.
pub(crate) fn from_folder(dir: &Path, documents: usize) -> BenchResult<Corpus> {
    let read = |name: &str, most: usize| -> BenchResult<Vec<String>> {
        let path = dir.join(name);
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        text.lines().take(most).map(|line| Ok(serde_json::from_str::<Entry>(line)?.text)).collect()
    };
    Ok(Corpus { documents: read("corpus.jsonl", documents)?, questions: read("queries.jsonl", 300)? })
}

/// The project's own documentation, a paragraph a document, each made different by its number until there are enough;
/// its longer lines are the questions.
pub(crate) fn own_documentation(documents: usize) -> BenchResult<Corpus> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut paragraphs = Vec::new();
    for name in ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/ARCHITECTURE.md", "docs/STYLE.md"] {
        let text = fs::read_to_string(root.join(name))?;
        paragraphs.extend(text.split("\n\n").filter(|part| part.len() > 200).map(str::to_owned));
    }
    let questions = paragraphs.iter().map(|part| part.chars().take(80).collect()).collect();
    let documents = paragraphs.iter().cycle().take(documents).enumerate();
    Ok(Corpus {
        documents: documents.map(|(number, text)| format!("Note {number}\n\n{text}")).collect(),
        questions,
    })
}
