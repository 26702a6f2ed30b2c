//! Conversations that read memories cite them, and those that write remember the statements of their questions.

use std::sync::Arc;

use rag_llm::scripted::ScriptedModel;
use rag_testkit::{Answer, Client, Setup, TestApp};
use serde_json::{Value, json};

use crate::routes::text;

/// An application whose model gives these answers, one after another.
fn app(answers: &[&str]) -> (TestApp, Arc<ScriptedModel>) {
    let model = answers.iter().fold(ScriptedModel::new(), |model, answer| model.answering([*answer]));
    let model = Arc::new(model);
    (TestApp::with(Setup { chat: Some(model.clone()), ..Setup::default() }), model)
}

fn session(client: &Client, memory: &str) -> String {
    let made = client.post("/v1/sessions", &json!({"memory": memory})).expect(201);
    assert_eq!(made["memory"], memory);
    text(&made, "/id").to_owned()
}

fn ask(client: &Client, session: &str, question: &str) -> Value {
    client.post(&format!("/v1/sessions/{session}/ask"), &json!({"question": question})).expect(200)
}

fn remember(client: &Client, content: &str) -> String {
    text(&client.post("/v1/memories", &json!({"content": content})).expect(200), "/memory_id").to_owned()
}

fn prompt(model: &ScriptedModel) -> String {
    model.requests().pop().unwrap().messages.pop().unwrap().content
}

#[test]
fn an_answer_cites_a_memory_whose_history_says_why_it_is_known() {
    let (app, model) = app(&["You keep the tiller key under the mat [1]."]);
    let client = app.client();
    let id = remember(&client, "I keep the tiller key under the mat");
    let session = session(&client, "read");
    let turn = ask(&client, &session, "Where do I keep the tiller key?");
    assert!(prompt(&model).contains(" kind=\"memory\" date=\""), "{}", prompt(&model));
    let citation = &turn["answer"]["citations"][0];
    assert_eq!((&citation["kind"], &citation["title"]), (&json!("memory"), &json!("Memory")));
    assert_eq!((text(citation, "/chunk_id"), &citation["document_id"]), (id.as_str(), &Value::Null));
    assert_eq!((&citation["supported"], &turn["answer"]["outcome"]), (&json!(true), &json!("answered")));
    assert_eq!(turn["recalled"][0]["id"], json!(id));
    let why = client.get(&format!("/v1/memories/{id}/changes")).expect(200);
    assert_eq!(why["items"][0]["reason"], "It was stated.");
    assert_eq!(client.get(&format!("/v1/memories/{id}")).expect(200)["use_count"], 1);
    let stored = client.get(&format!("/v1/sessions/{session}/messages")).expect(200);
    assert_eq!(stored["items"][1]["citations"][0], *citation);
}

#[test]
fn without_a_chat_model_the_memory_itself_is_the_answer() {
    let app = TestApp::start();
    let client = app.client();
    remember(&client, "The tiller key of the Aurora hangs under the blue mat");
    let question = "Where hangs the tiller key of the Aurora?";
    let off = ask(&client, &session(&client, "off"), question);
    assert_eq!((&off["answer"]["outcome"], &off["recalled"]), (&json!("not_found"), &Value::Null));
    let turn = ask(&client, &session(&client, "read"), question);
    assert_eq!(turn["answer"]["text"], "The tiller key of the Aurora hangs under the blue mat [1]", "{turn}");
    assert_eq!(turn["answer"]["citations"][0]["kind"], "memory");
    // Nothing was known at an earlier time.
    let path = format!("/v1/sessions/{}/ask", session(&client, "read"));
    let before =
        client.post(&path, &json!({"question": question, "as_of": "2020-01-01T00:00:00Z"})).expect(200);
    assert_eq!((&before["answer"]["outcome"], &before["recalled"]), (&json!("not_found"), &Value::Null));
}

#[test]
fn rounds_of_other_conversations_reach_the_model_and_those_of_the_same_one_do_not() {
    let (app, model) = app(&["It cost nine crowns [1]."]);
    let client = app.client();
    let first = session(&client, "read");
    // Nothing answers it yet, so no model is asked.
    ask(&client, &first, "What did the mooring at Quarrel Point cost?");
    let recall = || {
        let body = json!({"query": "mooring at Quarrel Point", "sources": ["rounds"], "min_similarity": -1});
        Some(client.post("/v1/recall", &body).expect(200)).filter(|found| found["results"][0].is_object())
    };
    client.wait(recall);
    let second = session(&client, "read");
    let turn = ask(&client, &second, "What did the mooring at Quarrel Point cost?");
    assert!(prompt(&model).contains("kind=\"conversation\""), "{}", prompt(&model));
    let citation = &turn["answer"]["citations"][0];
    assert_eq!((text(citation, "/kind"), text(citation, "/session_id")), ("round", first.as_str()));
    client.send("DELETE", &format!("/v1/sessions/{second}")).expect(204);
    // Its only round is its own now.
    let alone = ask(&client, &first, "What did the mooring at Quarrel Point cost?");
    assert_eq!(alone["recalled"], Value::Null);
}

