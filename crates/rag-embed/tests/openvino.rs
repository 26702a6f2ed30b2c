//! Models in OpenVINO give the vectors and scores of rten; needs the folders of `make setup` and `make setup-openvino`.
#![expect(clippy::unwrap_used, reason = "clippy spares test functions, not their helpers")]

use std::path::{Path, PathBuf};

use rag_embed::vector::dot;
use rag_embed::{CrossEncoder, EmbedError, Embedder, LocalEmbedder, MINILM, OpenVino, PartedText, Reranker};

const TEXTS: [&str; 4] = [
    "How do I reset the pump after ORA-01555?",
    "Zirconium resists corrosion in hot water. It is used in reactors, valves and pipes.",
    "Straße, naïve, 東京, 🙂",
    "a",
];

#[expect(clippy::disallowed_methods, reason = "tests have no configuration to read the folder from")]
fn rag_home() -> PathBuf {
    let default = || std::env::home_dir().unwrap_or_default().join(".cache/rag");
    std::env::var("RAG_HOME").map_or_else(|_unset| default(), PathBuf::from)
}

/// The engine; `None`, with a line that says so, if it is not installed.
#[expect(clippy::print_stderr, reason = "a test that tests nothing says so")]
fn openvino() -> Option<OpenVino> {
    let dir = rag_home().join("tools/openvino");
    if !dir.exists() {
        eprintln!("not tested: OpenVINO is not installed; run `make setup-openvino`");
        return None;
    }
    Some(OpenVino::load(&dir).unwrap())
}

fn minilm(openvino: Option<&OpenVino>) -> LocalEmbedder {
    LocalEmbedder::load(&MINILM, &rag_home().join("model").join(MINILM.folder), 2, openvino).unwrap()
}

#[test]
fn vectors_of_both_engines_are_interchangeable() {
    let Some(openvino) = openvino() else { return };
    let (fast, usual) = (minilm(Some(&openvino)), minilm(None));
    let long = "Every sentence of a long text counts. ".repeat(80);
    let texts: Vec<PartedText<'_>> = TEXTS
        .into_iter()
        .chain([long.as_str()])
        .map(|text| PartedText { text, parts: vec![0..text.len().min(20), text.len()..text.len()] })
        .filter(|parted| parted.text.is_char_boundary(parted.parts[0].end))
        .collect();
    let pairs = fast.embed_parted(&texts).unwrap().into_iter().zip(usual.embed_parted(&texts).unwrap());
    for (place, (fast, usual)) in pairs.enumerate() {
        assert!(dot(&fast.whole, &usual.whole) >= 0.999, "text {place}");
        let [Some(fast), None] = &fast.parts[..] else { panic!("{:?}", fast.parts.len()) };
        assert!(dot(fast, usual.parts[0].as_ref().unwrap()) >= 0.999, "part of text {place}");
    }
    for text in TEXTS {
        let cosine = dot(&fast.embed_query(text).unwrap(), &usual.embed_query(text).unwrap());
        assert!(cosine >= 0.999, "{text}: {cosine}");
    }
}

#[test]
fn threads_share_the_model() {
    let Some(openvino) = openvino() else { return };
    let model = minilm(Some(&openvino));
    // Models outlive the engine that compiled them.
    drop(openvino);
    let alone: Vec<Vec<f32>> = TEXTS.iter().map(|text| model.embed_query(text).unwrap()).collect();
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                for (text, alone) in TEXTS.iter().zip(&alone) {
                    assert!(dot(&model.embed_query(text).unwrap(), alone) > 0.9999);
                }
                model.embed_documents(&TEXTS).unwrap();
            });
        }
    });
}

#[test]
fn scores_of_both_engines_are_alike() {
    let Some(openvino) = openvino() else { return };
    let dir = Path::new("tests/fixtures/cross-encoder");
    let load = |openvino| CrossEncoder::load(dir, 2, openvino).unwrap();
    let (fast, usual) = (load(Some(&openvino)), load(None));
    let scores = |model: &CrossEncoder| model.rerank(TEXTS[0], &TEXTS).unwrap();
    for (fast, usual) in scores(&fast).into_iter().zip(scores(&usual)) {
        assert!((fast - usual).abs() < 0.01, "{fast} and {usual}");
    }
}

#[test]
fn a_missing_library_is_named_with_its_cure() {
    let Err(error) = OpenVino::load(Path::new("/nonexistent")) else { panic!("loaded nothing") };
    assert!(matches!(error, EmbedError::MissingEngine { .. }));
    assert!(error.to_string().contains("make setup-openvino"), "{error}");
}
