//! The ledger of chat models: each request is in it once, and everybody sees what is theirs.

use std::{io::Read, sync::Arc};

use rag_engine::{Actor, Engine, accounts::NewKey};
use rag_llm::{ChatModel, ChatServers, Delta, FinishReason, LlmError, Price, Usage, scripted::ScriptedModel};
use rag_repo::{organisations, users};
use rag_schema::{
    enums::{Role, Scope},
    ids::{OrganisationId, UserId},
    models::NewUser,
};
use rag_testkit::{Client, Setup, StallingModel, TestApp};
use serde_json::{Value, json};

use crate::routes::text;

const QUESTION: &str = "What is the capital of France?";
const USAGE: Usage = Usage { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
/// 100 tokens read and 10 written cost 250 + 100 millionths.
const PRICE: Price = Price { prompt: 2.5, completion: 10.0 };

/// An answer whose tokens the server reports, or does not.
fn answer(usage: Option<Usage>) -> Vec<Result<Delta, LlmError>> {
    let end = Delta::End { reason: FinishReason::Stop, usage };
    vec![Ok(Delta::Text("It is Paris [1].".to_owned())), Ok(end)]
}

fn app_with(model: Arc<dyn ChatModel>) -> TestApp {
    let servers = ChatServers::new([(model, PRICE)]).unwrap();
    let app = TestApp::with(Setup { chat: Some(Arc::new(servers)), ..Setup::default() });
    let client = app.client();
    client.text(&client.collection("c"), "Geography", "The capital of France is Paris.");
    app
}

fn ledger(client: &Client) -> Value {
    client.get("/v1/usage").expect(200)
}

fn total(client: &Client) -> [i64; 5] {
    let names = ["requests", "prompt_tokens", "completion_tokens", "estimated_tokens", "cost_micros"];
    names.map(|name| ledger(client)["total"][name].as_i64().unwrap())
}

/// A client of a new user with these scopes, and a collection of theirs with the fact.
fn member(app: &TestApp, organisation_id: OrganisationId, role: Role, scopes: &[Scope]) -> (UserId, Client) {
    let engine: &Engine = app.engine();
    let id = UserId::new();
    let email = format!("{id}@test");
    let new = NewUser { id, organisation_id, email: &email, display_name: "-", role, password_hash: None };
    engine.db().transaction(Actor::System, |conn| users::insert(conn, &new)).unwrap();
    let new = NewKey { user: id, name: "-", scopes, days: None };
    let key = engine.make_key(Actor::user(id), &new).unwrap();
    (id, app.bearing(&key.secret))
}

#[test]
fn each_answer_is_counted_once_with_its_price_also_when_it_is_written_again() {
    let model = ScriptedModel::new().playing(answer(Some(USAGE))).playing(answer(Some(USAGE)));
    let app = app_with(Arc::new(model.playing(answer(None))));
    let client = app.client();
    assert_eq!(total(&client), [0; 5]);
    let turn = client.post("/v1/ask", &json!({"question": QUESTION})).expect(200);
    assert_eq!(total(&client), [1, 100, 10, 0, 350]);
    let question = turn.pointer("/question_id").or_else(|| turn.pointer("/answer/question_id"));
    let path = format!(
        "/v1/sessions/{}/messages/{}/regenerate",
        text(&turn, "/session_id"),
        question.and_then(Value::as_str).unwrap()
    );
    client.post(&path, &json!({})).expect(200);
    assert_eq!(total(&client), [2, 200, 20, 0, 700]);
    // A server that reports no usage: the tokens are estimates.
    client.post("/v1/ask", &json!({"question": QUESTION})).expect(200);
    let [requests, read, written, estimated, cost] = total(&client);
    assert_eq!((requests, estimated), (3, read + written - 220));
    assert!(estimated > 20 && cost > 700, "{estimated} {cost}");
    let ledger = ledger(&client);
    assert_eq!(text(&ledger, "/models/0/model"), "scripted");
    for part in ["/days/0/total", "/models/0/total", "/users/0/total"] {
        assert_eq!(ledger.pointer(part), ledger.get("total"), "{part}");
    }
}

#[test]
fn a_stopped_answer_is_an_estimate_and_a_failed_request_is_free() {
    let app = app_with(Arc::new(StallingModel("It is Par".to_owned())));
    let client = app.client();
    let mut stream = client.ask_streamed("/v1/ask", QUESTION);
    let mut seen = String::new();
    while !seen.contains("It is ") {
        let mut buffer = [0; 512];
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "the stream ended early: {seen}");
        seen.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    assert_eq!(total(&client)[0], 0, "nothing is stored yet");
    let begun: Value = seen.lines().find_map(|line| line.strip_prefix("data: ")).unwrap().parse().unwrap();
    let (session, message) = (text(&begun, "/session_id"), text(&begun, "/message_id"));
    client.send("POST", &format!("/v1/sessions/{session}/messages/{message}/stop"));
    stream.read_to_string(&mut seen).unwrap();
    let [requests, read, written, estimated, _] = total(&client);
    assert_eq!((requests, estimated), (1, read + written));

    let away = ScriptedModel::new().playing([Err(LlmError::Unavailable("scripted".to_owned()))]);
    let app = app_with(Arc::new(away));
    assert_eq!(app.client().post("/v1/ask", &json!({"question": QUESTION})).problem(502), "model_failed");
    assert_eq!(total(&app.client()), [0; 5]);
}

#[test]
fn users_see_their_own_admins_their_organisation_and_nobody_another_one() {
    let model = (0..3).fold(ScriptedModel::new(), |model, _| model.playing(answer(Some(USAGE))));
    let app = app_with(Arc::new(model));
    let organisations = ["Here", "Elsewhere"].map(|name| {
        app.engine().db().transaction(Actor::System, |conn| organisations::insert(conn, name)).unwrap()
    });
    let [here, elsewhere] = organisations;
    let (ada, member_here) = member(&app, here, Role::Member, Scope::ALL);
    let (_, colleague) = member(&app, here, Role::Member, Scope::ALL);
    let (_, admin) = member(&app, here, Role::Admin, Scope::ALL);
    let (_, narrow_admin) = member(&app, here, Role::Admin, &[Scope::Read]);
    let (_, stranger) = member(&app, elsewhere, Role::Admin, Scope::ALL);
    for client in [&member_here, &colleague] {
        client.text(&client.collection("c"), "Geography", "The capital of France is Paris.");
        client.post("/v1/ask", &json!({"question": QUESTION})).expect(200);
    }
    assert_eq!([&member_here, &colleague].map(total), [[1, 100, 10, 0, 350]; 2]);
    assert_eq!(total(&admin), [2, 200, 20, 0, 700]);
    assert_eq!(ledger(&admin)["users"].as_array().unwrap().len(), 2);
    assert_eq!([&narrow_admin, &stranger].map(total), [[0; 5]; 2]);
    // Erased with its user.
    admin.send("DELETE", &format!("/v1/users/{ada}")).expect(200);
    assert_eq!(total(&admin), [1, 100, 10, 0, 350]);
}

#[test]
fn days_are_checked() {
    let app = TestApp::start();
    let client = app.client();
    for days in [
        "from=2026-02-30",
        "from=2026-01-02&to=2026-01-01",
        "from=2020-01-01&to=2026-01-01",
        "from=-9999-01-01&to=-9999-01-01",
        "from=x",
        "day=1",
    ] {
        assert_eq!(client.get(&format!("/v1/usage?{days}")).problem(422), "invalid", "{days}");
    }
    let year = client.get("/v1/usage?from=2024-01-01&to=2024-12-31").expect(200);
    assert_eq!((&year["from"], &year["days"]), (&json!("2024-01-01"), &json!([])));
}