#[test]
fn statements_are_remembered_at_the_end_of_the_turn_and_can_be_undone() {
    // Two requests a turn: for the answer, and for the facts that the rules miss.
    let (app, _) = app(&["Noted."; 8]);
    let client = app.client();
    let writes = session(&client, "read_write");
    let turn = ask(&client, &writes, "I live in Oslo. How far is the harbour?");
    let told = turn["answer"]["remembered"].clone();
    assert_eq!((told.as_array().unwrap().len(), text(&told[0], "/outcome")), (1, "stored"));
    assert_eq!(told[0]["content"], "I live in Oslo.");
    let messages = client.get(&format!("/v1/sessions/{writes}/messages")).expect(200);
    assert_eq!(messages["items"][1]["remembered"], told);
    let memory = client.get(&format!("/v1/memories/{}", text(&told[0], "/memory_id"))).expect(200);
    assert_eq!((&memory["source"], &memory["session_id"]), (&json!("chat"), &json!(writes)));
    let moved = ask(&client, &writes, "I moved to Rome. My password is hunter2.");
    let outcomes: Vec<&str> =
        moved["answer"]["remembered"].as_array().unwrap().iter().map(|told| text(told, "/outcome")).collect();
    assert_eq!(outcomes, ["superseded", "refused"]);
    assert!(!moved["answer"]["remembered"].to_string().contains("hunter2"));
    assert_eq!(moved["answer"]["remembered"][0]["replaced_id"], told[0]["memory_id"]);
    let step = text(&moved["answer"]["remembered"][0], "/step_id").to_owned();
    client.post("/v1/memories/undo", &json!({"step_id": step})).expect(200);
    // The same question answered again does not remember what was undone.
    let again = format!("/v1/sessions/{writes}/messages/{}/regenerate", text(&moved, "/question_id"));
    assert_eq!(client.post(&again, &json!({})).expect(200)["answer"]["remembered"], Value::Null);
    let active = client.get("/v1/memories?state=active").expect(200);
    assert_eq!(active["items"][0]["content"], "I live in Oslo.");
    // A conversation that only reads remembers nothing.
    let path = format!("/v1/sessions/{writes}");
    Answer::of(client.request("PATCH", &path).json(&json!({"memory": "read"}))).expect(200);
    assert_eq!(ask(&client, &writes, "I moved to Bonn.")["answer"]["remembered"], Value::Null);
}

#[test]
fn the_chat_model_finds_facts_that_the_rules_miss_and_none_that_were_not_stated() {
    // There are no documents, so no model is asked for the answer.
    let (app, model) = app(&["- My neighbour Otto repairs clocks.\n- I own a yacht with 3 masts."]);
    let client = app.client();
    let writes = session(&client, "read_write");
    let turn = ask(&client, &writes, "My neighbour Otto repairs clocks. What should I give him?");
    assert_eq!(turn["answer"]["remembered"], Value::Null, "no rule finds it");
    let stored = client.wait(|| {
        let found = client.get("/v1/memories").expect(200)["items"].clone();
        Some(found).filter(|found| found[0].is_object())
    });
    assert_eq!(stored.as_array().unwrap().len(), 1, "{stored}");
    assert_eq!(
        (text(&stored[0], "/content"), text(&stored[0], "/source")),
        ("My neighbour Otto repairs clocks.", "chat")
    );
    let changes = client.get(&format!("/v1/memories/{}/changes", text(&stored[0], "/id"))).expect(200);
    assert_eq!(changes["items"][0]["made_by"], "model");
    let usage = client.get("/v1/usage").expect(200);
    assert!(usage["purposes"].as_array().unwrap().iter().any(|sum| sum["purpose"] == "memory"), "{usage}");
    // Nothing is stated, so no model is asked again.
    let asked = model.requests().len();
    ask(&client, &writes, "Which clock is it?");
    ask(&client, &writes, "Thanks!");
    let facts = |request: &rag_llm::ChatRequest| {
        request.messages[0].content.contains("long-term memory of an assistant")
    };
    assert_eq!(model.requests().iter().skip(asked).filter(|request| facts(request)).count(), 0);
}

#[test]
fn a_conversation_uses_no_memory_unless_it_is_told_to() {
    let (app, model) = app(&["Not found in these documents."]);
    let client = app.client();
    remember(&client, "I keep the tiller key under the mat");
    client.text(&client.collection("harbour"), "Key", "The tiller key is not here.");
    let turn =
        client.post("/v1/ask", &json!({"question": "Where is the tiller key? I live in Oslo."})).expect(200);
    assert!(!prompt(&model).contains("under the mat"));
    assert_eq!((&turn["recalled"], &turn["answer"]["remembered"]), (&Value::Null, &Value::Null));
    assert_eq!(client.get("/v1/memories").expect(200)["items"].as_array().unwrap().len(), 1);
    let session = client.get(&format!("/v1/sessions/{}", text(&turn, "/session_id"))).expect(200);
    assert_eq!(session["memory"], "off");
    assert_eq!(client.post("/v1/sessions", &json!({"memory": "always"})).problem(422), "invalid");
}
