//! `/v1/sessions`.

use rag_testkit::TestApp;
use serde_json::json;

use super::{NOBODY, text};

#[test]
fn a_session_keeps_its_history_in_parts() {
    let app = TestApp::start();
    let client = app.client();
    client.text(&client.collection("c"), "T", "The capital of France is Paris.");
    let made = client.post("/v1/sessions", &json!({"title": "Geography"})).expect(201);
    let path = format!("/v1/sessions/{}", text(&made, "/id"));
    client.post(&format!("{path}/ask"), &json!({"question": "What is the capital of France?"})).expect(200);
    let first = client.get(&format!("{path}/messages?limit=1")).expect(200);
    assert_eq!(text(&first, "/items/0/sender"), "user");
    let second = client.get(&format!("{path}/messages?limit=1&after={}", text(&first, "/next"))).expect(200);
    assert_eq!(text(&second, "/items/0/sender"), "assistant");
    assert!(second.get("next").is_none());
    assert_eq!(text(&client.get(&path).expect(200), "/title"), "Geography");
    assert_eq!(text(&client.get("/v1/sessions").expect(200), "/items/0/id"), text(&made, "/id"));
    client.send("DELETE", &path).expect(204);
    assert_eq!(client.get(&format!("{path}/messages")).problem(404), "not_found");
}

#[test]
fn unknown_sessions_are_not_found() {
    let app = TestApp::start();
    let client = app.client();
    let path = format!("/v1/sessions/{NOBODY}");
    assert_eq!(client.get(&path).problem(404), "not_found");
    assert_eq!(client.send("DELETE", &path).problem(404), "not_found");
    assert_eq!(client.post(&format!("{path}/ask"), &json!({"question": "Why?"})).problem(404), "not_found");
}
