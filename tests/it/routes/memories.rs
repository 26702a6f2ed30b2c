//! `/v1/memories`.

use std::sync::Arc;

use rag_llm::scripted::ScriptedModel;
use rag_testkit::{Answer, Client, Setup, TestApp};
use serde_json::{Value, json};

use super::{NOBODY, text};

fn remember(client: &Client, content: &str) -> Value {
    client.post("/v1/memories", &json!({"content": content})).expect(200)
}

fn memory(client: &Client, id: &Value) -> Value {
    client.get(&format!("/v1/memories/{}", id.as_str().unwrap())).expect(200)
}

fn patch(client: &Client, id: &Value, body: &Value) -> Answer {
    Answer::of(client.request("PATCH", &format!("/v1/memories/{}", id.as_str().unwrap())).json(body))
}

fn undo(client: &Client, step: &Value) -> Answer {
    client.post("/v1/memories/undo", &json!({"step_id": step}))
}

#[test]
fn another_value_of_a_property_supersedes_the_one_before_and_says_why() {
    let app = TestApp::start();
    let client = app.client();
    let first = remember(&client, "I live in Berlin.");
    assert_eq!(text(&first, "/outcome"), "stored");
    let second = remember(&client, "I moved to Hamburg.");
    assert_eq!(text(&second, "/outcome"), "superseded");
    assert_eq!(second["other_id"], first["memory_id"]);
    let old = memory(&client, &first["memory_id"]);
    assert_eq!(text(&old, "/state"), "superseded");
    assert_eq!(old["superseded_by"], second["memory_id"]);
    assert_eq!(text(&memory(&client, &second["memory_id"]), "/statement/value"), "Hamburg");
    let changes = client.get(&format!("/v1/memories/{}/changes", text(&first, "/memory_id"))).expect(200);
    assert_eq!(text(&changes, "/items/0/action"), "superseded");
    // Without the other value, which may be erased.
    assert_eq!(text(&changes, "/items/0/reason"), "Another value of \"residence\" was stated.");
    // Undone, the first value holds again; undone once more, the second.
    let undone = undo(&client, &second["step_id"]).expect(200);
    assert_eq!(text(&memory(&client, &first["memory_id"]), "/state"), "active");
    assert_eq!(text(&memory(&client, &second["memory_id"]), "/state"), "forgotten");
    assert_eq!(undo(&client, &second["step_id"]).problem(409), "conflict");
    undo(&client, &undone["step_id"]).expect(200);
    assert_eq!(text(&memory(&client, &first["memory_id"]), "/state"), "superseded");
    assert_eq!(text(&memory(&client, &second["memory_id"]), "/state"), "active");
}

#[test]
fn a_value_that_held_earlier_does_not_replace_the_present_one() {
    let app = TestApp::start();
    let client = app.client();
    let now = remember(&client, "I live in Hamburg");
    let body = json!({"content": "I live in Oslo", "valid_from": "2001-01-01T00:00:00Z"});
    let early = client.post("/v1/memories", &body).expect(200);
    assert_eq!(text(&memory(&client, &now["memory_id"]), "/state"), "active");
    let early = memory(&client, &early["memory_id"]);
    assert_eq!(text(&early, "/state"), "superseded");
    assert_eq!(early["valid_until"], memory(&client, &now["memory_id"])["valid_from"]);
}

#[test]
fn what_is_known_is_counted_and_not_stored_again() {
    let app = TestApp::start();
    let client = app.client();
    let first = remember(&client, "The office has green chairs");
    let again = remember(&client, "the office has green chairs.");
    assert_eq!(text(&again, "/outcome"), "seen_again");
    assert_eq!(again["memory_id"], first["memory_id"]);
    assert_eq!(memory(&client, &first["memory_id"])["seen_count"], json!(2));
    let more = remember(&client, "The office has green chairs now with wheels");
    assert_eq!(text(&more, "/outcome"), "stored", "the fake model sees two statements: {more}");
    undo(&client, &again["step_id"]).expect(200);
    assert_eq!(memory(&client, &first["memory_id"])["seen_count"], json!(1));
}

