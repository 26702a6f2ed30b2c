//! The local models against vectors of another engine, and the properties of batching; needs the folder of `make setup`, and for
//! the multilingual model that of `make setup-multilingual`.
#![expect(clippy::unwrap_used, reason = "clippy spares test functions, not their helpers")]

use std::path::PathBuf;
use std::sync::LazyLock;

use proptest::prelude::*;
use rag_embed::vector::dot;
use rag_embed::{EmbedError, Embedder, LocalEmbedder, LocalModel, MINILM, MULTILINGUAL_E5_SMALL, PartedText};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    text: String,
    tokens: usize,
    query: Vec<f32>,
    document: Vec<f32>,
}

static REFERENCES: LazyLock<Vec<Reference>> =
    LazyLock::new(|| references(include_str!("minilm_vectors.json")));

static MODEL: LazyLock<LocalEmbedder> = LazyLock::new(|| load(&MINILM));

fn references(json: &str) -> Vec<Reference> {
    serde_json::from_str(json).unwrap()
}

fn load(model: &'static LocalModel) -> LocalEmbedder {
    LocalEmbedder::load(model, &folder(model), 2, None)
        .unwrap_or_else(|error| panic!("{error}; or set RAG_HOME"))
}

/// The multilingual model; `None`, with a line that says so, if it is not installed.
#[expect(clippy::print_stderr, reason = "a test that tests nothing says so")]
fn multilingual() -> Option<LocalEmbedder> {
    let found = folder(&MULTILINGUAL_E5_SMALL).exists();
    if !found {
        eprintln!("not tested: multilingual-e5-small is not installed; run `make setup-multilingual`");
    }
    found.then(|| load(&MULTILINGUAL_E5_SMALL))
}

#[expect(clippy::disallowed_methods, reason = "tests have no configuration to read the folder from")]
fn folder(model: &LocalModel) -> PathBuf {
    let default = || std::env::home_dir().unwrap_or_default().join(".cache/rag");
    let home = std::env::var("RAG_HOME").map_or_else(|_unset| default(), PathBuf::from);
    home.join("model").join(model.folder)
}

fn texts() -> Vec<&'static str> {
    REFERENCES.iter().map(|reference| reference.text.as_str()).collect()
}

/// Compares the vectors of queries and of documents, which are embedded in batches.
fn compare(model: &LocalEmbedder, references: &[Reference]) {
    let texts: Vec<&str> = references.iter().map(|reference| reference.text.as_str()).collect();
    for (reference, document) in references.iter().zip(model.embed_documents(&texts).unwrap()) {
        let query = model.embed_query(&reference.text).unwrap();
        let start: String = reference.text.chars().take(30).collect();
        assert!(dot(&reference.query, &query) >= 0.9999, "query {start:?}");
        assert!(dot(&reference.document, &document) >= 0.9999, "document {start:?}");
    }
}

/// Compares the tokens; `framing` is the number of tokens around a document.
fn compare_spans(model: &LocalEmbedder, references: &[Reference], framing: usize) {
    for Reference { text, tokens, .. } in references {
        let spans = model.token_spans(text);
        assert_eq!((spans.len() + framing).min(model.model().max_tokens), *tokens, "{text:?}");
        assert!(spans.iter().all(|span| text.get(span.clone()).is_some_and(|token| !token.is_empty())));
        assert!(spans.is_sorted_by_key(|span| span.start));
    }
}

#[test]
fn vectors_equal_those_of_another_engine() {
    compare(&MODEL, &REFERENCES);
}

#[test]
fn vectors_and_tokens_of_the_multilingual_model_equal_those_of_another_engine() {
    let Some(model) = multilingual() else { return };
    let references = references(include_str!("e5_vectors.json"));
    compare(&model, &references);
    compare_spans(&model, &references, 4);
}

#[test]
fn a_question_is_nearest_to_its_answer_in_another_language() {
    let Some(model) = multilingual() else { return };
    let answers =
        ["Der Hafen liegt nördlich der Stadt.", "面包是用黑麦粉和盐烤的。", "Le train part à six heures."];
    let answers = model.embed_documents(&answers).unwrap();
    for (question, best) in
        [("Where is the harbour?", 0), ("Welches Mehl ist im Brot?", 1), ("火车几点出发？", 2)]
    {
        let question = model.embed_query(question).unwrap();
        let nearest = (0..answers.len())
            .max_by(|&a, &b| dot(&question, &answers[a]).total_cmp(&dot(&question, &answers[b])));
        assert_eq!(nearest, Some(best));
    }
}

