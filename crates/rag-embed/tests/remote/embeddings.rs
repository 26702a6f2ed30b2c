//! The client of embedding servers.

use std::time::{Duration, Instant};

use rag_embed::vector::dot;
use rag_embed::{EmbedError, Embedder, ModelInfo, RemoteConfig, RemoteEmbedder};
use serde_json::{Value, json};
use wiremock::matchers::{body_partial_json, header, method, path};
use wiremock::{Mock, Request, ResponseTemplate};

use super::server::{KEY, Server};

const TEXT: &str = "a private text";

impl Server {
    fn config(&self) -> RemoteConfig {
        let model = ModelInfo { name: "tiny".into(), dimensions: 2, max_tokens: 8 };
        let mut config = RemoteConfig::new(self.base_url(), model);
        config.api_key = Some(KEY.into());
        config.timeout = Duration::from_secs(5);
        config.batch_size = 2;
        config.retries = 2;
        config
    }

    fn client(&self) -> RemoteEmbedder {
        RemoteEmbedder::new(self.config()).unwrap()
    }
}

/// Answers each text of n characters with the direction (n, 1), last text first.
fn by_length(request: &Request) -> ResponseTemplate {
    let body: Value = request.body_json().unwrap();
    let texts = body["input"].as_array().unwrap().iter().enumerate().rev();
    let data = texts.map(|(i, text)| json!({"index": i, "embedding": [text.as_str().unwrap().len(), 1]}));
    ResponseTemplate::new(200).set_body_json(json!({"object": "list", "data": data.collect::<Vec<_>>()}))
}

#[test]
fn texts_are_sent_in_batches_and_vectors_come_back_in_order() {
    let server = Server::new();
    server.mount(
        Mock::given(method("POST"))
            .and(path("/v1/embeddings"))
            .and(header("authorization", format!("Bearer {KEY}")))
            .and(body_partial_json(json!({"model": "tiny"})))
            .respond_with(by_length),
    );
    let vectors = server.client().embed_documents(&["a", "bb", "ccc", "dddd", "eeee e"]).unwrap();
    for (vector, length) in vectors.iter().zip([1.0, 2.0, 3.0, 4.0, 6.0]) {
        assert!((vector[0] / vector[1] - length).abs() < 1e-5);
        assert!((dot(vector, vector) - 1.0).abs() < 1e-6);
    }
    let inputs: Vec<usize> =
        server.requests().iter().map(|body| body["input"].as_array().unwrap().len()).collect();
    assert_eq!(inputs, [2, 2, 1]);
}

#[test]
fn prefixes_are_added_and_long_texts_cut_at_the_window() {
    let server = Server::new();
    server.mount(Mock::given(method("POST")).respond_with(by_length));
    let mut config = server.config();
    config.query_prefix = "query: ".into();
    config.document_prefix = "passage: ".into();
    config.request_dimensions = true;
    let client = RemoteEmbedder::new(config).unwrap();
    client.embed_query("x").unwrap();
    client.embed_documents(&["1 2 3 4 5 6 7 8 9"]).unwrap();
    let requests = server.requests();
    assert_eq!(requests[0], json!({"model": "tiny", "input": ["query: x"], "dimensions": 2}));
    assert_eq!(requests[1]["input"], json!(["passage: 1 2 3 4 "]));
}

#[test]
fn overload_and_failures_are_tried_again() {
    let server = Server::new();
    server.mount(
        Mock::given(method("POST"))
            .respond_with(ResponseTemplate::new(429).insert_header("retry-after", "0"))
            .up_to_n_times(1),
    );
    server.mount(Mock::given(method("POST")).respond_with(ResponseTemplate::new(503)).up_to_n_times(1));
    server.mount(Mock::given(method("POST")).respond_with(by_length));
    assert_eq!(server.client().embed_documents(&[TEXT]).unwrap().len(), 1);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_query_is_tried_twice_at_most() {
    let server = Server::new();
    server.answer(500, &json!({}));
    assert!(matches!(server.client().embed_query(TEXT), Err(EmbedError::Unavailable(_))));
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn refusals_are_not_repeated_and_quote_neither_key_nor_text() {
    let server = Server::new();
    let quoting = format!("invalid key {KEY} or input {TEXT}");
    server.answer(401, &json!({"error": {"message": quoting, "code": "invalid_api_key"}}));
    let error = server.client().embed_query(TEXT).unwrap_err();
    assert!(matches!(&error, EmbedError::Refused(_)), "{error:?}");
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("401") && shown.contains("invalid_api_key"), "{shown}");
    assert!(!shown.contains(KEY) && !shown.contains(TEXT), "{shown}");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn endless_answers_are_cut_off() {
    let server = Server::new();
    let body = "x".repeat(200_000);
    server.mount(Mock::given(method("POST")).respond_with(ResponseTemplate::new(200).set_body_string(body)));
    let error = server.client().embed_query(TEXT).unwrap_err();
    assert!(error.to_string().contains("more than"), "{error}");
}

#[test]
fn a_silent_server_and_a_closed_port_are_unavailable() {
    let server = Server::new();
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_mins(1));
    server.mount(Mock::given(method("POST")).respond_with(slow));
    let mut config = server.config();
    config.timeout = Duration::from_millis(200);
    config.retries = 0;
    let start = Instant::now();
    let error = RemoteEmbedder::new(config.clone()).unwrap().embed_query(TEXT).unwrap_err();
    assert_eq!(error.to_string(), "the model server is unavailable: timed out");
    assert!(start.elapsed() < Duration::from_secs(10));

    config.base_url = "http://127.0.0.1:1/v1".into();
    let error = RemoteEmbedder::new(config).unwrap().embed_query(TEXT).unwrap_err();
    assert_eq!(error.to_string(), "the model server is unavailable: no connection");
}

#[test]
fn the_client_works_on_a_blocking_thread_of_an_async_runtime() {
    let server = Server::new();
    server.mount(Mock::given(method("POST")).respond_with(by_length));
    let config = server.config();
    let work = move || RemoteEmbedder::new(config).unwrap().embed_query(TEXT);
    let vector = server.runtime.block_on(async { tokio::task::spawn_blocking(work).await });
    assert_eq!(vector.unwrap().unwrap().len(), 2);
}

#[test]
fn settings_that_cannot_work_are_refused_without_quoting_the_key() {
    let model = ModelInfo { name: "tiny".into(), dimensions: 2, max_tokens: 8 };
    let mut config = RemoteConfig::new("not a url", model);
    assert!(matches!(RemoteEmbedder::new(config.clone()), Err(EmbedError::BadConfig(_))));
    config.base_url = "https://localhost/v1".into();
    config.api_key = Some("secret\nkey".into());
    let Err(error) = RemoteEmbedder::new(config) else { panic!("took a key with a line break") };
    assert!(!error.to_string().contains("secret"), "{error}");
}