#[test]
fn secrets_questions_and_small_talk_are_refused_with_the_reason() {
    let app = TestApp::start();
    let client = app.client();
    let batch = json!({"memories": [
        {"content": "My password is hunter2"}, {"content": "Where do I live?"}, {"content": "Thanks a lot!"},
        {"content": "The boiler was serviced in March"}, {"content": "The roof leaks", "statement": {"subject": "roof", "attribute": "", "value": "x"}},
    ]});
    let answer = client.post("/v1/memories/batch", &batch).expect(200);
    let codes: Vec<&Value> = answer["items"].as_array().unwrap().iter().map(|item| &item["code"]).collect();
    assert_eq!(
        codes,
        [&json!("secret"), &json!("question"), &json!("small_talk"), &Value::Null, &Value::Null]
    );
    assert_eq!(text(&answer, "/items/3/outcome"), "stored");
    assert_eq!(text(&answer, "/items/4/outcome"), "invalid");
    assert_eq!(client.get("/v1/memories").expect(200)["items"].as_array().unwrap().len(), 1);
    // An edit stores no secret either.
    let stored = &answer["items"][3]["memory_id"];
    assert_eq!(patch(&client, stored, &json!({"content": "The PIN is 4711"})).problem(422), "invalid");
}

#[test]
fn a_memory_is_edited_pinned_taken_back_and_restored() {
    let app = TestApp::start();
    let client = app.client();
    let stored = remember(&client, "The bicycle is red");
    let id = &stored["memory_id"];
    let edited = patch(&client, id, &json!({"content": "The bicycle is blue", "reason": "It was painted."}))
        .expect(200);
    assert_eq!(text(&edited, "/content"), "The bicycle is blue");
    assert_eq!(patch(&client, id, &json!({"is_pinned": true})).expect(200)["is_pinned"], json!(true));
    assert_eq!(text(&patch(&client, id, &json!({"state": "forgotten"})).expect(200), "/state"), "forgotten");
    assert_eq!(text(&patch(&client, id, &json!({"state": "active"})).expect(200), "/state"), "active");
    let changes = client.get(&format!("/v1/memories/{}/changes", id.as_str().unwrap())).expect(200);
    let changes = changes["items"].as_array().unwrap();
    let actions: Vec<&str> = changes.iter().map(|change| text(change, "/action")).collect();
    assert_eq!(actions, ["restored", "forgotten", "pinned", "edited", "remembered"]);
    assert_eq!(undo(&client, &changes[3]["step_id"]).problem(409), "conflict");
    for change in &changes[..4] {
        undo(&client, &change["step_id"]).expect(200);
    }
    assert_eq!(text(&memory(&client, id), "/content"), "The bicycle is red");
    let found = client.post("/v1/recall", &json!({"query": "red bicycle"})).expect(200);
    assert_eq!(&found["results"][0]["memory"]["id"], id);
    assert_eq!(patch(&client, id, &json!({"state": "merged"})).problem(422), "invalid");
}

#[test]
fn archiving_lists_first_and_can_be_undone() {
    let app = TestApp::start();
    let client = app.client();
    let fact =
        |content: &str, pinned: bool| json!({"content": content, "importance": 0.1, "is_pinned": pinned});
    let old = client.post("/v1/memories", &fact("The shed is brown", false)).expect(200);
    client.post("/v1/memories", &fact("The gate is white", true)).expect(200);
    remember(&client, "The house is yellow");
    // Nothing is idle yet.
    let none = client.post("/v1/memories/archive", &json!({})).expect(200);
    assert_eq!((&none["memory_ids"], &none["step_id"]), (&json!([]), &Value::Null));
    age_memories(&app);
    let dry = client.post("/v1/memories/archive", &json!({"dry_run": true})).expect(200);
    assert_eq!((&dry["memory_ids"], &dry["step_id"]), (&json!([old["memory_id"]]), &Value::Null));
    assert_eq!(text(&memory(&client, &old["memory_id"]), "/state"), "active");
    let done = client.post("/v1/memories/archive", &json!({})).expect(200);
    assert_eq!(text(&memory(&client, &old["memory_id"]), "/state"), "archived");
    undo(&client, &done["step_id"]).expect(200);
    assert_eq!(text(&memory(&client, &old["memory_id"]), "/state"), "active");
}

