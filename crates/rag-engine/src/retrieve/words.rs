//! The words that the lexical leg searches for: those of the question and, with lower weights, of the question before and of
//! synonyms.

use std::collections::{BTreeSet, HashMap};

use rag_repo::{
    PgConnection, RepoResult,
    search::{Corpus, QueryWord, QuestionWords, query_words},
};
use rag_text::analyse::AskedWord;
use serde_json::json;

use super::{identifiers::Identifiers, synonym_words::synonym_words, trace::Tracer, wording::Wording};
use crate::words::{asked_words, languages};

/// Weight of a synonym relative to the words that it replaces: it may have another meaning in the passage.
const SYNONYM_WEIGHT: f64 = 0.5;

/// Returns the words of a wording as the collections know them, each once with the highest of its weights; and its identifiers.
pub(super) fn words(
    conn: &mut PgConnection,
    corpus: &Corpus,
    wording: &Wording<'_>,
    synonyms: bool,
    tracer: &mut Tracer,
) -> RepoResult<(QuestionWords, Identifiers)> {
    let languages = languages(corpus);
    let asked: Vec<AskedWord> = languages.ask(&wording.words);
    let QuestionWords { words: own, mut idf } = query_words(conn, &corpus.collections, &asked_words(&asked))?;
    let identifiers = Identifiers::new(&asked, &own);
    let mut all: HashMap<i32, QueryWord> = own.into_iter().map(|word| (word.id, word)).collect();
    if let Some((before, weight)) = wording.before {
        let before = asked_words(&languages.ask(before));
        let (before, weight) = (query_words(conn, &corpus.collections, &before)?, f64::from(weight));
        // Matters if the collections know no word of the question itself.
        idf = idf.max(weight * before.idf);
        add(&mut all, before.words, weight);
    }
    if synonyms {
        let found = synonym_words(conn, &corpus.collections, &languages, &wording.words)?;
        if !found.is_empty() {
            let terms: BTreeSet<&str> = found.iter().map(|word| word.term.as_str()).collect();
            tracer.step("synonyms", || json!({"terms": terms, "weight": SYNONYM_WEIGHT}));
            add(&mut all, found.into_iter().map(|synonym| synonym.word), SYNONYM_WEIGHT);
        }
    }
    Ok((QuestionWords { words: all.into_values().collect(), idf }, identifiers))
}

/// Adds the words with this weight; a word that is already there keeps the greater weight.
fn add(all: &mut HashMap<i32, QueryWord>, words: impl IntoIterator<Item = QueryWord>, weight: f64) {
    for word in words {
        let idf = word.idf * weight;
        let known = all.entry(word.id).or_insert(QueryWord { idf, ..word });
        known.idf = known.idf.max(idf);
    }
}
