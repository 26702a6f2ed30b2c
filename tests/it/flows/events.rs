//! Events: what people do is kept for analytics, without their words, and nobody waits for it.

use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::Text};
use rag_engine::{Actor, AnalyticsSettings};
use rag_repo::{PgConnection, RepoResult, server};
use rag_testkit::{Client, Setup, TestApp};
use serde_json::{Value, json};

use crate::routes::text;

/// A word that only the questions hold.
const WORD: &str = "xylophonist";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
}

fn texts(app: &TestApp, sql: &str) -> Vec<String> {
    let load = |conn: &mut PgConnection| -> RepoResult<Vec<Row>> { Ok(sql_query(sql).load(conn)?) };
    let rows = app.engine().db().transaction(Actor::System, load).unwrap();
    rows.into_iter().map(|row| row.text).collect()
}

/// All events as JSON, oldest first.
fn events(app: &TestApp) -> Vec<Value> {
    app.engine().flush_events();
    assert_eq!(app.engine().dropped_events(), 0);
    let rows = texts(app, "SELECT to_jsonb(e)::text AS text FROM events e ORDER BY occurred_at, id");
    rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect()
}

/// All events, once there are `count`: a worker notes its own shortly after its job is done.
fn awaited(app: &TestApp, client: &Client, count: usize) -> Vec<Value> {
    client.wait(|| Some(events(app)).filter(|events| events.len() >= count))
}

/// A collection with one document, and its event; the ids of both.
fn furnished(app: &TestApp, client: &Client) -> (String, String) {
    let collection = client.collection("c");
    let document = client.text(&collection, "Geography", "The capital of France is Paris.");
    awaited(app, client, 1);
    (collection, document)
}

fn search(client: &Client, collection: &str, query: &str) {
    client.post("/v1/search", &json!({"query": query, "collection_ids": [collection]})).expect(200);
}

#[test]
fn searches_answers_and_documents_become_events_without_their_words() {
    let app = TestApp::start();
    let client = app.client();
    let (collection, document) = furnished(&app, &client);
    search(&client, &collection, &format!("Which {WORD} sings in France?"));
    let question = format!("What is the capital of France, dear {WORD}?");
    let answer = client.post("/v1/ask", &json!({"question": question})).expect(200);
    let damaged = client.upload(&collection, "broken.pdf", b"%PDF-1.7\nno more of it").expect(202);
    assert_eq!(text(&client.finished(text(&damaged, "/job/id")), "/state"), "refused");
    assert_eq!(client.send("DELETE", &format!("/v1/documents/{document}")).status, 204);

    let events = awaited(&app, &client, 5);
    assert_eq!(events.len(), 5, "{events:?}");
    let [published, searched, answered, refused, deleted] =
        ["document_published", "search", "answer", "document_refused", "document_deleted"]
            .map(|kind| events.iter().find(|event| event["kind"] == kind).expect(kind));
    let user = app.engine().local_user();
    for event in &events {
        assert_eq!(text(event, "/organisation_id"), user.organisation_id.to_string());
        assert_eq!(event["collection_ids"], json!([collection]), "{event}");
    }
    for event in [searched, answered, deleted] {
        assert_eq!(text(event, "/user_id"), user.id.to_string());
    }
    assert_eq!((&published["document_id"], &published["chunk_count"]), (&json!(document), &json!(1)));
    assert_eq!((&published["user_id"], &refused["user_id"]), (&Value::Null, &Value::Null));
    assert_eq!((&deleted["document_id"], &refused["problem"]), (&json!(document), &json!("broken")));
    assert_eq!((&searched["result_count"], &searched["session_id"]), (&json!(1), &Value::Null));
    assert_eq!(text(answered, "/outcome"), text(&answer, "/answer/outcome"));
    assert_eq!(
        (&answered["session_id"], &answered["message_id"]),
        (&answer["answer"]["session_id"], &answer["answer"]["message_id"])
    );
    assert_eq!(text(answered, "/answered_by"), "extractive");
    for event in [searched, answered] {
        let ms = |name: &str| event[name].as_f64().unwrap();
        let steps =
            ["understand_ms", "embed_ms", "database_ms", "rerank_ms"].map(ms).into_iter().sum::<f64>();
        assert!(ms("total_ms") >= steps && ms("database_ms") > 0.0, "{event}");
        assert_eq!(text(event, "/ranking_version").len(), 12);
        assert_eq!(text(event, "/embedding_model"), app.engine().models().for_new_collections().name());
        assert_eq!(event["question"], Value::Null);
    }
    assert!(answered["answer_ms"].as_f64().is_some_and(|ms| ms <= answered["total_ms"].as_f64().unwrap()));
    // Not in any column, nor in an index of the table or of a partition.
    let words = texts(
        &app,
        &format!(
            "SELECT e::text AS text FROM events e WHERE e::text ILIKE '%{WORD}%' OR e::text ILIKE '%France%'"
        ),
    );
    assert_eq!(words, [""; 0]);
    let indexed = texts(
        &app,
        "SELECT DISTINCT a.attname::text AS text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
         JOIN pg_attribute a ON a.attrelid = i.indexrelid WHERE c.relname = 'events' OR c.relname LIKE 'events\\_%' ORDER BY 1",
    );
    assert_eq!(indexed, ["id", "occurred_at", "organisation_id", "session_id", "user_id"]);
}

