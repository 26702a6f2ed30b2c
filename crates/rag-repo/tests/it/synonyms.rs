//! What synonyms add to a question: the right words, by stems, at weights that the words they stand for bear.

use rag_repo::{
    search::{QueryWord, SynonymWord, parse_words, synonym_words},
    synonyms,
};

use crate::fixture::Fixture;

const TEXTS: [&str; 5] =
    ["granite basalt", "granite slate", "granite opal", "quartz veins", "the engines were started"];

fn with(groups: &[&[&str]]) -> Fixture {
    let mut fixture = Fixture::new();
    fixture.store(&TEXTS);
    let groups: Vec<Vec<String>> =
        groups.iter().map(|terms| terms.iter().map(ToString::to_string).collect()).collect();
    synonyms::replace(&mut fixture.conn, fixture.collection, &groups).unwrap();
    fixture
}

fn found(fixture: &mut Fixture, question: &str) -> Vec<SynonymWord> {
    synonym_words(&mut fixture.conn, &[fixture.collection], question).unwrap()
}

fn idf(fixture: &mut Fixture, word: &str) -> f64 {
    let words: Vec<QueryWord> = parse_words(&mut fixture.conn, &[fixture.collection], word).unwrap().words;
    words.iter().map(|word| word.idf).sum()
}

#[test]
fn a_rare_synonym_weighs_no_more_than_the_word_asked_for() {
    let mut fixture = with(&[&["granite", "opal"]]);
    let (common, rare) = (idf(&mut fixture, "granite"), idf(&mut fixture, "opal"));
    assert!(rare > common);
    let [opal] = &found(&mut fixture, "granite")[..] else { panic!("one word") };
    assert_eq!((opal.term.as_str(), opal.word.lexeme.as_str()), ("opal", "opal"));
    assert!((opal.word.idf - common).abs() < 1e-9, "{opal:?}");
    let [granite] = &found(&mut fixture, "an opal")[..] else { panic!("one word") };
    assert!((granite.word.idf - common).abs() < 1e-9, "{granite:?}");
}

#[test]
fn the_words_of_a_phrase_share_the_weight() {
    let mut fixture = with(&[&["granite", "quartz veins"]]);
    let words = found(&mut fixture, "granite");
    assert_eq!(words.iter().map(|word| word.word.lexeme.as_str()).collect::<Vec<_>>(), ["quartz", "vein"]);
    let sum: f64 = words.iter().map(|word| word.word.idf).sum();
    assert!((sum - idf(&mut fixture, "granite")).abs() < 1e-9, "{words:?}");
}

#[test]
fn terms_match_as_phrases_and_by_stems() {
    let mut fixture = with(&[&["starting an engine", "slate"], &["the", "basalt"]]);
    let lexemes = |fixture: &mut Fixture, question: &str| -> Vec<String> {
        found(fixture, question).into_iter().map(|word| word.word.lexeme).collect()
    };
    assert_eq!(lexemes(&mut fixture, "who started an engine?"), ["slate"]);
    assert!(lexemes(&mut fixture, "an engine that started").is_empty());
    // A term of stop words alone names nothing.
    assert!(lexemes(&mut fixture, "the").is_empty());
}

#[test]
fn what_the_question_says_itself_is_no_synonym_and_unknown_words_find_nothing() {
    let mut fixture = with(&[&["granite", "opal", "zirconium"]]);
    assert!(found(&mut fixture, "granite or opal").is_empty());
    // Asked by a word that no document has, the others bear their own weight.
    let own = idf(&mut fixture, "opal");
    let words = found(&mut fixture, "zirconium");
    assert_eq!(words.len(), 2);
    assert!(words.iter().any(|word| (word.word.idf - own).abs() < 1e-9), "{words:?}");
}
