//! `POST /v1/answer`: nothing is stored, and the bearer of a link gets answers that cost nothing.

use std::sync::Arc;

use rag_llm::scripted::ScriptedModel;
use rag_testkit::{Client, Setup, TestApp};
use serde_json::{Value, json};

use crate::routes::{NOBODY, text};

const QUESTION: &str = "At how many degrees does zirconium melt?";

/// An application with a chat model, its model, and the bearer of a link to one of its two collections.
fn with_link() -> (TestApp, Arc<ScriptedModel>, Client) {
    let model = Arc::new(ScriptedModel::new().answering(["It melts at 1855 degrees [1]."]));
    let app = TestApp::with(Setup { chat: Some(model.clone()), ..Setup::default() });
    let client = app.client();
    let collection = client.collection("metals");
    client.text(&collection, "Metals", "Zirconium melts at 1855 degrees.");
    client.text(&client.collection("secret"), "Secret", "The vault opens at noon.");
    let link = client.post(&format!("/v1/collections/{collection}/links"), &json!({})).expect(201);
    let bearer = app.bearing(text(&link, "/secret"));
    (app, model, bearer)
}

fn is_without_trace(client: &Client) -> bool {
    let kept = ["/v1/sessions", "/v1/memories"].map(|path| client.get(path).expect(200)["items"].clone());
    kept.iter().all(|items| *items == json!([]))
}

#[test]
fn the_bearer_of_a_link_is_answered_from_the_collection_without_a_model() {
    let (app, model, bearer) = with_link();
    let answer = bearer.post("/v1/answer", &json!({"question": QUESTION})).expect(200);
    assert!(text(&answer, "/text").starts_with("Zirconium melts at 1855 degrees."), "{answer}");
    assert_eq!((text(&answer, "/outcome"), text(&answer, "/answered_by")), ("answered", "extractive"));
    assert_eq!(
        (text(&answer, "/citations/0/title"), text(&answer, "/sources/0/title")),
        ("Metals", "Metals")
    );
    let hidden = bearer.post("/v1/answer", &json!({"question": "When does the vault open?"})).expect(200);
    assert!(!hidden.to_string().contains("noon"), "{hidden}");
    assert_eq!(
        bearer.post("/v1/answer", &json!({"question": QUESTION, "collection_ids": [NOBODY]})).problem(404),
        "not_found"
    );
    let help = json!({"question": QUESTION, "understanding": {"hyde": true}});
    assert_eq!(bearer.post("/v1/answer", &help).problem(403), "forbidden");
    assert!(model.requests().is_empty());
    assert!(is_without_trace(&app.client()));
    assert_eq!(bearer.post("/v1/ask", &json!({"question": QUESTION})).problem(403), "forbidden");
}

#[test]
fn a_user_is_answered_by_the_model_which_counts_and_stores_nothing() {
    let (app, model, _) = with_link();
    let client = app.client();
    let context = json!([{"sender": "user", "text": "Which metals melt at high temperatures?"}]);
    let answer = client.post("/v1/answer", &json!({"question": QUESTION, "context": context})).expect(200);
    assert_eq!(
        (text(&answer, "/text"), text(&answer, "/answered_by")),
        ("It melts at 1855 degrees [1].", "scripted")
    );
    assert_eq!(answer["citations"][0]["supported"], json!(true));
    assert_eq!(model.requests().len(), 1);
    assert_eq!(client.get("/v1/usage").expect(200)["total"]["requests"], 1);
    assert!(is_without_trace(&client));
}

#[test]
fn bad_questions_name_the_field() {
    let (_app, _, bearer) = with_link();
    let many: Vec<Value> = (0..9).map(|_| json!({"sender": "user", "text": "?"})).collect();
    for body in [
        json!({"question": ""}),
        json!({"question": "  "}),
        json!({"question": QUESTION, "context": many}),
        json!({"question": QUESTION, "filter": {"$bad": 1}}),
        json!({"question": QUESTION, "ranking": {"diversity": 2}}),
        json!({"question": QUESTION, "instructions": "Rhyme."}),
    ] {
        bearer.post("/v1/answer", &body).problem(422);
    }
}
