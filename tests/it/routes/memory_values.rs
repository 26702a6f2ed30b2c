//! Memories that differ in a sign or in the order of their words, and values of one property: none swallows or outlives another.

use rag_testkit::{Answer, Client, TestApp};
use serde_json::{Value, json};

use super::text;

fn remember(client: &Client, body: &Value) -> Value {
    client.post("/v1/memories", body).expect(200)
}

fn say(client: &Client, content: &str) -> Value {
    remember(client, &json!({"content": content}))
}

fn patch(client: &Client, id: &Value, body: &Value) {
    let path = format!("/v1/memories/{}", id.as_str().unwrap());
    Answer::of(client.request("PATCH", &path).json(body)).expect(200);
}

/// Texts of the active memories, oldest first.
fn active(client: &Client) -> Vec<String> {
    let listed = client.get("/v1/memories?state=active").expect(200);
    let items = listed["items"].as_array().unwrap().iter().rev();
    items.map(|item| text(item, "/content").to_owned()).collect()
}

#[test]
fn signs_and_the_order_of_words_make_other_memories() {
    let app = TestApp::start();
    let client = app.client();
    for (one, other) in [
        ("The account balance is 300", "The account balance is -300"),
        ("I program in C at work", "I program in C++ at work"),
        ("The best emoji is 🙂", "The best emoji is 🔥"),
        ("I owe Tom ten euros", "Tom owes me ten euros"),
        ("Anna likes Bob", "Bob likes Anna"),
    ] {
        for content in [one, other] {
            assert_eq!(text(&say(&client, content), "/outcome"), "stored", "{content}");
        }
        assert_eq!(text(&say(&client, &format!("{one}.")), "/outcome"), "seen_again");
    }
    let values = ["My favourite programming language is C", "My favourite programming language is C++"];
    let outcomes = values.map(|value| text(&say(&client, value), "/outcome").to_owned());
    assert_eq!(outcomes, ["stored", "superseded"]);
}

#[test]
fn a_value_that_has_expired_can_be_stated_again() {
    let app = TestApp::start();
    let client = app.client();
    let expired = "2001-01-01T00:00:00Z";
    remember(
        &client,
        &json!({"content": "My parking space is B17", "valid_from": "2000-01-01T00:00:00Z", "expires_at": expired}),
    );
    let again = say(&client, "My parking space is B17");
    assert_eq!(text(&again, "/outcome"), "stored");
    let found =
        client.post("/v1/recall", &json!({"query": "parking space", "sources": ["memories"]})).expect(200);
    assert!(found.to_string().contains("B17"), "{found}");
}

#[test]
fn an_edit_or_a_restored_memory_ends_the_other_value_of_its_property() {
    let app = TestApp::start();
    let client = app.client();
    let blue = say(&client, "My favourite colour is blue");
    say(&client, "My favourite colour is green");
    patch(&client, &blue["memory_id"], &json!({"state": "active"}));
    assert_eq!(active(&client), ["My favourite colour is blue"]);
    say(&client, "My favourite colour is red");
    assert_eq!(active(&client), ["My favourite colour is red"]);
    let other = say(&client, "The harbour is closed on Mondays");
    patch(&client, &other["memory_id"], &json!({"content": "My favourite colour is grey"}));
    assert_eq!(active(&client), ["My favourite colour is grey"]);
}

#[test]
fn a_value_that_another_one_had_ended_holds_again_when_that_is_undone() {
    let app = TestApp::start();
    let client = app.client();
    let boat = |colour: &str, from: &str| {
        remember(&client, &json!({"content": format!("My boat is {colour}"), "valid_from": from}))
    };
    let white = boat("white", "2024-01-01T00:00:00Z");
    boat("black", "2022-01-01T00:00:00Z");
    assert_eq!(active(&client), ["My boat is white"]);
    let undo = |step: &Value| client.post("/v1/memories/undo", &json!({"step_id": step})).expect(200);
    let undone = undo(&white["step_id"]);
    assert_eq!(active(&client), ["My boat is black"]);
    undo(&undone["step_id"]);
    assert_eq!(active(&client), ["My boat is white"]);
}

#[test]
fn a_property_with_a_long_name_is_remembered_as_a_text() {
    let app = TestApp::start();
    let client = app.client();
    let long = format!("My {} is red", "a".repeat(300));
    let facts = json!({"memories": [{"content": "I like ferries"}, {"content": long}]});
    client.post("/v1/memories/batch", &facts).expect(200);
    assert_eq!(active(&client), ["I like ferries", &long]);
}
