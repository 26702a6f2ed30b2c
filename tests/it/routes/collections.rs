//! `/v1/collections`.

use rag_testkit::TestApp;
use serde_json::json;

use super::{NOBODY, text};

#[test]
fn a_collection_is_created_shown_and_deleted() {
    let app = TestApp::start();
    let client = app.client();
    let answer = client.post("/v1/collections", &json!({"name": "laws", "description": "of nature"}));
    let made = answer.expect(201);
    let path = answer.header("location");
    assert_eq!(path, format!("/v1/collections/{}", text(&made, "/id")));
    let shown = client.get(path).expect(200);
    assert_eq!((text(&shown, "/name"), text(&shown, "/description")), ("laws", "of nature"));
    assert_eq!(shown["document_count"], 0);
    client.text(text(&made, "/id"), "One", "The first law.");
    assert_eq!(client.get(path).expect(200)["document_count"], 1);
    client.send("DELETE", path).expect(204);
    assert_eq!(client.get(path).problem(404), "not_found");
    assert_eq!(client.send("DELETE", path).problem(404), "not_found");
}

#[test]
fn a_name_is_given_once_and_kept_within_bounds() {
    let app = TestApp::start();
    let client = app.client();
    client.collection("laws");
    assert_eq!(client.post("/v1/collections", &json!({"name": "laws"})).problem(409), "conflict");
    for name in [String::new(), " ".to_owned(), "x".repeat(201), "a\0b".to_owned()] {
        let answer = client.post("/v1/collections", &json!({"name": name}));
        assert_eq!(answer.problem(422), "invalid");
        assert_eq!(answer.json()["errors"][0]["field"], "name");
    }
}

#[test]
fn lists_come_in_parts_newest_first() {
    let app = TestApp::start();
    let client = app.client();
    let ids: Vec<String> = (0..3).map(|n| client.collection(&format!("c{n}"))).collect();
    let first = client.get("/v1/collections?limit=2").expect(200);
    assert_eq!([text(&first, "/items/0/id"), text(&first, "/items/1/id")], [ids[2].as_str(), &ids[1]]);
    let second = client.get(&format!("/v1/collections?limit=2&after={}", text(&first, "/next"))).expect(200);
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    assert_eq!(text(&second, "/items/0/id"), ids[0]);
    assert!(second.get("next").is_none());
    for query in ["limit=0", "limit=201", "limit=x", "after=x", "surprise=1"] {
        assert_eq!(client.get(&format!("/v1/collections?{query}")).problem(422), "invalid", "{query}");
    }
}

#[test]
fn unknown_collections_are_not_found() {
    let app = TestApp::start();
    let client = app.client();
    for path in [NOBODY, "no-uuid"] {
        assert_eq!(client.get(&format!("/v1/collections/{path}")).problem(404), "not_found");
        assert_eq!(client.get(&format!("/v1/collections/{path}/documents")).problem(404), "not_found");
    }
}
