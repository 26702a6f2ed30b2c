//! `/v1/documents`.

use rag_testkit::TestApp;

use super::NOBODY;

#[test]
fn a_document_gives_back_its_bytes_and_its_text() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    let bytes = "Größe counts. ".repeat(6_000).into_bytes();
    let accepted = client.upload(&collection, "grö\u{df}e.txt", &bytes).expect(202);
    let id = client.ingested(&accepted);
    let content = client.get(&format!("/v1/documents/{id}/content"));
    assert_eq!((content.status, content.body == bytes), (200, true));
    assert!(content.header("content-disposition").starts_with("attachment; filename=\"gr__e.txt\""));
    assert_eq!(content.header("x-content-type-options"), "nosniff");
    assert!(content.header("content-type").starts_with("text/plain"));
    let text = client.get(&format!("/v1/documents/{id}/text?start=1&end=5")).expect(200);
    assert_eq!(text["text"], "röße");
    let refused = client.get(&format!("/v1/documents/{id}/text?start=5&end=1"));
    assert_eq!(refused.problem(422), "invalid");
}

#[test]
fn chunks_come_in_parts_and_in_order() {
    let app = TestApp::start();
    let client = app.client();
    let id =
        client.text(&client.collection("c"), "T", &"A sentence about many different things. ".repeat(50));
    let first = client.get(&format!("/v1/documents/{id}/chunks?limit=1")).expect(200);
    assert_eq!(first["items"][0]["ordinal"], 0);
    assert_eq!(first["next"], "0");
    let second = client.get(&format!("/v1/documents/{id}/chunks?limit=1&after=0")).expect(200);
    assert_eq!(second["items"][0]["ordinal"], 1);
}

#[test]
fn a_deleted_document_is_gone_from_searches_too() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    let id = client.text(&collection, "T", "Zirconium is a metal.");
    let path = format!("/v1/documents/{id}");
    let query = serde_json::json!({"query": "zirconium"});
    assert_eq!(client.post("/v1/search", &query).expect(200)["results"].as_array().unwrap().len(), 1);
    client.send("DELETE", &path).expect(204);
    assert_eq!(client.get(&path).problem(404), "not_found");
    assert_eq!(client.post("/v1/search", &query).expect(200)["results"].as_array().unwrap().len(), 0);
}

#[test]
fn unknown_documents_and_jobs_are_not_found() {
    let app = TestApp::start();
    let client = app.client();
    for path in ["", "/content", "/text", "/chunks"] {
        assert_eq!(client.get(&format!("/v1/documents/{NOBODY}{path}")).problem(404), "not_found");
    }
    assert_eq!(client.get(&format!("/v1/jobs/{NOBODY}")).problem(404), "not_found");
    assert_eq!(client.send("POST", &format!("/v1/jobs/{NOBODY}/retry")).problem(404), "not_found");
}

#[test]
fn jobs_are_listed_by_state_and_only_dead_ones_are_retried() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    client.text(&collection, "T", "Words.");
    let done = client.get(&format!("/v1/jobs?collection_id={collection}&state=done")).expect(200);
    let id = super::text(&done, "/items/0/id");
    assert_eq!(client.send("POST", &format!("/v1/jobs/{id}/retry")).problem(409), "conflict");
    assert_eq!(client.get("/v1/jobs?state=dead").expect(200)["items"], serde_json::json!([]));
    assert_eq!(client.get("/v1/jobs?state=odd").problem(422), "invalid");
}
