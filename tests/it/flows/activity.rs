//! Reports of what was searched and asked.

use rag_engine::AnalyticsSettings;
use rag_testkit::{Client, Setup, TestApp};
use serde_json::{Value, json};

fn app(store_queries: bool) -> (TestApp, Client) {
    let analytics = AnalyticsSettings { store_queries, ..AnalyticsSettings::default() };
    let app = TestApp::with(Setup { analytics, ..Setup::default() });
    let client = app.client();
    client.text(&client.collection("c"), "Geography", "The capital of France is Paris.");
    for query in ["capital of France", "Capital  of France?", "quantum chromodynamics lattice"] {
        client.post("/v1/search", &json!({"query": query, "mode": "lexical"})).expect(200);
    }
    client.post("/v1/ask", &json!({"question": "What is the capital of France?"})).expect(200);
    client.post("/v1/ask", &json!({"question": "Who painted the ceiling of the chapel?"})).expect(200);
    (app, client)
}

/// The report once it has `events` searches and answers.
fn report(client: &Client, events: i64) -> Value {
    client.wait(|| {
        let report = client.get("/v1/activity").expect(200);
        let count = |name: &str| report["total"][name].as_i64().unwrap();
        (count("searches") + count("answers") == events).then_some(report)
    })
}

#[test]
fn searches_and_answers_are_counted_by_day_and_questions_without_an_answer_are_listed() {
    let (_app, client) = app(true);
    let report = report(&client, 5);
    let total = &report["total"];
    assert_eq!((&total["searches"], &total["empty_searches"]), (&json!(3), &json!(1)), "{report}");
    assert_eq!(
        (&total["answers"], &total["answered"], &total["not_found"]),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!((&total["users"], &total["published"]), (&json!(1), &json!(1)));
    assert!(
        total["search_p50_ms"].as_f64() > Some(0.0)
            && total["search_p95_ms"].as_f64() >= total["search_p50_ms"].as_f64()
    );
    assert_eq!(&report["days"].as_array().unwrap().last().unwrap()["total"], total);
    let asked = |list: &str| -> Vec<(String, i64)> {
        let list = report[list].as_array().unwrap();
        list.iter()
            .map(|one| (one["question"].as_str().unwrap().to_lowercase(), one["asked"].as_i64().unwrap()))
            .collect()
    };
    assert_eq!(asked("questions").len(), 4, "{report}");
    let (question, count) = &asked("questions")[0];
    assert!(question.starts_with("capital") && *count == 2, "{report}");
    let mut without: Vec<String> = asked("unanswered").into_iter().map(|(question, _)| question).collect();
    without.sort();
    assert_eq!(without, ["quantum chromodynamics lattice", "who painted the ceiling of the chapel?"]);
}

#[test]
fn no_text_is_shown_unless_questions_are_stored() {
    let (_app, client) = app(false);
    let report = report(&client, 5);
    assert_eq!((&report["questions"], &report["unanswered"]), (&json!([]), &json!([])));
    assert_eq!(report["stores_questions"], json!(false));
}
