//! Chat completions and responses.

use std::sync::Arc;

use rag_llm::{Delta, LlmError, scripted::ScriptedModel};
use rag_testkit::TestApp;
use serde_json::{Value, json};

use super::{FACT, QUESTION, ask, events, refusal, text, with_model};

const CHAT: &str = "/openai/v1/chat/completions";
const RESPONSES: &str = "/openai/v1/responses";

#[test]
fn a_completion_cites_its_sources_and_stores_nothing() {
    let model = ScriptedModel::new().answering(["It is Paris [1]."]);
    let (app, collection) = with_model(model.answering(["Paris [1]."]).answering(["Paris [1]."]));
    let client = app.client();
    let reply = client.post(CHAT, &ask("rag/Geography")).expect(200);
    assert_eq!(reply["object"], "chat.completion");
    assert_eq!(text(&reply, "/choices/0/message/content"), "It is Paris [1].");
    assert_eq!(text(&reply, "/choices/0/finish_reason"), "stop");
    let annotation = &reply["choices"][0]["message"]["annotations"][0];
    assert_eq!(annotation["type"], "url_citation");
    let cited = &annotation["url_citation"];
    assert_eq!((cited["start_index"].as_u64(), cited["end_index"].as_u64()), (Some(12), Some(15)));
    assert_eq!((text(cited, "/title"), text(cited, "/quote")), ("France", FACT));
    // The address works: it is the document's content.
    let path = text(cited, "/url").split_once("/v1/").unwrap().1;
    assert_eq!(client.get(&format!("/v1/{path}")).body, FACT.as_bytes());
    assert_eq!(reply["sources"][0]["document"][0], FACT);
    assert_eq!(reply["sources"][0]["source"]["name"], "France");
    assert!(reply["usage"]["total_tokens"].as_u64().unwrap() > 0);
    assert_eq!(client.get("/v1/sessions").expect(200)["items"], json!([]));
    // By its id, and among all collections, it is the same.
    for model in [format!("rag/{collection}"), "rag".to_owned()] {
        let again = client.post(CHAT, &ask(&model)).expect(200);
        assert_eq!(again["sources"][0]["document"][0], FACT);
    }
}

#[test]
fn an_extracted_answer_needs_no_chat_model() {
    let app = TestApp::start();
    let client = app.client();
    client.text(&client.collection("Geography"), "France", FACT);
    let reply = client.post(CHAT, &ask("rag/Geography")).expect(200);
    assert!(text(&reply, "/choices/0/message/content").contains("Paris"), "{reply}");
    assert_eq!(reply["usage"]["total_tokens"], 0);
}

