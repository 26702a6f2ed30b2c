//! `POST /v1/ask`, `/v1/sessions/{id}/ask` and `.../regenerate`: answers a question as JSON or as server-sent events.

use std::future::{Future, pending};

use actix_web::{HttpRequest, HttpResponse, http::header, rt, web};
use chrono::{DateTime, Utc};
use rag_engine::{
    Actor,
    answer::{Event, Place, Question, TranscriptReader, TurnLog, TurnReader, run},
};
use rag_schema::ids::{MessageId, SessionId, UserId};
use serde::Deserialize;
use tracing::Instrument as _;
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
    ranking::RankingBody,
    search::{collection_ids, parse_filter},
    turns::MessagePath,
    understanding::UnderstandingBody,
};

/// A question.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskBody {
    /// Question, 1 to 10,000 characters; the server's settings may allow fewer.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub(crate) question: String,
    /// Instructions for the form of a chat model's answer, 1 to 4,000 characters; those of the session or of the only collection asked
    /// if absent. Without a chat model they have no effect.
    #[validate(length(min = 1, max = 4000))]
    #[schema(min_length = 1, max_length = 4000)]
    pub(crate) instructions: Option<String>,
    /// Ids of collections to search, at most 100; if absent or empty, those of the session, or all.
    #[serde(default)]
    #[validate(length(max = 100))]
    pub(crate) collection_ids: Vec<Uuid>,
    /// Condition that documents must meet, as for `/v1/search`; that of the session or of the only collection asked if absent.
    #[schema(value_type = Option<Object>)]
    pub(crate) filter: Option<serde_json::Value>,
    /// Steps of understanding the question, as for `/v1/search`; absent steps keep the defaults of the session, of the only collection
    /// asked, or of the server.
    pub(crate) understanding: Option<UnderstandingBody>,
    /// Ranking of the evidence, as for `/v1/search`; absent fields keep the server's settings.
    pub(crate) ranking: Option<RankingBody>,
    /// Time as of which is searched: the versions of documents that were the newest then, as far as they are kept.
    pub(crate) as_of: Option<DateTime<Utc>>,
    /// Id of the question in the same session that this one replaces: the conversation continues in a new branch.
    pub(crate) replaces: Option<Uuid>,
}

/// The options for answering a question again.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegenerateBody {
    /// Instructions for the form of a chat model's answer, as in a question.
    #[validate(length(min = 1, max = 4000))]
    #[schema(min_length = 1, max_length = 4000)]
    pub(crate) instructions: Option<String>,
    /// Ids of collections to search, at most 100; if absent or empty, those of the session, or all.
    #[serde(default)]
    #[validate(length(max = 100))]
    pub(crate) collection_ids: Vec<Uuid>,
    /// Condition that documents must meet; as for `/v1/search`.
    #[schema(value_type = Option<Object>)]
    pub(crate) filter: Option<serde_json::Value>,
    /// Steps of understanding the question; as for `/v1/search`.
    pub(crate) understanding: Option<UnderstandingBody>,
    /// Ranking of the evidence; as for `/v1/search`.
    pub(crate) ranking: Option<RankingBody>,
    /// Time as of which is searched, as in a question. The time of the question is not kept: send it again.
    pub(crate) as_of: Option<DateTime<Utc>>,
}

/// Asks in a new session, whose title is the question. With `Accept: text/event-stream` the answer is a stream of events: `turn`,
/// `sources`, `thought` and `token` (several), `citation` (several) and `done`, or `error` with a problem. The turn of a stream
/// continues if the client disconnects: the client can resume or stop it with the ids in `turn`. If the client waits for JSON,
/// disconnecting stops the turn.
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

/// Asks in a session. The response is as for `/v1/ask`.
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

