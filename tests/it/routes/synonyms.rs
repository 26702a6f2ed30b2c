//! `/v1/collections/{id}/synonyms`, and what synonyms do to a search.

use rag_testkit::{Answer, Client, TestApp};
use serde_json::{Value, json};

use super::{NOBODY, text};

fn put(client: &Client, collection: &str, groups: &Value) -> Answer {
    let path = format!("/v1/collections/{collection}/synonyms");
    Answer::of(client.request("PUT", &path).json(&json!({"groups": groups})))
}

/// A collection with a document that says "myocardial infarctions" and one that says something else.
fn clinic(client: &Client, name: &str) -> String {
    let collection = client.collection(name);
    client.text(&collection, "Cardiology", "Aspirin after myocardial infarctions saves lives.");
    client.text(&collection, "Birds", "Swallows fly low before rain.");
    collection
}

fn titles(found: &Value) -> Vec<&str> {
    found["results"].as_array().unwrap().iter().map(|result| text(result, "/title")).collect()
}

fn by_words(client: &Client, query: &str, synonyms: bool) -> Value {
    let body =
        json!({"query": query, "mode": "lexical", "explain": true, "understanding": {"synonyms": synonyms}});
    client.post("/v1/search", &body).expect(200)
}

fn step(found: &Value) -> Option<&Value> {
    found["trace"]["steps"].as_array().unwrap().iter().find(|step| step["step"] == "synonyms")
}

#[test]
fn a_document_that_has_only_the_synonym_is_found() {
    let app = TestApp::start();
    let client = app.client();
    let collection = clinic(&client, "clinic");
    let question = "treatment of heart attacks";
    assert_eq!(titles(&by_words(&client, question, true)), Vec::<&str>::new());
    let groups = json!([["heart attack", "myocardial infarction", "MI"], ["car", "automobile"]]);
    assert_eq!(put(&client, &collection, &groups).expect(200)["groups"], groups);

    let found = by_words(&client, question, true);
    assert_eq!(titles(&found), ["Cardiology"]);
    assert_eq!(step(&found).unwrap()["detail"]["terms"], json!(["myocardial infarction"]));
    // As phrases: hearts and attacks that do not follow each other name nothing.
    assert_eq!(titles(&by_words(&client, "the attack on the heart", true)), Vec::<&str>::new());
    let plain = by_words(&client, question, false);
    assert_eq!((titles(&plain), step(&plain)), (vec![], None));
}

#[test]
fn a_synonym_counts_less_than_the_word_itself() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("cars");
    client.text(&collection, "Synonym", "The automobile stands in the yard.");
    client.text(&collection, "Word", "The car stands in the yard.");
    put(&client, &collection, &json!([["car", "automobile"]])).expect(200);
    let found = by_words(&client, "car", true);
    assert_eq!(titles(&found), ["Word", "Synonym"]);
    let score = |place: usize| found["results"][place]["score"].as_f64().unwrap();
    assert!(score(1) > 0.0 && score(0) > 1.5 * score(1), "{found}");
}

#[test]
fn synonyms_stay_in_their_collection_and_can_be_taken_back() {
    let app = TestApp::start();
    let client = app.client();
    let (with, without) = (clinic(&client, "with"), clinic(&client, "without"));
    put(&client, &with, &json!([["heart attack", "myocardial infarction"]])).expect(200);
    let found = by_words(&client, "heart attack", true);
    assert_eq!(found["results"].as_array().unwrap().len(), 1);
    assert_eq!(text(&found, "/results/0/collection_id"), with);
    let path = |id: &str| format!("/v1/collections/{id}/synonyms");
    assert_eq!(client.get(&path(&without)).expect(200), json!({"groups": []}));
    put(&client, &with, &json!([["heart attack", "coronary"]])).expect(200);
    assert_eq!(client.get(&path(&with)).expect(200), json!({"groups": [["heart attack", "coronary"]]}));
    put(&client, &with, &json!([])).expect(200);
    assert_eq!(titles(&by_words(&client, "heart attack", true)), Vec::<&str>::new());
    client.send("DELETE", &format!("/v1/collections/{with}")).expect(204);
    assert_eq!(client.get(&path(&with)).problem(404), "not_found");
}

#[test]
fn bad_lists_are_refused_and_change_nothing() {
    let app = TestApp::start();
    let client = app.client();
    let collection = client.collection("c");
    let good = json!([["a1", "b1"]]);
    put(&client, &collection, &good).expect(200);
    for groups in
        [json!([["alone"]]), json!([["a", "A"]]), json!([["a", ""]]), json!([["a", "b\0"]]), json!("a, b")]
    {
        assert_eq!(put(&client, &collection, &groups).problem(422), "invalid", "{groups}");
    }
    assert_eq!(client.get(&format!("/v1/collections/{collection}/synonyms")).expect(200)["groups"], good);
    assert_eq!(put(&client, NOBODY, &good).problem(404), "not_found");
    assert_eq!(client.get(&format!("/v1/collections/{NOBODY}/synonyms")).problem(404), "not_found");
}
