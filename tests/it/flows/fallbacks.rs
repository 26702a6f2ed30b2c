//! Chat servers that stand in for each other: the next one answers, and one that fails repeatedly is left alone.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use rag_llm::{
    ChatModel, ChatServers, Delta, LlmError, OpenAiClient, OpenAiConfig, Price, scripted::ScriptedModel,
};
use rag_testkit::{Client, Setup, TestApp};
use serde_json::json;

use crate::routes::text;

const FACT: &str = "The capital of France is Paris.";
const QUESTION: &str = "What is the capital of France?";

/// A server that refuses connections.
fn closed() -> Arc<dyn ChatModel> {
    let config = OpenAiConfig { retries: 0, ..OpenAiConfig::new("http://127.0.0.1:1/v1", "closed") };
    Arc::new(OpenAiClient::new(config).unwrap())
}

fn app_with<const COUNT: usize>(models: [Arc<dyn ChatModel>; COUNT]) -> TestApp {
    let servers = ChatServers::new(models.map(|model| (model, Price::default()))).unwrap();
    let mut setup = Setup { chat: Some(Arc::new(servers)), ..Setup::default() };
    setup.api.metrics_bind = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let app = TestApp::with(setup);
    let client = app.client();
    client.text(&client.collection("c"), "Geography", FACT);
    app
}

#[test]
fn the_answer_names_the_server_that_wrote_it() {
    let second = ScriptedModel::new().answering(["It is Paris [1]."]).answering(["It is Paris [1]."]);
    let app = app_with([closed(), Arc::new(second)]);
    let client = app.client();
    let turn = client.post("/v1/ask", &json!({"question": QUESTION})).expect(200);
    assert_eq!(text(&turn, "/answer/answered_by"), "scripted");
    let frames = Client::frames(client.ask_streamed("/v1/ask", QUESTION));
    assert_eq!(text(&frames.last().unwrap().data, "/answered_by"), "scripted");
    let messages = client.get(&format!("/v1/sessions/{}/messages", text(&turn, "/session_id"))).expect(200);
    assert_eq!(text(&messages, "/items/1/answered_by"), "scripted");
}

#[test]
fn an_answer_that_has_begun_is_not_begun_again_by_another_server() {
    let broken = [Ok(Delta::Text("It is".to_owned())), Err(LlmError::Interrupted("scripted".to_owned()))];
    let second = Arc::new(ScriptedModel::new().answering(["It is Paris [1]."]));
    let app = app_with([Arc::new(ScriptedModel::new().playing(broken)), second.clone()]);
    assert_eq!(app.client().post("/v1/ask", &json!({"question": QUESTION})).problem(502), "model_failed");
    assert!(second.requests().is_empty());
}

#[test]
fn a_server_that_is_left_alone_is_reported_with_the_time_until_it_is_asked_again() {
    let app = app_with([closed()]);
    let client = app.client();
    let ask = || client.post("/v1/ask", &json!({"question": QUESTION}));
    let state = |state: &str| {
        let metrics = String::from_utf8(app.metrics().get("/metrics").body).unwrap();
        let series = format!("rag_chat_server_state{{server=\"1\",model=\"closed\",state=\"{state}\"}} ");
        let line = metrics.lines().find_map(|line| line.strip_prefix(&series));
        line.unwrap_or_else(|| panic!("{series} in\n{metrics}")).to_owned()
    };
    for _ in 0..5 {
        assert_eq!(state("closed"), "1");
        assert_eq!(ask().problem(502), "model_failed");
    }
    let refused = ask();
    assert_eq!(refused.problem(503), "unavailable");
    assert!((1..=11).contains(&refused.header("retry-after").parse::<u64>().unwrap()));
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("rag doctor") && !detail.contains("127.0.0.1"), "{detail}");
    assert_eq!((state("closed"), state("open")), ("0".to_owned(), "1".to_owned()));
}
