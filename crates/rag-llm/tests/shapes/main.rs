//! Answers of chat servers in the shapes that were seen in practice, each with its outcome. `docs/CHAT-SERVERS.md` lists them.
#![expect(clippy::unwrap_used, reason = "clippy spares test functions, not their helpers")]

mod cases;

use futures_util::StreamExt;
use rag_llm::{
    ChatModel, ChatRequest, Delta, FinishReason, LlmError, Message, OpenAiClient, OpenAiConfig, Role,
};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use cases::SHAPES;

/// Text, thoughts and tokens of an answer, or the failure.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    Answer(&'static str),
    Thought(&'static str, &'static str),
    Tokens(&'static str, u32),
    Cut(&'static str),
    Withheld,
    /// The limit of the length was reached before the first word.
    NoRoom,
    Broken(&'static str),
    Bad(&'static str),
    Unavailable(&'static str),
    Refused(u16),
}

use Outcome::{Answer, Bad, Broken, Cut, NoRoom, Refused, Thought, Tokens, Unavailable, Withheld};

/// Shape, body with status 200, outcome.
pub(crate) type Shape = (&'static str, &'static str, Outcome);

/// Status, body, `Retry-After` and the outcome without retries.
const REFUSALS: &[(&str, u16, &str, Outcome)] = &[
    (
        "status 502 with a page of HTML",
        502,
        "<html>secret</html>",
        Unavailable("status 502, no reason given"),
    ),
    (
        "status 500 with an error object",
        500,
        "{\"error\":{\"type\":\"server_error\"}}",
        Unavailable("status 500, server_error"),
    ),
    (
        "status 429",
        429,
        "{\"error\":{\"code\":\"rate_limit_exceeded\"}}",
        Unavailable("status 429, rate_limit_exceeded"),
    ),
    ("status 503 without a body", 503, "", Unavailable("status 503, no reason given")),
    ("status 404 with a text", 404, "secret", Refused(404)),
    ("status 401 with an error object", 401, "{\"error\":{\"message\":\"secret\"}}", Refused(401)),
    ("status 302 to a sign-in page", 302, "", Refused(302)),
    ("status 204", 204, "", Refused(204)),
];

async fn play(server: &MockServer, case: usize) -> Outcome {
    let mut config = OpenAiConfig::new(format!("{}/{case}", server.uri()), "tiny");
    config.retries = 0;
    let request = ChatRequest { messages: vec![Message::new(Role::User, "?")], ..ChatRequest::default() };
    let mut stream = OpenAiClient::new(config).unwrap().stream(request);
    let (mut text, mut thoughts) = (String::new(), String::new());
    while let Some(delta) = stream.next().await {
        match delta {
            Ok(Delta::Text(piece)) => text.push_str(&piece),
            Ok(Delta::Thought(piece)) => thoughts.push_str(&piece),
            Ok(Delta::WereThoughts) => thoughts.push_str(&std::mem::take(&mut text)),
            Ok(Delta::Writer(_)) => {}
            Ok(Delta::End { reason, usage }) => {
                assert!(stream.next().await.is_none(), "nothing follows the end");
                let text: &'static str = text.leak();
                return match (reason, usage) {
                    (FinishReason::ContentFilter, _) => Withheld,
                    (FinishReason::Length, _) => Cut(text),
                    (_, Some(usage)) => Tokens(text, usage.total_tokens),
                    _ if thoughts.is_empty() => Answer(text),
                    _ => Thought(text, thoughts.leak()),
                };
            }
            Err(error) => {
                assert!(!error.to_string().contains("secret"), "{error}");
                return match error {
                    LlmError::Interrupted(text) => Broken(text.leak()),
                    LlmError::BadAnswer(text) => Bad(text.leak()),
                    LlmError::Unavailable(text) => Unavailable(text.leak()),
                    LlmError::Refused { status, .. } => Refused(status),
                    LlmError::NoRoom => NoRoom,
                    LlmError::BadConfig(_) | LlmError::Withheld | LlmError::Paused { .. } => {
                        panic!("{error}")
                    }
                };
            }
        }
    }
    panic!("the stream ended without an end");
}

#[tokio::test]
async fn every_shape_has_its_outcome() {
    let server = MockServer::start().await;
    let ok = SHAPES.iter().map(|(name, body, outcome)| (*name, 200, *body, outcome));
    let refused = REFUSALS.iter().map(|(name, status, body, outcome)| (*name, *status, *body, outcome));
    let cases: Vec<_> = ok.chain(refused).collect();
    for (case, (_, status, body, _)) in cases.iter().enumerate() {
        let response = ResponseTemplate::new(*status).set_body_raw(*body, "text/event-stream");
        Mock::given(path(format!("/{case}/chat/completions"))).respond_with(response).mount(&server).await;
    }
    let mut wrong = Vec::new();
    for (case, (name, _, _, expected)) in cases.iter().enumerate() {
        let outcome = play(&server, case).await;
        if outcome != **expected {
            wrong.push(format!("{name}: {outcome:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn every_shape_is_listed_in_the_documentation() {
    let listed = include_str!("../../../../docs/CHAT-SERVERS.md");
    let rows = SHAPES.iter().map(|(name, _, outcome)| (name, outcome));
    let rows = rows.chain(REFUSALS.iter().map(|(name, _, _, outcome)| (name, outcome)));
    let rows: Vec<String> =
        rows.map(|(name, outcome)| format!("| {name} | {} |", describe(outcome))).collect();
    assert!(rows.len() >= 60);
    assert!(listed.contains(&rows.join("\n")), "the table is to be:\n{}", rows.join("\n"));
}

fn describe(outcome: &Outcome) -> String {
    match outcome {
        Answer(_) => "answer".to_owned(),
        Thought(..) => "answer, thoughts apart".to_owned(),
        Tokens(..) => "answer with its tokens".to_owned(),
        Cut(_) => "stopped at its length".to_owned(),
        Withheld => "failure: withheld".to_owned(),
        NoRoom => "failure: no room for a word".to_owned(),
        Broken(cause) => format!("failure: broke off, {cause}"),
        Bad(cause) => format!("failure: cannot be used, {cause}"),
        Unavailable(cause) => format!("failure: unavailable, {cause}"),
        Refused(status) => format!("failure: refused with status {status}"),
    }
}
