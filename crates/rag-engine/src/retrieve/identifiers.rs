//! Identifiers in the question decide the order: passages that contain them come before those that do not.

use std::collections::{BTreeMap, HashMap};

use rag_repo::{
    PgConnection, RepoResult,
    search::{QueryWord, holders},
};
use rag_schema::ids::PassageId;
use rag_text::analyse::AskedWord;

use super::fusion::{Ranked, sort};

/// Maximum share of a collection's passages that contain a word for it to count as an identifier.
const MAX_SHARE: f64 = 0.05;
/// Number of passages that may contain an identifier regardless of the share: about those of one long document.
const MAX_PASSAGES: f64 = 10.0;

/// The identifiers of a question.
#[derive(Debug, Clone, Default)]
pub(super) struct Identifiers {
    /// Lexemes of the identifiers that few passages contain, with their weights.
    known: BTreeMap<i32, f64>,
    /// Identifiers that no passage contains, as written in the question.
    pub(super) unknown: Vec<String>,
}

impl Identifiers {
    /// Selects the identifiers among the words asked for, by their statistics in the collections.
    pub(super) fn new(asked: &[AskedWord], found: &[QueryWord]) -> Self {
        let mut identifiers = Self::default();
        for (at, word) in asked.iter().enumerate().filter(|(_, word)| word.is_identifier) {
            let mut forms = found.iter().filter(|found| found.word == at).peekable();
            if forms.peek().is_none() {
                identifiers.unknown.push(word.text.clone());
            }
            let is_rare = |form: &&QueryWord| {
                let most = (MAX_SHARE * f64::from(i32::try_from(form.collection_size).unwrap_or(i32::MAX)))
                    .max(MAX_PASSAGES);
                f64::from(form.passage_count) <= most
            };
            identifiers.known.extend(forms.filter(is_rare).map(|form| (form.id, form.idf)));
        }
        identifiers.unknown = without_parts(&identifiers.unknown);
        identifiers
    }

    /// Ranks passages by the part of the identifiers that they contain; scores that are between 0 and 1 stay there.
    pub(super) fn decide(&self, conn: &mut PgConnection, ranked: &mut [Ranked]) -> RepoResult<()> {
        if self.known.is_empty() || ranked.is_empty() {
            return Ok(());
        }
        let lexemes: Vec<i32> = self.known.keys().copied().collect();
        let passages: Vec<PassageId> = ranked.iter().map(|passage| passage.passage_id).collect();
        let mut held: HashMap<PassageId, f64> = HashMap::new();
        for (passage, lexeme) in holders(conn, &passages, &lexemes)? {
            *held.entry(passage).or_default() += self.known.get(&lexeme).copied().unwrap_or(0.0);
        }
        let best = held.values().copied().fold(0.0, f64::max);
        if best > 0.0 {
            for passage in ranked.iter_mut() {
                let part = held.get(&passage.passage_id).copied().unwrap_or(0.0) / best;
                passage.score = f64::midpoint(part, passage.score);
                passage.fused = passage.score;
            }
            sort(ranked);
        }
        Ok(())
    }
}

/// Returns the names that are not part of another: of `ORA-01555` and `01555`, the first.
fn without_parts(names: &[String]) -> Vec<String> {
    let is_part =
        |name: &String| names.iter().any(|other| other.len() > name.len() && other.contains(name.as_str()));
    names.iter().filter(|name| !is_part(name)).cloned().collect()
}
