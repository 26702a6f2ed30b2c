//! `POST /dify/retrieval`: the requests of Dify's documentation, and what they get.

use rag_api::ApiSettings;
use rag_testkit::{Setup, TestApp};
use serde_json::{Value, json};

use crate::routes::text;

const FACT: &str = "The capital of France is Paris.";

/// An application with the interface on, and two documents of different years in a collection.
fn start() -> (TestApp, String) {
    let setup = Setup::default();
    let app = TestApp::with(Setup { api: ApiSettings { dify: true, ..setup.api.clone() }, ..setup });
    let client = app.client();
    let collection = client.collection("Geography");
    client.text(&collection, "France", FACT);
    let path = format!("/v1/collections/{collection}/texts");
    let dated = json!({"title": "Italy", "text": "The capital of Italy is Rome.", "metadata": {"year": 2024, "land": "it"}});
    client.ingested(&client.post(&path, &dated).expect(202));
    (app, collection)
}

/// A request as Dify sends it.
fn request(knowledge: &str, condition: &Value) -> Value {
    json!({"knowledge_id": knowledge, "query": "What is the capital of France?",
           "retrieval_setting": {"top_k": 5, "score_threshold": 0.0}, "metadata_condition": condition})
}

fn titles(answer: &Value) -> Vec<&str> {
    answer["records"].as_array().unwrap().iter().map(|record| text(record, "/title")).collect()
}

#[test]
fn a_collection_is_a_knowledge_base_by_name_or_id() {
    let (app, collection) = start();
    for knowledge in ["Geography", &collection] {
        let answer = app.client().post("/dify/retrieval", &request(knowledge, &Value::Null)).expect(200);
        let best = &answer["records"][0];
        assert_eq!((text(best, "/title"), text(best, "/content")), ("France", FACT));
        assert!(best["score"].as_f64().is_some_and(|score| (0.0..=1.0).contains(&score)), "{best}");
        assert!(answer["records"].as_array().unwrap().iter().all(|record| record["metadata"].is_object()));
    }
}

#[test]
fn a_threshold_and_a_number_limit_the_records() {
    let (app, collection) = start();
    let mut body = request(&collection, &Value::Null);
    body["retrieval_setting"] = json!({"top_k": 1});
    assert_eq!(titles(&app.client().post("/dify/retrieval", &body).expect(200)), ["France"]);
    body["retrieval_setting"] = json!({"top_k": 5, "score_threshold": 1.0});
    let answer = app.client().post("/dify/retrieval", &body).expect(200);
    assert!(answer["records"].as_array().unwrap().iter().all(|record| record["score"] == 1.0), "{answer}");
    body["retrieval_setting"] = json!({"top_k": 0});
    assert_eq!(app.client().post("/dify/retrieval", &body).problem(422), "invalid");
}

#[test]
fn conditions_on_the_metadata_are_kept() {
    let (app, collection) = start();
    let find = |condition: Value| app.client().post("/dify/retrieval", &request(&collection, &condition));
    let one = |name: Value, operator: &str, value: &str| {
        json!({"logical_operator": "and",
               "conditions": [{"name": name, "comparison_operator": operator, "value": value}]})
    };
    for condition in [
        one(json!(["land"]), "is", "it"),
        one(json!("year"), "=", "2024"),
        one(json!(["none", "year"]), "≥", "2000"),
    ] {
        assert_eq!(titles(&find(condition.clone()).expect(200)), ["Italy"], "{condition}");
    }
    assert!(titles(&find(one(json!("year"), ">", "2024")).expect(200)).is_empty());
    // A condition that cannot be kept is refused: to ignore it would show more than was asked for.
    assert_eq!(find(one(json!("land"), "contains", "i")).problem(422), "invalid");
}

#[test]
fn unknown_knowledge_and_a_switched_off_interface_are_not_found() {
    let (app, _) = start();
    assert_eq!(
        app.client().post("/dify/retrieval", &request("Nowhere", &Value::Null)).problem(404),
        "not_found"
    );
    // Dify checks an address with a request without a body: anything but 403, 404 and 502 says that it is good.
    assert_eq!(app.client().post("/dify/retrieval", &json!({})).problem(422), "invalid");
    assert_eq!(app.anonymous().post("/dify/retrieval", &json!({})).problem(401), "unauthorized");
    let off = TestApp::start();
    off.client().collection("Geography");
    assert_eq!(
        off.client().post("/dify/retrieval", &request("Geography", &Value::Null)).problem(404),
        "not_found"
    );
}
