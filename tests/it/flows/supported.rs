//! Answers of a chat model are compared with the passages that they cite: each sentence has its support, and an answer without any is
//! marked, kept or replaced.

use std::sync::Arc;

use diesel::{RunQueryDsl, sql_query};
use rag_engine::{
    Actor, UnsupportedAnswer,
    answer::{NOT_FOUND, UNSUPPORTED},
};
use rag_llm::scripted::ScriptedModel;
use rag_repo::{PgConnection, RepoResult};
use rag_testkit::{Client, Setup, TestApp};
use serde_json::{Value, json};

use crate::{openai::events, routes::text};

const FACTS: &str = "The deposit for a room is 250 euros.\n\nBreakfast is not included in the price of a room.\n\n\
                     The house has a garden with old apple trees.";
const QUESTION: &str = "How much is the deposit for a room?";
const WRONG: &str = "The deposit for a room is 350 euros [1].";
const CHAT: &str = "/openai/v1/chat/completions";

fn answering(written: &[&str], unsupported: UnsupportedAnswer) -> (TestApp, Client) {
    let model = written.iter().fold(ScriptedModel::new(), |model, written| model.answering([*written]));
    let mut setup = Setup { chat: Some(Arc::new(model)), ..Setup::default() };
    setup.answer.unsupported = unsupported;
    let app = TestApp::with(setup);
    let client = app.client();
    client.text(&client.collection("House"), "Rules", FACTS);
    (app, client)
}

fn ask(client: &Client, question: &str) -> Value {
    client.post("/v1/ask", &json!({"question": question})).expect(200)["answer"].clone()
}

/// The sentences of an answer as `support: text`.
fn sentences(answer: &Value) -> Vec<String> {
    let letters: Vec<char> = text(answer, "/text").chars().collect();
    let place = |sentence: &Value, end: &str| usize::try_from(sentence[end].as_u64().unwrap()).unwrap();
    let shown = |sentence: &Value| {
        let words: String = letters[place(sentence, "start")..place(sentence, "end")].iter().collect();
        format!("{}: {words}", text(sentence, "/support"))
    };
    answer["sentences"].as_array().unwrap().iter().map(shown).collect()
}

#[test]
fn every_sentence_has_its_support_and_its_place() {
    let written = "## Größe 🏠\n\nIt depends:\n\n- **The deposit** for a room is 250 euros [1].\n- Breakfast is included in the price of a room [1].\n\
                   - The deposit for a room is 90 euros. [1]\n- Pets stay in the cellar [1].\n\nÄpfel are free.\n\n```\nlet it = be;\n```\n\n\
                   | What | Price |\n|---|---|\n| deposit for a room | 250 euros [1] |\n";
    let (_app, client) = answering(&[written], UnsupportedAnswer::Mark);
    let answer = ask(&client, QUESTION);
    assert_eq!(
        sentences(&answer),
        [
            "supported: **The deposit** for a room is 250 euros [1].",
            "contradicted: Breakfast is included in the price of a room [1].",
            "contradicted: The deposit for a room is 90 euros.",
            "unsupported: Pets stay in the cellar [1].",
            "uncited: Äpfel are free.",
            "supported: deposit for a room | 250 euros",
        ],
        "{answer:#}"
    );
    assert_eq!((text(&answer, "/outcome"), &answer["notice"]), ("answered", &Value::Null));
    let messages = client.get(&format!("/v1/sessions/{}/messages", text(&answer, "/session_id"))).expect(200);
    assert_eq!(messages["items"][1]["sentences"], answer["sentences"]);
    assert_eq!(messages["items"][0]["sentences"], json!([]));
}

