//! How `/v1/search` and `/v1/ask` understand a question, with a chat model's help and without it.

use std::{sync::Arc, time::Duration};

use rag_llm::{ChatModel, LlmError, Role, scripted::ScriptedModel};
use rag_testkit::{Client, Setup, StallingModel, TestApp};
use serde_json::{Value, json};

use super::text;

const BEFORE: &str = "Which metals resist corrosion?";
const FOLLOW_UP: &str = "At how many degrees does it melt?";

fn app(chat: Arc<dyn ChatModel>) -> TestApp {
    let mut setup = Setup { chat: Some(chat), ..Setup::default() };
    setup.search.help_time = Duration::from_millis(300);
    TestApp::with(setup)
}

fn fill(client: &Client) {
    let collection = client.collection("c");
    client.text(&collection, "Metals", "Zirconium resists corrosion. Zirconium melts at 1855 degrees.");
    client.text(
        &collection,
        "Birds",
        "A swallow flies low before rain. Its feathers melt into grey at degrees of dusk.",
    );
}

fn search(client: &Client, query: &str, understanding: &Value) -> Value {
    let body = json!({
        "query": query, "explain": true, "understanding": understanding,
        "context": [{"sender": "user", "text": BEFORE}, {"sender": "assistant", "text": "Zirconium does."}],
    });
    client.post("/v1/search", &body).expect(200)
}

/// What the trace tells of a step, once for each time it was taken.
fn details<'v>(found: &'v Value, name: &str) -> Vec<&'v Value> {
    let steps = found["trace"]["steps"].as_array().unwrap().iter();
    steps.filter(|step| step["step"] == name).map(|step| &step["detail"]).collect()
}

#[test]
fn a_follow_up_is_rewritten_and_searched_as_such() {
    let model = Arc::new(
        ScriptedModel::new().answering(["\"At how many degrees does zirconium melt?\"\nMore \0 words"]),
    );
    let app = app(model.clone());
    let client = app.client();
    fill(&client);
    let found = search(&client, FOLLOW_UP, &json!({}));
    assert_eq!(
        details(&found, "rewrite"),
        [&json!({"model": "scripted", "given": "At how many degrees does zirconium melt?"})]
    );
    assert_eq!(text(details(&found, "lexical")[0], "/query"), "At how many degrees does zirconium melt?");
    assert_eq!(text(&found, "/results/0/title"), "Metals");
    let asked = &model.requests()[0].messages;
    assert!(asked[1].content.contains(BEFORE) && asked[1].content.contains(FOLLOW_UP), "{asked:?}");
    assert!(asked[0].role == Role::System && !asked[0].content.contains(FOLLOW_UP));
}

#[test]
fn rewriting_and_context_can_be_off_and_standing_questions_need_neither() {
    let model = Arc::new(ScriptedModel::new());
    let app = app(model.clone());
    let client = app.client();
    fill(&client);
    let weighed = search(&client, FOLLOW_UP, &json!({"rewrite": false}));
    assert_eq!(details(&weighed, "query")[0]["leans_on"], BEFORE);
    assert!(details(&weighed, "lexical")[0].to_string().contains("corros"), "{weighed}");
    let alone = search(&client, FOLLOW_UP, &json!({"context": false}));
    assert!(!details(&alone, "lexical")[0].to_string().contains("corros"), "{alone}");
    search(&client, "At how many degrees does zirconium melt?", &json!({}));
    assert!(model.requests().is_empty());
}

#[test]
fn a_model_that_fails_or_is_too_slow_costs_no_search() {
    let broken = ScriptedModel::new().playing([Err(LlmError::Unavailable("status 500".to_owned()))]);
    let models: [(Arc<dyn ChatModel>, &str); 2] = [
        (Arc::new(broken), "status 500"),
        (Arc::new(StallingModel("At how".to_owned())), "no answer in time"),
    ];
    for (model, why) in models {
        let app = app(model);
        let client = app.client();
        fill(&client);
        let found = search(&client, FOLLOW_UP, &json!({}));
        assert!(text(details(&found, "rewrite")[0], "/failed").contains(why), "{found}");
        assert_eq!(details(&found, "query")[0]["leans_on"], BEFORE);
        assert!(details(&found, "lexical")[0].to_string().contains("corros"), "{found}");
        assert_eq!(text(&found, "/results/0/title"), "Metals");
    }
}