#[test]
fn questions_are_kept_when_the_settings_say_so_until_their_conversation_is_deleted() {
    let analytics = AnalyticsSettings { store_queries: true, ..AnalyticsSettings::default() };
    let app = TestApp::with(Setup { analytics, ..Setup::default() });
    let client = app.client();
    let (collection, _) = furnished(&app, &client);
    search(&client, &collection, WORD);
    let answer = client.post("/v1/ask", &json!({"question": format!("Is Paris a {WORD}?")})).expect(200);
    let asked = |app: &TestApp| -> Vec<Value> {
        events(app)
            .into_iter()
            .map(|event| event["question"].clone())
            .filter(|question| !question.is_null())
            .collect()
    };
    assert_eq!(asked(&app), [json!(WORD), json!(format!("Is Paris a {WORD}?"))]);
    let session = text(&answer, "/answer/session_id");
    assert_eq!(client.send("DELETE", &format!("/v1/sessions/{session}")).status, 204);
    assert_eq!(asked(&app), [json!(WORD)]);
}

#[test]
fn a_change_of_the_ranking_is_told_apart() {
    let app = TestApp::start();
    let client = app.client();
    let (collection, _) = furnished(&app, &client);
    let rank = |weight: f64| {
        let ranking = json!({"fusion": {"type": "convex", "dense_weight": weight}});
        let body = json!({"query": "France", "collection_ids": [collection], "ranking": ranking});
        client.post("/v1/search", &body).expect(200);
    };
    for weight in [0.5, 0.6, 0.5] {
        rank(weight);
    }
    let versions: Vec<String> = events(&app)
        .iter()
        .filter_map(|event| event["ranking_version"].as_str().map(str::to_owned))
        .collect();
    let [first, second, third] = &versions[..] else { panic!("three searches: {versions:?}") };
    assert_eq!(first, third);
    assert_ne!(first, second);
}

#[test]
fn nobody_waits_for_an_event() {
    let app = TestApp::start();
    let client = app.client();
    let (collection, _) = furnished(&app, &client);
    let before = events(&app).len();
    let mut other = server::connect(app.database_url()).unwrap();
    other.batch_execute("BEGIN; LOCK TABLE events IN ACCESS EXCLUSIVE MODE").unwrap();
    for _ in 0..3 {
        search(&client, &collection, "France");
    }
    client.post("/v1/ask", &json!({"question": "What is the capital of France?"})).expect(200);
    other.batch_execute("COMMIT").unwrap();
    assert_eq!(events(&app).len(), before + 4);
}

#[test]
fn upkeep_makes_the_partitions_of_the_months_ahead() {
    let app = TestApp::start();
    let client = app.client();
    let partitions =
        "SELECT inhrelid::regclass::text AS text FROM pg_inherits WHERE inhparent = 'events'::regclass";
    // This month, two more, and the one for events of any other.
    client.wait(|| (texts(&app, partitions).len() == 4).then_some(()));
    let (collection, _) = furnished(&app, &client);
    search(&client, &collection, "France");
    assert!(!events(&app).is_empty());
    let places = texts(&app, "SELECT DISTINCT tableoid::regclass::text AS text FROM events");
    assert!(!places.contains(&"events_default".to_owned()), "{places:?}");
}
