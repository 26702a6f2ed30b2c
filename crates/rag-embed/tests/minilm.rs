//! The real model against vectors of another engine, and the properties of batching; needs the model folder of `make setup`.
#![expect(clippy::unwrap_used, reason = "clippy spares test functions, not their helpers")]

use std::path::PathBuf;
use std::sync::LazyLock;

use proptest::prelude::*;
use rag_embed::vector::dot;
use rag_embed::{EmbedError, Embedder, MiniLm, PartedText};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    text: String,
    tokens: usize,
    vector: Vec<f32>,
}

static REFERENCES: LazyLock<Vec<Reference>> =
    LazyLock::new(|| serde_json::from_str(include_str!("reference_vectors.json")).unwrap());

static MODEL: LazyLock<MiniLm> = LazyLock::new(|| {
    let dir = model_dir();
    MiniLm::load(&dir, 2)
        .unwrap_or_else(|error| panic!("{error} (in {}, or set RAG_MODEL_DIR)", dir.display()))
});

#[expect(clippy::disallowed_methods, reason = "tests have no configuration to read the folder from")]
fn model_dir() -> PathBuf {
    let default = || std::env::home_dir().unwrap_or_default().join(".cache/rag/model/all-minilm-l6-v2");
    std::env::var("RAG_MODEL_DIR").map_or_else(|_unset| default(), PathBuf::from)
}

fn texts() -> Vec<&'static str> {
    REFERENCES.iter().map(|reference| reference.text.as_str()).collect()
}

#[test]
fn vectors_equal_those_of_another_engine() {
    let documents = MODEL.embed_documents(&texts()).unwrap();
    for (reference, document) in REFERENCES.iter().zip(documents) {
        let query = MODEL.embed_query(&reference.text).unwrap();
        let start: String = reference.text.chars().take(30).collect();
        assert!(dot(&reference.vector, &query) >= 0.9999, "query {start:?}");
        assert!(dot(&reference.vector, &document) >= 0.9999, "document {start:?}");
    }
}

#[test]
fn spans_are_the_tokens_of_the_whole_text() {
    for Reference { text, tokens, .. } in REFERENCES.iter() {
        let spans = MODEL.token_spans(text);
        assert_eq!((spans.len() + 2).min(MODEL.model().max_tokens), *tokens);
        assert!(spans.iter().all(|span| text.get(span.clone()).is_some_and(|token| !token.is_empty())));
        assert!(spans.is_sorted_by_key(|span| span.start));
    }
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
    let Err(error) = MiniLm::load(&PathBuf::from("/nonexistent"), 1) else { panic!("loaded from nowhere") };
    assert!(matches!(error, EmbedError::MissingModel(_)));
    assert!(
        error.to_string().contains("/nonexistent/") && error.to_string().contains("make setup"),
        "{error}"
    );
}

#[test]
fn a_damaged_weights_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(model_dir().join("tokenizer.json"), dir.path().join("tokenizer.json")).unwrap();
    std::fs::write(dir.path().join("model.safetensors"), "cut off").unwrap();
    let Err(error) = MiniLm::load(dir.path(), 1) else { panic!("loaded a damaged file") };
    assert!(matches!(error, EmbedError::BadModel { .. }));
    assert!(error.to_string().contains("it has 7 bytes instead of 90868376"), "{error}");
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
