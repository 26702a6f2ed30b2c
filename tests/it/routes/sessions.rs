//! `/v1/sessions`.

use std::collections::BTreeSet;

use rag_testkit::{Answer, TestApp};
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
fn sessions_are_found_renamed_archived_and_exported() {
    let app = TestApp::start();
    let client = app.client();
    client.text(&client.collection("c"), "T", "The capital of France is Paris.");
    let turn = client.post("/v1/ask", &json!({"question": "What is the capital of France?"})).expect(200);
    let path = format!("/v1/sessions/{}", text(&turn, "/session_id"));
    client.post("/v1/sessions", &json!({"title": "100% other_"})).expect(201);
    let count = |query: &str| {
        let found = client.get(&format!("/v1/sessions?{query}")).expect(200);
        found["items"].as_array().unwrap().len()
    };
    // In titles and in messages, in any case; signs of patterns mean themselves.
    let counts = ["q=CAPITAL", "q=paris", "q=100%25", "q=other_", "q=o_her", "q=nothing", ""].map(count);
    assert_eq!(counts, [1, 1, 1, 1, 0, 0, 2]);
    let change = |body: serde_json::Value| Answer::of(client.request("PATCH", &path).json(&body));
    assert_eq!(text(&change(json!({"title": " Paris "})).expect(200), "/title"), "Paris");
    assert!(change(json!({"archived": true})).expect(200)["archived_at"].is_string());
    assert_eq!([count(""), count("archived=true")], [1, 1]);
    assert!(change(json!({"archived": false})).expect(200).get("archived_at").is_none());
    assert_eq!(text(&change(json!({})).expect(200), "/title"), "Paris");
    assert_eq!(change(json!({"active_message_id": NOBODY})).problem(404), "not_found");
    let markdown = client.get(&format!("{path}/export"));
    assert!(markdown.header("content-disposition").contains("conversation.md"));
    let markdown = String::from_utf8(markdown.body).unwrap();
    assert!(
        markdown.starts_with("# Paris\n\n## Question, ") && markdown.contains("- [1] T: \"The capital"),
        "{markdown}"
    );
    let exported = client.get(&format!("{path}/export?format=json")).expect(200);
    assert_eq!(exported["messages"][1]["text"], turn["answer"]["text"]);
}

#[test]
fn an_answer_is_rated_by_its_holder() {
    let app = TestApp::start();
    let client = app.client();
    client.text(&client.collection("c"), "T", "The capital of France is Paris.");
    let turn = client.post("/v1/ask", &json!({"question": "What is the capital of France?"})).expect(200);
    let messages = format!("/v1/sessions/{}/messages", text(&turn, "/session_id"));
    let rating = |message: &str| format!("{messages}/{message}/feedback");
    let answer = rating(text(&turn, "/answer/message_id"));
    let put = |path: &str, body: serde_json::Value| Answer::of(client.request("PUT", path).json(&body));
    let stored = || client.get(&messages).expect(200)["items"][1]["feedback"].clone();
    assert!(stored().is_null());
    put(&answer, json!({"rating": "down", "reason": "outdated", "comment": "It moved."})).expect(200);
    assert_eq!([text(&stored(), "/reason"), text(&stored(), "/comment")], ["outdated", "It moved."]);
    // A second rating replaces the first, whole.
    put(&answer, json!({"rating": "up"})).expect(200);
    assert_eq!((text(&stored(), "/rating"), stored().get("reason")), ("up", None));
    let exported = String::from_utf8(client.get("/v1/me/export").body).unwrap();
    assert!(exported.contains("\"rating\":\"up\""), "{exported}");
    client.send("DELETE", &answer).expect(204);
    assert!(stored().is_null());
    assert_eq!(client.send("DELETE", &answer).problem(404), "not_found");

    let question = rating(text(&client.get(&messages).expect(200), "/items/0/id"));
    put(&question, json!({"rating": "up"})).problem(422);
    put(&answer, json!({"rating": "up", "reason": "wrong"})).problem(422);
    put(&answer, json!({"rating": "sideways"})).problem(422);
    put(&answer, json!({"rating": "up", "comment": ""})).problem(422);
    assert_eq!(put(&rating(NOBODY), json!({"rating": "up"})).problem(404), "not_found");
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

#[test]
fn questions_side_by_side_in_one_session_have_an_order_and_an_answer_each() {
    let app = TestApp::start();
    let client = app.client();
    client.text(&client.collection("c"), "T", "The capital of France is Paris. The capital of Peru is Lima.");
    let session = client.post("/v1/sessions", &json!({})).expect(201);
    let path = format!("/v1/sessions/{}", text(&session, "/id"));
    std::thread::scope(|scope| {
        for number in 0..6 {
            let (client, path) = (&client, &path);
            scope.spawn(move || {
                let question = format!("What is the capital of France, number {number}?");
                client.post(&format!("{path}/ask"), &json!({"question": question})).expect(200);
            });
        }
    });
    let messages = client.get(&format!("{path}/messages?limit=100")).expect(200);
    let messages = messages["items"].as_array().unwrap();
    let ordinals: Vec<u64> = messages.iter().map(|message| message["ordinal"].as_u64().unwrap()).collect();
    assert_eq!(ordinals, (0..12).collect::<Vec<_>>());
    let ids = |sender: &str, field: &str| -> BTreeSet<String> {
        let of_sender = messages.iter().filter(|message| message["sender"] == sender);
        of_sender.map(|message| message[field].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("user", "id").len(), 6);
    assert_eq!(ids("assistant", "question_id"), ids("user", "id"));
    for message in messages {
        let Some(question) = message["question_id"].as_str() else { continue };
        let asked = messages.iter().find(|asked| asked["id"] == question).unwrap();
        assert!(asked["ordinal"].as_u64() < message["ordinal"].as_u64());
    }
}
