//! What a chat model reads and writes is paid by the asker's organisation, whatever it is asked for.

use std::sync::Arc;

use rag_engine::Actor;
use rag_llm::{Delta, FinishReason, scripted::ScriptedModel};
use rag_repo::organisations::{self, OwnLimits};
use rag_testkit::{Client, Setup, TestApp};
use serde_json::{Value, json};

fn follow_up(understanding: &Value) -> Value {
    let said = json!([{"sender": "user", "text": "Which metals resist corrosion?"}]);
    json!({"query": "At how many degrees does it melt?", "context": said, "understanding": understanding})
}

fn spent(client: &Client) -> i64 {
    client.get("/v1/organisation").expect(200)["usage"]["tokens_per_day"].as_i64().unwrap()
}

/// Leaves the organisation of the tests nothing to spend.
fn exhaust(app: &TestApp) {
    let engine = app.engine();
    let (organisation, ..) = engine.organisation(engine.local_actor()).unwrap();
    let limits = OwnLimits { max_tokens_per_day: Some(1), ..OwnLimits::default() };
    let limit = |conn: &mut _| organisations::limit(conn, organisation.id, limits);
    engine.db().transaction(Actor::System, limit).unwrap();
}

#[test]
fn help_with_a_search_and_an_answer_are_counted_and_end_with_the_tokens_of_the_day() {
    let model = ScriptedModel::new().answering(["At how many degrees does zirconium melt?"]);
    let model = Arc::new(model.answering(["one\ntwo"]).answering(["It melts."]));
    let app = TestApp::with(Setup { chat: Some(model.clone()), ..Setup::default() });
    let client = app.client();
    let collection = client.collection("c");
    client.text(&collection, "Metals", "Zirconium resists corrosion. Zirconium melts at 1855 degrees.");
    assert_eq!(spent(&client), 0);
    let mut before = 0;
    for (path, body) in [
        ("/v1/search", follow_up(&json!({}))),
        ("/v1/search", follow_up(&json!({"rewrite": false, "multi_query": 2}))),
        ("/v1/ask", json!({"question": "At how many degrees does zirconium melt?"})),
    ] {
        client.post(path, &body).expect(200);
        let now = spent(&client);
        assert!(now > before + 10, "{path}: {now} after {before}");
        before = now;
    }
    let asked = model.requests().len();
    exhaust(&app);
    // A question can be searched as it stands.
    client.post("/v1/search", &follow_up(&json!({}))).expect(200);
    for (path, body) in [
        ("/v1/search", follow_up(&json!({"multi_query": 2}))),
        ("/v1/search", follow_up(&json!({"hyde": true}))),
        ("/v1/ask", json!({"question": "At how many degrees does zirconium melt?"})),
    ] {
        assert_eq!(client.post(path, &body).problem(429), "limit_reached", "{path} {body}");
    }
    assert_eq!((model.requests().len(), spent(&client)), (asked, before));
}

#[test]
fn thoughts_count_if_the_server_reports_no_usage() {
    let end = Delta::End { reason: FinishReason::Stop, usage: None };
    let played = [Delta::Thought("hm ".repeat(4_000)), Delta::Text("It melts.".to_owned()), end];
    let model = ScriptedModel::new().playing(played.map(Ok));
    let app = TestApp::with(Setup { chat: Some(Arc::new(model)), ..Setup::default() });
    let client = app.client();
    client.text(&client.collection("c"), "Metals", "Zirconium melts at 1855 degrees.");
    client.post("/v1/ask", &json!({"question": "At how many degrees does zirconium melt?"})).expect(200);
    let written = client.get("/v1/usage").expect(200)["total"]["completion_tokens"].as_i64().unwrap();
    assert!((3_000..3_100).contains(&written), "{written}");
}

#[test]
fn a_link_asks_no_chat_model() {
    let model = Arc::new(ScriptedModel::new());
    let app = TestApp::with(Setup { chat: Some(model.clone()), ..Setup::default() });
    let client = app.client();
    let collection = client.collection("c");
    client.text(&collection, "Metals", "Zirconium melts at 1855 degrees.");
    let link = client.post(&format!("/v1/collections/{collection}/links"), &json!({})).expect(201);
    let bearer = app.bearing(link["secret"].as_str().unwrap());
    bearer.post("/v1/search", &follow_up(&json!({}))).expect(200);
    assert_eq!(bearer.post("/v1/search", &follow_up(&json!({"hyde": true}))).problem(403), "forbidden");
    assert!(model.requests().is_empty());
}