#[test]
fn an_answer_that_no_cited_passage_supports_is_marked() {
    let (app, client) = answering(
        &[WRONG, "The deposit for a room is 250 euros.", "Cats may stay [1]."],
        UnsupportedAnswer::Mark,
    );
    for expected in ["contradicted: ", "uncited: ", "unsupported: "] {
        let answer = ask(&client, QUESTION);
        assert_eq!(
            (text(&answer, "/outcome"), text(&answer, "/notice")),
            ("unsupported", UNSUPPORTED),
            "{answer}"
        );
        assert!(sentences(&answer)[0].starts_with(expected), "{answer}");
        let path = format!("/v1/sessions/{}/messages", text(&answer, "/session_id"));
        let stored = &client.get(&path).expect(200)["items"][1];
        assert_eq!((text(stored, "/outcome"), text(stored, "/notice")), ("unsupported", UNSUPPORTED));
        assert_eq!(text(stored, "/text"), text(&answer, "/text"));
    }
    app.engine().flush_events();
    let count = |conn: &mut PgConnection| -> RepoResult<usize> {
        Ok(sql_query("SELECT FROM events WHERE outcome = 'unsupported'").execute(conn)?)
    };
    assert_eq!(app.engine().db().transaction(Actor::System, count).unwrap(), 3);
}

#[test]
fn one_supported_sentence_makes_an_answer() {
    let written = [
        "The deposit for a room is 250 euros [1]. Bring it along.",
        "No [1].",
        "No, breakfast is not included in the price [1].",
    ];
    let (_app, client) = answering(&written, UnsupportedAnswer::Replace);
    for question in [QUESTION, "Is breakfast included in the price?", "Is breakfast included in the price?"] {
        let answer = ask(&client, question);
        assert_eq!((text(&answer, "/outcome"), &answer["notice"]), ("answered", &Value::Null), "{answer}");
    }
}

#[test]
fn an_answer_in_another_language_than_its_passages_is_not_called_unsupported() {
    let german = "Die Kaution für ein Zimmer beträgt 250 Euro und wird beim Einzug in das Haus bezahlt [1].";
    let wrong = "Die Kaution für ein Zimmer beträgt 900 Euro und wird beim Einzug in das Haus bezahlt [1].";
    let (_app, client) = answering(&[german, wrong], UnsupportedAnswer::Mark);
    let question = "Wie hoch ist die Kaution (deposit) für ein Zimmer (room)?";
    let answer = ask(&client, question);
    assert_eq!(
        (text(&answer, "/outcome"), text(&answer, "/sentences/0/support")),
        ("answered", "unchecked"),
        "{answer}"
    );
    let answer = ask(&client, question);
    assert_eq!(text(&answer, "/outcome"), "unsupported", "{answer}");
}

#[test]
fn a_courtesy_needs_no_passage() {
    let (_app, client) = answering(
        &["You're welcome! Ask me more.", "You're welcome! The rent is 900 euros."],
        UnsupportedAnswer::Replace,
    );
    let answer = ask(&client, "Thanks a lot!");
    assert_eq!(
        (text(&answer, "/outcome"), text(&answer, "/text")),
        ("answered", "You're welcome! Ask me more."),
        "{answer}"
    );
    assert_eq!(answer["sentences"], json!([]));
    assert_eq!(text(&ask(&client, "Thanks a lot!"), "/outcome"), "unsupported");
}

#[test]
fn keep_reports_the_outcome_and_adds_nothing() {
    let (_app, client) = answering(&[WRONG, WRONG], UnsupportedAnswer::Keep);
    let answer = ask(&client, QUESTION);
    assert_eq!((text(&answer, "/outcome"), &answer["notice"]), ("unsupported", &Value::Null));
    assert_eq!(text(&completion(&client), "/choices/0/message/content"), WRONG);
}

fn completion(client: &Client) -> Value {
    let body = json!({"model": "rag", "messages": [{"role": "user", "content": QUESTION}]});
    client.post(CHAT, &body).expect(200)
}

/// The text that the chunks of a streamed completion add up to.
fn streamed_completion(client: &Client) -> String {
    let body = json!({"model": "rag", "stream": true, "messages": [{"role": "user", "content": QUESTION}]});
    let chunks = events(client, CHAT, &body);
    chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect()
}

