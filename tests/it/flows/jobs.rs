//! Work in the background: what counts against a job, and who waits for whom.

use std::{
    sync::{Arc, Mutex, mpsc},
    thread,
};

use diesel::connection::SimpleConnection;
use rag_embed::EmbedError;
use rag_repo::server;
use rag_testkit::{MoodyEmbedder, Setup, TestApp};
use serde_json::{Value, json};

use crate::routes::text;

/// A gate in front of the embedder: each call reports that it has come, and waits to be let through with a result.
pub(super) struct Gate {
    pub(super) arrivals: mpsc::Receiver<()>,
    pub(super) results: mpsc::Sender<Result<(), EmbedError>>,
}

pub(super) fn gated() -> (Gate, MoodyEmbedder) {
    let (arrive, arrivals) = mpsc::channel();
    let (results, result) = mpsc::channel();
    let result = Mutex::new(result);
    let embedder = MoodyEmbedder::new(move || {
        // Once the test has let go of the gate it stands open.
        let _ = arrive.send(());
        result.lock().unwrap().recv().unwrap_or(Ok(()))
    });
    (Gate { arrivals, results }, embedder)
}

pub(super) fn start(embedder: MoodyEmbedder, max_failures: i32) -> TestApp {
    TestApp::with(Setup { embedder: Arc::new(embedder), max_failures, ..Setup::default() })
}

/// A text of about `sections` sections, each of 128 chunks of up to 64 tokens.
pub(super) fn long_text(sections: usize) -> Vec<u8> {
    (0..sections * 900)
        .flat_map(|line| format!("Line {line} of the log of the lighthouse.\n\n").into_bytes())
        .collect()
}

pub(super) fn job(app: &TestApp, accepted: &Value) -> Value {
    app.client().get(&format!("/v1/jobs/{}", text(accepted, "/job/id"))).expect(200)
}

#[test]
fn four_restarts_and_one_failure_do_not_end_a_job() {
    let (gate, embedder) = gated();
    let mut app = start(embedder, 5);
    let client = app.client();
    let accepted = client.upload(&client.collection("c"), "log.txt", &long_text(12)).expect(202);
    for _ in 0..4 {
        gate.arrivals.recv().unwrap();
        thread::scope(|scope| {
            let restart = scope.spawn(|| app.restart_workers());
            while !restart.is_finished() {
                let _ = gate.results.send(Ok(()));
                while !restart.is_finished() && gate.arrivals.try_recv().is_err() {
                    thread::yield_now();
                }
            }
        });
    }
    assert!(
        job(&app, &accepted)["attempts"].as_u64() >= Some(4),
        "no restart cut the job: this tests nothing"
    );
    gate.results.send(Err(EmbedError::BadAnswer("too short".to_owned()))).unwrap();
    drop(gate);
    client.ingested(&accepted);
    let done = job(&app, &accepted);
    assert_eq!(done["failures"], 1, "{done}");
    assert!(done["attempts"].as_u64() >= Some(5), "{done}");
}

#[test]
fn a_small_document_does_not_wait_for_the_end_of_a_large_one() {
    let (gate, embedder) = gated();
    let app = start(embedder, 1);
    let client = app.client();
    let collection = client.collection("c");
    let large = client.upload(&collection, "log.txt", &long_text(6)).expect(202);
    gate.arrivals.recv().unwrap();
    let small = client.upload(&collection, "note.txt", b"Zirconium is a metal.").expect(202);
    // The large one's first section, then the small document, then the second section, which is not let through.
    for _ in 0..2 {
        gate.results.send(Ok(())).unwrap();
        gate.arrivals.recv().unwrap();
    }
    assert_eq!(text(&job(&app, &small), "/state"), "done");
    assert_eq!(text(&job(&app, &large), "/state"), "running");
    drop(gate);
    client.ingested(&large);
}

#[test]
fn a_document_over_which_a_worker_panics_fails_and_the_worker_goes_on() {
    let (gate, embedder) = gated();
    let embedder = Arc::new(embedder);
    let inner = Arc::clone(&embedder);
    let panicking = MoodyEmbedder::new(move || {
        use rag_embed::Embedder;
        match inner.embed_query("") {
            Err(error) => panic!("{error}"),
            Ok(_) => Ok(()),
        }
    });
    let app = start(panicking, 1);
    let client = app.client();
    let collection = client.collection("c");
    gate.results.send(Err(EmbedError::BadAnswer("a bug".to_owned()))).unwrap();
    let accepted = client.upload(&collection, "a.txt", b"Zirconium is a metal.").expect(202);
    let dead = client.finished(text(&accepted, "/job/id"));
    assert_eq!((text(&dead, "/state"), &dead["failures"]), ("dead", &json!(1)));
    drop(gate);
    let retried = client.send("POST", &format!("/v1/jobs/{}/retry", text(&accepted, "/job/id"))).expect(202);
    assert_eq!(retried["failures"], 0);
    client.ingested(&accepted);
}

#[test]
fn an_outage_is_no_failure_and_keeps_the_reason() {
    let (gate, embedder) = gated();
    let app = start(embedder, 1);
    let client = app.client();
    gate.results.send(Err(EmbedError::Unavailable("connection refused".to_owned()))).unwrap();
    let accepted = client.upload(&client.collection("c"), "a.txt", b"Zirconium is a metal.").expect(202);
    let queued = client.wait(|| Some(job(&app, &accepted)).filter(|job| !job["problem"].is_null()));
    assert_eq!((text(&queued, "/problem/code"), &queued["failures"]), ("unavailable", &json!(0)));
    drop(gate);
    client.ingested(&accepted);
}

#[test]
fn the_job_of_a_document_that_is_gone_ends() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    client.send("POST", &format!("/v1/collections/{collection}/ingest/pause")).expect(200);
    let accepted = client.upload(&collection, "a.txt", b"Zirconium is a metal.").expect(202);
    // As when it is deleted while another transaction queues a new version.
    let mut conn = server::connect(app.database_url()).unwrap();
    conn.batch_execute("DELETE FROM documents").unwrap();
    client.send("POST", &format!("/v1/collections/{collection}/ingest/resume")).expect(200);
    let ended = client.finished(text(&accepted, "/job/id"));
    assert_eq!((text(&ended, "/state"), text(&ended, "/problem/code")), ("refused", "deleted"), "{ended}");
}
