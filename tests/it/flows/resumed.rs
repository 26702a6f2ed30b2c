//! Streams that survive: cut connections, other processes, leaving clients, dead servers.

use std::{
    io::Read,
    sync::Arc,
    time::{Duration, Instant},
};

use diesel::connection::SimpleConnection;
use rag_llm::{ChatModel, ChatRequest, Delta, DeltaStream, FinishReason};
use rag_repo::server;
use rag_testkit::{Answer, Client, CutProxy, Setup, StallingModel, TestApp, TestDb};
use reqwest::blocking::Response;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::routes::text;

const QUESTION: &str = "What is the capital of France?";

/// Writes one word for each permit, and ends when the words are written.
struct PacedModel {
    permits: Arc<Semaphore>,
    words: usize,
}

impl ChatModel for PacedModel {
    fn name(&self) -> &'static str {
        "paced"
    }

    fn stream(&self, _: ChatRequest) -> DeltaStream {
        let (permits, words) = (Arc::clone(&self.permits), self.words);
        Box::pin(futures_util::stream::unfold(0, move |word| {
            let permits = Arc::clone(&permits);
            async move {
                if word > words {
                    return None;
                }
                if word == words {
                    return Some((Ok(Delta::End { reason: FinishReason::Stop, usage: None }), word + 1));
                }
                permits.acquire().await.unwrap().forget();
                Some((Ok(Delta::Text(format!("Paris{word} ü "))), word + 1))
            }
        }))
    }
}

/// An application with a fact, and its permits to write words.
fn paced(words: usize) -> (TestApp, Client, Arc<Semaphore>) {
    let permits = Arc::new(Semaphore::new(0));
    let model = PacedModel { permits: Arc::clone(&permits), words };
    let (app, client) = with_fact(Setup { chat: Some(Arc::new(model)), ..Setup::default() });
    (app, client, permits)
}

fn with_fact(setup: Setup) -> (TestApp, Client) {
    let app = TestApp::with(setup);
    let client = app.client();
    client.text(&client.collection("c"), "Geography", "The capital of France is Paris.");
    (app, client)
}

/// A stream that is read in part.
struct Partly {
    response: Response,
    read: Vec<u8>,
}

impl Partly {
    fn new(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        Self { response, read: Vec::new() }
    }

    /// Reads until the text has come.
    fn until(&mut self, text: &str) -> &mut Self {
        let mut buffer = [0; 512];
        while !self.text().contains(text) {
            let length = self.response.read(&mut buffer).unwrap();
            assert!(length > 0, "the stream ended early: {}", self.text());
            self.read.extend_from_slice(&buffer[..length]);
        }
        self
    }

    /// The text so far; a character may be cut at its end.
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.read).into_owned()
    }

    /// Reads to the end.
    fn whole(mut self) -> String {
        self.response.read_to_end(&mut self.read).unwrap();
        String::from_utf8(self.read).unwrap()
    }

    fn ids(&self) -> Ids {
        let read = self.text();
        let data = read.split("event: turn\ndata: ").nth(1).unwrap().split('\n').next().unwrap();
        let ids: Value = serde_json::from_str(data).unwrap();
        Ids {
            turn: format!(
                "/v1/sessions/{}/messages/{}",
                text(&ids, "/session_id"),
                text(&ids, "/message_id")
            ),
            session: format!("/v1/sessions/{}", text(&ids, "/session_id")),
            question: text(&ids, "/question_id").to_owned(),
        }
    }
}

/// The addresses of a turn.
struct Ids {
    turn: String,
    session: String,
    question: String,
}

/// The frames of a stream without its heartbeats, and the id of the last one.
fn frames(stream: &str) -> (Vec<&str>, u32) {
    let frames: Vec<&str> = stream
        .split_inclusive("\n\n")
        .filter(|frame| frame.ends_with("\n\n") && !frame.starts_with(':'))
        .collect();
    let last = frames.last().and_then(|frame| frame.strip_prefix("id: ")?.split('\n').next()?.parse().ok());
    (frames, last.unwrap_or(0))
}

fn resume(client: &Client, turn: &str, after: u32) -> Response {
    let request = client.request("GET", &format!("{turn}/events"));
    request.header("last-event-id", after.to_string()).send().unwrap()
}

fn read_all(mut response: Response) -> String {
    let mut stream = String::new();
    response.read_to_string(&mut stream).unwrap();
    stream
}

/// The beginning of a stream in pieces of `size` bytes, with at least one whole frame; then the connection is cut.
fn read_some(mut response: Response, size: usize) -> String {
    assert_eq!(response.status(), 200);
    let (mut read, mut buffer) = (Vec::new(), vec![0; size]);
    loop {
        let length = response.read(&mut buffer).unwrap();
        assert!(length > 0, "the stream ended early");
        read.extend_from_slice(&buffer[..length]);
        let text = String::from_utf8_lossy(&read);
        if !frames(&text).0.is_empty() {
            return text.into_owned();
        }
    }
}