fn streamed_response(client: &Client) -> (String, String) {
    let events =
        events(client, "/openai/v1/responses", &json!({"model": "rag", "input": QUESTION, "stream": true}));
    let whole = text(events.last().unwrap(), "/response/output/0/content/0/text").to_owned();
    (events.iter().filter_map(|event| event["delta"].as_str()).collect(), whole)
}

#[test]
fn clients_of_openais_interface_get_the_notice_below_the_text() {
    let (_app, client) = answering(&[WRONG; 4], UnsupportedAnswer::Mark);
    let marked = format!("{WRONG}\n\n{UNSUPPORTED}");
    assert_eq!(text(&completion(&client), "/choices/0/message/content"), marked);
    assert_eq!(streamed_completion(&client), marked);
    let response =
        client.post("/openai/v1/responses", &json!({"model": "rag", "input": QUESTION})).expect(200);
    assert_eq!(text(&response, "/output/0/content/0/text"), marked);
    assert_eq!(streamed_response(&client), (marked.clone(), marked));
}

#[test]
fn a_replaced_answer_is_not_found_and_streams_end_with_it() {
    let (_app, client) = answering(&[WRONG; 5], UnsupportedAnswer::Replace);
    let answer = ask(&client, QUESTION);
    assert_eq!((text(&answer, "/outcome"), text(&answer, "/text")), ("unsupported", NOT_FOUND));
    assert_eq!(
        (&answer["citations"], &answer["sentences"], &answer["notice"]),
        (&json!([]), &json!([]), &Value::Null)
    );
    let messages = client.get(&format!("/v1/sessions/{}/messages", text(&answer, "/session_id"))).expect(200);
    assert_eq!(
        (text(&messages, "/items/1/text"), &messages["items"][1]["notice"]),
        (NOT_FOUND, &Value::Null)
    );

    let frames = Client::frames(client.ask_streamed("/v1/ask", QUESTION));
    let streamed: String = frames
        .iter()
        .filter(|frame| frame.event == "token")
        .map(|frame| text(&frame.data, "/text"))
        .collect();
    let done = frames.last().unwrap();
    assert_eq!(
        (streamed.as_str(), done.event.as_str(), text(&done.data, "/text")),
        (WRONG, "done", NOT_FOUND)
    );
    assert!(frames.iter().all(|frame| frame.event != "citation"));

    assert_eq!(text(&completion(&client), "/choices/0/message/content"), NOT_FOUND);
    // Words that are sent cannot be taken back: the notice follows them.
    let marked = format!("{WRONG}\n\n{UNSUPPORTED}");
    assert_eq!(streamed_completion(&client), marked);
    assert_eq!(streamed_response(&client), (marked.clone(), marked));
}

#[test]
fn sentences_of_an_extracted_answer_are_supported_and_not_found_has_none() {
    let app = TestApp::start();
    let client = app.client();
    client.text(&client.collection("House"), "Rules", FACTS);
    let answer = ask(&client, QUESTION);
    assert_eq!(sentences(&answer)[0], "supported: The deposit for a room is 250 euros.", "{answer}");
    let answer = ask(&client, "Who won the chess match in Reykjavik?");
    assert_eq!((text(&answer, "/outcome"), &answer["sentences"]), ("not_found", &json!([])), "{answer}");
}

#[test]
fn an_answer_that_was_stored_before_its_sentences_were_compared_is_read() {
    let (app, client) = answering(&["The deposit for a room is 250 euros [1]."], UnsupportedAnswer::Mark);
    let answer = ask(&client, QUESTION);
    let forget = |conn: &mut PgConnection| -> RepoResult<usize> {
        Ok(sql_query("UPDATE chat_messages SET sentences = DEFAULT, citations = '[{\"marker\": 1}]'")
            .execute(conn)?)
    };
    app.engine().db().transaction(Actor::System, forget).unwrap();
    let messages = client.get(&format!("/v1/sessions/{}/messages", text(&answer, "/session_id"))).expect(200);
    let stored = &messages["items"][1];
    assert_eq!((text(stored, "/outcome"), &stored["sentences"]), ("answered", &json!([])));
    assert_eq!(text(stored, "/text"), text(&answer, "/text"));
}
