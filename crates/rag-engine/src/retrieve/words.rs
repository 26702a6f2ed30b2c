//! The words that the lexical leg looks for: the question's, at less weight those of the question before and of synonyms.

use std::collections::{BTreeSet, HashMap};

use rag_repo::{
    PgConnection, RepoResult,
    search::{QueryWord, QuestionWords, parse_words, synonym_words},
};
use rag_schema::ids::CollectionId;
use serde_json::json;

use super::{trace::Tracer, wording::Wording};

/// Weight of a synonym against the words that it stands for: it may mean something else here.
const SYNONYM_WEIGHT: f64 = 0.5;

/// The words of a wording as the collections know them, each once and at the best of its weights.
pub(super) fn words(
    conn: &mut PgConnection,
    collections: &[CollectionId],
    wording: &Wording<'_>,
    synonyms: bool,
    tracer: &mut Tracer,
) -> RepoResult<QuestionWords> {
    let QuestionWords { words: own, mut idf } = parse_words(conn, collections, &wording.words)?;
    let mut all: HashMap<i32, QueryWord> = own.into_iter().map(|word| (word.id, word)).collect();
    if let Some((before, weight)) = wording.before {
        let (before, weight) = (parse_words(conn, collections, before)?, f64::from(weight));
        // Where the collections know no word of the question itself.
        idf = idf.max(weight * before.idf);
        add(&mut all, before.words, weight);
    }
    if synonyms {
        let found = synonym_words(conn, collections, &wording.words)?;
        if !found.is_empty() {
            let terms: BTreeSet<&str> = found.iter().map(|word| word.term.as_str()).collect();
            tracer.step("synonyms", || json!({"terms": terms, "weight": SYNONYM_WEIGHT}));
            add(&mut all, found.into_iter().map(|synonym| synonym.word), SYNONYM_WEIGHT);
        }
    }
    Ok(QuestionWords { words: all.into_values().collect(), idf })
}

/// Adds words that are not there at this weight; of those that are, the greater weight stays.
fn add(all: &mut HashMap<i32, QueryWord>, words: impl IntoIterator<Item = QueryWord>, weight: f64) {
    for word in words {
        let idf = word.idf * weight;
        let known = all.entry(word.id).or_insert(QueryWord { idf, ..word });
        known.idf = known.idf.max(idf);
    }
}
