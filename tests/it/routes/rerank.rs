//! `POST /v1/search` with a reranker, with one that is away, and without one.

use std::sync::Arc;

use rag_embed::{Reranker, overlap::OverlapReranker};
use rag_testkit::{Client, Setup, TestApp, UnreachableReranker};
use serde_json::{Value, json};

use super::text;

const QUERY: &str = "zirconium corrosion";

fn app(reranker: impl Reranker + 'static, always: bool) -> TestApp {
    let mut setup = Setup { reranker: Some(Arc::new(reranker)), ..Setup::default() };
    setup.search.ranking.rerank = always.then_some(setup.search.rerank_window);
    TestApp::with(setup)
}

/// Both texts hold the query's words. The legs prefer the one that says them more often, the fake the one that says little else.
fn fill(client: &Client) {
    let collection = client.collection("c");
    client.text(
        &collection,
        "Often",
        "Zirconium corrosion is zirconium corrosion, and zirconium has corrosion.",
    );
    client.text(&collection, "Zirconium", "Zirconium, corrosion.");
    client.text(&collection, "Birds", "Swallows fly low before rain.");
}

fn search(client: &Client, ranking: &Value) -> Value {
    let body = json!({"query": QUERY, "ranking": ranking, "explain": true, "highlight": true});
    client.post("/v1/search", &body).expect(200)
}

fn titles(found: &Value) -> Vec<&str> {
    (0..found["results"].as_array().unwrap().len())
        .map(|i| text(found, &format!("/results/{i}/title")))
        .collect()
}

fn step(found: &Value) -> Option<&Value> {
    found["trace"]["steps"].as_array().unwrap().iter().find(|step| step["step"] == "rerank")
}

#[test]
fn a_reranker_changes_the_order_and_its_scores_are_shown() {
    let app = app(OverlapReranker, false);
    let client = app.client();
    fill(&client);
    let plain = search(&client, &json!({}));
    assert_eq!((&plain["reranked"], step(&plain)), (&json!(false), None));
    assert!(plain["results"][0]["rerank"].is_null() && plain["timings"]["rerank_ms"] == 0.0, "{plain}");
    assert_eq!(plain["results"][0]["score"], plain["results"][0]["fused"]);

    let reranked = search(&client, &json!({"rerank": true}));
    assert_eq!(reranked["reranked"], true);
    assert_eq!(titles(&reranked), ["Zirconium", "Often", "Birds"]);
    let best = &reranked["results"][0];
    assert_eq!((&best["rerank"], &best["score"]), (&json!(1.0), &json!(1.0)));
    assert!(best["fused"].as_f64().unwrap() < 1.0, "{best}");
    assert_eq!(best["highlights"], json!([[0, 9], [11, 20]]));
    assert_eq!(reranked["results"][2]["rerank"], 0.0);
    let step = step(&reranked).unwrap();
    assert_eq!(step["detail"], json!({"model": "overlap", "passages": 3}));
    assert!(step["ms"].as_f64().unwrap() >= 0.0, "{step}");
}

#[test]
fn boosts_cutoffs_and_diversity_work_on_reranked_scores() {
    let app = app(OverlapReranker, false);
    let client = app.client();
    fill(&client);
    let boost = json!([{"type": "recency", "half_life_days": 1.0, "weight": 10.0}]);
    let boosted = search(&client, &json!({"rerank": true, "boosts": boost}));
    let best = &boosted["results"][0];
    assert!(best["rerank"] == 1.0 && best["score"].as_f64().unwrap() > 10.0, "{best}");
    let cut = search(&client, &json!({"rerank": true, "cutoff": {"type": "gap", "value": 0.3}}));
    assert_eq!(titles(&cut), ["Zirconium"]);
    let diverse = search(&client, &json!({"rerank": true, "diversity": 0.9}));
    assert_eq!(titles(&diverse)[..2], ["Zirconium", "Birds"]);
}

#[test]
fn a_reranker_that_always_judges_can_be_sent_away() {
    let app = app(OverlapReranker, true);
    let client = app.client();
    fill(&client);
    assert_eq!(titles(&search(&client, &json!(null)))[0], "Zirconium");
    assert_eq!(search(&client, &json!({"rerank": false}))["reranked"], false);
}

#[test]
fn a_reranker_that_cannot_be_reached_leaves_the_fused_order() {
    let app = app(UnreachableReranker, true);
    let client = app.client();
    fill(&client);
    let plain = search(&client, &json!({"rerank": false}));
    let degraded = search(&client, &json!(null));
    assert_eq!(degraded["reranked"], false);
    assert_eq!(degraded["results"], plain["results"]);
    let detail = &step(&degraded).unwrap()["detail"];
    assert_eq!(
        *detail,
        json!({"model": "unreachable", "failed": "the model server is unavailable: no connection"})
    );
    let answer = client.post("/v1/ask", &json!({"question": "What about zirconium corrosion?"}));
    answer.expect(200);
}

#[test]
fn reranking_without_a_reranker_says_how_to_get_one() {
    let app = TestApp::start();
    let answer = app.client().post("/v1/search", &json!({"query": QUERY, "ranking": {"rerank": true}}));
    assert_eq!(answer.problem(409), "conflict");
    assert!(text(&answer.json(), "/detail").contains("rerank.kind"), "{}", answer.json());
}
