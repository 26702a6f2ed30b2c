//! `/v1/ai-sdk/chat`: the AI SDK's UI-message stream.

use std::sync::Arc;

use rag_llm::{Delta, FinishReason, scripted::ScriptedModel};
use rag_testkit::{Answer, Setup, TestApp};
use serde_json::{Value, json};

use super::text;

/// A chat with one question.
fn chat(id: &str, question: &str) -> Value {
    json!({"id": id, "messages": [{"id": "q", "role": "user", "parts": [{"type": "text", "text": question}]}]})
}

/// The parts of a stream, which ends as the protocol demands.
fn parts(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("x-vercel-ai-ui-message-stream"), "v1");
    let body = String::from_utf8(answer.body.clone()).unwrap();
    let parts = body.strip_suffix("data: [DONE]\n\n").unwrap();
    parts
        .split_terminator("\n\n")
        .filter(|line| !line.starts_with(':'))
        .map(|line| serde_json::from_str(line.strip_prefix("data: ").unwrap()).unwrap())
        .collect()
}

#[test]
fn thoughts_text_and_sources_are_parts_of_one_message() {
    let text_of = |text: &str| Ok(Delta::Text(text.to_owned()));
    let script = vec![
        Ok(Delta::Thought("Hm.".to_owned())),
        text_of("It is "),
        text_of("Paris [1]."),
        Ok(Delta::End { reason: FinishReason::Stop, usage: None }),
    ];
    let model = ScriptedModel::new().playing(script);
    let app = TestApp::with(Setup { chat: Some(Arc::new(model)), ..Setup::default() });
    let client = app.client();
    client.text(&client.collection("c"), "Geography", "The capital of France is Paris.");
    let parts = parts(&client.post("/v1/ai-sdk/chat", &chat("holiday", "What is the capital of France?")));
    let mut kinds: Vec<&str> = parts.iter().map(|part| text(part, "/type")).collect();
    // However many pieces a text has, they are of one text.
    kinds.dedup();
    assert_eq!(
        kinds,
        [
            "start",
            "start-step",
            "source-document",
            "reasoning-start",
            "reasoning-delta",
            "reasoning-end",
            "text-start",
            "text-delta",
            "data-citation",
            "text-end",
            "finish-step",
            "finish"
        ]
    );
    let of_kind = |kind: &'static str| parts.iter().filter(move |part| part["type"] == kind);
    assert_eq!(
        of_kind("text-delta").map(|part| text(part, "/delta")).collect::<String>(),
        "It is Paris [1]."
    );
    let begun = text(of_kind("text-start").next().unwrap(), "/id");
    assert!(of_kind("text-delta").chain(of_kind("text-end")).all(|part| part["id"] == begun), "{parts:?}");
    let source = of_kind("source-document").next().unwrap();
    assert_eq!((text(source, "/title"), text(source, "/mediaType")), ("Geography", "text/plain"));
    let end = of_kind("finish").next().unwrap();
    assert_eq!(text(end, "/finishReason"), "stop");
    assert_eq!(end["messageMetadata"]["answer"]["message_id"], parts[0]["messageId"]);
    // Nothing is left to resume.
    assert_eq!(client.get("/v1/ai-sdk/chat/holiday/stream").status, 204);
}

#[test]
fn a_question_that_is_refused_leaves_no_session() {
    let app = TestApp::start();
    let client = app.client();
    for (field, value, status) in
        [("filter", json!({"$bad": 1}), 422), ("collectionIds", json!([super::NOBODY]), 404)]
    {
        let mut body = chat("refused", "What is the capital of France?");
        body[field] = value;
        client.post("/v1/ai-sdk/chat", &body).problem(status);
    }
    assert_eq!(client.get("/v1/sessions").expect(200)["items"], json!([]));
}

#[test]
fn an_answer_is_regenerated_in_the_session_of_its_chat() {
    let app = TestApp::start();
    let client = app.client();
    client.text(&client.collection("c"), "Geography", "The capital of France is Paris.");
    let first = parts(&client.post("/v1/ai-sdk/chat", &chat("holiday", "What is the capital of France?")));
    let mut again = chat("holiday", "What is the capital of France?");
    again["trigger"] = json!("regenerate-message");
    let second = parts(&client.post("/v1/ai-sdk/chat", &again));
    let ids = |parts: &[Value]| parts[0]["messageMetadata"].clone();
    let (first, second) = (ids(&first), ids(&second));
    assert_eq!(first["session_id"], second["session_id"]);
    assert_eq!(first["question_id"], second["question_id"]);
    assert_ne!(first["message_id"], second["message_id"]);
}