/// Makes all memories a year old.
fn age_memories(app: &TestApp) {
    use diesel::connection::SimpleConnection;
    let mut conn = rag_repo::server::connect(app.database_url()).unwrap();
    conn.batch_execute(
        "ALTER TABLE memories DISABLE TRIGGER memories_touch; SET ROLE rag_worker; \
         UPDATE memories SET updated_at = now() - interval '1 year', created_at = now() - interval '1 year'; \
         RESET ROLE; ALTER TABLE memories ENABLE TRIGGER memories_touch",
    )
    .unwrap();
}

#[test]
fn unknown_memories_and_steps_are_not_found() {
    let app = TestApp::start();
    let client = app.client();
    for round in 0..2 {
        let path = format!("/v1/memories/{NOBODY}");
        assert_eq!(client.get(&path).problem(404), "not_found", "{round}");
        assert_eq!(client.send("DELETE", &path).problem(404), "not_found", "{round}");
        assert_eq!(patch(&client, &json!(NOBODY), &json!({"is_pinned": true})).problem(404), "not_found");
        assert_eq!(undo(&client, &json!(NOBODY)).problem(404), "not_found", "{round}");
        remember(&client, "The well is deep");
    }
}

#[test]
fn memories_are_neither_a_collection_nor_documents() {
    let app = TestApp::start();
    let client = app.client();
    remember(&client, "The lighthouse keeper is called Erik");
    assert_eq!(client.get("/v1/collections").expect(200)["items"], json!([]));
    client.collection("memory");
    let found = client.post("/v1/search", &json!({"query": "lighthouse keeper"})).expect(200);
    assert_eq!(found["results"], json!([]));
}

/// Memories of one subject, and two others.
const ABOUT_NADIA: [&str; 5] = [
    "My sister Nadia keeps bees behind the barn",
    "Nadia borrowed the green ladder",
    "Nadia repairs old radios in Ghent",
    "I owe Nadia forty euros for the tickets",
    "Walnuts make Nadia ill",
];

fn consolidate(client: &Client, dry_run: bool) -> Value {
    client.post("/v1/memories/consolidate", &json!({"idle_days": 0, "dry_run": dry_run})).expect(200)
}

fn states(client: &Client, ids: &[Value]) -> Vec<String> {
    ids.iter().map(|id| text(&memory(client, id), "/state").to_owned()).collect()
}

#[test]
fn small_memories_of_one_subject_become_a_summary_that_can_be_undone() {
    let app = TestApp::start();
    let client = app.client();
    let ids = ABOUT_NADIA.map(|content| remember(&client, content)["memory_id"].clone());
    let other = remember(&client, "The trailer is parked behind the mill")["memory_id"].clone();
    let unused = client.post("/v1/memories/consolidate", &json!({})).expect(200);
    assert_eq!(unused["items"], json!([]), "they are not old yet");

    let dry = consolidate(&client, true);
    assert_eq!((text(&dry, "/items/0/subject"), &dry["items"][0]["memory_ids"]), ("Nadia", &json!(ids)));
    assert_eq!(dry["items"][0]["summary_id"], Value::Null);
    assert_eq!(states(&client, &ids), ["active"; 5]);

    let done = consolidate(&client, false);
    let summary = memory(&client, &done["items"][0]["summary_id"]);
    assert!(ABOUT_NADIA.iter().all(|content| text(&summary, "/content").contains(content)), "{summary}");
    assert_eq!(summary["metadata"]["consolidates"], json!(ids));
    assert_eq!(states(&client, &ids), ["superseded"; 5]);
    assert_eq!(text(&memory(&client, &other), "/state"), "active");
    let recalled = client.post("/v1/recall", &json!({"query": "Who keeps bees?"})).expect(200);
    let recalled: Vec<&Value> =
        recalled["results"].as_array().unwrap().iter().map(|result| &result["memory"]["id"]).collect();
    assert_eq!(recalled, [&summary["id"]], "the summary is recalled in place of its memories");
    let changes = client.get(&format!("/v1/memories/{}/changes", ids[0].as_str().unwrap())).expect(200);
    assert_eq!(text(&changes, "/items/0/action"), "consolidated");
    assert_eq!(consolidate(&client, false)["items"], json!([]), "a summary is not consolidated again");

    undo(&client, &done["items"][0]["step_id"]).expect(200);
    assert_eq!(states(&client, &ids), ["active"; 5]);
    assert_eq!(states(&client, &[summary["id"].clone()]), ["forgotten"]);
}

