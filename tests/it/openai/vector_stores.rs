//! Vector stores: made, changed, searched.

use rag_testkit::TestApp;
use serde_json::{Value, json};

use super::{refusal, text};
use crate::routes::NOBODY;

const STORES: &str = "/openai/v1/vector_stores";

#[test]
fn a_vector_store_is_a_collection() {
    let app = TestApp::start();
    let client = app.client();
    let made = client.post(STORES, &json!({"name": "Rocks", "description": "Old ones"})).expect(200);
    let id = text(&made, "/id").to_owned();
    assert_eq!((text(&made, "/object"), text(&made, "/status")), ("vector_store", "completed"));
    let collection = client.get("/v1/collections").expect(200);
    assert_eq!(text(&collection, "/items/0/name"), "Rocks");
    let document = client.text(text(&collection, "/items/0/id"), "Granite", "Granite is hard.");
    let path = format!("{STORES}/{id}");
    let found = client.get(&path).expect(200);
    assert_eq!(
        found["file_counts"],
        json!({"in_progress": 0, "completed": 1, "failed": 0, "cancelled": 0, "total": 1})
    );
    assert_eq!(found["usage_bytes"], 16);
    let files = client.get(&format!("{path}/files")).expect(200);
    assert_eq!(text(&files, "/data/0/id"), format!("file-{}", document.replace('-', "")));
    let changed = client.post(&path, &json!({"name": "Stones"})).expect(200);
    assert_eq!((text(&changed, "/name"), text(&changed, "/description")), ("Stones", "Old ones"));
    assert_eq!(client.send("DELETE", &path).expect(200)["deleted"], true);
    assert_eq!(refusal(&client.get(&path), 404).0, "not_found");
    assert_eq!(client.get("/v1/collections").expect(200)["items"], json!([]));
}

#[test]
fn lists_come_in_parts_and_say_whether_there_is_more() {
    let app = TestApp::start();
    let client = app.client();
    let made: Vec<String> = ["a", "b", "c"]
        .map(|name| text(&client.post(STORES, &json!({"name": name})).expect(200), "/id").to_owned())
        .to_vec();
    let first = client.get(&format!("{STORES}?limit=2")).expect(200);
    assert_eq!(first["has_more"], true);
    assert_eq!((text(&first, "/data/0/id"), text(&first, "/last_id")), (made[2].as_str(), made[1].as_str()));
    let second = client.get(&format!("{STORES}?limit=2&after={}", made[1])).expect(200);
    assert_eq!((text(&second, "/data/0/id"), second["has_more"].as_bool()), (made[0].as_str(), Some(false)));
    assert_eq!(refusal(&client.get(&format!("{STORES}?order=asc")), 422).1, "order");
}

#[test]
fn a_search_filters_and_cuts() {
    let app = TestApp::start();
    let client = app.client();
    let store = client.collection("Rocks");
    for (title, year) in [("Granite", 2020), ("Chalk", 2024)] {
        let body = json!({"title": title, "text": format!("{title} is a rock."), "metadata": {"year": year, "tags": ["x"]}});
        let accepted = client.post(&format!("/v1/collections/{store}/texts"), &body).expect(202);
        client.ingested(&accepted);
    }
    let search = |body: Value| client.post(&format!("{STORES}/{store}/search"), &body);
    let names = |body: Value| -> Vec<String> {
        let page = search(body).expect(200);
        assert_eq!(page["object"], "vector_store.search_results.page");
        page["data"].as_array().unwrap().iter().map(|one| text(one, "/filename").to_owned()).collect()
    };
    assert_eq!(names(json!({"query": "granite rock"})), ["Granite", "Chalk"]);
    assert_eq!(names(json!({"query": ["granite", "granite rock"]})).len(), 2, "each passage once");
    assert_eq!(names(json!({"query": "rock", "max_num_results": 1})).len(), 1);
    let newer = json!({"type": "gte", "key": "year", "value": 2022});
    assert_eq!(names(json!({"query": "granite rock", "filters": newer, "rewrite_query": false})), ["Chalk"]);
    let best = search(json!({"query": "granite"})).expect(200)["data"][0].clone();
    assert_eq!(best["attributes"], json!({"year": 2020}));
    assert_eq!(text(&best, "/content/0/text"), "Granite is a rock.");
    let options = json!({"ranker": "auto", "score_threshold": best["score"]});
    assert_eq!(names(json!({"query": "granite", "ranking_options": options})), ["Granite"]);
    assert_eq!(refusal(&search(json!({"query": []})), 422).1, "query");
    assert_eq!(refusal(&search(json!({"query": "x", "max_num_results": 51})), 422).1, "max_num_results");
    let wrong = json!({"query": "x", "ranking_options": {"score_threshold": 2}});
    assert_eq!(refusal(&search(wrong), 422).1, "ranking_options.score_threshold");
    let nowhere = client.post(&format!("{STORES}/{NOBODY}/search"), &json!({"query": "x"}));
    assert_eq!(refusal(&nowhere, 404).0, "not_found");
}

#[test]
fn what_a_vector_store_cannot_hold_is_refused() {
    let app = TestApp::start();
    let client = app.client();
    for (field, body) in [
        ("metadata", json!({"name": "a", "metadata": {"k": "v"}})),
        ("expires_after", json!({"name": "a", "expires_after": {"anchor": "last_active_at", "days": 1}})),
        ("chunking_strategy", json!({"name": "a", "chunking_strategy": {"type": "static"}})),
    ] {
        assert_eq!(refusal(&client.post(STORES, &body), 422).1, field);
    }
    client.post(STORES, &json!({"name": "a"})).expect(200);
    let again = client.post(STORES, &json!({"name": "a"}));
    assert_eq!(refusal(&again, 409).0, "conflict");
    assert_eq!(again.header("x-should-retry"), "false");
    // A vector store whose files are not there is not made.
    let without = json!({"name": "b", "file_ids": [NOBODY]});
    assert_eq!(refusal(&client.post(STORES, &without), 404).0, "not_found");
    assert_eq!(client.get(STORES).expect(200)["data"].as_array().unwrap().len(), 1);
}
