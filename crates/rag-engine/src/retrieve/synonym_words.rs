//! The words that the synonyms of the collections add to a question.

use std::collections::HashSet;

use rag_repo::{
    PgConnection, RepoResult,
    search::{AskedWord, QueryWord, query_words},
    synonyms,
};
use rag_schema::ids::CollectionId;
use rag_text::analyse::{Languages, PhraseWords};

use crate::words::asked_words;

/// A word of a synonym.
pub(super) struct SynonymWord {
    /// Term of the synonym, as it was written.
    pub(super) term: String,
    /// The word. The `idf`s of a synonym's words add up to at most those of the term that they replace.
    pub(super) word: QueryWord,
}

/// A term of a group of synonyms of which the question contains at least one.
struct Term {
    collection: CollectionId,
    group: usize,
    text: String,
    is_asked: bool,
}

/// Returns the words of the synonyms of terms in `question`, by the groups of each collection. A term matches the question as a
/// phrase, by stems. All words of a synonym together weigh at most as much as the term that they replace.
pub(super) fn synonym_words(
    conn: &mut PgConnection,
    collections: &[CollectionId],
    languages: &Languages,
    question: &str,
) -> RepoResult<Vec<SynonymWord>> {
    let groups = synonyms::of_collections(conn, collections)?;
    let terms = concerned(groups, languages, question);
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    let words = words_by_term(conn, collections, languages, &terms)?;
    Ok(scaled(&terms, &words))
}

/// Returns the terms of the groups of which the question contains at least one.
fn concerned(groups: Vec<(CollectionId, Vec<String>)>, languages: &Languages, question: &str) -> Vec<Term> {
    let question: Vec<HashSet<(String, u32)>> =
        languages.phrase(question).into_iter().map(|way| way.into_iter().collect()).collect();
    let is_asked = |text: &str| {
        let ways = languages.phrase(text);
        question.iter().any(|words| ways.iter().any(|way| is_within(way, words)))
    };
    let mut terms = Vec::new();
    for (group, (collection, texts)) in groups.into_iter().enumerate() {
        let found: Vec<Term> = texts
            .into_iter()
            .map(|text| Term { collection, group, is_asked: is_asked(&text), text })
            .collect();
        if found.iter().any(|term| term.is_asked) {
            terms.extend(found);
        }
    }
    terms
}

/// Returns whether the words of a phrase occur consecutively among words with their positions.
fn is_within(phrase: &PhraseWords, words: &HashSet<(String, u32)>) -> bool {
    let Some((first, start)) = phrase.first() else { return false };
    let places = words.iter().filter(|(lexeme, _)| lexeme == first).map(|(_, place)| *place);
    let follows = |begin: u32| {
        phrase.iter().all(|(lexeme, place)| words.contains(&(lexeme.clone(), begin + place - start)))
    };
    places.into_iter().any(follows)
}

/// Returns the words of each term, as its collection knows them.
fn words_by_term(
    conn: &mut PgConnection,
    collections: &[CollectionId],
    languages: &Languages,
    terms: &[Term],
) -> RepoResult<Vec<Vec<QueryWord>>> {
    let asked: Vec<Vec<AskedWord>> =
        terms.iter().map(|term| asked_words(&languages.ask(&term.text))).collect();
    let known = query_words(conn, collections, &asked.concat())?.words;
    let of_term = |(term, asked): (&Term, &Vec<AskedWord>)| {
        let is_form = |found: &&QueryWord| {
            let mut forms = asked.iter().flat_map(|word| &word.forms);
            found.collection_id == term.collection && forms.any(|(_, lexeme)| *lexeme == found.lexeme)
        };
        known.iter().filter(is_form).cloned().collect()
    };
    Ok(terms.iter().zip(&asked).map(of_term).collect())
}

/// Returns the words of the terms that the question does not contain. The words of one term together weigh at most as much as the
/// heaviest term of its group that the question contains, unless no passage contains the latter.
fn scaled(terms: &[Term], words: &[Vec<QueryWord>]) -> Vec<SynonymWord> {
    let weight = |words: &[QueryWord]| words.iter().map(|word| word.idf).sum::<f64>();
    let mut found = Vec::new();
    for (term, own) in terms.iter().zip(words).filter(|(term, _)| !term.is_asked) {
        let said = terms.iter().zip(words).filter(|(other, _)| other.is_asked && other.group == term.group);
        let asked = said.map(|(_, words)| weight(words)).fold(0.0, f64::max);
        let share = if asked > 0.0 { (asked / weight(own)).min(1.0) } else { 1.0 };
        found.extend(own.iter().map(|word| SynonymWord {
            term: term.text.clone(),
            word: QueryWord { idf: word.idf * share, ..word.clone() },
        }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(terms: &[&str], question: &str) -> Vec<bool> {
        let languages = Languages::new([("eng".to_owned(), 1.0)]);
        let group = terms.iter().map(|term| (*term).to_owned()).collect();
        let found = concerned(vec![(CollectionId::new(), group)], &languages, question);
        found.into_iter().map(|term| term.is_asked).collect()
    }

    #[test]
    fn terms_match_as_phrases_and_by_stems() {
        assert_eq!(asked(&["starting an engine", "slate"], "who started an engine?"), [true, false]);
        assert!(asked(&["starting an engine", "slate"], "an engine that started").is_empty());
        assert!(asked(&["the", "basalt"], "the").is_empty(), "a term of function words names nothing");
    }

    fn word(id: i32, idf: f64) -> QueryWord {
        let collection_id = CollectionId::new();
        QueryWord {
            id,
            lexeme: format!("w{id}"),
            word: 0,
            collection_id,
            passage_count: 1,
            collection_size: 9,
            idf,
        }
    }

    fn terms(asked: &[bool]) -> Vec<Term> {
        let collection = CollectionId::new();
        let term = |(at, is_asked): (usize, &bool)| Term {
            collection,
            group: 0,
            text: format!("t{at}"),
            is_asked: *is_asked,
        };
        asked.iter().enumerate().map(term).collect()
    }

    fn weights(asked: &[bool], words: &[Vec<QueryWord>]) -> Vec<f64> {
        scaled(&terms(asked), words).into_iter().map(|found| found.word.idf).collect()
    }

    #[test]
    fn the_words_of_a_synonym_weigh_no_more_than_those_that_were_asked_for() {
        assert_eq!(
            weights(&[true, false], &[vec![word(1, 1.0)], vec![word(2, 2.0), word(3, 2.0)]]),
            [0.5, 0.5]
        );
        assert_eq!(weights(&[true, false], &[vec![word(1, 4.0)], vec![word(2, 2.0)]]), [2.0]);
        assert_eq!(
            weights(&[true, false], &[vec![], vec![word(2, 2.0)]]),
            [2.0],
            "no passage holds what was asked for"
        );
    }
}