/// A stream resumed after any event, on the process of the turn or on another one, is the uncut stream.
#[test]
fn a_stream_that_is_cut_a_hundred_times_is_byte_equal() {
    let (app, client, permits) = paced(150);
    let other = app.beside(Setup::default());
    let mut whole = Partly::new(client.ask_streamed("/v1/ask", QUESTION));
    let turn = whole.until("event: sources").ids().turn;
    let clients = [&client, &other.client()];
    let (mut pieced, mut last) = (String::new(), 0);
    for cut in 0..100 {
        permits.add_permits(1 + cut % 2);
        let part = read_some(resume(clients[usize::from(cut % 4 == 3)], &turn, last), 1 + cut * 7 % 97);
        let (complete, id) = frames(&part);
        pieced.extend(complete);
        last = id;
    }
    permits.add_permits(200);
    let rest = read_all(resume(clients[1], &turn, last));
    pieced.extend(frames(&rest).0);
    let after = read_all(resume(clients[1], &turn, 0));
    whole.until("event: done");
    let whole = whole.whole();
    assert_eq!(pieced, frames(&whole).0.concat());
    assert_eq!(frames(&after).0.concat(), pieced);
    let session = turn.split("/messages").next().unwrap();
    let messages = client.get(&format!("{session}/messages")).expect(200);
    assert_eq!(messages["items"].as_array().unwrap().len(), 2, "{messages}");
}

#[test]
fn a_client_that_has_read_everything_is_not_sent_anything_again() {
    let (_app, client, permits) = paced(2);
    permits.add_permits(2);
    let mut stream = Partly::new(client.ask_streamed("/v1/ask", QUESTION));
    let turn = stream.until("event: done").ids().turn;
    let all = stream.whole();
    let (_, last) = frames(&all);
    assert_eq!(resume(&client, &turn, last).status(), 204);
    // A client that is ahead of the turn gets the last event.
    let again = read_all(resume(&client, &turn, last + 7));
    assert_eq!(frames(&again).0, [*frames(&all).0.last().unwrap()]);
    let by_query =
        read_all(client.request("GET", &format!("{turn}/events?after={}", last - 1)).send().unwrap());
    assert_eq!(frames(&by_query).0, frames(&again).0);
}

#[test]
fn a_turn_continues_when_the_client_of_its_stream_leaves() {
    let (_app, client, permits) = paced(5);
    permits.add_permits(2);
    let mut stream = Partly::new(client.ask_streamed("/v1/ask", QUESTION));
    let ids = stream.until("Paris1").ids();
    drop(stream);
    // The question names the turn that answers it.
    let running = client.get(&format!("{}/messages", ids.session)).expect(200);
    assert!(ids.turn.ends_with(&text(&running, "/items/0/turn_id")));
    permits.add_permits(3);
    let rest = read_all(resume(&client, &ids.turn, 0));
    // The words cite nothing.
    assert!(rest.contains("Paris4") && rest.contains("\"outcome\":\"unsupported\""), "{rest}");
    let messages = client.get(&format!("{}/messages", ids.session)).expect(200);
    assert_eq!(
        (&messages["items"][0]["turn_id"], &messages["items"][1]["outcome"]),
        (&Value::Null, &json!("unsupported"))
    );
}

#[test]
fn a_turn_is_stopped_from_another_process() {
    let (app, client) =
        with_fact(Setup { chat: Some(Arc::new(StallingModel("It is Par".to_owned()))), ..Setup::default() });
    let other = app.beside(Setup::default());
    let mut stream = Partly::new(client.ask_streamed("/v1/ask", QUESTION));
    let turn = stream.until("It is ").ids().turn;
    let asked = Instant::now();
    other.client().send("POST", &format!("{turn}/stop")).expect(204);
    let rest = read_all(stream.response);
    assert!(rest.contains("\"stop_reason\":\"asker\"") && rest.contains("It is Par"), "{rest}");
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    other.client().send("POST", &format!("{turn}/stop")).expect(204);
    let missing = turn.replace(turn.rsplit('/').next().unwrap(), "018f0000-0000-7000-8000-000000000000");
    assert_eq!(client.send("POST", &format!("{missing}/stop")).problem(404), "not_found");
}

