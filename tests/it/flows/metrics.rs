//! Metrics tell how the server does, and nothing of whom it serves.

use std::net::{Ipv4Addr, SocketAddr};

use rag_testkit::{Setup, TestApp};
use serde_json::json;

use crate::routes::text;

/// The value of a series, by the beginning of its line; 0 if it is absent.
fn value(metrics: &str, series: &str) -> f64 {
    let line = metrics.lines().find(|line| line.starts_with(series));
    line.map_or(0.0, |line| line.rsplit(' ').next().unwrap().parse().unwrap())
}

#[test]
fn metrics_count_what_happens_without_names_or_ids() {
    let mut setup = Setup::default();
    setup.api.metrics_bind = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let app = TestApp::with(setup);
    let client = app.client();
    let read = || String::from_utf8(app.metrics().get("/metrics").body).unwrap();
    let before = read();
    assert!(before.contains("rag_database_up 1"), "{before}");
    let collection = client.collection("xylophonists");
    client.text(&collection, "Paris", "The capital of France is Paris.");
    let turn = client.post("/v1/ask", &json!({"question": "What is the capital of France?"})).expect(200);
    client.get(&format!("/v1/collections/{collection}")).expect(200);
    client.get("/v1/nowhere/xylophonists").problem(404);
    let after = read();
    for series in [
        "rag_http_requests_total{method=\"POST\",route=\"/v1/ask\",status=\"2xx\"}",
        "rag_http_requests_total{method=\"GET\",route=\"/v1/collections/{id}\",status=\"2xx\"}",
        "rag_http_requests_total{method=\"GET\",route=\"none\",status=\"4xx\"}",
        "rag_http_request_seconds_count{group=\"ask\"}",
        "rag_search_step_seconds_count{step=\"database\"}",
        "rag_answers_total{outcome=\"answered\"}",
        "rag_chunks_stored_total",
        "rag_jobs{state=\"done\"}",
    ] {
        assert!(value(&after, series) > value(&before, series), "{series} in\n{after}");
    }
    for secret in ["xylophonist", &collection, text(&turn, "/session_id"), "Paris", "France"] {
        assert!(!after.contains(secret), "{secret} in\n{after}");
    }
    // The address for metrics serves nothing else, and the API serves no metrics.
    assert_eq!(app.metrics().get("/v1/collections").status, 404);
    assert_eq!(client.get("/metrics").problem(404), "not_found");
}

#[test]
fn every_route_together_makes_fewer_than_600_series() {
    let mut setup = Setup::default();
    setup.api.metrics_bind = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let app = TestApp::with(setup);
    let client = app.client();
    let document = client.get("/openapi.json").expect(200);
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            let path = path.replace(['{', '}'], "");
            client.request(&method.to_uppercase(), &path).send().unwrap();
        }
    }
    let metrics = String::from_utf8(app.metrics().get("/metrics").body).unwrap();
    let series = metrics.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).count();
    assert!(series < 600, "{series} series");
}
