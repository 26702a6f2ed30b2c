//! Reading a BEIR-shaped folder: `corpus.jsonl`, `queries.jsonl`, `qrels.tsv`.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader, Lines},
    path::Path,
};

use serde::{Deserialize, de::DeserializeOwned};

use super::metrics::Judgements;
use crate::{EngineError, EngineResult};

/// A document of the corpus.
#[derive(Debug, Deserialize)]
pub(super) struct CorpusEntry {
    #[serde(rename = "_id")]
    pub(super) id: String,
    #[serde(default)]
    pub(super) title: String,
    pub(super) text: String,
}

/// A query with judgements.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) text: String,
    /// Question before this one, for a follow-up.
    pub(super) context: Option<String>,
    /// The same question, worded so that it can be understood without the conversation.
    pub(super) standalone: Option<String>,
    pub(super) judged: Judgements,
}

#[derive(Debug, Deserialize)]
struct QueryEntry {
    #[serde(rename = "_id")]
    id: String,
    text: String,
    #[serde(default)]
    context: Option<String>,
    #[serde(default)]
    standalone: Option<String>,
}

/// Returns the documents one at a time.
pub(super) fn corpus(dir: &Path) -> EngineResult<impl Iterator<Item = EngineResult<CorpusEntry>>> {
    entries(&dir.join("corpus.jsonl"))
}

/// Returns the queries that `qrels.tsv` names, by id.
pub(super) fn queries(dir: &Path) -> EngineResult<Vec<Query>> {
    let mut judged = judgements(&find_qrels(dir))?;
    let mut queries = Vec::new();
    for entry in entries::<QueryEntry>(&dir.join("queries.jsonl"))? {
        let QueryEntry { id, text, context, standalone } = entry?;
        if let Some(judged) = judged.remove(&id) {
            queries.push(Query { text, context, standalone, judged });
        }
    }
    Ok(queries)
}

/// Returns the path of `qrels.tsv`, which is in the folder or, for collections in several languages, in its parent folder.
fn find_qrels(dir: &Path) -> std::path::PathBuf {
    let own = dir.join("qrels.tsv");
    match dir.parent().map(|parent| parent.join("qrels.tsv")) {
        Some(shared) if !own.exists() && shared.exists() => shared,
        _ => own,
    }
}

fn judgements(path: &Path) -> EngineResult<BTreeMap<String, Judgements>> {
    let mut judged: BTreeMap<String, Judgements> = BTreeMap::new();
    for (number, line) in lines(path)?.enumerate().skip(1) {
        let line = line?;
        let mut fields = line.split('\t');
        let (Some(query), Some(document), Some(Ok(grade))) =
            (fields.next(), fields.next(), fields.next().map(|grade| grade.trim().parse::<i64>()))
        else {
            return Err(invalid(path, number, "three columns are expected: query-id, corpus-id, score"));
        };
        let grade = u32::try_from(grade.max(0)).unwrap_or(u32::MAX);
        judged.entry(query.to_owned()).or_default().insert(document.to_owned(), grade);
    }
    judged.retain(|_, grades| grades.values().any(|grade| *grade > 0));
    Ok(judged)
}

/// Returns the entries of a file of JSON lines.
pub(super) fn entries<T: DeserializeOwned>(
    path: &Path,
) -> EngineResult<impl Iterator<Item = EngineResult<T>> + use<T>> {
    let path = path.to_owned();
    Ok(lines(&path)?.enumerate().map(move |(number, line)| {
        serde_json::from_str(&line?).map_err(|error| invalid(&path, number, &error.to_string()))
    }))
}

fn lines(path: &Path) -> EngineResult<Lines<BufReader<File>>> {
    let file = File::open(path)
        .map_err(|error| EngineError::Invalid(format!("{} cannot be opened: {error}", path.display())))?;
    Ok(BufReader::new(file).lines())
}

fn invalid(path: &Path, number: usize, what: &str) -> EngineError {
    EngineError::Invalid(format!("{} line {}: {what}", path.display(), number + 1))
}
