//! Answers that are stopped: by the client, by a limit, by the end of their session or of the server.

use std::{io::Read, sync::Arc, time::Duration, time::Instant};

use rag_testkit::{Client, EndlessModel, Setup, StallingModel, TestApp};
use serde_json::{Value, json};

use crate::routes::text;

const QUESTION: &str = "What is the capital of France?";

fn with_fact(setup: Setup) -> (TestApp, Client) {
    let app = TestApp::with(setup);
    let client = app.client();
    client.text(&client.collection("c"), "Geography", "The capital of France is Paris.");
    (app, client)
}

fn stalling() -> (TestApp, Client) {
    with_fact(Setup { chat: Some(Arc::new(StallingModel("It is Par".to_owned()))), ..Setup::default() })
}

/// Reads until the first token has come.
fn until_token(response: &mut reqwest::blocking::Response) {
    let mut seen = String::new();
    let mut buffer = [0; 512];
    while !seen.contains("It is ") {
        let read = response.read(&mut buffer).unwrap();
        assert!(read > 0, "the stream ended early: {seen}");
        seen.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
}

/// The answer that is stored in the only session, once there is one.
fn stored_answer(client: &Client) -> Value {
    let session = client.wait(|| client.get("/v1/sessions").expect(200).pointer("/items/0/id").cloned());
    let path = format!("/v1/sessions/{}/messages", session.as_str().unwrap());
    client.wait(|| client.get(&path).expect(200).pointer("/items/1").cloned())
}

#[test]
fn a_client_that_waits_for_json_stops_the_model_by_leaving_too() {
    let (_app, client) = stalling();
    let impatient = client.request("POST", "/v1/ask").timeout(Duration::from_millis(300));
    assert!(impatient.json(&json!({"question": QUESTION})).send().unwrap_err().is_timeout());
    let left = Instant::now();
    let answer = stored_answer(&client);
    assert!(left.elapsed() < Duration::from_secs(5), "{:?}", left.elapsed());
    assert_eq!((text(&answer, "/outcome"), text(&answer, "/stop_reason")), ("stopped", "asker"));
}

#[test]
fn an_answer_ends_at_its_maximum_length() {
    let mut setup = Setup { chat: Some(Arc::new(EndlessModel("Paris ".to_owned()))), ..Setup::default() };
    setup.answer.max_answer_chars = 1_000;
    let (_app, client) = with_fact(setup);
    let turn = client.post("/v1/ask", &json!({"question": QUESTION})).expect(200);
    assert_eq!((text(&turn, "/answer/outcome"), text(&turn, "/answer/stop_reason")), ("stopped", "length"));
    assert_eq!(text(&turn, "/answer/text").chars().count(), 1_000);
}

#[test]
fn a_turn_ends_at_its_maximum_time() {
    let mut setup = Setup { chat: Some(Arc::new(StallingModel("It is Par".to_owned()))), ..Setup::default() };
    setup.answer.max_time = Duration::from_secs(1);
    let (_app, client) = with_fact(setup);
    let turn = client.post("/v1/ask", &json!({"question": QUESTION})).expect(200);
    assert_eq!((text(&turn, "/answer/outcome"), text(&turn, "/answer/stop_reason")), ("stopped", "time"));
    assert_eq!(text(&turn, "/answer/text"), "It is Par");
}

#[test]
fn deleting_a_session_stops_its_answer() {
    let (_app, client) = stalling();
    let session = client.post("/v1/sessions", &json!({})).expect(201);
    let path = format!("/v1/sessions/{}", text(&session, "/id"));
    let mut response = client.ask_streamed(&format!("{path}/ask"), QUESTION);
    until_token(&mut response);
    client.send("DELETE", &path).expect(204);
    let mut rest = String::new();
    response.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("event: error") && rest.contains("\"code\":\"not_found\""), "{rest}");
    assert_eq!(client.get("/v1/sessions").expect(200)["items"], json!([]));
    // What the model read and wrote until then is not free.
    let tokens = client.get("/v1/organisation").expect(200)["usage"]["tokens_per_day"].as_i64();
    assert!(tokens > Some(0), "{tokens:?}");
    assert_eq!(client.get("/v1/usage").expect(200)["total"]["requests"], 1);
}

#[test]
fn when_the_server_stops_open_streams_end_with_their_answer() {
    let (mut app, client) = stalling();
    let mut response = client.ask_streamed("/v1/ask", QUESTION);
    until_token(&mut response);
    app.stop_server();
    let mut rest = String::new();
    response.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("event: done") && rest.contains("\"stop_reason\":\"shutdown\""), "{rest}");
}

#[test]
fn a_client_that_does_not_read_holds_up_neither_the_turn_nor_the_end_of_the_server() {
    let mut setup = Setup { chat: Some(Arc::new(EndlessModel("Paris ".to_owned()))), ..Setup::default() };
    // Far more than the buffers of a connection take.
    setup.answer.max_answer_chars = 1_000_000;
    let (mut app, client) = with_fact(setup);
    let response = client.ask_streamed("/v1/ask", QUESTION);
    assert_eq!(text(&stored_answer(&client), "/stop_reason"), "length");
    let stopping = Instant::now();
    app.stop_server();
    assert!(stopping.elapsed() < Duration::from_secs(8), "{:?}", stopping.elapsed());
    drop(response);
}
