//! The streaming client against a real HTTP server, and against sockets that break off or fall silent.
#![expect(clippy::unwrap_used, reason = "clippy spares test functions, not their helpers")]

use std::time::Duration;

use futures_util::StreamExt;
use rag_llm::{
    ChatModel, ChatRequest, Delta, FinishReason, LlmError, Message, OpenAiClient, OpenAiConfig, Role, Usage,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wiremock::matchers::{body_partial_json, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const KEY: &str = "sk-very-secret";
const PROMPT: &str = "a private question";
const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";

fn config(base_url: &str) -> OpenAiConfig {
    let mut config = OpenAiConfig::new(base_url, "tiny");
    config.api_key = Some(KEY.into());
    config
}

fn request() -> ChatRequest {
    ChatRequest {
        messages: vec![Message::new(Role::User, PROMPT)],
        temperature: Some(0.5),
        max_tokens: Some(9),
    }
}

async fn play(config: OpenAiConfig) -> Vec<Result<Delta, LlmError>> {
    OpenAiClient::new(config).unwrap().stream(request()).collect().await
}

fn text(text: &str) -> Delta {
    Delta::Text(text.into())
}

fn chunk(text: &str) -> String {
    format!(
        "data: {}\n\n",
        json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]})
    )
}

fn whole_answer() -> String {
    let usage = json!({"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5});
    let end = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": usage});
    format!(": hi\r\n\r\n{}{}data: {end}\n\ndata: [DONE]\n\n", chunk("Grüß"), chunk(" dich"))
}

fn whole_deltas() -> Vec<Result<Delta, LlmError>> {
    let usage = Some(Usage { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 });
    vec![Ok(text("Grüß")), Ok(text(" dich")), Ok(Delta::End { reason: FinishReason::Stop, usage })]
}

fn answering() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(whole_answer(), "text/event-stream")
}

async fn bodies(server: &MockServer) -> Vec<Value> {
    server.received_requests().await.unwrap().iter().map(|request| request.body_json().unwrap()).collect()
}

/// A server that reads one request, writes `head`, and hands its connection over.
async fn raw_server(head: String) -> (String, tokio::task::JoinHandle<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let serve = async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"}") {
            assert_ne!(socket.read_buf(&mut request).await.unwrap(), 0, "the request broke off");
        }
        socket.write_all(head.as_bytes()).await.unwrap();
        socket
    };
    (url, tokio::spawn(serve))
}

#[tokio::test]
async fn an_answer_is_streamed_with_its_usage() {
    let server = MockServer::start().await;
    let expected = json!({
        "model": "tiny", "stream": true, "stream_options": {"include_usage": true}, "temperature": 0.5, "max_tokens": 9,
        "messages": [{"role": "user", "content": PROMPT}],
    });
    Mock::given(method("POST"))
        .and(path("/v1/chat/completions"))
        .and(header("authorization", format!("Bearer {KEY}")))
        .and(body_partial_json(expected))
        .respond_with(answering())
        .mount(&server)
        .await;
    assert_eq!(play(config(&format!("{}/v1/", server.uri()))).await, whole_deltas());
}

#[tokio::test]
async fn overload_is_tried_again() {
    let server = MockServer::start().await;
    let overloaded = ResponseTemplate::new(429).insert_header("retry-after", "0");
    Mock::given(method("POST")).respond_with(overloaded).up_to_n_times(1).mount(&server).await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(502))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(method("POST")).respond_with(answering()).mount(&server).await;
    assert_eq!(play(config(&server.uri())).await, whole_deltas());
    assert_eq!(bodies(&server).await.len(), 3);
}

#[tokio::test]
async fn servers_that_refuse_stream_options_are_asked_without_from_then_on() {
    let server = MockServer::start().await;
    let old = json!({"stream_options": {"include_usage": true}});
    let refusal = ResponseTemplate::new(400).set_body_json(json!({"error": {"message": "unknown field"}}));
    Mock::given(body_partial_json(old)).respond_with(refusal).mount(&server).await;
    Mock::given(method("POST")).respond_with(answering()).mount(&server).await;
    let client = OpenAiClient::new(config(&server.uri())).unwrap();
    for _ in 0..2 {
        assert_eq!(client.stream(request()).collect::<Vec<_>>().await, whole_deltas());
    }
    let asked: Vec<bool> =
        bodies(&server).await.iter().map(|body| body.get("stream_options").is_some()).collect();
    assert_eq!(asked, [true, false, false]);
}

