//! People control jobs: what is cancelled leaves nothing, what is paused goes on later, and the queue works meanwhile.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use rag_embed::EmbedError;
use rag_testkit::{Answer, Client, MoodyEmbedder, Setup, TestApp};
use serde_json::{Value, json};

use super::jobs::{gated, job, long_text, start};
use crate::routes::text;

fn control(client: &Client, accepted: &Value, wish: &str) -> Answer {
    client.send("POST", &format!("/v1/jobs/{}/{wish}", text(accepted, "/job/id")))
}

/// Number of documents that words find.
fn found(client: &Client, words: &str) -> usize {
    let query = json!({"query": words, "mode": "lexical"});
    client.post("/v1/search", &query).expect(200)["results"].as_array().unwrap().len()
}

#[test]
fn a_job_that_is_cancelled_while_it_runs_leaves_nothing_and_the_version_before_answers() {
    let (gate, embedder) = gated();
    let app = start(embedder, 1);
    let client = app.client();
    let collection = client.collection("c");
    gate.results.send(Ok(())).unwrap();
    let first = client.upload(&collection, "log.txt", b"Zirconium is a metal.").expect(202);
    let document = client.ingested(&first);
    gate.arrivals.recv().unwrap();
    let second = client.upload(&collection, "log.txt", &long_text(3)).expect(202);
    // The first section is stored, and the second one is embedded.
    gate.arrivals.recv().unwrap();
    gate.results.send(Ok(())).unwrap();
    gate.arrivals.recv().unwrap();
    let cancelled = control(&client, &second, "cancel").expect(200);
    assert_eq!((text(&cancelled, "/state"), text(&cancelled, "/problem/code")), ("cancelled", "cancelled"));
    assert_eq!(text(&control(&client, &second, "cancel").expect(200), "/state"), "cancelled");
    drop(gate);
    // The worker goes on, and what it had in hand is not stored.
    client.text(&collection, "Rocks", "Granite is a rock.");
    let versions = client.get(&format!("/v1/documents/{document}/versions")).expect(200);
    assert_eq!(versions["items"].as_array().unwrap().len(), 1, "{versions}");
    assert_eq!((found(&client, "zirconium"), found(&client, "lighthouse")), (1, 0));
    assert_eq!(text(&job(&app, &second), "/state"), "cancelled");
    assert_eq!(control(&client, &second, "resume").problem(409), "conflict");
}

#[test]
fn a_new_document_goes_with_its_cancelled_job_and_what_is_done_stays() {
    let (gate, embedder) = gated();
    let app = start(embedder, 1);
    let client = app.client();
    let collection = client.collection("c");
    let accepted = client.upload(&collection, "log.txt", &long_text(2)).expect(202);
    gate.arrivals.recv().unwrap();
    control(&client, &accepted, "cancel").expect(200);
    let document = format!("/v1/documents/{}", text(&accepted, "/document/id"));
    assert_eq!(client.get(&document).problem(404), "not_found");
    drop(gate);
    let done = client.upload(&collection, "log.txt", b"Zirconium is a metal.").expect(202);
    client.ingested(&done);
    for wish in ["cancel", "pause", "resume", "retry"] {
        let refused = control(&client, &done, wish);
        assert_eq!(refused.problem(409), "conflict", "{wish}");
    }
    assert_eq!(found(&client, "zirconium"), 1);
}

#[test]
fn a_paused_job_holds_no_worker_and_continues_where_it_was() {
    let (gate, embedder) = gated();
    let app = start(embedder, 1);
    let client = app.client();
    let collection = client.collection("c");
    let large = client.upload(&collection, "log.txt", &long_text(3)).expect(202);
    gate.arrivals.recv().unwrap();
    gate.results.send(Ok(())).unwrap();
    gate.arrivals.recv().unwrap();
    assert_eq!(text(&control(&client, &large, "pause").expect(200), "/state"), "paused");
    assert_eq!(text(&control(&client, &large, "pause").expect(200), "/state"), "paused");
    drop(gate);
    client.text(&collection, "Rocks", "Granite is a rock.");
    assert_eq!(text(&job(&app, &large), "/state"), "paused");
    assert_eq!(found(&client, "lighthouse"), 0);
    control(&client, &large, "resume").expect(200);
    client.ingested(&large);
    let done = job(&app, &large);
    assert_eq!((&done["failures"], &done["attempts"]), (&json!(0), &json!(2)), "{done}");
    assert_eq!(done["done"], done["total"]);
    assert!(found(&client, "lighthouse") > 0);
}

