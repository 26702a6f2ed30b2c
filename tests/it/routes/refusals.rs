//! What every route has in common: the key, methods, bodies, headers.

use rag_testkit::TestApp;
use serde_json::json;

#[test]
fn without_the_key_only_health_and_the_manual_are_told() {
    let app = TestApp::start();
    let client = app.anonymous();
    client.get("/health").expect(200);
    client.get("/ready").expect(200);
    client.get("/openapi.json").expect(200);
    assert_eq!(client.get("/docs/").status, 200);
    assert_eq!(client.get("/nothing").problem(404), "not_found");
    for path in ["/v1/collections", "/v1/jobs", "/v1/nothing", "/v1/jobs/x/retry"] {
        let answer = client.get(path);
        assert_eq!(answer.problem(401), "unauthorized", "{path}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    let wrong = client.request("GET", "/v1/collections").bearer_auth("the-key-of-the-tesT").send().unwrap();
    assert_eq!(wrong.status(), 401);
}

#[test]
fn unknown_paths_and_methods_are_problems() {
    let app = TestApp::start();
    let client = app.client();
    assert_eq!(client.get("/v1/nothing").problem(404), "not_found");
    assert_eq!(client.get("/nothing").problem(404), "not_found");
    let answer = client.send("PUT", "/v1/collections");
    assert_eq!(answer.problem(405), "method_not_allowed");
    assert_eq!(answer.header("allow"), "GET, POST");
}

#[test]
fn bodies_are_json_within_limits() {
    let app = TestApp::start();
    let client = app.client();
    let path = "/v1/search";
    assert_eq!(client.post_raw(path, "application/json", "{").problem(400), "malformed");
    assert_eq!(client.post_raw(path, "application/json", "").problem(400), "malformed");
    assert_eq!(client.post_raw(path, "text/plain", "{}").problem(415), "unsupported");
    assert_eq!(client.post_raw(path, "application/json", "{}").problem(422), "invalid");
    let long = json!({"query": "x".repeat(1 << 20)});
    assert_eq!(client.post(path, &long).problem(413), "too_large");
}

#[test]
fn every_answer_bears_its_safety_headers_and_request_id() {
    let app = TestApp::start();
    let client = app.client();
    for answer in [client.get("/health"), client.get("/v1/collections"), client.get("/v1/nothing")] {
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-request-id").len(), 36);
    }
    let problem = client.get("/v1/nothing");
    assert_eq!(problem.json()["instance"], format!("urn:uuid:{}", problem.header("x-request-id")));
}

#[test]
fn the_browsable_page_is_served() {
    let app = TestApp::start();
    let page = app.client().get("/docs/");
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert_eq!(
        app.client().get("/openapi.json").expect(200)["openapi"].as_str().unwrap().split('.').next(),
        Some("3")
    );
}
