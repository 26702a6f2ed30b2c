//! Servers that stand in for each other, with scripted models and with real sockets.
#![expect(clippy::unwrap_used, reason = "clippy spares test functions, not their helpers")]

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use rag_llm::{
    BreakerState, ChatModel, ChatRequest, ChatServers, Delta, DeltaStream, FinishReason, LlmError, Message,
    OpenAiClient, OpenAiConfig, Price, Role, Writer,
};
use serde_json::json;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

const KEY: &str = "sk-very-secret";
const PRICE: Price = Price { prompt: 2.5, completion: 10.0 };

fn client(base_url: &str, model: &str) -> Arc<dyn ChatModel> {
    let mut config = OpenAiConfig::new(base_url, model);
    config.api_key = Some(KEY.into());
    config.retries = 0;
    Arc::new(OpenAiClient::new(config).unwrap())
}

/// Servers of the models `first`, `second` ..
fn servers(base_urls: &[&str]) -> ChatServers {
    let names = ["first", "second", "third"];
    ChatServers::new(names.iter().zip(base_urls).map(|(name, url)| (client(url, name), PRICE))).unwrap()
}

async fn ask(servers: &ChatServers) -> Vec<Result<Delta, LlmError>> {
    let request = ChatRequest {
        messages: vec![Message::new(Role::User, "a private question")],
        ..ChatRequest::default()
    };
    servers.stream(request).collect().await
}

fn chunk(text: &str, reason: Option<&str>) -> String {
    let choice = json!({"index": 0, "delta": {"content": text}, "finish_reason": reason});
    format!("data: {}\n\n", json!({ "choices": [choice] }))
}

async fn playing(body: String) -> MockServer {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_raw(body, "text/event-stream");
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    server
}

async fn failing(status: u16) -> MockServer {
    let server = MockServer::start().await;
    let body = json!({"error": {"message": "a private text", "code": "overloaded"}});
    let answer = ResponseTemplate::new(status).set_body_json(body);
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    server
}

