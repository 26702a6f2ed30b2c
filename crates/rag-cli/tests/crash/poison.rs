//! A document that ends the process each time it is read is given up with a reason; others of its bundle are not.

use std::time::Instant;

use serde_json::{Value, json};

use crate::{
    ledger::text,
    scene::{PATIENCE, Scene, kill_9},
    server::{Server, log_of},
};

/// As `ingest.max_lost_leases` in `config/rag.toml`.
const MAX_LOST_LEASES: u64 = 3;
/// One worker, which claims all that a collection resumes as one bundle; and no limit to our polling.
const SETTINGS: &[(&str, &str)] = &[("RAG_INGEST__WORKERS", "1"), ("RAG_SERVER__REQUESTS_PER_MINUTE", "0")];
/// So large that nothing is done between sections, so small that several make a bundle.
const BYTES: usize = 70_000;

fn upload(server: &Server<'_>, collection: &str, name: &str, bytes: usize) -> String {
    let line = |number: usize| format!("Line {number:06} of {name} tells how the keeper counted ships.\n\n");
    let body: String = (0..bytes / line(0).len()).map(line).collect();
    text(&server.upload(collection, name, body.as_bytes()).unwrap(), "/job/id")
}

fn job(server: &Server<'_>, id: &str) -> Option<Value> {
    server.get(&format!("/v1/jobs/{id}"))
}

/// Waits until the job is as `is_so` says.
fn wait_for(scene: &Scene, server: &Server<'_>, id: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        if let Some(job) = job(server, id).filter(|job| is_so(job)) {
            return job;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {}", log_of(scene));
    }
}

#[test]
fn a_document_that_kills_the_process_is_buried_alone() {
    let scene = Scene::new();
    let mut server = Server::start_with(&scene, SETTINGS);
    let collection = text(&server.post("/v1/collections", &json!({"name": "poison"})).unwrap(), "/id");
    let ingest = |server: &Server<'_>, action| {
        server.post(&format!("/v1/collections/{collection}/ingest/{action}"), &json!({})).unwrap();
    };
    ingest(&server, "pause");
    let poison = upload(&server, &collection, "poison", BYTES * 3);
    let innocents = ["one", "two"].map(|name| upload(&server, &collection, name, BYTES));
    ingest(&server, "resume");
    for taken in 1..=MAX_LOST_LEASES {
        // The killer stands for a document that ends its process: it strikes whenever this job is in work.
        wait_for(&scene, &server, &poison, |job| job["attempts"] == taken && job["state"] == "running");
        let bundled =
            innocents.iter().filter(|id| job(&server, id).is_some_and(|job| job["state"] == "running"));
        let expected = if taken == 1 { innocents.len() } else { 0 };
        assert_eq!(bundled.count(), expected, "jobs taken together with the poison at attempt {taken}");
        kill_9(server.pid());
        drop(server);
        server = Server::start_with(&scene, SETTINGS);
    }
    let dead = wait_for(&scene, &server, &poison, |job| !job["finished_at"].is_null());
    assert_eq!(
        (text(&dead, "/state"), text(&dead, "/problem/code")),
        ("dead".into(), "process_ended".into())
    );
    assert!(
        text(&dead, "/problem/detail").contains("ended 3 times while it worked on this document"),
        "{dead}"
    );
    assert_eq!(dead["failures"], 0);
    for id in &innocents {
        let done = wait_for(&scene, &server, id, |job| !job["finished_at"].is_null());
        assert_eq!(text(&done, "/state"), "done", "{done}");
    }
    server.stop();
}
