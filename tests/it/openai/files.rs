//! Files: uploaded, added to vector stores, deleted.

use rag_testkit::{Answer, Client, TestApp};
use serde_json::{Value, json};

use super::{refusal, text};

const FILES: &str = "/openai/v1/files";
const STORES: &str = "/openai/v1/vector_stores";

fn upload(client: &Client, name: &str, bytes: &[u8], purpose: &str) -> Answer {
    let mut body = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n{purpose}\r\n--edge\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    client.post_raw(FILES, "multipart/form-data; boundary=edge", body)
}

/// Waits until a file of a vector store is no longer in progress.
fn polled(client: &Client, path: &str) -> Value {
    client.wait(|| {
        let file = client.get(path).expect(200);
        (file["status"] != "in_progress").then_some(file)
    })
}

fn found(client: &Client, store: &str, query: &str) -> Vec<String> {
    let page = client.post(&format!("{STORES}/{store}/search"), &json!({"query": query})).expect(200);
    page["data"].as_array().unwrap().iter().map(|one| text(one, "/file_id").to_owned()).collect()
}

#[test]
fn a_file_is_found_once_it_is_added_and_never_after_it_is_deleted() {
    let app = TestApp::start();
    let client = app.client();
    let bytes = b"Basalt comes from volcanoes.";
    let file = upload(&client, "basalt.txt", bytes, "assistants").expect(200);
    let id = text(&file, "/id").to_owned();
    assert_eq!((text(&file, "/filename"), file["bytes"].as_u64()), ("basalt.txt", Some(28)));
    assert_eq!(client.get(&format!("{FILES}/{id}/content")).body, bytes);
    assert_eq!(text(&client.get(FILES).expect(200), "/data/0/id"), id);
    let store = client.collection("Rocks");
    assert_eq!(found(&client, &store, "basalt"), [""; 0]);

    let body = json!({"file_id": id, "attributes": {"kind": "igneous"}});
    let added = client.post(&format!("{STORES}/{store}/files"), &body).expect(200);
    assert_eq!(text(&added, "/id"), id);
    let path = format!("{STORES}/{store}/files/{id}");
    let read = polled(&client, &path);
    assert_eq!((text(&read, "/status"), text(&read, "/attributes/kind")), ("completed", "igneous"));
    assert_eq!(found(&client, &store, "basalt"), [id.as_str()]);
    let content = client.get(&format!("{path}/content")).expect(200);
    assert_eq!(text(&content, "/data/0/text"), "Basalt comes from volcanoes.");

    assert_eq!(client.send("DELETE", &format!("{FILES}/{id}")).expect(200)["deleted"], true);
    assert_eq!(found(&client, &store, "basalt"), [""; 0]);
    for gone in [format!("{FILES}/{id}"), format!("{FILES}/{id}/content"), path] {
        assert_eq!(refusal(&client.get(&gone), 404).0, "not_found");
    }
    assert_eq!(refusal(&client.send("DELETE", &format!("{FILES}/{id}")), 404).0, "not_found");
}

#[test]
fn a_file_in_two_vector_stores_is_read_in_both() {
    let app = TestApp::start();
    let client = app.client();
    let file = upload(&client, "gneiss.txt", b"Gneiss is banded.", "assistants").expect(200);
    let id = text(&file, "/id");
    let first = client.post(STORES, &json!({"name": "One", "file_ids": [id]})).expect(200);
    let second = client.post(STORES, &json!({"name": "Two", "file_ids": [id]})).expect(200);
    for store in [&first, &second] {
        let store = text(store, "/id");
        let read = polled(&client, &format!("{STORES}/{store}/files/{id}"));
        assert_eq!((text(&read, "/status"), text(&read, "/id")), ("completed", id));
        assert_eq!(found(&client, store, "gneiss").len(), 1);
    }
    let path = format!("{STORES}/{}/files/{id}", text(&first, "/id"));
    assert_eq!(text(&client.send("DELETE", &path).expect(200), "/object"), "vector_store.file.deleted");
    assert_eq!(found(&client, text(&first, "/id"), "gneiss"), [""; 0]);
    assert_eq!(found(&client, text(&second, "/id"), "gneiss").len(), 1);
    client.get(&format!("{FILES}/{id}")).expect(200);
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let app = TestApp::start();
    let client = app.client();
    let file = upload(&client, "broken.pdf", b"%PDF-1.7 and nothing else", "assistants").expect(200);
    let (id, store) = (text(&file, "/id"), client.collection("Rocks"));
    client.post(&format!("{STORES}/{store}/files"), &json!({"file_id": id})).expect(200);
    let read = polled(&client, &format!("{STORES}/{store}/files/{id}"));
    assert_eq!((text(&read, "/status"), text(&read, "/last_error/code")), ("failed", "invalid_file"));
    assert!(!text(&read, "/last_error/message").is_empty());
}

#[test]
fn a_form_without_its_parts_is_refused() {
    let app = TestApp::start();
    let client = app.client();
    assert_eq!(refusal(&upload(&client, "a.txt", b"a", ""), 422).1, "purpose");
    let body = "--edge\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nassistants\r\n--edge--\r\n";
    let answer = client.post_raw(FILES, "multipart/form-data; boundary=edge", body);
    assert_eq!(refusal(&answer, 422).1, "file");
    let large = vec![b'a'; (1 << 20) + 1];
    assert_eq!(refusal(&upload(&client, "large.txt", &large, "assistants"), 413).0, "too_large");
}

#[test]
fn files_count_in_what_an_organisation_stores() {
    let app = TestApp::start();
    let client = app.client();
    let stored = || client.get("/v1/organisation").expect(200)["usage"]["bytes"].as_i64().unwrap();
    let before = stored();
    let file = upload(&client, "a.txt", b"ten bytes!", "assistants").expect(200);
    assert_eq!(stored() - before, 10);
    client.send("DELETE", &format!("{FILES}/{}", text(&file, "/id"))).expect(200);
    assert_eq!(stored(), before);
}
