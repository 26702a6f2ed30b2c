//! Ratings move the ranking for all members of a collection, and show nobody's questions.

use rag_testkit::Client;
use serde_json::{Value, json};

use super::cast::{Cast, OWNER};

/// Columns of the table.
const READER: usize = 2;
const EDITOR: usize = 3;
const LINK: usize = 8;

fn learned(client: &Client, cast: &Cast, question: &str) -> Option<f64> {
    let body = json!({"query": question, "collection_ids": [cast.collection]});
    let found = client.post("/v1/search", &body).expect(200);
    found["results"][0].get("learned").and_then(Value::as_f64)
}

#[test]
fn each_member_has_one_vote_that_all_members_profit_from() {
    let cast = Cast::new();
    let path = format!("/v1/collections/{}/judgements", cast.collection);
    let question = "What does my salary of 4,711 say about granite?";
    for _ in 0..3 {
        cast.clients[READER].post(&path, &cast.rated_result(question)).expect(200);
    }
    for column in [READER, EDITOR, OWNER, LINK] {
        assert_eq!(learned(&cast.clients[column], &cast, question), Some(0.1));
    }
    // Almost the same question again is no second vote of the same user, but it is one of another user.
    cast.clients[READER].post(&path, &cast.rated_result(&format!("{question} ?"))).expect(200);
    assert_eq!(learned(&cast.clients[OWNER], &cast, question), Some(0.1));
    cast.clients[EDITOR].post(&path, &cast.rated_result(question)).expect(200);
    let both = learned(&cast.clients[READER], &cast, question).unwrap();
    assert!((both - 0.2 * 2.0 / 3.0).abs() < 1e-9, "{both}");
}

#[test]
fn a_question_is_shown_to_its_asker_alone() {
    let cast = Cast::new();
    let path = format!("/v1/collections/{}/judgements", cast.collection);
    let question = "What does my salary of 4,711 say about granite?";
    let judged = cast.clients[READER].post(&path, &cast.rated_result(question)).expect(200);
    assert_eq!(cast.clients[READER].get(&path).expect(200)["items"].as_array().unwrap().len(), 1);
    let id = judged["id"].as_str().unwrap();
    for column in [EDITOR, OWNER] {
        assert_eq!(cast.clients[column].get(&path).expect(200)["items"], json!([]));
        cast.clients[column].send("DELETE", &format!("/v1/judgements/{id}")).problem(404);
        let report =
            cast.clients[column].get(&format!("/v1/collections/{}/judged-documents", cast.collection));
        let report = report.expect(200);
        let document = &report["documents"][0];
        let counts = ["helped", "misled", "users"].map(|name| &document[name]);
        assert_eq!(
            (counts, &document["document_id"]),
            ([&json!(1), &json!(0), &json!(1)], &json!(cast.document))
        );
        assert!(!report.to_string().contains("4,711"), "{report}");
    }
    // The owner can undo what the members taught.
    assert_eq!(cast.clients[OWNER].send("DELETE", &path).expect(200), json!({"forgotten": 1}));
    assert_eq!(learned(&cast.clients[READER], &cast, question), None);
    assert_eq!(cast.clients[READER].get(&path).expect(200)["items"], json!([]));
}
