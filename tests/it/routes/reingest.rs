//! Chunk sizes of a collection, and reading its documents again: what it changes, what it leaves, and what is found meanwhile.

use rag_testkit::{Answer, Client, Setup, TestApp};
use serde_json::{Value, json};

use super::text;

/// A text of `count` sentences of twelve tokens.
fn sentences(count: usize) -> String {
    let sentence = |n: usize| format!("Entry {n}: the keeper of the harbour counts the ships.");
    (0..count).map(sentence).collect::<Vec<_>>().join(" ")
}

fn set_chunks(client: &Client, collection: &str, chunks: &Value) -> Answer {
    let path = format!("/v1/collections/{collection}");
    Answer::of(client.request("PATCH", &path).json(&json!({"chunks": chunks})))
}

/// Reads the documents of the collection again and returns their number, once they can be found.
fn reingest(client: &Client, collection: &str) -> Value {
    let answer = client.post(&format!("/v1/collections/{collection}/reingest"), &json!({})).expect(202);
    let has_none = |state: &str| {
        let path = format!("/v1/jobs?collection_id={collection}&state={state}");
        client.get(&path).expect(200)["items"].as_array().unwrap().is_empty()
    };
    // In the order of a job's life.
    client.wait(|| (has_none("queued") && has_none("running")).then_some(()));
    answer["queued"].clone()
}

fn versions(client: &Client, document: &str) -> Vec<Value> {
    let list = client.get(&format!("/v1/documents/{document}/versions")).expect(200);
    list["items"].as_array().unwrap().clone()
}

#[test]
fn a_collection_cuts_its_documents_by_sizes_of_its_own_once_they_are_read_again() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    let document = client.text(&collection, "Ledger", &sentences(40));
    let other = client.text(&client.collection("other"), "Ledger", &sentences(40));
    let [before] = &versions(&client, &document)[..] else { panic!("one version") };

    let view =
        set_chunks(&client, &collection, &json!({"max_tokens": 200, "overlap_tokens": 10})).expect(200);
    assert_eq!(view["chunks"], json!({"max_tokens": 200, "overlap_tokens": 10}), "{view}");
    // Nothing is read again until it is asked for.
    assert_eq!(versions(&client, &document)[0]["created_at"], before["created_at"]);
    assert_eq!(reingest(&client, &collection), 1);
    let [after] = &versions(&client, &document)[..] else { panic!("the version was replaced") };
    assert!(after["chunk_count"].as_i64() < before["chunk_count"].as_i64(), "{before} {after}");
    // Citations name a version by its number, and searches as of a time find it by its time.
    for field in ["number", "published_at", "content_sha256"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    assert_eq!(versions(&client, &other)[0]["chunk_count"], before["chunk_count"]);
    // All have been read with these settings now.
    assert_eq!(reingest(&client, &collection), 0);
    let all = client.post(&format!("/v1/collections/{collection}/reingest"), &json!({"all": true}));
    assert_eq!(all.expect(202)["queued"], 1);
    client.wait(|| (versions(&client, &document)[..].len() == 1).then_some(()));

    let view = set_chunks(&client, &collection, &Value::Null).expect(200);
    assert_eq!(view.get("chunks"), None, "{view}");
    assert_eq!(reingest(&client, &collection), 1);
    assert_eq!(versions(&client, &document)[0]["chunk_count"], before["chunk_count"]);
}

#[test]
fn reading_again_keeps_older_versions_and_what_is_found_as_of_their_time() {
    let app = TestApp::with(Setup { kept_versions: 1, ..Setup::default() });
    let client = app.client();
    let collection = client.collection("c");
    let path = format!("/v1/collections/{collection}/texts");
    let store = |words: &str| {
        let body = json!({"title": "Toll", "source": "toll", "text": words});
        client.ingested(&client.post(&path, &body).expect(202))
    };
    let document = store("The toll of the bridge is four crowns.");
    store("The toll of the bridge is nine crowns.");
    let old = versions(&client, &document)[1].clone();
    for size in [100, 120] {
        set_chunks(&client, &collection, &json!({"max_tokens": size, "overlap_tokens": 0})).expect(200);
        reingest(&client, &collection);
    }
    let numbers: Vec<Value> =
        versions(&client, &document).iter().map(|version| version["number"].clone()).collect();
    assert_eq!(numbers, [2, 1]);
    let body = json!({"query": "toll", "collection_ids": [collection], "as_of": old["published_at"]});
    let found = client.post("/v1/search", &body).expect(200);
    assert_eq!(text(&found, "/results/0/text"), "The toll of the bridge is four crowns.");
}

#[test]
fn chunk_sizes_that_a_model_would_read_in_part_are_refused() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    for (chunks, words) in [
        (json!({"max_tokens": 31, "overlap_tokens": 0}), "max_tokens"),
        (json!({"max_tokens": 255, "overlap_tokens": 0}), "reads 254 at a time"),
        (json!({"max_tokens": 100, "overlap_tokens": 51}), "exceeds half of the chunk size"),
        (json!({"max_tokens": 100}), "overlap_tokens"),
    ] {
        let answer = set_chunks(&client, &collection, &chunks);
        let problem = answer.json().to_string();
        assert!((400..500).contains(&answer.status) && problem.contains(words), "{chunks}: {problem}");
        let created = client.post("/v1/collections", &json!({"name": "d", "chunks": chunks}));
        assert!((400..500).contains(&created.status), "{chunks}");
    }
}

#[test]
fn a_collection_moves_to_another_model_through_the_interface() {
    let second = rag_embed::hash::HashEmbedder::new(64);
    let app = TestApp::with(Setup { more_embedders: vec![std::sync::Arc::new(second)], ..Setup::default() });
    let client = app.client();
    let collection = client.collection("c");
    client.text(&collection, "Granite", "Granite is old.");
    let path = format!("/v1/collections/{collection}/model");
    let put = |model: &str| Answer::of(client.request("PUT", &path).json(&json!({"model": model})));
    let own = client.get(&format!("/v1/collections/{collection}")).expect(200)["model"].clone();
    assert_eq!(put(own.as_str().unwrap()).expect(200)["outcome"], "unchanged");
    let moved = put("hash-64").expect(200);
    assert_eq!(moved["outcome"], "queued");
    assert_eq!(client.finished(text(&moved, "/job_id"))["state"], "done");
    assert_eq!(client.get(&format!("/v1/collections/{collection}")).expect(200)["model"], "hash-64");
    assert_eq!(put("nobody's").problem(422), "invalid");
}