#[test]
fn other_wordings_are_searched_and_an_imagined_passage_moves_the_vector() {
    let wordings = "1. zirconium melting point\n2. zirconium melting point\n3. feathers\n4. one too many";
    let model = ScriptedModel::new()
        .answering([wordings])
        .answering(["It melts at 1855 degrees, as zirconium does."]);
    let app = app(Arc::new(model));
    let client = app.client();
    fill(&client);
    let question = "What withstands acids in heat exchangers?";
    let plain = search(&client, question, &json!({}));
    assert_eq!(details(&plain, "lexical").len(), 1);
    let found = search(&client, question, &json!({"multi_query": 2, "hyde": true}));
    assert_eq!(details(&found, "multi_query")[0]["given"], json!(["zirconium melting point", "feathers"]));
    let searched: Vec<&str> =
        details(&found, "lexical").into_iter().map(|step| text(step, "/query")).collect();
    assert_eq!(searched, [question, "zirconium melting point", "feathers"]);
    assert_eq!(details(&found, "merge")[0]["wordings"], 3);
    let cosine = |found: &Value| {
        let results = found["results"].as_array().unwrap();
        results.iter().find(|result| result["title"] == "Metals").unwrap()["dense"]["score"].as_f64().unwrap()
    };
    assert!(cosine(&found) > cosine(&plain) + 0.1, "{found} {plain}");
    assert_eq!(text(&found, "/results/0/title"), "Metals");
}

#[test]
fn what_needs_a_chat_model_is_refused_without_one() {
    let app = TestApp::start();
    let client = app.client();
    for understanding in [json!({"multi_query": 1}), json!({"hyde": true})] {
        let body = json!({"query": "zirconium", "understanding": understanding});
        let answer = client.post("/v1/search", &body);
        assert_eq!(answer.problem(409), "conflict");
        assert!(text(&answer.json(), "/detail").contains("chat.base_url"), "{}", answer.json());
    }
    for (body, field) in [
        (json!({"query": "a", "understanding": {"multi_query": 6}}), "understanding"),
        (json!({"query": "a", "context": vec![json!({"sender": "user", "text": "b"}); 9]}), "context"),
        (
            json!({"query": "a", "context": [{"sender": "user", "text": "b".repeat(10_001)}]}),
            "context[0].text",
        ),
    ] {
        let answer = client.post("/v1/search", &body);
        assert_eq!(answer.problem(422), "invalid", "{body}");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{body}");
    }
    assert_eq!(
        client.post("/v1/search", &json!({"query": "zirconium", "understanding": {"rewrite": true}})).status,
        200
    );
}

#[test]
fn a_turn_of_a_session_is_rewritten_by_what_was_said_in_it() {
    let model = Arc::new(
        ScriptedModel::new()
            .answering(["Zirconium does [1]."])
            .answering(["At how many degrees does zirconium melt?"])
            .answering(["At 1855 [1]."]),
    );
    let app = app(model.clone());
    let client = app.client();
    fill(&client);
    let first = client.post("/v1/ask", &json!({"question": BEFORE})).expect(200);
    assert_eq!(text(&first, "/searched"), BEFORE);
    let path = format!("/v1/sessions/{}/ask", text(&first, "/session_id"));
    let turn = client.post(&path, &json!({"question": FOLLOW_UP})).expect(200);
    assert_eq!(text(&turn, "/searched"), "At how many degrees does zirconium melt?");
    assert_eq!(text(&turn, "/answer/text"), "At 1855 [1].");
    let asked = model.requests();
    assert!(asked[1].messages[1].content.contains("Zirconium does [1]."), "{asked:?}");
    assert!(
        asked[2].messages.last().unwrap().content.ends_with(FOLLOW_UP),
        "the model answers what was asked"
    );
    assert_eq!(asked.len(), 3);
}
