//! Texts to measure with: a folder's `corpus.jsonl` and `queries.jsonl`, or this project's own documentation.

use std::{fs, path::Path};

use serde::{Deserialize, de::DeserializeOwned};

use crate::BenchResult;

/// Documents and questions about them.
pub(crate) struct Corpus {
    pub(crate) documents: Vec<Document>,
    pub(crate) questions: Vec<String>,
}

/// One text.
#[derive(Deserialize)]
pub(crate) struct Document {
    /// The title; may be empty.
    #[serde(default)]
    pub(crate) title: String,
    pub(crate) text: String,
}

#[derive(Deserialize)]
struct Question {
    text: String,
}

/// Reads a BEIR-shaped folder, up to the given numbers of documents and questions.
pub(crate) fn from_folder(dir: &Path, documents: usize, questions: usize) -> BenchResult<Corpus> {
    let questions = read::<Question>(&dir.join("queries.jsonl"), questions)?;
    Ok(Corpus {
        documents: read(&dir.join("corpus.jsonl"), documents)?,
        questions: questions.into_iter().map(|question| question.text).collect(),
    })
}

fn read<T: DeserializeOwned>(path: &Path, most: usize) -> BenchResult<Vec<T>> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    text.lines().take(most).map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// Reads the project's own documentation from the checkout in the working directory: one document per paragraph; their
/// beginnings are the questions.
pub(crate) fn own_documentation() -> BenchResult<Corpus> {
    let mut documents = Vec::new();
    for name in ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/ARCHITECTURE.md", "docs/STYLE.md"] {
        let text = fs::read_to_string(name).map_err(|error| format!("{name}: {error}"))?;
        let paragraphs = text.split("\n\n").filter(|part| part.len() > 200);
        documents.extend(paragraphs.map(|part| Document { title: name.to_owned(), text: part.to_owned() }));
    }
    let questions = documents.iter().map(|document| document.text.chars().take(80).collect()).collect();
    Ok(Corpus { documents, questions })
}

impl Corpus {
    /// Repeats the documents, each made different by its number, until there are `count`.
    pub(crate) fn repeated(self, count: usize) -> Self {
        let documents = self.documents.iter().cycle().take(count).enumerate();
        let documents = documents
            .map(|(number, document)| Document {
                title: document.title.clone(),
                text: format!("Note {number}\n\n{}", document.text),
            })
            .collect();
        Self { documents, ..self }
    }
}
