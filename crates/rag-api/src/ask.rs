//! `POST /v1/ask` and `/v1/sessions/{id}/ask`: a question, answered as JSON or as server-sent events.

use std::{
    convert::Infallible,
    time::{Duration, Instant},
};

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use bytes::Bytes;
use futures_util::stream;
use rag_schema::ids::SessionId;
use serde::{Deserialize, Serialize};
use tokio::{sync::mpsc::Receiver, time::timeout};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    answers::{TokenView, TurnView},
    app::App,
    auth::{Ask, Caller, May, Proof},
    extract::{Body, Id},
    problem::{ApiError, ApiResult, Code, Problem},
    search::{collection_ids, parse_filter},
    turn::{self, Event, Question},
    understanding::UnderstandingBody,
};

/// How long an open stream goes on before it is asked whether its caller is let in still.
const PROOF_HOLDS: Duration = Duration::from_secs(2);

/// A question.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskBody {
    /// The question, 1 to 10,000 characters; the server's settings may allow fewer.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub(crate) question: String,
    /// Collections to search, at most 100; all when absent or empty.
    #[serde(default)]
    #[validate(length(max = 100))]
    pub(crate) collection_ids: Vec<Uuid>,
    /// Only documents that pass it; as for `/v1/search`.
    #[schema(value_type = Option<Object>)]
    pub(crate) filter: Option<serde_json::Value>,
    /// Which steps are taken to understand the question; as for `/v1/search`.
    pub(crate) understanding: Option<UnderstandingBody>,
}

/// Asks in a new session, titled by the question. With `Accept: text/event-stream` the answer comes as events
/// `sources`, `token` (several), `citation` (several) and `done`, or `error` with a problem.
#[utoipa::path(post, path = "/v1/ask", tag = "answers", request_body = AskBody, responses(
    (status = 200, content((TurnView = "application/json"), (String = "text/event-stream"))),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
    (status = 502, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn ask(
    app: web::Data<App>,
    caller: May<Ask>,
    req: HttpRequest,
    Body(body): Body<AskBody>,
) -> ApiResult<HttpResponse> {
    answer(&app, &caller, &req, None, body).await
}

/// Asks in a session; the answer as for `/v1/ask`.
#[utoipa::path(post, path = "/v1/sessions/{id}/ask", tag = "answers", params(("id" = Uuid, Path)), request_body = AskBody, responses(
    (status = 200, content((TurnView = "application/json"), (String = "text/event-stream"))),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
    (status = 502, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn ask_in_session(
    app: web::Data<App>,
    caller: May<Ask>,
    req: HttpRequest,
    Id(id): Id<SessionId>,
    Body(body): Body<AskBody>,
) -> ApiResult<HttpResponse> {
    answer(&app, &caller, &req, Some(id), body).await
}

async fn answer(
    app: &App,
    caller: &Caller,
    req: &HttpRequest,
    session: Option<SessionId>,
    body: AskBody,
) -> ApiResult<HttpResponse> {
    if body.question.trim().is_empty() {
        return Err(ApiError::field("question", "must not be blank"));
    }
    let collections = collection_ids(body.collection_ids);
    let filter = parse_filter(body.filter.as_ref())?;
    let server = app.engine.settings().search.understanding;
    let understanding = UnderstandingBody::applied_to(body.understanding, server)?;
    let question = Question {
        actor: caller.actor,
        user: caller.person()?.id,
        session,
        text: body.question,
        collections,
        filter,
        understanding,
    };
    let mut events = turn::start(app, question);
    let first = match events.recv().await {
        Some(Event::Error(error)) => return Err(error),
        Some(event) => event,
        None => return Err(lost()),
    };
    let accept = req.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.contains("text/event-stream") {
        Ok(as_stream(app, caller.proof, first, events))
    } else {
        as_json(first, events).await
    }
}

async fn as_json(first: Event, mut events: Receiver<Event>) -> ApiResult<HttpResponse> {
    let Event::Sources(sources) = first else { return Err(lost()) };
    while let Some(event) = events.recv().await {
        match event {
            Event::Done(answer) => return Ok(HttpResponse::Ok().json(TurnView { sources, answer })),
            Event::Error(error) => return Err(error),
            Event::Sources(_) | Event::Token(_) => {}
        }
    }
    Err(lost())
}

fn as_stream(app: &App, proof: Proof, first: Event, events: Receiver<Event>) -> HttpResponse {
    let pause = Duration::from_millis(app.settings.heartbeat_ms.max(1)).min(PROOF_HOLDS);
    let state = Some((Some(first), events, Frames::default(), Instant::now()));
    let app = app.clone();
    let body = stream::unfold(state, move |state| {
        let app = app.clone();
        async move {
            let (first, mut events, mut frames, mut proven) = state?;
            let event = match first {
                Some(event) => Ok(Some(event)),
                None => timeout(pause, events.recv()).await,
            };
            if proven.elapsed() >= PROOF_HOLDS {
                if !app.holds(proof).await {
                    // Dropping the receiver stops the model.
                    return Some((Ok(Bytes::from(frames.of(Event::Error(revoked())))), None));
                }
                proven = Instant::now();
            }
            let frame = match event {
                Ok(None) => return None,
                Ok(Some(event)) => frames.of(event),
                Err(_silence) => ": still here\n\n".to_owned(),
            };
            Some((Ok::<_, Infallible>(Bytes::from(frame)), Some((None, events, frames, proven))))
        }
    });
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(Box::pin(body))
}

/// Turns events into the text of the stream and counts them.
#[derive(Debug, Default)]
struct Frames {
    last_id: u64,
}

impl Frames {
    fn of(&mut self, event: Event) -> String {
        match event {
            Event::Sources(sources) => self.frame("sources", &sources),
            Event::Token(text) => self.frame("token", &TokenView { text }),
            Event::Done(answer) => {
                let citations: String =
                    answer.citations.iter().map(|citation| self.frame("citation", citation)).collect();
                citations + &self.frame("done", &answer)
            }
            Event::Error(error) => self.frame("error", &error.problem(None)),
        }
    }

    fn frame(&mut self, name: &str, data: &impl Serialize) -> String {
        self.last_id += 1;
        // JSON has no bare line breaks, so one data line holds it.
        let data = serde_json::to_string(data).unwrap_or_default();
        format!("id: {}\nevent: {name}\ndata: {data}\n\n", self.last_id)
    }
}

fn revoked() -> ApiError {
    ApiError::new(Code::Unauthorized, "The key or login that this was asked with is not good any more.")
}

fn lost() -> ApiError {
    ApiError::new(Code::Internal, "The turn ended without a word.")
}
