//! How long the server waits: for a body, and for its own work.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};

use rag_testkit::{KEY, MoodyEmbedder, Setup, TestApp};
use serde_json::json;

use super::NOBODY;

const BODY_TIMEOUT_MS: u64 = 50;

/// Sends a head and a part of a body of which nothing more comes; the status line, and how long it took.
fn trickle(app: &TestApp, path: &str, media_type: &str, part: &str) -> (String, Duration) {
    let mut socket = TcpStream::connect(app.client().url("").trim_start_matches("http://")).unwrap();
    let begun = Instant::now();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {KEY}\r\nContent-Type: {media_type}\r\n\
         Content-Length: 1000\r\n\r\n{part}"
    );
    socket.write_all(head.as_bytes()).unwrap();
    let mut status = [0; 12];
    socket.read_exact(&mut status).unwrap();
    (String::from_utf8(status.to_vec()).unwrap(), begun.elapsed())
}

#[test]
fn a_body_that_does_not_come_times_out() {
    let mut setup = Setup::default();
    setup.api.body_timeout_ms = BODY_TIMEOUT_MS;
    let app = TestApp::with(setup);
    let form = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nwords";
    let upload = format!("/v1/collections/{NOBODY}/documents");
    for (path, media_type, part) in [
        ("/v1/search", "application/json", "{"),
        (upload.as_str(), "multipart/form-data; boundary=edge", "--ed"),
        (upload.as_str(), "multipart/form-data; boundary=edge", form),
    ] {
        let (status, took) = trickle(&app, path, media_type, part);
        assert_eq!(status, "HTTP/1.1 408", "{path} after {part}");
        assert!(took >= Duration::from_millis(BODY_TIMEOUT_MS), "{took:?}");
        // The limit that holds without a setting.
        assert!(took < Duration::from_secs(30), "{took:?}");
    }
}

#[test]
fn a_step_that_takes_too_long_is_answered_and_hinders_nobody() {
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let embedder = MoodyEmbedder::new(move || {
        // An error means that the embedder may go on.
        let _ = released.lock().unwrap().recv();
        Ok(())
    });
    let mut setup = Setup { embedder: Arc::new(embedder), ..Setup::default() };
    setup.api.request_timeout_ms = 50;
    let app = TestApp::with(setup);
    let client = app.client();
    let answer = client.post("/v1/search", &json!({"query": "words"}));
    assert_eq!(answer.problem(503), "unavailable");
    assert_eq!(answer.header("retry-after"), "1");
    client.wait(|| (client.get("/v1/collections").status == 200).then_some(()));
    drop(release);
    client.wait(|| (client.post("/v1/search", &json!({"query": "words"})).status == 200).then_some(()));
}
