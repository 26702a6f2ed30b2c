//! Pages of other origins: which may call, and what they may read.

use rag_testkit::{Answer, Setup, TestApp};

const FRIEND: &str = "https://friend.example";
const STRANGER: &str = "https://stranger.example";

fn app() -> TestApp {
    let mut setup = Setup::default();
    setup.api.cors_origins = vec![FRIEND.to_owned()];
    TestApp::with(setup)
}

fn from(app: &TestApp, origin: &str, method: &str, path: &str) -> Answer {
    Answer::of(app.client().request(method, path).header("origin", origin))
}

/// What a browser asks before it sends JSON with a key.
fn preflight(app: &TestApp, origin: &str, method: &str) -> Answer {
    let request = app.anonymous().request("OPTIONS", "/v1/search");
    Answer::of(
        request
            .header("origin", origin)
            .header("access-control-request-method", method)
            .header("access-control-request-headers", "authorization,content-type,last-event-id"),
    )
}

#[test]
fn a_listed_origin_may_call_and_read_even_refusals() {
    let app = app();
    let listed = from(&app, FRIEND, "GET", "/v1/collections");
    listed.expect(200);
    let refused = from(&app, FRIEND, "GET", "/v1/nothing");
    assert_eq!(refused.problem(404), "not_found");
    let request = app.anonymous().request("GET", "/v1/collections").header("origin", FRIEND);
    let without_key = Answer::of(request);
    assert_eq!(without_key.problem(401), "unauthorized");
    for answer in [listed, refused, without_key] {
        assert_eq!(answer.header("access-control-allow-origin"), FRIEND);
        assert!(answer.header("access-control-expose-headers").contains("x-request-id"));
        assert!(answer.header("vary").to_lowercase().contains("origin"));
    }
}

#[test]
fn a_listed_origin_is_told_beforehand_what_it_may_send() {
    let app = app();
    let answer = preflight(&app, FRIEND, "POST");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), FRIEND);
    assert!(answer.header("access-control-allow-methods").contains("POST"));
    let headers = answer.header("access-control-allow-headers").to_lowercase();
    for header in ["authorization", "content-type", "last-event-id"] {
        assert!(headers.contains(header), "{headers}");
    }
    assert_eq!(answer.header("access-control-max-age"), "600");
    let refused = preflight(&app, FRIEND, "TRACE");
    assert_eq!((refused.status, refused.header("access-control-allow-methods")), (400, ""));
}

#[test]
fn no_other_origin_may_read_anything() {
    let open = TestApp::start();
    for (app, origin) in [(&app(), STRANGER), (&open, FRIEND)] {
        let answer = from(app, origin, "GET", "/v1/collections");
        assert_eq!(answer.header("access-control-allow-origin"), "");
        let answer = preflight(app, origin, "POST");
        assert_ne!(answer.status, 200);
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}
