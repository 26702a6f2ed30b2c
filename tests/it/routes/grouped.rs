//! `POST /v1/search` with results grouped by document.

use rag_testkit::{Client, TestApp};
use serde_json::{Value, json};

/// A document whose passages fill the list of the best passages, and three others, each of which holds the word once.
fn fill(client: &Client) {
    let collection = client.collection("c");
    let section = |number: usize| {
        format!("## Section {number}\n\n{}\n\n", format!("Zirconium {number} and zirconium. ").repeat(40))
    };
    client.text(&collection, "Long", &(0..60).map(section).collect::<String>());
    for (title, other) in [("Birds", "Swallows fly low."), ("Steel", "Steel rusts."), ("Rain", "Rain falls.")]
    {
        client.text(&collection, title, &format!("{} Zirconium. {}", other.repeat(20), other.repeat(20)));
    }
}

fn titles(found: &Value) -> Vec<&str> {
    found["results"].as_array().unwrap().iter().map(|result| result["title"].as_str().unwrap()).collect()
}

#[test]
fn the_limit_counts_documents_and_their_passages_stand_together() {
    let app = TestApp::start();
    let client = app.client();
    fill(&client);
    let ask = |grouping: Value| {
        let mut body = json!({"query": "zirconium", "mode": "lexical", "limit": 4});
        body.as_object_mut().unwrap().extend(grouping.as_object().unwrap().clone());
        client.post("/v1/search", &body).expect(200)
    };
    assert_eq!(titles(&ask(json!({}))), ["Long"; 4]);

    let single = ask(json!({"group_by": "document", "group_size": 1}));
    let mut names = titles(&single);
    assert_eq!(names.first(), Some(&"Long"));
    names.sort_unstable();
    assert_eq!(names, ["Birds", "Long", "Rain", "Steel"]);

    let grouped = ask(json!({"group_by": "document"}));
    assert_eq!(titles(&grouped).get(..3).unwrap(), ["Long"; 3]);
    assert_eq!(titles(&grouped).len(), 6);
    assert_eq!(single["results"][0]["chunk_id"], grouped["results"][0]["chunk_id"]);

    for (field, value) in [("group_by", json!("page")), ("group_size", json!(0)), ("group_size", json!(11))] {
        let answer = client.post("/v1/search", &json!({"query": "a", field: value}));
        assert_eq!(answer.problem(422), "invalid");
        assert_eq!(answer.json()["errors"][0]["field"], field);
    }
}
