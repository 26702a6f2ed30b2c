//! The lexical leg is BM25.

use std::collections::HashMap;

use rag_repo::search::{QueryWord, QuestionWords, Scope};
use rag_schema::ids::PassageId;

use crate::fixture::{Fixture, best_by_words, parse_words};

const K1: f64 = 0.9;
const B: f64 = 0.5;

/// BM25 as Robertson and Zaragoza (2009) write it, over words that need no stemming.
fn oracle(texts: &[&str], question: &str) -> Vec<f64> {
    let documents: Vec<Vec<&str>> = texts.iter().map(|text| text.split_whitespace().collect()).collect();
    let count = documents.len() as f64;
    let average = documents.iter().map(Vec::len).sum::<usize>() as f64 / count;
    documents
        .iter()
        .map(|words| {
            question
                .split_whitespace()
                .map(|word| {
                    let tf = words.iter().filter(|other| **other == word).count() as f64;
                    let df = documents.iter().filter(|other| other.contains(&word)).count() as f64;
                    let idf = (1.0 + (count - df + 0.5) / (df + 0.5)).ln();
                    idf * tf * (K1 + 1.0) / (tf + K1 * (1.0 - B + B * words.len() as f64 / average))
                })
                .sum()
        })
        .collect()
}

#[test]
fn scores_are_those_of_bm25() {
    let mut fixture = Fixture::new();
    let texts = [
        "granite basalt basalt",
        "granite marble slate quartz",
        "basalt quartz",
        "opal opal opal opal granite",
    ];
    let stored = fixture.store(&texts);
    let question = "basalt granite";
    let whole = Scope::in_collections(&[fixture.collection]);
    let hits = best_by_words(&mut fixture, &whole, question, 10);
    let scores: HashMap<PassageId, f64> = hits.iter().map(|hit| (hit.passage_id, hit.score)).collect();
    for (chunk, expected) in stored.chunks.iter().zip(oracle(&texts, question)) {
        let score = scores.get(chunk).copied().unwrap_or(0.0);
        assert!((score - expected).abs() < 1e-3, "{score} is not {expected}");
    }
    assert!(hits.is_sorted_by(|a, b| a.score >= b.score));
}

#[test]
fn words_are_stemmed_and_unknown_ones_find_nothing() {
    let mut fixture = Fixture::new();
    let stored = fixture.store(&["The engines were started", "A quiet lake"]);
    let scope = Scope::in_collections(&[fixture.collection]);
    let find = |fixture: &mut Fixture, question: &str| best_by_words(fixture, &scope, question, 10);
    assert_eq!(find(&mut fixture, "starting an engine")[0].passage_id, stored.chunks[0]);
    assert!(find(&mut fixture, "zebra").is_empty());
    assert!(find(&mut fixture, "the of and").is_empty());
    assert!(find(&mut fixture, "'; DROP TABLE chunks; -- & | ! :*").is_empty());
}

#[test]
fn a_question_weighs_what_its_words_do_unknown_ones_as_much_as_the_rarest_could() {
    let mut fixture = Fixture::new();
    fixture.store(&["The engines were started", "A quiet lake", "A lake of engines"]);
    let collections = [fixture.collection];
    let mut parse = |question: &str| parse_words(&mut fixture.conn, &collections, question).unwrap();
    let sum = |words: &[QueryWord]| words.iter().map(|word| word.idf).sum::<f64>();
    let known = parse("the quiet engine");
    assert!(known.words.len() == 2 && (known.idf - sum(&known.words)).abs() < 1e-12, "{known:?}");
    let unknown = parse("the quiet engine of a zebra");
    assert!((unknown.idf - known.idf - (1.0_f64 + 3.5 / 0.5).ln()).abs() < 1e-12, "{unknown:?}");
    assert_eq!(parse("zebra"), QuestionWords::default());
    // What holds none of the words has no say, however little they would weigh there.
    let other = fixture.another_collection();
    fixture.build_in(other, &["zebra"]);
    let both = parse_words(&mut fixture.conn, &[collections[0], other], "the quiet engine").unwrap();
    assert!((both.idf - known.idf).abs() < 1e-12, "{both:?}");
}

#[test]
fn documents_in_another_language_do_not_make_a_question_weigh_more() {
    let mut fixture = Fixture::new();
    fixture.store(&["The engines were started"]);
    fixture.text_search_config = "deu";
    fixture.store(&["Der See liegt still"]);
    let parsed = parse_words(&mut fixture.conn, &[fixture.collection], "were the engines started?").unwrap();
    // German knows "were" and "the" for words, and no chunk holds them.
    let known: f64 = parsed.words.iter().map(|word| word.idf).sum();
    assert!((parsed.idf - known).abs() < 1e-12, "{parsed:?}");
}

#[test]
fn another_collection_changes_neither_scores_nor_results() {
    let mut fixture = Fixture::new();
    fixture.store(&["granite basalt", "granite slate"]);
    let before = parse_words(&mut fixture.conn, &[fixture.collection], "granite basalt").unwrap();
    let other = fixture.another_collection();
    fixture.build_in(other, &["basalt basalt", "basalt", "basalt slate"]);
    assert_eq!(parse_words(&mut fixture.conn, &[fixture.collection], "granite basalt").unwrap(), before);
}

#[test]
fn documents_given_a_wrong_language_come_no_sooner_than_others() {
    let mut fixture = Fixture::new();
    let texts: Vec<String> = (0..30)
        .map(|n| format!("the history of the town number{n} and of what was there, with stones"))
        .collect();
    let right = fixture.store(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    fixture.text_search_config = "spa";
    let wrong =
        fixture.store(&["the weather of the island and of what was there", "what is the name of the towns"]);
    let scope = Scope::in_collections(&[fixture.collection]);
    let mut best = |question: &str| best_by_words(&mut fixture, &scope, question, 40);
    // Its function words are rare, as only the two documents hold them: they find nothing.
    assert!(best("what was there and of the").is_empty());
    assert_eq!(best("what is the history of number7")[0].passage_id, right.chunks[7]);
    // Nor is a form of a word rare that only they have: all forms weigh alike.
    let hits = best("towns");
    assert_eq!(hits.len(), 31);
    let weight = |id: PassageId| hits.iter().find(|hit| hit.passage_id == id).unwrap().score;
    assert!(weight(wrong.chunks[1]) < 2.0 * weight(right.chunks[0]), "{hits:?}");
}
