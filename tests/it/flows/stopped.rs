//! Answers that are broken off: by the client, or by the end of the server.

use std::{io::Read, sync::Arc};

use rag_testkit::{Client, Setup, StallingModel, TestApp};
use serde_json::Value;

use crate::routes::text;

fn stalling() -> (TestApp, Client) {
    let model = StallingModel("It is Par".to_owned());
    let app = TestApp::with(Setup { chat: Some(Arc::new(model)), ..Setup::default() });
    let client = app.client();
    client.text(&client.collection("c"), "Geography", "The capital of France is Paris.");
    (app, client)
}

/// Reads until the first token has come.
fn until_token(response: &mut reqwest::blocking::Response) {
    let mut seen = String::new();
    let mut buffer = [0; 512];
    while !seen.contains("It is Par") {
        let read = response.read(&mut buffer).unwrap();
        assert!(read > 0, "the stream ended early: {seen}");
        seen.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
}

#[test]
fn when_the_client_goes_the_model_is_stopped_and_its_part_recorded() {
    let (_app, client) = stalling();
    let mut response = client.ask_streamed("/v1/ask", "What is the capital of France?");
    until_token(&mut response);
    drop(response);
    let session = client.get("/v1/sessions").expect(200);
    let path = format!("/v1/sessions/{}/messages", text(&session, "/items/0/id"));
    let answer: Value = client.wait(|| client.get(&path).expect(200).pointer("/items/1").cloned());
    assert_eq!((text(&answer, "/outcome"), text(&answer, "/text")), ("stopped", "It is Par"));
}

#[test]
fn when_the_server_stops_open_streams_end_with_their_answer() {
    let (mut app, client) = stalling();
    let mut response = client.ask_streamed("/v1/ask", "What is the capital of France?");
    until_token(&mut response);
    app.stop_server();
    let mut rest = String::new();
    response.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("event: done") && rest.contains("\"outcome\":\"stopped\""), "{rest}");
}
