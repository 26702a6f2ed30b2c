//! A database of an earlier version, with documents, conversations and accounts: it is upgraded and answers as before.
//!
//! `tests/upgrade/0.1.0.sql` was dumped from a database that commit 9baa4ab filled through its API (`pg_dump --inserts`, without the
//! owners that are the operator's), `0.1.0.json` holds its answers.

use std::{fs, sync::Arc};

use rag_embed::{LocalEmbedder, MINILM};
use rag_repo::{Actor, versions};
use rag_testkit::{Client, Setup, TestApp, TestDb, checkout};
use serde_json::{Value, json};

use super::real_model::model_dir;
use crate::routes::text;

fn upgraded() -> (TestApp, Value) {
    let file = |name: &str| fs::read_to_string(checkout().join("tests/upgrade").join(name)).unwrap();
    let model = LocalEmbedder::load(&MINILM, &model_dir(), 2, None).unwrap();
    let setup = Setup { embedder: Arc::new(model), ..Setup::default() };
    let app = TestApp::on(TestDb::upgraded(&file("0.1.0.sql")), setup);
    (app, serde_json::from_str(&file("0.1.0.json")).unwrap())
}

fn array<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn only(value: &Value, fields: &[&str]) -> Value {
    fields.iter().map(|field| ((*field).to_owned(), value[*field].clone())).collect()
}

#[test]
fn an_upgraded_database_answers_the_same_questions_the_same_way() {
    let (app, before) = upgraded();
    let client = app.bearing(text(&before, "/key"));
    assert_eq!((array(&before, "/questions").len(), array(&before, "/searches").len()), (8, 8));
    let fields = ["title", "quote", "marker", "supported", "document_id"];
    let answered = array(&before, "/questions").iter().map(|expected| {
        let turn = client.post("/v1/ask", &expected["request"]).expect(200);
        let citations: Vec<Value> =
            array(&turn, "/answer/citations").iter().map(|citation| only(citation, &fields)).collect();
        let (text, outcome) = (&turn["answer"]["text"], &turn["answer"]["outcome"]);
        json!({"request": expected["request"], "text": text, "outcome": outcome, "citations": citations})
    });
    let answered = Value::Array(answered.collect());
    assert_eq!(answered, before["questions"], "{answered:#}");
    for expected in array(&before, "/searches") {
        let found = client
            .post("/v1/search", &json!({"query": expected["query"], "plain": true, "limit": 5}))
            .expect(200);
        let found = array(&found, "/results");
        let wanted = array(expected, "/results");
        assert_eq!(found.len(), wanted.len(), "{}", expected["query"]);
        // The words are made again by other rules, so scores change; the order stays.
        for (found, wanted) in found.iter().zip(wanted) {
            assert_eq!(only(found, &["title", "chunk_id"]), only(wanted, &["title", "chunk_id"]));
        }
    }
}

#[test]
fn conversations_accounts_and_links_are_kept_and_go_on() {
    let (app, before) = upgraded();
    let client = app.bearing(text(&before, "/key"));
    let path = format!("/v1/sessions/{}", text(&before, "/session"));
    let messages = client.get(&format!("{path}/messages")).expect(200);
    let messages = array(&messages, "/items");
    let fields = ["sender", "text", "outcome", "citations", "timings", "ordinal"];
    let mut kept: Vec<Value> = messages.iter().map(|message| only(message, &fields)).collect();
    for citation in kept.iter_mut().filter_map(|message| message["citations"].as_array_mut()).flatten() {
        // The one field that they had not.
        assert_eq!(citation.as_object_mut().unwrap().remove("kind"), Some(json!("chunk")));
    }
    assert_eq!(json!(kept), before["messages"]);
    // Answers of before know their questions.
    assert_eq!(messages[1]["question_id"], messages[0]["id"]);
    assert_eq!(messages[3]["question_id"], messages[2]["id"]);
    let turn = client.post(&format!("{path}/ask"), &json!({"question": "What is marble?"})).expect(200);
    assert_eq!(text(&turn, "/answer/outcome"), "answered", "{turn}");

    let linked: Client = app.bearing(text(&before, "/link"));
    let geology = text(&before, "/collections/geology");
    let handbook = text(&before, "/collections/handbook");
    linked.get(&format!("/v1/collections/{geology}/documents")).expect(200);
    assert_eq!(linked.get(&format!("/v1/collections/{handbook}")).problem(404), "not_found");
    let login = json!({"email": "ada@example.org", "password": "correct horse battery"});
    app.anonymous().post("/v1/login", &login).expect(200);

    // Documents can be added to and deleted from what was there.
    let added = client.text(handbook, "Parking", "A place in the garage costs 30 euros a month.");
    let turn =
        client.post("/v1/ask", &json!({"question": "What does a place in the garage cost?"})).expect(200);
    assert_eq!(text(&turn, "/answer/citations/0/document_id"), added, "{turn}");
    let documents = client.get(&format!("/v1/collections/{handbook}/documents")).expect(200);
    assert_eq!(array(&documents, "/items").len(), 4);
    for document in array(&documents, "/items") {
        client.send("DELETE", &format!("/v1/documents/{}", text(document, "/id"))).expect(204);
    }
    let search = json!({"query": "notice period", "collection_ids": [handbook]});
    assert_eq!(client.post("/v1/search", &search).expect(200)["results"], json!([]));
}

#[test]
fn words_of_before_are_made_again_and_find_the_same() {
    let (app, before) = upgraded();
    let client = app.bearing(text(&before, "/key"));
    let old = || app.engine().db().transaction(Actor::System, versions::with_old_words).unwrap();
    client.wait(|| old().is_empty().then_some(()));
    for expected in array(&before, "/searches") {
        let body = json!({"query": expected["query"], "plain": true, "limit": 5});
        let found = client.post("/v1/search", &body).expect(200);
        let first = |value: &Value| only(&array(value, "/results")[0], &["title", "chunk_id"]);
        assert_eq!(first(&found), first(expected), "{}", expected["query"]);
    }
}
