//! A cross-encoder against the scores of another engine, and the folders that are refused; `scripts/model/tiny_cross_encoder.py`
//! wrote the fixtures.
#![expect(clippy::unwrap_used, reason = "clippy spares test functions, not their helpers")]

use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use rag_embed::{CrossEncoder, EmbedError, Reranker};
use serde::Deserialize;
use tempfile::TempDir;

#[derive(Deserialize)]
struct Reference {
    query: String,
    text: String,
    one_column: f32,
    two_columns: f32,
}

static REFERENCES: LazyLock<Vec<Reference>> =
    LazyLock::new(|| serde_json::from_str(include_str!("fixtures/cross-encoder/scores.json")).unwrap());
static MODEL: LazyLock<CrossEncoder> = LazyLock::new(|| CrossEncoder::load(fixtures(), 2, None).unwrap());

fn fixtures() -> &'static Path {
    Path::new("tests/fixtures/cross-encoder")
}

/// A folder with these fixtures under these names.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (fixture, name) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::copy(fixtures().join(fixture), path).unwrap();
    }
    dir
}

fn refusal(dir: &Path) -> String {
    let Err(error) = CrossEncoder::load(dir, 1, None) else { panic!("loaded {}", dir.display()) };
    assert!(matches!(error, EmbedError::BadReranker { .. }), "{error:?}");
    error.to_string()
}

#[test]
fn scores_equal_those_of_another_engine() {
    for Reference { query, text, one_column, .. } in REFERENCES.iter() {
        let scores = MODEL.rerank(query, &[text]).unwrap();
        assert_eq!(scores.len(), 1);
        assert!((scores[0] - one_column).abs() < 1e-4, "{} instead of {one_column}: {text}", scores[0]);
    }
}

#[test]
fn of_two_columns_the_second_is_relevance_and_token_types_may_be_missing() {
    let dir = folder(&[
        ("two-columns.onnx", "onnx/model.onnx"),
        ("tokenizer.json", "tokenizer.json"),
        ("config.json", "config.json"),
    ]);
    let model = CrossEncoder::load(dir.path(), 1, None).unwrap();
    for Reference { query, text, two_columns, .. } in REFERENCES.iter() {
        let score = model.rerank(query, &[text]).unwrap()[0];
        assert!((score - two_columns).abs() < 1e-4, "{score} instead of {two_columns}: {text}");
    }
}

#[test]
fn no_texts_give_no_scores() {
    assert!(MODEL.rerank("a question", &[]).unwrap().is_empty());
    assert_eq!(MODEL.name(), "cross-encoder");
}

#[test]
fn a_folder_that_lacks_a_file_is_told_which() {
    let wanted = "wanted is a folder with model.onnx (or onnx/model.onnx) and tokenizer.json";
    let nowhere = refusal(Path::new("/nonexistent"));
    assert!(nowhere.contains("/nonexistent/model.onnx") && nowhere.contains("it is missing"), "{nowhere}");
    assert!(nowhere.contains(wanted), "{nowhere}");
    let untold = refusal(folder(&[("model.onnx", "model.onnx"), ("config.json", "config.json")]).path());
    assert!(untold.contains("/tokenizer.json") && untold.contains(wanted), "{untold}");
}

#[test]
fn a_graph_that_is_damaged_or_gives_classes_is_refused() {
    let dir = folder(&[("tokenizer.json", "model.onnx"), ("tokenizer.json", "tokenizer.json")]);
    assert!(refusal(dir.path()).contains("model.onnx cannot be used"));
    let dir = folder(&[
        ("three-columns.onnx", "model.onnx"),
        ("tokenizer.json", "tokenizer.json"),
        ("config.json", "config.json"),
    ]);
    let shown = refusal(dir.path());
    assert!(
        shown.contains("3 columns; one (relevance) or two (irrelevant, relevant) can be read"),
        "{shown}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn batches_keep_order_and_do_not_change_scores(
        query in "([a-z]{1,9} ){0,30}",
        texts in prop::collection::vec(prop_oneof!["\\PC{0,40}", "([a-z]{1,9} ){0,60}"], 1..40)
    ) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let scores = MODEL.rerank(&query, &texts).unwrap();
        prop_assert_eq!(scores.len(), texts.len());
        for (text, score) in texts.iter().zip(scores) {
            prop_assert!((0.0..=1.0).contains(&score));
            let alone = MODEL.rerank(&query, &[text]).unwrap()[0];
            prop_assert!((score - alone).abs() < 1e-5, "{score} instead of {alone}: {text:?}");
        }
    }
}
