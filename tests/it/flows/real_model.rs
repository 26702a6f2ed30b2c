//! The whole way with the model that `make setup` installs: real documents in, a cited answer out.

use std::{env, fs, path::PathBuf, sync::Arc};

use rag_embed::{LocalEmbedder, MINILM};
use rag_testkit::{Setup, TestApp, checkout};
use serde_json::json;

use crate::routes::text;

/// Where `make setup` puts the model.
pub(super) fn model_dir() -> PathBuf {
    let home = env::var_os("RAG_HOME").map(PathBuf::from);
    let home = home.unwrap_or_else(|| env::home_dir().unwrap().join(".cache/rag"));
    home.join("model/all-minilm-l6-v2")
}

/// A text without most of its long sections: the model takes minutes for all of them on a slow machine.
fn sections(text: &str) -> String {
    let is_kept = |section: &&str| section.len() < 2_000 || section.starts_with("A PostgreSQL of your own");
    text.split("\n## ").filter(is_kept).collect::<Vec<_>>().join("\n## ")
}

#[test]
fn a_question_in_other_words_is_answered_from_the_right_document_and_heading() {
    let model = LocalEmbedder::load(&MINILM, &model_dir(), 2, None).unwrap();
    let app = TestApp::with(Setup { embedder: Arc::new(model), ..Setup::default() });
    let client = app.client();
    let collection = client.collection("docs");
    let [architecture, operations] = ["ARCHITECTURE.md", "OPERATIONS.md"].map(|name| {
        let text = fs::read_to_string(checkout().join("docs").join(name)).unwrap();
        let accepted = client.upload(&collection, name, sections(&text).as_bytes()).expect(202);
        client.ingested(&accepted)
    });
    for (question, document, heading) in [
        ("Can half of a document be visible in search?", architecture, "Invariants"),
        (
            "Which versions of pgvector and PostgreSQL do I need for my own server?",
            operations,
            "A PostgreSQL of your own",
        ),
    ] {
        let turn = client.post("/v1/ask", &json!({"question": question})).expect(200);
        assert_eq!(text(&turn, "/answer/outcome"), "answered", "{turn}");
        let first = &turn["answer"]["citations"][0];
        assert_eq!(first["supported"], true, "{turn}");
        assert_eq!(text(first, "/document_id"), document, "{turn}");
        assert_eq!(first["heading_path"].as_array().unwrap().last().unwrap(), heading, "{turn}");
    }
}