/// Answers a question again; it is identified by its own id or by that of one of its answers. The new answer begins a branch of
/// its own beside the others. The response is as for `/v1/ask`.
#[utoipa::path(post, path = "/v1/sessions/{id}/messages/{message_id}/regenerate", tag = "answers",
    params(("id" = Uuid, Path), ("message_id" = Uuid, Path)), request_body = RegenerateBody, responses(
    (status = 200, content((TurnView = "application/json"), (String = "text/event-stream"))),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
    (status = 502, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn regenerate(
    app: web::Data<App>,
    caller: May<Ask>,
    req: HttpRequest,
    path: MessagePath,
    Body(body): Body<RegenerateBody>,
) -> ApiResult<HttpResponse> {
    let RegenerateBody { instructions, collection_ids, filter, understanding, ranking, as_of } = body;
    let text = String::new();
    let body = AskBody {
        question: text,
        instructions,
        collection_ids,
        filter,
        as_of,
        understanding,
        ranking,
        replaces: None,
    };
    let question = question(&app, caller.actor, caller.person()?.id, body)?;
    let question = Question { session: Some(path.session), place: Place::Again(path.message), ..question };
    respond(&app, &caller, &req, question).await
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
    let place = match (session, body.replaces) {
        (_, None) => Place::End,
        (Some(_), Some(replaced)) => Place::Beside(MessageId::from(replaced)),
        (None, Some(_)) => return Err(ApiError::not_found("question")),
    };
    let question = Question { session, place, ..question(app, caller.actor, caller.person()?.id, body)? };
    respond(app, caller, req, question).await
}

/// Builds the question of a request, as the first message of a new session.
pub(crate) fn question(app: &App, actor: Actor, user: UserId, body: AskBody) -> ApiResult<Question> {
    let change = |body: UnderstandingBody| body.change("understanding");
    let server = &app.engine.settings().search;
    let ranking = body.ranking.map(|ranking| ranking.applied_to(server)).transpose();
    Ok(Question {
        actor,
        user,
        session: None,
        place: Place::End,
        text: body.question,
        instructions: body.instructions,
        collections: collection_ids(body.collection_ids),
        filter: parse_filter(body.filter.as_ref())?,
        as_of: body.as_of,
        understanding: body.understanding.map(change).transpose()?,
        ranking: ranking.map_err(|rule| ApiError::field("ranking", rule))?,
        conversation: None,
    })
}

async fn respond(
    app: &App,
    caller: &Caller,
    req: &HttpRequest,
    question: Question,
) -> ApiResult<HttpResponse> {
    let accept = req.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_stream = accept.contains("text/event-stream");
    let (mut reader, frames) = start_stored_turn(app, question, is_stream);
    unless_left(req, async move {
        if is_stream {
            is_begun(&reader).await?;
            Ok(event_stream::respond(app, req, caller.proof, frames))
        } else {
            as_json(&mut reader).await
        }
    })
    .await
}

/// Returns the response, unless the client disconnects before it is ready. A turn ends with the reader that `respond` holds,
/// unless it is stored.
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

/// Waits for a turn's first event. A turn that fails before is answered with the status of its failure, not with a stream.
pub(crate) async fn is_begun(reader: &TurnReader) -> ApiResult<()> {
    match reader.clone().next().await.as_deref() {
        Some(Event::Failed(error)) => Err(error.into()),
        _ => Ok(()),
    }
}

/// Starts a turn that is not stored. It ends when its reader is dropped.
pub(crate) fn start_turn(app: &App, question: Question) -> TurnReader {
    let (log, reader) = TurnLog::new();
    spawn_turn(app, question, log);
    reader
}

/// Starts a turn with a transcript.
pub(crate) fn start_stored_turn(
    app: &App,
    question: Question,
    outlives_readers: bool,
) -> (TurnReader, TranscriptReader) {
    let (log, reader, frames) = TurnLog::recorded(event_stream::encode, outlives_readers);
    spawn_turn(app, question, log);
    (reader, frames)
}

/// Runs a turn as a separate task, which stores its answer even if the client has disconnected.
fn spawn_turn(app: &App, question: Question, log: TurnLog) {
    let task = app.clone();
    let turn = async move {
        run(&task.engine, &task, question, &log, &task.shutdown).await;
    };
    rt::spawn(app.turns.track_future(turn.in_current_span()));
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
            Event::Begun(_) | Event::Thought(_) | Event::Token(_) | Event::Citation(_) => {}
        }
    }
    Err(lost())
}

/// Returns the error of a turn whose log ends without a last event.
pub(crate) fn lost() -> ApiError {
    ApiError::new(Code::Internal, "The turn ended without an answer.")
}
