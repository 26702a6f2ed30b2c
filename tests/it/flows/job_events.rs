//! Jobs are watched while they run.

use std::io::{BufRead, BufReader};

use rag_testkit::{Client, TestApp};
use serde_json::{Value, json};

use super::jobs::{gated, long_text, start};
use crate::routes::text;

/// The stages in their order.
const STAGES: [&str; 6] = ["queued", "reading", "chunking", "embedding", "publishing", "finished"];

/// The events of a stream, each as its name and data, as they arrive.
fn events(client: &Client, query: &str) -> impl Iterator<Item = (String, Value)> + use<> {
    let response = client.request("GET", &format!("/v1/jobs/events{query}")).send().unwrap();
    assert_eq!(response.status(), 200);
    let mut lines = BufReader::new(response).lines().map_while(Result::ok);
    std::iter::from_fn(move || {
        let name = lines.find_map(|line| line.strip_prefix("event: ").map(str::to_owned))?;
        let data = lines.find_map(|line| line.strip_prefix("data: ").map(str::to_owned))?;
        Some((name, serde_json::from_str(&data).unwrap()))
    })
}

#[test]
fn the_stream_of_a_job_shows_its_stages_in_order_with_progress_and_ends() {
    let (gate, embedder) = gated();
    let app = start(embedder, 1);
    let client = app.client();
    let accepted = client.upload(&client.collection("c"), "log.txt", &long_text(3)).expect(202);
    let id = text(&accepted, "/job/id");
    gate.arrivals.recv().unwrap();
    let mut stream = events(&client, &format!("?job_id={id}"));
    let mut seen: Vec<Value> = Vec::new();
    let mut until = |is_it: &dyn Fn(&Value) -> bool| loop {
        let (name, job) = stream.next().expect("the stream goes on");
        assert_eq!((name.as_str(), text(&job, "/id")), ("job", id));
        seen.push(job.clone());
        if is_it(&job) {
            break job;
        }
    };
    // All chunks are counted before the first one is stored.
    let begun = until(&|job| job["stage"] == "embedding");
    assert_eq!(begun["done"], 0, "{begun}");
    let total = begun["total"].as_u64().expect("the total is known");
    for _ in 0..2 {
        gate.results.send(Ok(())).unwrap();
        gate.arrivals.recv().unwrap();
    }
    let running = until(&|job| job["done"].as_u64() > Some(0));
    assert!(running["units_per_second"].as_f64() > Some(0.0), "{running}");
    assert!(running["eta_s"].is_u64(), "{running}");
    drop(gate);
    let done = until(&|job| job["state"] == "done");
    assert_eq!((&done["done"], &done["total"]), (&json!(total), &json!(total)));
    let order = |job: &Value| STAGES.iter().position(|stage| job["stage"] == **stage).unwrap();
    assert!(seen.iter().map(order).is_sorted(), "{seen:?}");
    assert_eq!(stream.next().unwrap().0, "end");
    assert!(stream.next().is_none(), "the stream ends with its job");
}

#[test]
fn a_stream_begins_with_the_jobs_that_have_not_ended_and_shows_what_happens_to_them() {
    let app = TestApp::start();
    let client = app.client();
    let (here, elsewhere) = (client.collection("here"), client.collection("elsewhere"));
    client.send("POST", &format!("/v1/collections/{here}/ingest/pause")).expect(200);
    let paused = client.upload(&here, "a.txt", b"Zirconium is a metal.").expect(202);
    let mut stream = events(&client, &format!("?collection_id={here}"));
    let (_, first) = stream.next().unwrap();
    assert_eq!((text(&first, "/id"), text(&first, "/state")), (text(&paused, "/job/id"), "paused"));
    client.text(&elsewhere, "Rocks", "Granite is a rock.");
    client.send("POST", &format!("/v1/jobs/{}/cancel", text(&paused, "/job/id"))).expect(200);
    let (_, last) = stream.find(|(_, job)| text(job, "/state") != "paused").unwrap();
    assert_eq!((text(&last, "/id"), text(&last, "/state")), (text(&paused, "/job/id"), "cancelled"));
}