async fn requests(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

fn states(servers: &ChatServers) -> Vec<BreakerState> {
    servers.servers().iter().map(|server| server.state).collect()
}

/// The answer "Paris" of the model.
fn paris(model: &str) -> Vec<Result<Delta, LlmError>> {
    let end = Delta::End { reason: FinishReason::Stop, usage: None };
    vec![
        Ok(Delta::Writer(Writer { model: model.into(), price: PRICE })),
        Ok(Delta::Text("Paris".into())),
        Ok(end),
    ]
}

#[tokio::test]
async fn whatever_fails_before_the_first_token_is_answered_by_the_next_server() {
    let good = playing(chunk("Paris", Some("stop"))).await;
    let blank = chunk("\n", None) + &chunk(" ", Some("stop"));
    let withheld = chunk("", Some("content_filter"));
    for bad in [
        failing(429).await,
        failing(500).await,
        failing(400).await,
        failing(401).await,
        playing(String::new()).await,
        playing(blank).await,
        playing(withheld).await,
        playing("<html>secret</html>".into()).await,
        playing("data: {\"error\":{\"type\":\"server_error\"}}\n\n".into()).await,
    ] {
        let servers = servers(&[&bad.uri(), &good.uri()]);
        assert_eq!(ask(&servers).await, paris("second"));
        // With 400 the request may have been sent again without `stream_options`.
        assert!(requests(&bad).await >= 1);
    }
    assert_eq!(ask(&servers(&["http://127.0.0.1:1/v1", &good.uri()])).await, paris("second"));
    let unused = failing(500).await;
    assert_eq!(ask(&servers(&[&good.uri(), &unused.uri()])).await, paris("first"));
    assert_eq!(requests(&unused).await, 0);
}

#[tokio::test]
async fn after_the_first_token_no_other_server_is_asked() {
    let broken = playing(chunk("Pa", None)).await;
    let thinking = format!("data: {}\n\n", json!({"choices": [{"delta": {"reasoning_content": "Hm"}}]}));
    let thinking = playing(thinking).await;
    let good = playing(chunk("Paris", Some("stop"))).await;
    for (server, piece) in [(broken, Delta::Text("Pa".into())), (thinking, Delta::Thought("Hm".into()))] {
        let answer = ask(&servers(&[&server.uri(), &good.uri()])).await;
        assert_eq!(answer[1], Ok(piece));
        assert!(matches!(answer[2..], [Err(LlmError::Interrupted(_))]), "{answer:?}");
    }
    assert_eq!(requests(&good).await, 0);
}

#[tokio::test]
async fn the_error_names_the_cause_at_each_server_without_address_key_or_text() {
    let overloaded = failing(503).await;
    let answer = ask(&servers(&["http://127.0.0.1:1/v1", &overloaded.uri()])).await;
    let causes = "server 1 (first): no connection; server 2 (second): status 503, overloaded";
    assert_eq!(answer, [Err(LlmError::Unavailable(causes.into()))]);
    // A single server's error is its own.
    let refused = LlmError::Refused { status: 401, reason: "overloaded".into() };
    assert_eq!(ask(&servers(&[&failing(401).await.uri()])).await, [Err(refused)]);
}

#[tokio::test]
async fn a_server_that_fails_repeatedly_is_left_alone() {
    let (bad, good) = (failing(500).await, playing(chunk("Paris", Some("stop"))).await);
    let both = servers(&[&bad.uri(), &good.uri()]);
    for _ in 0..7 {
        assert_eq!(ask(&both).await, paris("second"));
    }
    assert_eq!(requests(&bad).await, 5);
    assert_eq!(states(&both), [BreakerState::Open, BreakerState::Closed]);

    let alone = servers(&[&bad.uri()]);
    for _ in 0..5 {
        assert!(matches!(ask(&alone).await[..], [Err(LlmError::Unavailable(_))]));
    }
    let answer = ask(&alone).await;
    let [Err(error @ LlmError::Paused { retry_after, .. })] = &answer[..] else { panic!("{answer:?}") };
    assert!((1..=10).contains(&retry_after.as_secs()), "{retry_after:?}");
    let text = error.to_string();
    let cause = "server 1 (first): left alone after 5 failures, the last one: status 500, overloaded";
    assert!(text.ends_with(cause), "{text}");
    assert_eq!(requests(&bad).await, 10);
}

#[tokio::test]
async fn requests_that_no_server_would_take_do_not_count_against_it() {
    let refusing = failing(400).await;
    let withholding = playing(chunk("", Some("content_filter"))).await;
    let full = playing(chunk("", Some("length"))).await;
    for server in [refusing, withholding, full] {
        let servers = servers(&[&server.uri()]);
        for _ in 0..6 {
            let answer = ask(&servers).await;
            let [Err(error)] = &answer[..] else { panic!("{answer:?}") };
            let is_expected =
                matches!(error, LlmError::Refused { .. } | LlmError::Withheld | LlmError::NoRoom);
            assert!(is_expected, "{error}");
        }
        assert_eq!(states(&servers), [BreakerState::Closed]);
    }
}

/// Says nothing, and never ends.
struct Silent;

impl ChatModel for Silent {
    fn name(&self) -> &'static str {
        "silent"
    }

    fn stream(&self, _: ChatRequest) -> DeltaStream {
        Box::pin(futures_util::stream::pending())
    }
}

#[tokio::test]
async fn a_silent_server_is_followed_by_the_next_one_and_the_last_one_has_its_own_time() {
    let time = Duration::from_millis(20);
    let slow = MockServer::start().await;
    let body = chunk("Paris", Some("stop"));
    let answer = ResponseTemplate::new(200).set_body_raw(body, "text/event-stream").set_delay(time * 10);
    Mock::given(method("POST")).respond_with(answer).mount(&slow).await;
    let silent: Arc<dyn ChatModel> = Arc::new(Silent);
    let both = [(silent, PRICE), (client(&slow.uri(), "second"), PRICE)];
    let both = ChatServers::new(both).unwrap().with_first_token_timeout(time);
    assert_eq!(ask(&both).await, paris("second"));
    for _ in 0..4 {
        ask(&both).await;
    }
    assert_eq!(states(&both), [BreakerState::Open, BreakerState::Closed]);
}

#[tokio::test]
async fn a_list_without_servers_is_refused() {
    assert!(matches!(ChatServers::new([]), Err(LlmError::BadConfig(_))));
}