#[test]
fn erasing_a_memory_erases_the_summary_that_says_it_too() {
    let app = TestApp::start();
    let client = app.client();
    let ids = ABOUT_NADIA.map(|content| remember(&client, content)["memory_id"].clone());
    let done = consolidate(&client, false);
    let erase =
        |id: &Value| client.send("DELETE", &format!("/v1/memories/{}", id.as_str().unwrap())).expect(204);
    let gone = |id: &Value| client.get(&format!("/v1/memories/{}", id.as_str().unwrap())).status == 404;
    erase(&ids[2]);
    assert!(gone(&ids[2]) && gone(&done["items"][0]["summary_id"]));
    let left = [ids[0].clone(), ids[1].clone(), ids[3].clone(), ids[4].clone()];
    assert_eq!(states(&client, &left), ["active"; 4]);

    // A summary that was undone still has its words.
    let undone = consolidate(&client, false)["items"][0].clone();
    undo(&client, &undone["step_id"]).expect(200);
    let (erased, left) = left.split_first().unwrap();
    erase(erased);
    assert!(gone(erased) && gone(&undone["summary_id"]));
    assert_eq!(states(&client, left), ["active"; 3]);
    remember(&client, "Nadia sings in the choir of the mill");

    // A summary that is erased takes its memories along.
    let done = consolidate(&client, false);
    erase(&done["items"][0]["summary_id"]);
    assert!(left.iter().all(gone));
}

#[test]
fn a_model_words_the_summary_and_may_leave_nothing_out() {
    let whole = "My sister Nadia keeps bees behind the barn and repairs old radios in Ghent; Nadia borrowed the green ladder, I owe \
                 Nadia forty euros for the tickets, and walnuts make Nadia ill.";
    for (answer, maker) in [(whole, "model"), ("Nadia is my sister and a pilot.", "rule")] {
        let model = ScriptedModel::new().answering([answer]);
        let app = TestApp::with(Setup { chat: Some(Arc::new(model)), ..Setup::default() });
        let client = app.client();
        for content in ABOUT_NADIA {
            remember(&client, content);
        }
        let done = consolidate(&client, false);
        assert_eq!(text(&done, "/items/0/summary") == answer, maker == "model", "{done}");
        let id = text(&done, "/items/0/summary_id");
        let changes = client.get(&format!("/v1/memories/{id}/changes")).expect(200);
        assert_eq!(text(&changes, "/items/0/made_by"), maker);
    }
}

#[test]
fn a_merged_memory_that_is_restored_is_found() {
    let app = TestApp::start();
    let client = app.client();
    let first = remember(&client, "The bicycle is red");
    let merged = remember(&client, "The bicycle is red, red");
    assert_eq!(text(&merged, "/outcome"), "merged");
    let id =
        if merged["other_id"] == first["memory_id"] { &merged["memory_id"] } else { &merged["other_id"] };
    patch(&client, &first["memory_id"], &json!({"state": "forgotten"})).expect(200);
    assert_eq!(text(&patch(&client, id, &json!({"state": "active"})).expect(200), "/state"), "active");
    let found = client.post("/v1/recall", &json!({"query": "red bicycle"})).expect(200);
    assert_eq!(&found["results"][0]["memory"]["id"], id);
}

#[test]
fn a_long_value_can_be_superseded() {
    let app = TestApp::start();
    let client = app.client();
    for letter in ["a", "b"] {
        let value = format!(" {} ", letter.repeat(1_000));
        let statement = json!({"subject": "user", "attribute": "address", "value": value});
        let body = json!({"content": format!("Address {letter}"), "statement": statement});
        let stored = client.post("/v1/memories", &body).expect(200);
        let memory = memory(&client, &stored["memory_id"]);
        assert_eq!(text(&memory, "/statement/value"), letter.repeat(1_000));
    }
}
