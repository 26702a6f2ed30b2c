//! `/openai/v1`: what clients of OpenAI's interface send, and what they get.

mod answers;
mod files;
mod models;
mod vector_stores;

use std::{io::Read, sync::Arc};

use rag_llm::scripted::ScriptedModel;
use rag_testkit::{Answer, Client, Setup, TestApp};
use serde_json::{Value, json};

use crate::routes::text;

const FACT: &str = "The capital of France is Paris.";
const QUESTION: &str = "What is the capital of France?";

/// An application with a chat model, and a collection with one fact.
fn with_model(model: impl Into<Arc<ScriptedModel>>) -> (TestApp, String) {
    let model: Arc<ScriptedModel> = model.into();
    let app = TestApp::with(Setup { chat: Some(model), ..Setup::default() });
    let collection = app.client().collection("Geography");
    app.client().text(&collection, "France", FACT);
    (app, collection)
}

/// The error of an answer in OpenAI's shape: its code, and the refused field.
#[track_caller]
fn refusal(answer: &Answer, status: u16) -> (String, String) {
    let body = answer.expect(status);
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(body["error"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
    assert!(body["error"]["type"].is_string(), "{body}");
    let param = body["error"]["param"].as_str().unwrap_or_default().to_owned();
    (text(&body, "/error/code").to_owned(), param)
}

/// The data of each event of a stream, without `[DONE]`, which must be the last.
pub(crate) fn events(client: &Client, path: &str, body: &Value) -> Vec<Value> {
    let mut stream = String::new();
    let mut response = client.request("POST", path).json(body).send().unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response.read_to_string(&mut stream).unwrap();
    let lines: Vec<&str> = stream.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    let (last, chunks) = lines.split_last().unwrap();
    assert_eq!(*last, "[DONE]");
    chunks.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A conversation of one question.
fn ask(model: &str) -> Value {
    json!({"model": model, "messages": [{"role": "user", "content": QUESTION}]})
}
