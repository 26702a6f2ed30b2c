//! Many documents in one request: a line each, answered as it is stored.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use rag_testkit::{Answer, KEY, Setup, TestApp};
use serde_json::{Value, json};

use super::text;

/// Begins a request whose body goes on; its connection.
fn begin(app: &TestApp, collection: &str) -> TcpStream {
    let mut socket = TcpStream::connect(app.client().url("").trim_start_matches("http://")).unwrap();
    let head = format!(
        "POST /v1/collections/{collection}/documents/bulk HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {KEY}\r\n\
         Content-Type: application/x-ndjson\r\nContent-Length: 100000\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).unwrap();
    socket
}

/// The next line of the response that is a JSON object.
fn next_answer(answers: &mut impl Iterator<Item = String>) -> Value {
    answers.find_map(|line| serde_json::from_str(&line).ok().filter(Value::is_object)).unwrap()
}

fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.body.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
}

#[test]
fn each_line_is_answered_in_order_and_a_bad_one_costs_only_itself() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    let path = format!("/v1/collections/{collection}/documents/bulk");
    // The Base64 text is `Granite is a rock.`
    let body = [
        r##"{"source": "a.md", "text": "# Metals\n\nZirconium is a metal.", "metadata": {"year": 2026}}"##
            .to_owned(),
        "rubbish".to_owned(),
        String::new(),
        r#"{"title": "Both", "text": "a", "content_base64": "YQ=="}"#.to_owned(),
        json!({"text": "x".repeat(1 << 20)}).to_string(),
        r#"{"text": "Basalt is a rock.", "unknown": 1}"#.to_owned(),
        r#"{"source": "b.txt", "content_base64": "R3Jhbml0ZSBpcyBhIHJvY2su"}"#.to_owned(),
        r##"{"source": "a.md", "text": "# Metals\n\nZirconium is a metal."}"##.to_owned(),
    ];
    let answers = lines(&client.post_raw(&path, "application/x-ndjson", body.join("\n")));
    let seen: Vec<_> = answers.iter().map(|line| line["status"].as_u64().unwrap()).collect();
    assert_eq!(seen, [202, 400, 422, 413, 422, 202, 200]);
    let numbers: Vec<_> = answers.iter().map(|line| line["line"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 4, 5, 6, 7, 8]);
    assert_eq!((text(&answers[1], "/code"), text(&answers[3], "/code")), ("malformed", "too_large"));
    assert_eq!(text(&answers[6], "/document_id"), text(&answers[0], "/document_id"));
    for stored in [&answers[0], &answers[5]] {
        assert_eq!(text(&client.finished(text(stored, "/job_id")), "/state"), "done");
    }
    let first = client.get(&format!("/v1/documents/{}", text(&answers[0], "/document_id"))).expect(200);
    assert_eq!((text(&first, "/title"), &first["metadata"]["year"]), ("Metals", &json!(2026)));
    assert_eq!(client.post_raw(&path, "text/plain", "{}").problem(415), "unsupported");
}

#[test]
fn a_connection_that_breaks_leaves_the_lines_that_were_answered() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    let mut socket = begin(&app, &collection);
    let mut answers = BufReader::new(socket.try_clone().unwrap()).lines().map_while(Result::ok);
    // Each line is answered while the body goes on.
    for number in 1..=3 {
        let line = json!({"source": format!("{number}.txt"), "text": format!("Zirconium {number}.")});
        socket.write_all(format!("{line}\n").as_bytes()).unwrap();
        assert_eq!(next_answer(&mut answers)["line"], number);
    }
    socket.write_all(br#"{"source": "4.txt", "text": "Half a li"#).unwrap();
    drop(answers);
    socket.shutdown(std::net::Shutdown::Both).unwrap();
    drop(socket);
    // The server has time to do the wrong thing: other documents are stored and read meanwhile.
    client.text(&client.collection("other"), "Rocks", "Granite is a rock.");
    let listed = client.get(&format!("/v1/collections/{collection}/documents")).expect(200);
    let mut sources: Vec<&str> =
        listed["items"].as_array().unwrap().iter().map(|document| text(document, "/source")).collect();
    sources.sort_unstable();
    assert_eq!(sources, ["1.txt", "2.txt", "3.txt"]);
}

#[test]
fn a_long_body_is_stored_line_by_line() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    let path = format!("/v1/collections/{collection}/documents/bulk");
    // Longer than any single upload may be.
    let line = |number: usize| json!({"source": format!("{number}.txt"), "text": format!("{number} ").repeat(1 << 16)});
    let body: Vec<String> = (1..=24).map(|number| line(number).to_string()).collect();
    let body = body.join("\n");
    assert!(body.len() > 2 << 20);
    let answers = lines(&client.post_raw(&path, "application/x-ndjson", body));
    assert!(answers.len() == 24 && answers.iter().all(|line| line["status"] == 202), "{answers:?}");
}

#[test]
fn a_stopping_server_ends_a_request_that_waits_for_its_next_line() {
    let mut app = TestApp::start();
    let collection = app.client().collection("c");
    let mut socket = begin(&app, &collection);
    socket.write_all(b"{\"text\": \"Zirconium is a metal.\"}\n").unwrap();
    let mut answers = BufReader::new(socket.try_clone().unwrap()).lines().map_while(Result::ok);
    assert_eq!(next_answer(&mut answers)["status"], 202);
    let begun = Instant::now();
    app.stop_server();
    let last = next_answer(&mut answers);
    assert_eq!((&last["line"], &last["status"]), (&json!(2), &json!(503)));
    // Long before the server would have lost patience with the body.
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
}

#[test]
fn a_body_that_drips_is_ended() {
    let mut setup = Setup::default();
    setup.api.body_timeout_ms = 100;
    let app = TestApp::with(setup);
    let collection = app.client().collection("c");
    for drop in [&b" "[..], b"\n"] {
        let mut socket = begin(&app, &collection);
        let mut answers = BufReader::new(socket.try_clone().unwrap()).lines().map_while(Result::ok);
        // Each drop comes in time for the one before; the end of the connection ends the thread.
        let dripping = thread::spawn(move || {
            let (_silent, bell) = mpsc::channel::<()>();
            while socket.write_all(drop).is_ok() {
                let _ = bell.recv_timeout(Duration::from_millis(20));
            }
        });
        assert_eq!(next_answer(&mut answers)["status"], 408);
        std::mem::drop(answers);
        dripping.join().unwrap();
    }
}
