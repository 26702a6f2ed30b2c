//! `/open-webui`: the requests of Open WebUI's external document loader and external reranker.

use std::sync::Arc;

use rag_api::ApiSettings;
use rag_embed::{EmbedError, Reranker};
use rag_testkit::{Answer, Client, Setup, TestApp};
use serde_json::{Value, json};

use crate::routes::text;

/// Scores a text by its length.
struct Longest;

impl Reranker for Longest {
    fn name(&self) -> &'static str {
        "longest"
    }

    fn rerank(&self, _query: &str, texts: &[&str]) -> Result<Vec<f32>, EmbedError> {
        Ok(texts.iter().map(|text| f32::from(u16::try_from(text.len()).unwrap())).collect())
    }
}

fn start() -> TestApp {
    let setup = Setup::default();
    let api = ApiSettings { open_webui: true, ..setup.api.clone() };
    TestApp::with(Setup { api, reranker: Some(Arc::new(Longest)), ..setup })
}

fn process(client: &Client, name: &str, bytes: &[u8]) -> Answer {
    let request =
        client.request("PUT", "/open-webui/process").header("content-type", "application/octet-stream");
    Answer::of(request.header("x-filename", name).body(bytes.to_vec()))
}

#[test]
fn a_file_is_read_under_its_encoded_name() {
    let app = start();
    let pages =
        process(&app.client(), "M%C3%BCnchen%20%231.md", "# München\n\nAn der **Isar**.\n".as_bytes())
            .expect(200);
    assert_eq!(
        pages,
        json!([{"page_content": "München\n\nAn der Isar.", "metadata": {"source": "München #1.md"}}])
    );
    // Nothing is stored.
    assert_eq!(app.client().get("/v1/collections").expect(200)["items"], json!([]));
}

#[test]
fn a_file_that_cannot_be_read_is_refused() {
    let app = start();
    assert_eq!(process(&app.client(), "blank.txt", b" \n").problem(422), "unreadable");
    assert_eq!(
        process(&app.client(), "a.exe", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff").problem(415),
        "unsupported"
    );
    assert_eq!(process(&app.client(), "long.txt", &vec![b'x'; 2 << 20]).problem(413), "too_large");
    assert_eq!(process(&app.anonymous(), "a.txt", b"text").problem(401), "unauthorized");
}

#[test]
fn texts_are_ranked_best_first() {
    let app = start();
    let rank = |body: Value| app.client().post("/open-webui/rerank", &body);
    let documents = json!(["a", "abc", "ab"]);
    let ranked = rank(json!({"model": "any", "query": "q", "documents": documents, "top_n": 3})).expect(200);
    let order: Vec<u64> = ranked["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["index"].as_u64().unwrap())
        .collect();
    assert_eq!(order, [1, 2, 0]);
    assert_eq!(ranked["results"][0]["relevance_score"], 3.0);
    let best = rank(json!({"model": "any", "query": "q", "documents": documents, "top_n": 1})).expect(200);
    assert_eq!(best["results"].as_array().unwrap().len(), 1);
    assert_eq!(rank(json!({"query": "q", "documents": []})).expect(200)["results"], json!([]));
}

#[test]
fn without_a_reranker_or_the_setting_nothing_is_ranked() {
    let body = json!({"query": "q", "documents": ["a"]});
    let off = TestApp::start();
    assert_eq!(off.client().post("/open-webui/rerank", &body).problem(404), "not_found");
    assert_eq!(process(&off.client(), "a.txt", b"text").problem(404), "not_found");
    let setup = Setup::default();
    let app = TestApp::with(Setup { api: ApiSettings { open_webui: true, ..setup.api.clone() }, ..setup });
    let refused = app.client().post("/open-webui/rerank", &body);
    assert_eq!(refused.problem(409), "conflict");
    assert!(text(&refused.json(), "/detail").contains("rerank.kind"));
}