#[test]
fn a_question_is_answered_again_and_edited_in_branches_of_their_own() {
    let (_app, client, permits) = paced(1);
    permits.add_permits(10);
    let mut stream = Partly::new(client.ask_streamed("/v1/ask", QUESTION));
    let ids = stream.until("event: done").ids();
    let again =
        client.post(&format!("{}/messages/{}/regenerate", ids.session, ids.question), &json!({})).expect(200);
    let by_answer = client.post(&format!("{}/regenerate", ids.turn), &json!({})).expect(200);
    assert_eq!(
        (&again["question_id"], &by_answer["question_id"]),
        (&json!(ids.question), &json!(ids.question))
    );
    let edit = json!({"question": "What is the capital of Spain?", "replaces": ids.question});
    let edited = client.post(&format!("{}/ask", ids.session), &edit).expect(200);
    let all = client.get(&format!("{}/messages", ids.session)).expect(200);
    let parents: Vec<&Value> =
        all["items"].as_array().unwrap().iter().map(|message| &message["parent_id"]).collect();
    let question = json!(ids.question);
    assert_eq!(
        parents,
        [&Value::Null, &question, &question, &question, &Value::Null, &edited["question_id"]]
    );
    let branch = |client: &Client| {
        let branch = client.get(&format!("{}/messages?branch=active", ids.session)).expect(200);
        branch["items"].as_array().unwrap().iter().map(|message| message["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(branch(&client), [edited["question_id"].clone(), edited["answer"]["message_id"].clone()]);
    let change = json!({"active_message_id": again["answer"]["message_id"]});
    Answer::of(client.request("PATCH", &ids.session).json(&change)).expect(200);
    assert_eq!(branch(&client), [question, again["answer"]["message_id"].clone()]);
}

/// A turn as a process leaves it behind that has died: two words are stored, and its lease has ended.
const DEAD_TURN: &str = "
    INSERT INTO turns (message_id, session_id, question_id, user_id, answered_by, alive_until, prompt_tokens)
    SELECT '018f0000-0000-7000-8000-000000000001', m.session_id, m.id, s.user_id, 'paced', now() - interval '1 second', 500
    FROM chat_messages m JOIN chat_sessions s ON s.id = m.session_id WHERE m.sender = 'user';
    INSERT INTO turn_events (message_id, position, user_id, names, data, text)
    SELECT message_id, 0, user_id, '{turn,token,token}', '{\"{}\",\"{\\\"text\\\":\\\"It is \\\"}\",\"{\\\"text\\\":\\\"Par [1]\\\"}\"}', 'It is Par [1]'
    FROM turns WHERE message_id = '018f0000-0000-7000-8000-000000000001'";

#[test]
fn a_turn_whose_server_died_is_interrupted_and_can_be_answered_again() {
    let (app, client, permits) = paced(1);
    permits.add_permits(2);
    let asked = client.post("/v1/ask", &json!({"question": QUESTION})).expect(200);
    let session = format!("/v1/sessions/{}", text(&asked, "/session_id"));
    let spent = |client: &Client| {
        let total = client.get("/v1/usage").expect(200)["total"].clone();
        ["requests", "prompt_tokens", "completion_tokens"].map(|name| total[name].as_i64().unwrap())
    };
    let before = spent(&client);
    server::connect(app.database_url()).unwrap().batch_execute(DEAD_TURN).unwrap();
    let turn = format!("{session}/messages/018f0000-0000-7000-8000-000000000001");
    // A client that resumes waits for the honest end.
    let stream = read_all(resume(&client, &turn, 1));
    let (read, last) = frames(&stream);
    assert_eq!((read.len(), last), (3, 4), "{stream}");
    assert!(
        stream.contains("\"outcome\":\"interrupted\"") && stream.contains("\"text\":\"It is Par"),
        "{stream}"
    );
    // So does one that has read an event more than was stored: the end has the number of that event.
    let end = read_all(resume(&client, &turn, 4));
    assert_eq!(frames(&end).0, [*read.last().unwrap()]);
    // Its tokens are in the ledger as an estimate: those of its request, and of the thirteen characters that were stored.
    assert_eq!(spent(&client), [before[0] + 1, before[1] + 500, before[2] + 4]);
    let messages = client.get(&format!("{session}/messages")).expect(200);
    assert_eq!(&messages["items"][2]["prompt_tokens"], &json!(500));
    assert_eq!(
        (&messages["items"][2]["outcome"], &messages["items"][2]["citations"]),
        (&json!("interrupted"), &json!([]))
    );
    let again = client.post(&format!("{turn}/regenerate"), &json!({})).expect(200);
    assert_eq!(again["answer"]["outcome"], "unsupported");
}

#[test]
fn a_commit_whose_success_is_not_seen_loses_and_repeats_no_event() {
    let db = TestDb::new();
    let proxy = CutProxy::new(db.url());
    let permits = Arc::new(Semaphore::new(0));
    let model = PacedModel { permits: Arc::clone(&permits), words: 3 };
    let setup = Setup { chat: Some(Arc::new(model)), ..Setup::default() };
    let app = TestApp::on(TestDb::at(proxy.url()), setup);
    let client = app.client();
    client.text(&client.collection("c"), "Geography", "The capital of France is Paris.");
    proxy.cut_after_commit_of("turn_events");
    let mut stream = Partly::new(client.ask_streamed("/v1/ask", QUESTION));
    permits.add_permits(1);
    stream.until("Paris0");
    let ids = stream.ids();
    client.wait(|| proxy.has_cut().then_some(()));
    permits.add_permits(2);
    let whole = stream.whole();
    let (sent, _) = frames(&whole);
    assert!(sent.last().unwrap().contains("event: done"), "{whole}");
    let stored = read_all(resume(&client, &ids.turn, 0));
    assert_eq!(frames(&stored).0, sent);
}
