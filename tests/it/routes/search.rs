//! `POST /v1/search`.

use rag_testkit::TestApp;
use serde_json::json;

use super::{NOBODY, text};

#[test]
fn results_say_what_each_leg_thought() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    client.text(&collection, "Metals", "Zirconium resists corrosion.");
    client.text(&collection, "Birds", "Swallows fly low before rain.");
    let found = client.post("/v1/search", &json!({"query": "zirconium corrosion", "limit": 1})).expect(200);
    assert_eq!(text(&found, "/results/0/title"), "Metals");
    assert_eq!(found["results"][0]["lexical"]["rank"], 1);
    assert_eq!(found["results"][0]["dense"]["rank"], 1);
    assert_eq!(found["results"].as_array().unwrap().len(), 1);
    assert_eq!(found["exact"], true);
    let words = client.post("/v1/search", &json!({"query": "zirconium", "mode": "lexical"})).expect(200);
    assert!(words["exact"].is_null() && words["results"][0]["dense"].is_null(), "{words}");
}

#[test]
fn a_search_stays_within_its_collections() {
    let app = TestApp::start();
    let client = app.client();
    let (one, two) = (client.collection("one"), client.collection("two"));
    client.text(&one, "T", "Zirconium here.");
    let elsewhere =
        client.post("/v1/search", &json!({"query": "zirconium", "collection_ids": [two]})).expect(200);
    assert_eq!(elsewhere["results"], json!([]));
    let unknown = client.post("/v1/search", &json!({"query": "zirconium", "collection_ids": [NOBODY]}));
    assert_eq!(unknown.problem(404), "not_found");
}

#[test]
fn bad_searches_name_the_field() {
    let app = TestApp::start();
    let client = app.client();
    for (body, field) in [
        (json!({"query": ""}), "query"),
        (json!({"query": "a\0"}), "query"),
        (json!({"query": "a", "limit": 101}), "limit"),
        (json!({"query": "a", "mode": "psychic"}), "mode"),
        (json!({"query": "a", "surprise": 1}), "surprise"),
    ] {
        let answer = client.post("/v1/search", &body);
        assert_eq!(answer.problem(422), "invalid", "{body}");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{body}");
    }
}
