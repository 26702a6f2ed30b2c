//! Sending documents: files and texts.

use std::{fs, io::Write, net::TcpStream};

use rag_testkit::{KEY, Setup, TestApp, checkout};
use serde_json::json;

use super::{NOBODY, text};

#[test]
fn a_markdown_file_is_read_in_the_child_and_found_under_its_headings() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    let accepted = client
        .upload(&collection, "guide.md", b"# Valves\n\n## Closing\n\nTurn the wheel clockwise.\n")
        .expect(202);
    assert_eq!(accepted["duplicate"], false);
    let id = client.ingested(&accepted);
    let document = client.get(&format!("/v1/documents/{id}")).expect(200);
    assert_eq!(text(&document, "/media_type"), "text/markdown");
    assert_eq!(text(&document, "/source"), "guide.md");
    assert_eq!(document["searchable"], true);
    let chunks = client.get(&format!("/v1/documents/{id}/chunks")).expect(200);
    assert!(
        chunks["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|chunk| chunk["heading_path"] == json!(["Valves", "Closing"])),
        "{chunks}"
    );
}

#[test]
fn the_same_bytes_under_another_source_are_a_document_of_their_own() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    let first = client.upload(&collection, "a.txt", b"Some words.").expect(202);
    let again = client.upload(&collection, "a.txt", b"Some words.").expect(200);
    assert_eq!(again["duplicate"], true);
    assert_eq!(text(&first, "/document/id"), text(&again, "/document/id"));
    let second = client.upload(&collection, "b.txt", b"Some words.").expect(202);
    assert_ne!(text(&first, "/document/id"), text(&second, "/document/id"));
    // A text without a source is known by its bytes.
    let path = format!("/v1/collections/{collection}/texts");
    let body = json!({"title": "T", "text": "Some words."});
    let third = client.post(&path, &body).expect(202);
    assert_eq!(text(&client.post(&path, &body).expect(200), "/document/id"), text(&third, "/document/id"));
}

#[test]
fn a_scan_is_found_by_its_text_and_its_version_names_the_page() {
    let app = TestApp::with(Setup { has_ocr: true, ..Setup::default() });
    let client = app.client();
    let collection = client.collection("c");
    let scan = fs::read(checkout().join("crates/rag-text/tests/scans/note.png")).unwrap();
    let id = client.ingested(&client.upload(&collection, "note.png", &scan).expect(202));
    let document = client.get(&format!("/v1/documents/{id}")).expect(200);
    assert_eq!(text(&document, "/title"), "Hafenordnung");
    assert_eq!(text(&document, "/media_type"), "image/png");
    let version = &document["version"];
    assert_eq!((&version["page_count"], &version["warnings"]), (&json!(1), &json!([])));
    assert_eq!(version["ocr_pages"][0]["page"], 1);
    assert!(version["ocr_pages"][0]["confidence"].as_f64().unwrap() > 0.9, "{version}");
    let chunks = client.get(&format!("/v1/documents/{id}/chunks")).expect(200);
    assert!(text(&chunks, "/items/0/text").contains("Die Fähre Möwe liegt am Südkai"), "{chunks}");
    assert_eq!(chunks["items"][0]["page"], 1);
}

#[test]
fn what_cannot_be_a_document_is_refused_with_its_reason() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    assert_eq!(client.upload(&collection, "a.txt", b"").problem(422), "unreadable");
    assert_eq!(
        client.upload(&collection, "a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").problem(415),
        "unsupported"
    );
    assert_eq!(client.upload(&collection, "a.txt", &vec![b'x'; (1 << 20) + 1]).problem(413), "too_large");
    assert_eq!(client.upload(NOBODY, "a.txt", b"words").problem(404), "not_found");
    let path = format!("/v1/collections/{collection}/documents");
    assert_eq!(client.post(&path, &json!({})).problem(415), "unsupported");
    assert_eq!(
        client.post_raw(&path, "multipart/form-data; boundary=x", "--x--\r\n").problem(422),
        "invalid"
    );
    assert_eq!(
        client.post_raw(&path, "multipart/form-data; boundary=x", "rubbish").problem(400),
        "malformed"
    );
    assert_eq!(client.get(&path).expect(200)["items"], json!([]));
}

#[test]
fn a_text_keeps_its_title_source_and_metadata() {
    let app = TestApp::start();
    let client = app.client();
    let path = format!("/v1/collections/{}/texts", client.collection("c"));
    let body = json!({"title": "T", "text": "Plain words.", "source": "https://a.example/x", "metadata": {"year": 2026}});
    let accepted = client.post(&path, &body).expect(202);
    assert_eq!(text(&accepted, "/document/title"), "T");
    assert_eq!(text(&accepted, "/document/source"), "https://a.example/x");
    assert_eq!(accepted["document"]["metadata"]["year"], 2026);
    let refused = json!({"title": "T", "text": "Words.", "metadata": [1]});
    assert_eq!(client.post(&path, &refused).problem(422), "invalid");
    assert_eq!(client.post(&path, &json!({"title": "T", "text": " "})).problem(422), "invalid");
}

#[test]
fn metadata_have_a_maximum_size() {
    let app = TestApp::start();
    let client = app.client();
    let path = format!("/v1/collections/{}/texts", client.collection("c"));
    let with =
        |length: usize| json!({"title": "T", "text": "Words.", "metadata": {"note": "x".repeat(length)}});
    let refused = client.post(&path, &with(64 << 10));
    assert_eq!(refused.problem(422), "invalid");
    assert!(refused.json()["detail"].as_str().unwrap().contains("65536"), "{}", refused.json());
    client.post(&path, &with((64 << 10) - 100)).expect(202);
}

/// A connection on which a file of twice the length is announced and `length` bytes of it are sent.
fn stalled_upload(app: &TestApp, collection: &str, length: usize) -> TcpStream {
    let mut socket = TcpStream::connect(app.client().url("").trim_start_matches("http://")).unwrap();
    let head = format!(
        "POST /v1/collections/{collection}/documents HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {KEY}\r\n\
         Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: {}\r\n\r\n\
         --edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n",
        2 * length
    );
    socket.write_all(head.as_bytes()).unwrap();
    socket.write_all(&vec![b'x'; length]).unwrap();
    socket
}

#[test]
fn uploads_in_progress_take_a_limited_room() {
    let mut setup = Setup::default();
    setup.api.max_scratch_bytes = 1 << 20;
    let app = TestApp::with(setup);
    let client = app.client();
    let collection = client.collection("c");
    let mut stalled = stalled_upload(&app, &collection, 700 << 10);
    let body = "x ".repeat(300 << 10);
    client.wait(|| {
        let refused = client.upload(&collection, "b.txt", body.as_bytes());
        if refused.status == 429 {
            assert_eq!(refused.problem(429), "limit_reached");
            return Some(());
        }
        // This one came first, and the other was refused.
        stalled = stalled_upload(&app, &collection, 700 << 10);
        None
    });
    drop(stalled);
    client.wait(|| (client.upload(&collection, "b.txt", body.as_bytes()).status < 300).then_some(()));
}
