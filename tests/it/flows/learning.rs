//! The ranking learns from ratings of results and of answers, within bounds, and forgets with them.

use std::sync::Arc;

use diesel::{PgConnection, connection::SimpleConnection as _};
use rag_embed::{Embedder, hash::HashEmbedder};
use rag_engine::Actor;
use rag_repo::RepoResult;
use rag_testkit::{Answer, Client, Setup, TestApp};
use serde_json::{Value, json};

use crate::routes::{NOBODY, text};

const QUESTION: &str = "How many days of holiday does an employee have?";

/// A collection with two documents, of which words and vectors alone put the outdated one first.
fn handbook(client: &Client) -> (String, [String; 2]) {
    let collection = client.collection("handbook");
    let old = client.text(&collection, "Old", "An employee has 25 days of holiday.");
    let new = client.text(&collection, "New", "An employee has 30 days of holiday a year.");
    client.text(&collection, "Pets", "Dogs may come to the office on Fridays.");
    (collection, [old, new])
}

fn search(client: &Client, query: &str) -> Vec<Value> {
    client.post("/v1/search", &json!({"query": query, "limit": 3})).expect(200)["results"]
        .as_array()
        .unwrap()
        .clone()
}

fn titles(results: &[Value]) -> Vec<&str> {
    results.iter().map(|result| text(result, "/title")).collect()
}

/// Rates the result of that title; returns the judgement.
fn rate(client: &Client, collection: &str, query: &str, title: &str, rating: &str) -> Value {
    let found = search(client, query);
    let chunk = found.iter().find(|result| result["title"] == title).unwrap()["chunk_id"].clone();
    let body = json!({"query": query, "chunk_id": chunk, "rating": rating});
    client.post(&format!("/v1/collections/{collection}/judgements"), &body).expect(200)
}

#[test]
fn rated_results_move_for_similar_questions_alone_and_back_with_the_rating() {
    let app = TestApp::start();
    let client = app.client();
    let (collection, [_, new]) = handbook(&client);
    let before = search(&client, QUESTION);
    assert_eq!(titles(&before)[..2], ["Old", "New"]);
    assert!(before[0].get("learned").is_none());

    let judged = rate(&client, &collection, QUESTION, "New", "up");
    assert_eq!((text(&judged, "/document_id"), &judged["weight"]), (new.as_str(), &json!(1.0)));
    rate(&client, &collection, QUESTION, "Old", "down");
    let after = search(&client, QUESTION);
    assert_eq!(titles(&after)[..2], ["New", "Old"]);
    // A single vote is half of the maximum.
    assert_eq!([&after[0]["learned"], &after[1]["learned"]], [&json!(0.1), &json!(-0.1)]);
    assert_eq!(after[0]["fused"], before[1]["fused"]);
    let explained = client.post("/v1/search", &json!({"query": QUESTION, "explain": true})).expect(200);
    let steps = explained["trace"]["steps"].as_array().unwrap();
    let learned = steps.iter().find(|step| step["step"] == "learned").unwrap();
    assert_eq!(learned["detail"], json!({"judgements": 2, "passages": 2}));
    // Another question keeps its ranking; so does a request that does not want it.
    assert!(search(&client, "When may dogs come?").iter().all(|result| result.get("learned").is_none()));
    let plain = json!({"query": QUESTION, "limit": 3, "ranking": {"learned": false}});
    assert_eq!(client.post("/v1/search", &plain).expect(200)["results"], json!(before));

    for (learned, first) in [(true, "New"), (false, "Old")] {
        let asked = json!({"question": QUESTION, "ranking": {"learned": learned}});
        assert_eq!(text(&client.post("/v1/ask", &asked).expect(200), "/sources/0/title"), first);
    }
    let wrong = json!({"question": QUESTION, "ranking": {"diversity": 2}});
    client.post("/v1/ask", &wrong).problem(422);

    // A second rating of the same result replaces the first.
    rate(&client, &collection, QUESTION, "New", "up");
    let path = format!("/v1/collections/{collection}/judgements");
    let own = client.get(&path).expect(200)["items"].as_array().unwrap().clone();
    assert_eq!(own.iter().map(|item| text(item, "/query")).collect::<Vec<_>>(), [QUESTION; 2]);
    for judgement in own {
        client.send("DELETE", &format!("/v1/judgements/{}", text(&judgement, "/id"))).expect(204);
    }
    assert_eq!(search(&client, QUESTION), before);
}

#[test]
fn a_judgement_holds_as_long_as_the_text_of_the_passage() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("rules");
    let put = |body: &str| {
        let path = format!("/v1/collections/{collection}/documents?source=rules.md");
        client.ingested(&Answer::of(client.request("PUT", &path).body(body.to_owned())).expect(202));
    };
    put("Badges are worn at all times.");
    rate(&client, &collection, "When are badges worn?", "rules.md", "up");
    let learned = || search(&client, "When are badges worn?")[0].get("learned").cloned();
    assert_eq!(learned(), Some(json!(0.1)));
    put("Badges are worn in the hall.");
    assert_eq!(learned(), None);
    put("Badges are worn at all times.");
    assert_eq!(learned(), Some(json!(0.1)));
}

