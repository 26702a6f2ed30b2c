//! Questions with their answers are found again: by their user alone, and until they are deleted.

use std::sync::Arc;

use diesel::{PgConnection, connection::SimpleConnection as _, prelude::*, sql_types::BigInt};
use rag_llm::scripted::ScriptedModel;
use rag_testkit::{Client, Setup, TestApp};
use serde_json::{Value, json};

use crate::routes::text;

/// An application whose model gives these answers, one after another, with a document.
fn app(answers: &[&'static str]) -> TestApp {
    let model = answers.iter().fold(ScriptedModel::new(), |model, answer| model.answering([*answer]));
    let app = TestApp::with(Setup { chat: Some(Arc::new(model)), ..Setup::default() });
    let client = app.client();
    let id = client.collection("harbour");
    client.text(&id, "Harbour", "The harbour pilot boards at buoy seven. The crane lifts forty tonnes.");
    app
}

fn ask(client: &Client, question: &str) -> Value {
    client.post("/v1/ask", &json!({"question": question})).expect(200)
}

fn recall(client: &Client, body: &Value) -> Vec<Value> {
    let mut whole = json!({"sources": ["rounds"], "min_similarity": -1});
    whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    client.post("/v1/recall", &whole).expect(200)["results"].as_array().unwrap().clone()
}

/// The rounds, once there are `count` of them.
fn rounds(client: &Client, query: &str, count: usize) -> Vec<Value> {
    client.wait(|| Some(recall(client, &json!({"query": query}))).filter(|found| found.len() == count))
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(app: &TestApp, sql: &str) -> i64 {
    let mut conn = PgConnection::establish(app.database_url()).unwrap();
    conn.batch_execute("SET ROLE rag_worker").unwrap();
    diesel::sql_query(sql).get_result::<Count>(&mut conn).unwrap().count
}

#[test]
fn a_question_is_recalled_with_its_answer_and_without_its_markers() {
    let app = app(&["The pilot boards at buoy seven [1]."]);
    let client = app.client();
    let answer = ask(&client, "Where does the harbour pilot board?");
    let found = rounds(&client, "Where did the pilot board?", 1);
    let round = &found[0]["round"];
    assert_eq!(text(round, "/text"), "Where does the harbour pilot board?\nThe pilot boards at buoy seven.");
    assert_eq!(round["session_id"], answer["session_id"]);
    assert_eq!(round["answer_id"], answer["answer"]["message_id"]);
    assert_eq!(round["title"], "Where does the harbour pilot board?");
    assert_eq!((&found[0]["memory"], &found[0]["passage"]), (&Value::Null, &Value::Null));
    // As of a time before it was said it is not known.
    assert_eq!(
        recall(&client, &json!({"query": "pilot", "as_of": "2020-01-01T00:00:00Z"})),
        Vec::<Value>::new()
    );
    // A recall without the source, and a search of all documents, do not find it.
    let memories = client.post("/v1/recall", &json!({"query": "pilot", "min_similarity": -1})).expect(200);
    assert_eq!(memories["results"], json!([]));
    let searched = client.post("/v1/search", &json!({"query": "pilot"})).expect(200);
    assert_eq!(searched["results"].as_array().unwrap().len(), 1, "{searched}");
}

#[test]
fn conversations_are_grouped_by_their_best_round_within_a_quota() {
    let app = app(&["At buoy seven [1].", "At buoy seven, I said [1].", "Forty tonnes [1]."]);
    let client = app.client();
    let first = ask(&client, "Where does the pilot board?");
    let session = text(&first, "/session_id");
    let body = json!({"question": "Where exactly does the pilot board?"});
    client.post(&format!("/v1/sessions/{session}/ask"), &body).expect(200);
    ask(&client, "What does the pilot's crane lift?");
    assert_eq!(rounds(&client, "pilot", 3).len(), 3);
    let grouped = recall(&client, &json!({"query": "pilot board", "group_rounds": true}));
    let sessions: Vec<&str> = grouped.iter().map(|result| text(result, "/round/session_id")).collect();
    assert_eq!((sessions.len(), sessions[0]), (2, session));
    assert_eq!(recall(&client, &json!({"query": "pilot", "max_rounds": 1})).len(), 1);
}

#[test]
fn a_question_that_was_answered_again_is_recalled_once() {
    let app = app(&["At buoy seven [1].", "Buoy seven [1]."]);
    let client = app.client();
    let first = ask(&client, "Where does the pilot board?");
    let (session, question) = (text(&first, "/session_id"), text(&first, "/question_id"));
    let path = format!("/v1/sessions/{session}/messages/{question}/regenerate");
    client.post(&path, &json!({})).expect(200);
    client.wait(|| (count(&app, "SELECT count(*) FROM rounds") == 2).then_some(()));
    assert_eq!(recall(&client, &json!({"query": "pilot"})).len(), 1);
}

#[test]
fn an_unanswered_question_is_recalled_without_the_answer() {
    let app = app(&["Not found in these documents."]);
    let client = app.client();
    ask(&client, "I am looking for a berth for my ship Aurora");
    let found = rounds(&client, "Aurora", 1);
    assert_eq!(text(&found[0], "/round/text"), "I am looking for a berth for my ship Aurora");
}

#[test]
fn a_deleted_conversation_leaves_no_round_vector_or_word() {
    let app = app(&["At buoy seven [1].", "Forty tonnes [1]."]);
    let client = app.client();
    let gone = ask(&client, "Where does the pilot of the Xylander board?");
    ask(&client, "What does the crane lift?");
    rounds(&client, "pilot crane", 2);
    client.send("DELETE", &format!("/v1/sessions/{}", text(&gone, "/session_id"))).expect(204);
    let left = recall(&client, &json!({"query": "pilot crane Xylander"}));
    assert_eq!(left.len(), 1);
    assert_eq!(text(&left[0], "/round/title"), "What does the crane lift?");
    for (table, expected) in [("rounds", 1), ("passages WHERE kind = 'round'", 1)] {
        assert_eq!(count(&app, &format!("SELECT count(*) FROM {table}")), expected, "{table}");
    }
    for table in ["embeddings", "passage_lexemes"] {
        let sql = format!(
            "SELECT count(*) FROM {table} WHERE collection_id IN (SELECT id FROM collections WHERE kind = 'rounds')"
        );
        assert_eq!(count(&app, &sql), 1, "{table}");
    }
    assert_eq!(count(&app, "SELECT count(*) FROM lexemes WHERE lexeme LIKE 'xyland%'"), 0);
}

#[test]
fn conversations_of_an_earlier_version_are_indexed_by_the_workers() {
    let mut app = app(&["At buoy seven [1]."]);
    let client = app.client();
    ask(&client, "Where does the pilot board?");
    rounds(&client, "pilot", 1);
    // As an upgrade leaves them: messages without rounds, and no job.
    let mut conn = PgConnection::establish(app.database_url()).unwrap();
    conn.batch_execute("SET ROLE rag_worker; DELETE FROM rounds; DELETE FROM jobs; UPDATE chat_messages SET has_round = false").unwrap();
    assert_eq!(recall(&client, &json!({"query": "pilot"})), Vec::<Value>::new());
    app.restart_workers();
    rounds(&client, "pilot", 1);
}
