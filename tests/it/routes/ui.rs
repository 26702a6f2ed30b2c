//! The web UI at `/`: its headers where it is embedded, and how to get it where it is not.

use rag_testkit::{Answer, TestApp, checkout};

fn get(app: &TestApp, path: &str, header: (&str, &str)) -> Answer {
    Answer::of(app.anonymous().request("GET", path).header(header.0, header.1))
}

/// Whether `make ui` ran before the server was built.
fn is_embedded() -> bool {
    checkout().join("web/dist/index.html").is_file()
}

#[test]
fn the_page_is_public_and_runs_only_its_own_files() {
    let app = TestApp::start();
    let page = get(&app, "/", ("accept-encoding", "identity"));
    let text = String::from_utf8_lossy(&page.body);
    if !is_embedded() {
        assert_eq!(page.problem(404), "not_found");
        assert!(text.contains("make ui"), "{text}");
        return;
    }
    page.expect(200);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("cache-control"), "no-cache");
    assert_eq!(page.header("x-frame-options"), "DENY");
    assert!(!text.contains("<style") && !text.contains(" style=") && !text.contains("<script>"), "{text}");
    let again = get(&app, "/", ("if-none-match", page.header("etag")));
    assert_eq!((again.status, again.body.len()), (304, 0));
    let script = text.split('"').find(|part| part.starts_with("/assets/") && part.contains(".js"));
    let script = get(&app, script.expect("the page names its script"), ("accept-encoding", "br"));
    script.expect(200);
    assert_eq!(script.header("content-encoding"), "br");
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert!(script.header("cache-control").contains("immutable"));
}

#[test]
fn an_unknown_file_of_the_page_is_a_problem() {
    let app = TestApp::start();
    for path in ["/assets/nothing.js", "/assets/../Cargo.toml", "/index.html"] {
        assert_eq!(get(&app, path, ("accept", "*/*")).problem(404), "not_found", "{path}");
    }
}
