//! `/v1/sessions/{id}/messages/{message_id}/..`: streaming a turn from any event on, and stopping it.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, web};
use rag_schema::ids::{MessageId, SessionId};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::App,
    auth::{Ask, May},
    event_stream,
    extract::Params,
    problem::{ApiError, ApiResult, Code},
    registration::Input,
    respond::NoContent,
};

/// The ids of a session and a message in the path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MessagePath {
    pub(crate) session: SessionId,
    pub(crate) message: MessageId,
}

impl FromRequest for MessagePath {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = |name| req.match_info().get(name)?.parse::<Uuid>().ok();
        let path = id("id").zip(id("message_id"));
        let path = path.map(|(session, message)| Self { session: session.into(), message: message.into() });
        ready(path.ok_or_else(|| ApiError::not_found("message")))
    }
}

impl Input for MessagePath {
    const PROBLEMS: &'static [Code] = &[Code::NotFound];
}

/// The start of a stream.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsParams {
    /// Only events after the one with this id, for clients that cannot send `Last-Event-ID`, which takes precedence.
    pub(crate) after: Option<u32>,
}

/// Streams a turn, named by the id of its answer, from any process of the server: the events after `Last-Event-ID`, and further
/// ones as they occur. 204 if the turn has ended and the client has read all of it. Streams are kept for a day.
#[utoipa::path(get, path = "/v1/sessions/{id}/messages/{message_id}/events", tag = "answers",
    params(("id" = Uuid, Path), ("message_id" = Uuid, Path), EventsParams, ("Last-Event-ID" = Option<String>, Header)), responses(
    (status = 200, body = String, content_type = "text/event-stream"),
    (status = 204)))]
pub(crate) async fn stream_events(
    app: web::Data<App>,
    caller: May<Ask>,
    req: HttpRequest,
    path: MessagePath,
    Params(params): Params<EventsParams>,
) -> ApiResult<HttpResponse> {
    if app.shutdown.is_cancelled() {
        return Err(event_stream::stopping());
    }
    let last = req.headers().get("last-event-id").and_then(|id| id.to_str().ok()?.trim().parse::<u32>().ok());
    let position = usize::try_from(last.or(params.after).unwrap_or(0)).unwrap_or(usize::MAX);
    let MessagePath { session, message } = path;
    let actor = caller.actor;
    let reader =
        app.blocking(move |engine| Ok(engine.follow_turn(actor, session, message, position)?)).await?;
    Ok(match reader {
        Some(reader) => event_stream::respond(&app, &req, caller.proof, reader),
        None => HttpResponse::NoContent().finish(),
    })
}

/// Stops a turn, named by the id of its answer, in any process of the server. The part that is written is stored. Does nothing if
/// the turn has ended.
#[utoipa::path(post, path = "/v1/sessions/{id}/messages/{message_id}/stop", tag = "answers",
    params(("id" = Uuid, Path), ("message_id" = Uuid, Path)), responses(
    (status = 204)))]
pub(crate) async fn stop_turn(
    app: web::Data<App>,
    caller: May<Ask>,
    path: MessagePath,
) -> ApiResult<NoContent> {
    let MessagePath { session, message } = path;
    app.blocking(move |engine| Ok(engine.stop_turn(caller.actor, session, message)?)).await?;
    Ok(NoContent)
}
