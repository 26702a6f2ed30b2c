//! `POST /v1/recall`.

use rag_testkit::{Client, TestApp};
use serde_json::{Value, json};

use super::{NOBODY, text};

fn remember(client: &Client, body: &Value) -> String {
    text(&client.post("/v1/memories", body).expect(200), "/memory_id").to_owned()
}

fn contents(found: &Value) -> Vec<String> {
    let results = found["results"].as_array().unwrap();
    results.iter().map(|result| text(result, "/memory/content").to_owned()).collect()
}

#[test]
fn a_recall_gives_its_reasons_and_counts_as_a_use() {
    let app = TestApp::start();
    let client = app.client();
    let id = remember(&client, &json!({"content": "My dentist is called Doctor Brandt", "importance": 1.0}));
    remember(&client, &json!({"content": "The garden needs water"}));
    let found = client
        .post("/v1/recall", &json!({"query": "What is my dentist called?", "explain": true}))
        .expect(200);
    assert_eq!(contents(&found), ["My dentist is called Doctor Brandt"]);
    let result = &found["results"][0];
    assert!((result["factors"]["importance"].as_f64().unwrap() - 1.15).abs() < 1e-6, "{result}");
    assert_eq!(result["factors"]["time"], json!(1.0));
    assert!(result["cosine"].as_f64().unwrap() > 0.25 && result["bm25"].as_f64().unwrap() > 0.0);
    assert!(!found["trace"]["steps"].as_array().unwrap().is_empty());
    let memory = client.get(&format!("/v1/memories/{id}")).expect(200);
    assert_eq!(memory["use_count"], json!(1));
    client.post("/v1/recall", &json!({"query": "dentist", "count_use": false})).expect(200);
    assert_eq!(client.get(&format!("/v1/memories/{id}")).expect(200)["use_count"], json!(1));
}

#[test]
fn nothing_is_better_than_noise() {
    let app = TestApp::start();
    let client = app.client();
    let empty = client.post("/v1/recall", &json!({"query": "anything at all"})).expect(200);
    assert_eq!((&empty["results"], &empty["nothing_relevant"]), (&json!([]), &json!(false)));
    remember(&client, &json!({"content": "The garden needs water"}));
    let found = client.post("/v1/recall", &json!({"query": "quantum chromodynamics lattice"})).expect(200);
    assert_eq!((&found["results"], &found["nothing_relevant"]), (&json!([]), &json!(true)));
}

#[test]
fn the_value_that_held_then_is_found_as_of_then() {
    let app = TestApp::start();
    let client = app.client();
    for (city, since) in [("Oslo", "2020-01-01"), ("Rome", "2022-01-01"), ("Bonn", "2024-01-01")] {
        let valid_from = format!("{since}T00:00:00Z");
        remember(&client, &json!({"content": format!("I live in {city}"), "valid_from": valid_from}));
    }
    let ask = |as_of: Option<&str>| {
        contents(
            &client
                .post("/v1/recall", &json!({"query": "Which city do I live in", "as_of": as_of}))
                .expect(200),
        )
    };
    assert_eq!(ask(None), ["I live in Bonn"]);
    assert_eq!(ask(Some("2023-05-05T00:00:00Z")), ["I live in Rome"]);
    assert_eq!(ask(Some("2021-05-05T00:00:00Z")), ["I live in Oslo"]);
    assert_eq!(ask(Some("2019-05-05T00:00:00Z")), [""; 0]);
}

#[test]
fn what_has_ended_expired_or_was_taken_back_is_not_recalled() {
    let app = TestApp::start();
    let client = app.client();
    remember(
        &client,
        &json!({"content": "The parcel arrives at the kiosk", "expires_at": "2020-01-01T00:00:00Z"}),
    );
    let gone = remember(&client, &json!({"content": "The parcel was sent by Anna"}));
    let stays = remember(&client, &json!({"content": "The parcel weighs two kilos"}));
    rag_testkit::Answer::of(
        client.request("PATCH", &format!("/v1/memories/{gone}")).json(&json!({"state": "forgotten"})),
    )
    .expect(200);
    let found = client.post("/v1/recall", &json!({"query": "parcel", "min_similarity": -1})).expect(200);
    assert_eq!(contents(&found), ["The parcel weighs two kilos"]);
    client.send("DELETE", &format!("/v1/memories/{stays}")).expect(204);
    let found = client.post("/v1/recall", &json!({"query": "parcel", "min_similarity": -1})).expect(200);
    assert_eq!(contents(&found), [""; 0]);
}