#[test]
fn the_clients_conversation_and_instructions_reach_the_model() {
    let model = Arc::new(ScriptedModel::new().answering(["Paris [1]."]));
    let (app, _) = with_model(Arc::clone(&model));
    let body = json!({"model": "rag", "max_tokens": 77, "temperature": 0.9, "messages": [
        {"role": "system", "content": "Answer like a pirate."},
        {"role": "user", "content": "Hello there"},
        {"role": "assistant", "content": "Ahoy"},
        {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
    ]});
    app.client().post(CHAT, &body).expect(200);
    let requests = model.requests();
    let request = requests.last().unwrap();
    let said: Vec<&str> = request.messages.iter().map(|message| message.content.as_str()).collect();
    assert!(said[0].ends_with("Answer like a pirate."), "{}", said[0]);
    assert_eq!(said[1..3], ["Hello there", "Ahoy"]);
    assert!(said[3].contains(FACT) && said[3].ends_with(QUESTION), "{}", said[3]);
    assert_eq!(request.max_tokens, Some(77));
}

#[test]
fn a_stream_is_made_of_chunks() {
    let (app, _) = with_model(ScriptedModel::new().answering(["It is ", "Paris [1]."]));
    let mut body = ask("rag/Geography");
    body["stream"] = json!(true);
    body["stream_options"] = json!({"include_usage": true});
    let chunks = events(&app.client(), CHAT, &body);
    assert!(
        chunks
            .iter()
            .all(|chunk| chunk["object"] == "chat.completion.chunk" && chunk["id"] == chunks[0]["id"])
    );
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    assert_eq!(chunks[0]["sources"][0]["document"][0], FACT);
    let written: String =
        chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(written, "It is Paris [1].");
    let cited: Vec<&Value> = chunks
        .iter()
        .map(|chunk| &chunk["choices"][0]["delta"]["annotations"])
        .filter(|list| !list.is_null())
        .collect();
    assert_eq!(cited[0][0]["url_citation"]["title"], "France");
    let reasons: Vec<&Value> = chunks
        .iter()
        .map(|chunk| &chunk["choices"][0]["finish_reason"])
        .filter(|reason| !reason.is_null())
        .collect();
    assert_eq!(reasons, ["stop"]);
    let last = chunks.last().unwrap();
    assert_eq!(last["choices"], json!([]));
    assert!(last["usage"]["completion_tokens"].as_u64().unwrap() > 0);
    assert!(chunks[..chunks.len() - 1].iter().all(|chunk| chunk["usage"].is_null()));
}

#[test]
fn a_model_that_breaks_off_ends_the_stream_with_an_error() {
    let broken =
        || vec![Ok(Delta::Text("It is so. ".to_owned())), Err(LlmError::Interrupted("scripted".to_owned()))];
    let (app, _) = with_model(ScriptedModel::new().playing(broken()).playing(broken()).playing(broken()));
    let client = app.client();
    assert_eq!(refusal(&client.post(CHAT, &ask("rag")), 502).0, "model_failed");
    let mut body = ask("rag");
    body["stream"] = json!(true);
    let chunks = events(&client, CHAT, &body);
    assert_eq!(text(chunks.last().unwrap(), "/error/code"), "model_failed");
    let response = events(&client, RESPONSES, &json!({"model": "rag", "input": QUESTION, "stream": true}));
    assert_eq!(text(response.last().unwrap(), "/type"), "response.failed");
    assert_eq!(text(response.last().unwrap(), "/response/error/code"), "model_failed");
}

#[test]
fn what_cannot_be_done_is_refused_by_its_field() {
    let (app, _) = with_model(ScriptedModel::new());
    let client = app.client();
    let refused = |path: &str, mut body: Value, more: Value| {
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        refusal(&client.post(path, &body), 422)
    };
    let tool = json!({"type": "function", "function": {"name": "f"}});
    for (field, more) in [
        ("n", json!({"n": 2})),
        ("tool_choice", json!({"tools": [tool], "tool_choice": "required"})),
        ("response_format", json!({"response_format": {"type": "json_object"}})),
        ("messages", json!({"messages": []})),
        ("filter", json!({"filter": {"type": "near", "key": "a", "value": 1}})),
    ] {
        assert_eq!(refused(CHAT, ask("rag"), more), ("invalid".to_owned(), field.to_owned()));
    }
    for (field, more) in [
        ("previous_response_id", json!({"previous_response_id": "resp_1"})),
        ("background", json!({"background": true})),
        ("tool_choice", json!({"tools": [tool], "tool_choice": {"type": "function", "name": "f"}})),
        ("text.format", json!({"text": {"format": {"type": "json_schema"}}})),
    ] {
        let body = json!({"model": "rag", "input": QUESTION});
        assert_eq!(refused(RESPONSES, body, more), ("invalid".to_owned(), field.to_owned()));
    }
    assert_eq!(refusal(&client.post(CHAT, &ask("gpt-5")), 404).0, "not_found");
    assert_eq!(refusal(&client.post(CHAT, &ask("rag/None")), 404).0, "not_found");
    assert_eq!(refusal(&client.post_raw(CHAT, "application/json", "{"), 400).0, "malformed");
    assert_eq!(refusal(&app.anonymous().post(CHAT, &ask("rag")), 401).0, "unauthorized");
    assert_eq!(refusal(&client.get("/openai/v1/threads"), 404).0, "not_found");
}

#[test]
fn tools_that_are_only_offered_change_nothing() {
    let model = ScriptedModel::new().answering(["It is Paris [1]."]).answering(["It is Paris [1]."]);
    let (app, _) = with_model(model);
    let mut body = ask("rag");
    body["tools"] = json!([{"type": "function", "function": {"name": "get_time", "parameters": {}}}]);
    for choice in [Value::Null, json!("auto")] {
        body["tool_choice"] = choice;
        let reply = app.client().post(CHAT, &body).expect(200);
        assert_eq!(text(&reply, "/choices/0/finish_reason"), "stop");
        assert_eq!(text(&reply, "/choices/0/message/content"), "It is Paris [1].");
    }
}

#[test]
fn a_response_has_the_answer_as_a_message() {
    let (app, _) = with_model(ScriptedModel::new().answering(["It is Paris [1]."]));
    let body = json!({"model": "rag", "instructions": "Be brief.", "metadata": {"a": "b"}, "input": [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": QUESTION}]}]});
    let reply = app.client().post(RESPONSES, &body).expect(200);
    assert_eq!((text(&reply, "/object"), text(&reply, "/status")), ("response", "completed"));
    assert_eq!(text(&reply, "/output/0/type"), "message");
    let part = &reply["output"][0]["content"][0];
    assert_eq!((text(part, "/type"), text(part, "/text")), ("output_text", "It is Paris [1]."));
    assert_eq!(text(part, "/annotations/0/type"), "file_citation");
    assert_eq!(part["annotations"][0]["index"], 12);
    let file = text(part, "/annotations/0/file_id");
    assert_eq!(app.client().get(&format!("/openai/v1/files/{file}/content")).body, FACT.as_bytes());
    assert_eq!((text(&reply, "/instructions"), text(&reply, "/metadata/a")), ("Be brief.", "b"));
    assert!(reply["usage"]["output_tokens"].as_u64().unwrap() > 0);
}

#[test]
fn a_response_streams_in_the_order_of_its_parts() {
    let (app, _) = with_model(ScriptedModel::new().answering(["Paris [1]."]));
    let body = json!({"model": "rag", "input": QUESTION, "stream": true});
    let events = events(&app.client(), RESPONSES, &body);
    let mut kinds: Vec<&str> = events.iter().map(|event| text(event, "/type")).collect();
    kinds.dedup();
    assert_eq!(
        kinds,
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.annotation.added",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed",
        ]
    );
    let numbers: Vec<u64> = events.iter().map(|event| event["sequence_number"].as_u64().unwrap()).collect();
    assert!((0..).zip(&numbers).all(|(place, number)| place == *number), "{numbers:?}");
    let written: String = events.iter().filter_map(|event| event["delta"].as_str()).collect();
    assert_eq!(written, text(events.last().unwrap(), "/response/output/0/content/0/text"));
}

#[test]
fn tokens_of_a_conversation_that_is_not_stored_count() {
    let (app, _) = with_model(ScriptedModel::new().answering(["Paris [1]."]));
    let client = app.client();
    let spent = || client.get("/v1/organisation").expect(200)["usage"]["tokens_per_day"].as_u64().unwrap();
    let before = spent();
    let reply = client.post(CHAT, &ask("rag")).expect(200);
    assert_eq!(spent() - before, reply["usage"]["total_tokens"].as_u64().unwrap());
}