#[tokio::test]
async fn refusals_quote_neither_key_nor_prompt() {
    let server = MockServer::start().await;
    let body = json!({"error": {"message": format!("{KEY} {PROMPT}"), "code": "invalid_api_key"}});
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(401).set_body_json(body))
        .mount(&server)
        .await;
    let deltas = play(config(&server.uri())).await;
    let refused = LlmError::Refused { status: 401, reason: "invalid_api_key".into() };
    assert_eq!(deltas, [Err(refused)]);
    assert_eq!(bodies(&server).await.len(), 1);
}

#[tokio::test]
async fn a_closed_port_is_unavailable() {
    let mut config = config("http://127.0.0.1:1/v1");
    config.retries = 1;
    assert_eq!(play(config).await, [Err(LlmError::Unavailable("no connection".into()))]);
}

#[tokio::test]
async fn a_cut_connection_interrupts_the_answer_after_its_texts() {
    let (url, server) = raw_server(format!("{HEAD}{}", chunk("one"))).await;
    let mut stream = OpenAiClient::new(config(&url)).unwrap().stream(request());
    assert_eq!(stream.next().await, Some(Ok(text("one"))));
    drop(server.await.unwrap());
    assert!(matches!(stream.next().await, Some(Err(LlmError::Interrupted(_)))));
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn a_chunked_body_without_its_end_interrupts_the_answer() {
    let event = chunk("one");
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let (url, server) = raw_server(format!("{head}{:x}\r\n{event}\r\n", event.len())).await;
    let mut stream = OpenAiClient::new(config(&url)).unwrap().stream(request());
    assert_eq!(stream.next().await, Some(Ok(text("one"))));
    drop(server.await.unwrap());
    assert_eq!(stream.next().await, Some(Err(LlmError::Interrupted("the connection broke".into()))));
}

#[tokio::test]
async fn silence_before_and_within_an_answer_ends_it() {
    let (url, server) = raw_server(String::new()).await;
    let mut impatient = config(&url);
    impatient.first_byte_timeout = Duration::from_millis(100);
    assert_eq!(play(impatient).await, [Err(LlmError::Unavailable("no answer in time".into()))]);
    drop(server);

    let (url, server) = raw_server(format!("{HEAD}{}", chunk("one"))).await;
    let mut impatient = config(&url);
    impatient.idle_timeout = Duration::from_millis(100);
    let silent = LlmError::Interrupted("the server fell silent".into());
    assert_eq!(play(impatient).await, [Ok(text("one")), Err(silent)]);
    drop(server);
}

#[tokio::test]
async fn a_failure_reported_within_the_stream_ends_it() {
    let report = json!({"error": {"message": PROMPT, "type": "server_error"}});
    let (url, _server) = raw_server(format!("{HEAD}{}data: {report}\n\n", chunk("one"))).await;
    let reported = LlmError::Interrupted("the server reported server_error".into());
    assert_eq!(play(config(&url)).await, [Ok(text("one")), Err(reported)]);
}

#[tokio::test]
async fn characters_may_be_split_between_packets() {
    let (url, server) = raw_server(HEAD.into()).await;
    let mut stream = OpenAiClient::new(config(&url)).unwrap().stream(request());
    let writer = tokio::spawn(async move {
        let mut socket = server.await.unwrap();
        socket.set_nodelay(true).unwrap();
        for byte in whole_answer().bytes() {
            socket.write_all(&[byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
        socket
    });
    for expected in whole_deltas() {
        assert_eq!(stream.next().await, Some(expected));
    }
    assert_eq!(stream.next().await, None, "the done event ends the stream while the connection is open");
    drop(writer);
}

#[tokio::test]
async fn dropping_the_stream_closes_the_connection() {
    let (url, server) = raw_server(format!("{HEAD}{}", chunk("one"))).await;
    let client = OpenAiClient::new(config(&url)).unwrap();
    let mut stream = client.stream(request());
    assert_eq!(stream.next().await, Some(Ok(text("one"))));
    drop(stream);
    let mut socket = server.await.unwrap();
    let closed = tokio::time::timeout(Duration::from_secs(5), socket.read(&mut [0; 16])).await;
    assert!(matches!(closed, Ok(Ok(0) | Err(_))), "the connection stayed open");
}

#[tokio::test]
async fn an_answer_that_is_no_event_stream_is_refused() {
    let server = MockServer::start().await;
    let page = ResponseTemplate::new(200).set_body_string("<html>sign in</html>");
    Mock::given(method("POST")).respond_with(page).mount(&server).await;
    assert_eq!(play(config(&server.uri())).await, [Err(LlmError::BadAnswer("not an event stream".into()))]);
}