#[test]
fn cancelling_at_the_end_of_the_work_leaves_all_or_nothing() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    for number in 0..12 {
        let bytes = format!("Zirconium has the number {number}.").into_bytes();
        let accepted = client.upload(&collection, &format!("{number}.txt"), &bytes).expect(202);
        // Some are cancelled before they run, some while they run, and some are done.
        for _ in 0..number {
            job(&app, &accepted);
        }
        let answer = control(&client, &accepted, "cancel");
        let document = client.get(&format!("/v1/documents/{}", text(&accepted, "/document/id")));
        let state = text(&client.finished(text(&accepted, "/job/id")), "/state").to_owned();
        match answer.status {
            200 => assert_eq!((document.status, state.as_str()), (404, "cancelled")),
            409 => {
                assert_eq!(state, "done");
                assert_eq!(document.expect(200)["searchable"], true);
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn documents_of_a_collection_whose_ingest_is_paused_wait() {
    let app = TestApp::start();
    let client = app.client();
    let (here, elsewhere) = (client.collection("here"), client.collection("elsewhere"));
    let path = |wish: &str| format!("/v1/collections/{here}/ingest/{wish}");
    assert!(client.send("POST", &path("pause")).expect(200)["ingest_paused_at"].is_string());
    client.send("POST", &path("pause")).expect(200);
    let waits = client.upload(&here, "a.txt", b"Zirconium is a metal.").expect(202);
    assert_eq!(text(&waits, "/job/state"), "paused");
    client.text(&elsewhere, "Rocks", "Granite is a rock.");
    let listed = client.get(&format!("/v1/jobs?state=paused&kind=ingest&collection_id={here}")).expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(found(&client, "zirconium"), 0);
    let resumed = client.send("POST", &path("resume")).expect(200);
    assert!(resumed.get("ingest_paused_at").is_none(), "{resumed}");
    client.ingested(&waits);
    assert_eq!(found(&client, "zirconium"), 1);
}

#[test]
fn all_jobs_of_a_collection_that_were_given_up_are_retried_together() {
    let is_broken = Arc::new(AtomicBool::new(true));
    let seen = Arc::clone(&is_broken);
    let embedder = MoodyEmbedder::new(move || {
        if seen.load(Ordering::Relaxed) { Err(EmbedError::BadAnswer("too short".to_owned())) } else { Ok(()) }
    });
    let app = TestApp::with(Setup { embedder: Arc::new(embedder), ..Setup::default() });
    let client = app.client();
    let collection = client.collection("c");
    let all: Vec<Value> = ["Zirconium is a metal.", "Granite is a rock."]
        .map(|words| client.upload(&collection, &format!("{words}.txt"), words.as_bytes()).expect(202))
        .into();
    for accepted in &all {
        assert_eq!(text(&client.finished(text(accepted, "/job/id")), "/state"), "dead");
    }
    is_broken.store(false, Ordering::Relaxed);
    let redrive = |body: Value| client.post("/v1/jobs/redrive", &body).expect(200)["queued"].clone();
    assert_eq!(redrive(json!({"collection_id": collection, "code": "process_ended"})), 0);
    // Like new ones, they wait while ingest is paused.
    let ingest =
        |wish: &str| client.send("POST", &format!("/v1/collections/{collection}/ingest/{wish}")).expect(200);
    ingest("pause");
    assert_eq!(redrive(json!({"collection_id": collection, "code": "failed"})), 2);
    for accepted in &all {
        let job = client.get(&format!("/v1/jobs/{}", text(accepted, "/job/id"))).expect(200);
        assert_eq!(text(&job, "/state"), "paused");
    }
    ingest("resume");
    for accepted in &all {
        client.ingested(accepted);
    }
    assert_eq!(redrive(json!({"collection_id": collection})), 0);
}
