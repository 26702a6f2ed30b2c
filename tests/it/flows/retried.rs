//! Jobs that fail through no fault of their document.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use rag_embed::EmbedError;
use rag_testkit::{MoodyEmbedder, Setup, TestApp};
use serde_json::json;

use crate::routes::text;

#[test]
fn a_job_that_was_given_up_is_done_when_it_is_retried() {
    let is_broken = Arc::new(AtomicBool::new(true));
    let told = Arc::clone(&is_broken);
    let embedder = MoodyEmbedder::new(move || {
        if told.load(Ordering::Relaxed) { Err(EmbedError::BadAnswer("too short".to_owned())) } else { Ok(()) }
    });
    let app = TestApp::with(Setup { embedder: Arc::new(embedder), ..Setup::default() });
    let client = app.client();
    let path = format!("/v1/collections/{}/texts", client.collection("c"));
    let accepted = client.post(&path, &json!({"title": "T", "text": "Zirconium is a metal."})).expect(202);
    let job = text(&accepted, "/job/id");
    let dead = client.finished(job);
    assert_eq!((text(&dead, "/state"), text(&dead, "/problem/code")), ("dead", "failed"));
    let query = json!({"query": "zirconium", "mode": "lexical"});
    assert_eq!(client.post("/v1/search", &query).expect(200)["results"], json!([]));

    is_broken.store(false, Ordering::Relaxed);
    let queued = client.send("POST", &format!("/v1/jobs/{job}/retry")).expect(202);
    assert_eq!(text(&queued, "/id"), job);
    assert_eq!(text(&queued, "/state"), "queued");
    client.ingested(&accepted);
    assert_eq!(client.post("/v1/search", &query).expect(200)["results"].as_array().unwrap().len(), 1);
    assert_eq!(client.send("POST", &format!("/v1/jobs/{job}/retry")).problem(409), "conflict");
}

#[test]
fn no_job_is_given_up_because_the_model_is_away() {
    let calls = AtomicU32::new(0);
    let embedder = MoodyEmbedder::new(move || match calls.fetch_add(1, Ordering::Relaxed) {
        0 => Err(EmbedError::Unavailable("connection refused".to_owned())),
        _ => Ok(()),
    });
    // One failure of its own would be the end of the job.
    let app = TestApp::with(Setup { embedder: Arc::new(embedder), ..Setup::default() });
    let client = app.client();
    let id = client.text(&client.collection("c"), "T", "Zirconium is a metal.");
    let jobs = client.get("/v1/jobs?state=done").expect(200);
    assert_eq!(
        (jobs["items"][0]["document_id"].as_str(), &jobs["items"][0]["attempts"]),
        (Some(&*id), &json!(2))
    );
}
