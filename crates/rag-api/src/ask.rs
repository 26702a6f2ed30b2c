//! `POST /v1/ask` and `/v1/sessions/{id}/ask`: a question, answered as JSON or as server-sent events.

use std::future::{Future, pending};

use actix_web::{HttpRequest, HttpResponse, http::header, rt, web};
use rag_engine::answer::{Event, Question, TurnLog, TurnReader, run};
use rag_schema::ids::SessionId;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    answers::{SourcesView, TurnView},
    app::App,
    auth::{Ask, Caller, May},
    connection::Connection,
    event_stream,
    extract::{Body, Id},
    problem::{ApiError, ApiResult, Code, Problem},
    search::{collection_ids, parse_filter},
    understanding::UnderstandingBody,
};

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
    (status = 409, body = Problem, content_type = "application/problem+json"),
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
    (status = 409, body = Problem, content_type = "application/problem+json"),
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
    let server = app.engine.settings().search.understanding;
    let question = Question {
        actor: caller.actor,
        user: caller.person()?.id,
        session,
        text: body.question,
        collections: collection_ids(body.collection_ids),
        filter: parse_filter(body.filter.as_ref())?,
        understanding: Some(UnderstandingBody::applied_to(body.understanding, server)?),
        conversation: None,
    };
    let mut reader = start_turn(app, question);
    let accept = req.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    unless_left(req, async move {
        if accept.contains("text/event-stream") {
            is_begun(&reader).await?;
            Ok(event_stream::respond(app, req, caller.proof, reader))
        } else {
            as_json(&mut reader).await
        }
    })
    .await
}

/// The response, unless the client leaves before it is ready. The turn ends with the reader that `respond` holds.
pub(crate) async fn unless_left(
    req: &HttpRequest,
    respond: impl Future<Output = ApiResult<HttpResponse>>,
) -> ApiResult<HttpResponse> {
    let connection = Connection::of_request(req);
    let left = async {
        match &connection {
            Some(connection) => connection.is_left().await,
            None => pending().await,
        }
    };
    tokio::select! {
        response = respond => response,
        () = left => Err(ApiError::new(Code::Timeout, "The client left before the answer came.")),
    }
}

/// Waits for a turn's first event. A turn that fails before it answers with the status of its failure, not with a stream.
pub(crate) async fn is_begun(reader: &TurnReader) -> ApiResult<()> {
    match reader.clone().next().await.as_deref() {
        Some(Event::Failed(error)) => Err(error.into()),
        _ => Ok(()),
    }
}

/// Starts a turn as a task of its own, which ends by storing its answer even when the client has left.
pub(crate) fn start_turn(app: &App, question: Question) -> TurnReader {
    let (log, reader) = TurnLog::new();
    let task = app.clone();
    rt::spawn(app.turns.track_future(async move {
        run(&task.engine, &task, question, &log, &task.shutdown).await;
    }));
    reader
}

async fn as_json(reader: &mut TurnReader) -> ApiResult<HttpResponse> {
    let mut sources = None;
    while let Some(event) = reader.next().await {
        match &*event {
            Event::Sources(found) => sources = Some(SourcesView::from(found)),
            Event::Done(answer) => {
                let sources = sources.ok_or_else(lost)?;
                return Ok(HttpResponse::Ok().json(TurnView { sources, answer: answer.into() }));
            }
            Event::Failed(error) => return Err(error.into()),
            Event::Token(_) | Event::Citation(_) => {}
        }
    }
    Err(lost())
}

/// The failure of a turn whose log ends without its last event.
pub(crate) fn lost() -> ApiError {
    ApiError::new(Code::Internal, "The turn ended without an answer.")
}