#[test]
fn the_names_of_special_tokens_in_a_text_are_text() {
    let Some(model) = multilingual() else { return };
    let spans = model.token_spans("</s>");
    assert!(spans.len() > 1, "{spans:?}");
}

#[test]
fn spans_are_the_tokens_of_the_whole_text() {
    compare_spans(&MODEL, &REFERENCES, 2);
    assert_eq!(MODEL.token_spans("Ünbelievable 東京!"), [0..13, 14..17, 17..20, 20..21]);
}

#[test]
fn approximate_spans_are_never_below_nine_tenths_of_the_real_ones() {
    for text in texts() {
        let (real, guessed) = (MODEL.token_spans(text).len(), rag_embed::spans::approximate(text).len());
        assert!(guessed * 10 >= real * 9, "{guessed} instead of {real} tokens in {text:?}");
    }
}

#[test]
fn a_missing_folder_says_what_to_do() {
    for model in [&MINILM, &MULTILINGUAL_E5_SMALL] {
        let Err(error) = LocalEmbedder::load(model, &PathBuf::from("/nonexistent"), 1, None) else {
            panic!("loaded from nowhere")
        };
        assert!(matches!(error, EmbedError::MissingModel { .. }));
        let error = error.to_string();
        assert!(error.contains("/nonexistent/") && error.ends_with(model.setup), "{error}");
    }
}

#[test]
fn a_damaged_weights_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(folder(&MINILM).join("tokenizer.json"), dir.path().join("tokenizer.json")).unwrap();
    std::fs::write(dir.path().join("model.safetensors"), "cut off").unwrap();
    let Err(error) = LocalEmbedder::load(&MINILM, dir.path(), 1, None) else {
        panic!("loaded a damaged file")
    };
    assert!(matches!(error, EmbedError::BadModel { .. }));
    assert!(error.to_string().contains("it has 7 bytes instead of 90868376"), "{error}");
    std::fs::write(dir.path().join("e5-small-q4.bin"), "cut off").unwrap();
    let Err(error) = LocalEmbedder::load(&MULTILINGUAL_E5_SMALL, dir.path(), 1, None) else {
        panic!("loaded a damaged file")
    };
    assert!(error.to_string().contains("it has 7 bytes instead of 71622400"), "{error}");
}

#[test]
fn parts_have_vectors_of_their_own_from_the_same_pass() {
    let text = "The harbour lies north of the town. Bread is baked with rye flour and salt.";
    let middle = text.find(" Bread").unwrap();
    let long = format!("{text} {}", "word ".repeat(400));
    let parts = vec![0..middle, middle + 1..text.len(), long.len() - 5..long.len()];
    let parted = PartedText { text: &long, parts };
    let [vector] = &MODEL.embed_parted(&[parted]).unwrap()[..] else { panic!("one text, one vector") };
    assert!(dot(&vector.whole, &MODEL.embed_query(&long).unwrap()) > 0.9999);
    let [Some(harbour), Some(bread), None] = &vector.parts[..] else {
        panic!("a part outside the window has no vector")
    };
    let question = MODEL.embed_query("Which flour is used for baking?").unwrap();
    assert!(dot(&question, bread) > dot(&question, harbour) + 0.1);
    assert!((dot(bread, bread) - 1.0).abs() < 1e-5);
}

#[test]
fn no_texts_give_no_vectors() {
    assert!(MODEL.embed_documents(&[]).unwrap().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn batches_keep_order_and_do_not_change_vectors(
        texts in prop::collection::vec(prop_oneof!["\\PC{0,40}", "([a-z]{1,9} ){0,60}"], 1..9)
    ) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let vectors = MODEL.embed_documents(&texts).unwrap();
        prop_assert_eq!(vectors.len(), texts.len());
        for (text, vector) in texts.iter().zip(vectors) {
            prop_assert!((dot(&vector, &vector) - 1.0).abs() < 1e-5);
            prop_assert!(dot(&vector, &MODEL.embed_query(text).unwrap()) >= 0.99999, "{:?}", text);
        }
    }
}
