//! The client of reranking servers.

use std::time::Duration;

use rag_embed::{EmbedError, RemoteReranker, RerankConfig, Reranker};
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, Request, ResponseTemplate};

use super::server::{KEY, Server};

const QUERY: &str = "a private question";
const TEXT: &str = "a private text";

impl Server {
    fn reranker(&self) -> RemoteReranker {
        let mut config = RerankConfig::new(self.base_url(), "tiny");
        config.api_key = Some(KEY.into());
        RemoteReranker::new(config).unwrap()
    }
}

/// Scores each text by a hundredth of its length; answers best first, like real servers.
fn by_length(request: &Request) -> ResponseTemplate {
    let body: Value = request.body_json().unwrap();
    let mut lengths: Vec<(usize, usize)> = body["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap().len())
        .enumerate()
        .collect();
    lengths.sort_by_key(|(_, length)| std::cmp::Reverse(*length));
    let results = lengths.iter().map(|(index, length)| {
        json!({"index": index, "relevance_score": f64::from(u32::try_from(*length).unwrap()) / 100.0})
    });
    ResponseTemplate::new(200).set_body_json(json!({"id": "r", "results": results.collect::<Vec<_>>()}))
}

#[test]
fn all_texts_go_in_one_request_and_scores_come_back_in_their_order() {
    let server = Server::new();
    server.mount(
        Mock::given(method("POST"))
            .and(path("/v1/rerank"))
            .and(header("authorization", format!("Bearer {KEY}")))
            .respond_with(by_length),
    );
    let reranker = server.reranker();
    assert_eq!(reranker.name(), "tiny");
    assert_eq!(reranker.rerank(QUERY, &["a", "ccc", "bb"]).unwrap(), [0.01, 0.03, 0.02]);
    let sent = json!({"model": "tiny", "query": QUERY, "documents": ["a", "ccc", "bb"], "top_n": 3});
    assert_eq!(server.requests(), [sent]);
}

#[test]
fn no_texts_ask_nobody() {
    let server = Server::new();
    assert!(server.reranker().rerank(QUERY, &[]).unwrap().is_empty());
    assert!(server.requests().is_empty());
}

#[test]
fn a_failure_is_tried_once_again() {
    let server = Server::new();
    server.mount(Mock::given(method("POST")).respond_with(ResponseTemplate::new(503)).up_to_n_times(1));
    server.mount(Mock::given(method("POST")).respond_with(by_length));
    assert_eq!(server.reranker().rerank(QUERY, &[TEXT]).unwrap().len(), 1);

    let server = Server::new();
    server.answer(500, &json!({}));
    assert!(matches!(server.reranker().rerank(QUERY, &[TEXT]), Err(EmbedError::Unavailable(_))));
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn refusals_and_strange_answers_quote_neither_key_nor_text() {
    let quoting = format!("invalid key {KEY} or input {TEXT} or {QUERY}");
    for (status, body) in [
        (401, json!({"error": {"message": quoting, "code": "invalid_api_key"}})),
        (422, json!({"detail": quoting})),
        (200, json!({"results": [{"index": 7, "relevance_score": 1}], "note": quoting})),
        (200, json!(quoting)),
    ] {
        let server = Server::new();
        server.answer(status, &body);
        let error = server.reranker().rerank(QUERY, &[TEXT]).unwrap_err();
        assert!(matches!(&error, EmbedError::Refused(_) | EmbedError::BadAnswer(_)), "{error:?}");
        let shown = format!("{error} {error:?}");
        assert!(![KEY, TEXT, QUERY].iter().any(|secret| shown.contains(secret)), "{shown}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn endless_answers_are_cut_off() {
    let server = Server::new();
    let body = "x".repeat(200_000);
    server.mount(Mock::given(method("POST")).respond_with(ResponseTemplate::new(200).set_body_string(body)));
    let error = server.reranker().rerank(QUERY, &[TEXT]).unwrap_err();
    assert!(error.to_string().contains("more than"), "{error}");
}

#[test]
fn a_silent_server_is_given_up() {
    let server = Server::new();
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_mins(1));
    server.mount(Mock::given(method("POST")).respond_with(slow));
    let mut config = RerankConfig::new(server.base_url(), "tiny");
    config.timeout = Duration::from_millis(200);
    config.retries = 0;
    let error = RemoteReranker::new(config).unwrap().rerank(QUERY, &[TEXT]).unwrap_err();
    assert_eq!(error.to_string(), "the model server is unavailable: timed out");
}