#[test]
fn the_time_that_the_question_names_decides_between_like_memories() {
    let app = TestApp::start();
    let client = app.client();
    for (place, at) in [("harbour", "2023-05-17"), ("museum", "2023-08-20"), ("castle", "2024-02-01")] {
        let valid_from = format!("{at}T12:00:00Z");
        let content = format!("I went on a trip to the {place}");
        remember(&client, &json!({"content": content, "kind": "event", "valid_from": valid_from}));
    }
    let best = |query: &str| {
        let body = json!({"query": query, "as_of": "2024-03-13T00:00:00Z", "min_similarity": -1});
        contents(&client.post("/v1/recall", &body).expect(200)).swap_remove(0)
    };
    assert_eq!(best("Where did I go on a trip in May 2023?"), "I went on a trip to the harbour");
    assert_eq!(best("Wohin ging der trip im August 2023?"), "I went on a trip to the museum");
    assert_eq!(best("Where was the trip last month?"), "I went on a trip to the castle");
}

#[test]
fn memories_and_documents_come_in_one_list_within_quotas_and_tokens() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    client.text(&collection, "Reactor", "The reactor of the plant has three pumps.");
    remember(&client, &json!({"content": "The reactor makes me nervous"}));
    remember(&client, &json!({"content": "The reactor is visible from my window"}));
    let ask = |more: &Value| {
        let mut body =
            json!({"query": "the reactor", "sources": ["memories", "documents"], "min_similarity": -1});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.post("/v1/recall", &body).expect(200)
    };
    let kinds = |found: &Value| {
        let results = found["results"].as_array().unwrap();
        let memories = results.iter().filter(|result| result.get("memory").is_some()).count();
        (memories, results.len() - memories)
    };
    assert_eq!(kinds(&ask(&json!({}))), (2, 1));
    assert_eq!(kinds(&ask(&json!({"max_memories": 1}))), (1, 1));
    assert_eq!(kinds(&ask(&json!({"max_passages": 0}))), (2, 0));
    assert_eq!(kinds(&ask(&json!({"collection_ids": [collection], "sources": ["documents"]}))), (0, 1));
    let most = ask(&json!({}))["tokens"].as_u64().unwrap() - 1;
    let few = ask(&json!({"max_tokens": most}));
    assert!(few["tokens"].as_u64().unwrap() <= most, "{few}");
    assert_eq!(few["results"].as_array().unwrap().len(), 2);
    let unknown = json!({"query": "x", "sources": ["documents"], "collection_ids": [NOBODY]});
    assert_eq!(client.post("/v1/recall", &unknown).problem(404), "not_found");
}

#[test]
fn a_kind_is_found_among_many_memories_of_other_kinds() {
    let app = TestApp::start();
    let client = app.client();
    for number in 0..60 {
        remember(&client, &json!({"content": format!("The reactor has pump {number}"), "kind": "fact"}));
    }
    let rule = "Answer questions about the plant and its old reactor in English";
    remember(&client, &json!({"content": rule, "kind": "instruction"}));
    let body = json!({"query": "reactor pump", "kinds": ["instruction"], "limit": 5, "min_similarity": -1});
    assert_eq!(contents(&client.post("/v1/recall", &body).expect(200)), [rule]);
}

#[test]
fn a_source_that_may_give_no_more_does_not_take_the_places_of_the_others() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    for number in 0..60 {
        client.text(&collection, "Reactor", &format!("reactor pump reactor pump {number}"));
    }
    let memory = "My neighbour once saw the reactor from her window, and then she moved away";
    remember(&client, &json!({"content": memory}));
    let body = json!({"query": "reactor pump", "sources": ["memories", "documents"], "max_passages": 2, "limit": 5,
        "min_similarity": -1});
    let found = client.post("/v1/recall", &body).expect(200);
    let results = found["results"].as_array().unwrap();
    assert_eq!(results.len(), 3, "{found}");
    assert_eq!(text(&results[2], "/memory/content"), memory);
}