#[test]
fn a_rated_answer_judges_the_passages_that_it_cites() {
    let app = TestApp::start();
    let client = app.client();
    let (collection, [old, _]) = handbook(&client);
    let turn = client.post("/v1/ask", &json!({"question": QUESTION})).expect(200);
    assert_eq!(text(&turn, "/answer/citations/0/document_id"), old);
    let message = text(&turn, "/answer/message_id");
    let path = format!("/v1/sessions/{}/messages/{message}/feedback", text(&turn, "/session_id"));
    let put = |body: Value| Answer::of(client.request("PUT", &path).json(&body)).expect(200);
    let learned = || {
        let found = search(&client, QUESTION);
        let old = found.iter().find(|result| result["title"] == "Old").unwrap();
        old.get("learned").map(|learned| format!("{:.3}", learned.as_f64().unwrap()))
    };
    for (body, expected) in [
        (json!({"rating": "up"}), Some("0.100")),
        (json!({"rating": "down", "reason": "outdated"}), Some("-0.100")),
        // It may be the answer's fault, not that of the passage.
        (json!({"rating": "down"}), Some("-0.067")),
        (json!({"rating": "down", "reason": "incomplete"}), None),
        (json!({"rating": "down", "reason": "wrong"}), Some("-0.100")),
    ] {
        put(body.clone());
        assert_eq!(learned().as_deref(), expected, "{body}");
    }
    let own = client.get(&format!("/v1/collections/{collection}/judgements")).expect(200);
    assert_eq!((&own["items"][0]["message_id"], &own["items"][0]["weight"]), (&json!(message), &json!(-1.0)));
    let exported = String::from_utf8(client.get("/v1/me/export").body).unwrap();
    assert!(exported.contains("{\"kind\":\"judgement\""), "{exported}");
    // Such a judgement goes with its rating only.
    let judgement = format!("/v1/judgements/{}", text(&own, "/items/0/id"));
    assert_eq!(client.send("DELETE", &judgement).problem(404), "not_found");
    client.send("DELETE", &path).expect(204);
    assert_eq!(learned(), None);
}

#[test]
fn judgements_that_cannot_be_are_refused() {
    let app = TestApp::start();
    let client = app.client();
    let (collection, _) = handbook(&client);
    let other = client.collection("other");
    let chunk = search(&client, QUESTION)[0]["chunk_id"].clone();
    let post = |collection: &str, body: Value| {
        client.post(&format!("/v1/collections/{collection}/judgements"), &body)
    };
    let body = json!({"query": QUESTION, "chunk_id": chunk, "rating": "up"});
    assert_eq!(post(NOBODY, body.clone()).problem(404), "not_found");
    assert_eq!(post(&other, body).problem(404), "not_found");
    assert_eq!(
        post(&collection, json!({"query": QUESTION, "chunk_id": NOBODY, "rating": "up"})).problem(404),
        "not_found"
    );
    for (field, value) in [
        ("query", json!("")),
        ("query", json!(" ")),
        ("query", json!("a\0b")),
        ("rating", json!("sideways")),
        ("x", json!(1)),
    ] {
        let mut body = json!({"query": QUESTION, "chunk_id": chunk, "rating": "up"});
        body[field] = value;
        post(&collection, body).problem(422);
    }
    assert_eq!(client.send("DELETE", &format!("/v1/judgements/{NOBODY}")).problem(404), "not_found");
}

#[test]
fn upkeep_embeds_the_questions_of_judgements_by_the_model_of_their_collection() {
    let more: Vec<Arc<dyn Embedder>> = vec![Arc::new(HashEmbedder::new(64))];
    let mut app = TestApp::with(Setup { more_embedders: more, ..Setup::default() });
    let client = app.client();
    let (collection, _) = handbook(&client);
    rate(&client, &collection, QUESTION, "New", "up");
    let move_to = json!({"model": "hash-64"});
    let moved =
        Answer::of(client.request("PUT", &format!("/v1/collections/{collection}/model")).json(&move_to));
    client.finished(text(&moved.expect(200), "/job_id"));
    client.wait(|| {
        let due = |conn: &mut PgConnection| -> RepoResult<()> {
            Ok(conn.batch_execute("DELETE FROM jobs WHERE kind = 'upkeep' AND finished_at IS NOT NULL")?)
        };
        app.engine().db().transaction(Actor::System, due).unwrap();
        app.restart_workers();
        let found = search(&client, QUESTION);
        found.iter().any(|result| result["title"] == "New" && result["learned"] == json!(0.1)).then_some(())
    });
}
