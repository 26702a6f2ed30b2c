//! `/v1/sessions`: conversations and their messages.

use actix_web::web::{self, Json};
use chrono::{DateTime, Utc};
use rag_engine::answer::{read_citations, read_timings};
use rag_repo::{messages, sessions};
use rag_schema::{
    enums::{Outcome, StopReason},
    ids::{MessageId, SessionId},
    models::{ChatMessage, ChatSession},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    answers::{CitationView, TurnTimingsView},
    app::App,
    auth::{Ask, May},
    extract::{Body, Id, Params},
    names::check_name,
    page::{ListView, OrdinalParams, PageParams},
    problem::ApiResult,
    respond::{Created, NoContent},
};

/// A session to create.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateSessionBody {
    /// Title, 1 to 200 characters.
    #[validate(length(min = 1, max = 200), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) title: Option<String>,
}

/// A conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// Id.
    pub(crate) id: Uuid,
    /// Title.
    pub(crate) title: String,
    /// When it was made.
    pub(crate) created_at: DateTime<Utc>,
    /// When a turn was last added.
    pub(crate) updated_at: DateTime<Utc>,
}

impl From<ChatSession> for SessionView {
    fn from(row: ChatSession) -> Self {
        Self { id: row.id.uuid(), title: row.title, created_at: row.created_at, updated_at: row.updated_at }
    }
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageView {
    /// Id.
    pub(crate) id: Uuid,
    /// Place in the conversation, from 0.
    pub(crate) ordinal: i32,
    /// Question that an answer answers; absent for a question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) question_id: Option<Uuid>,
    /// `user` or `assistant`.
    pub(crate) sender: &'static str,
    /// What was said.
    pub(crate) text: String,
    /// How an answer ended: `answered`, `not_found`, `failed` or `stopped`.
    pub(crate) outcome: Option<&'static str>,
    /// Why an answer was stopped: `asker`, `length`, `time` or `shutdown`; absent when it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stop_reason: Option<&'static str>,
    /// Checked citations, as in an answer.
    pub(crate) citations: Vec<CitationView>,
    /// Name of the model, or `extractive`.
    pub(crate) answered_by: Option<String>,
    /// Duration of each step; empty for a question.
    pub(crate) timings: TurnTimingsView,
    /// Tokens read by the model, when it says so.
    pub(crate) prompt_tokens: Option<i32>,
    /// Tokens written by the model, when it says so.
    pub(crate) completion_tokens: Option<i32>,
    /// When it was stored.
    pub(crate) created_at: DateTime<Utc>,
}

impl From<ChatMessage> for MessageView {
    fn from(row: ChatMessage) -> Self {
        Self {
            id: row.id.uuid(),
            ordinal: row.ordinal,
            question_id: row.question_id.map(MessageId::uuid),
            sender: row.sender.as_str(),
            text: row.text,
            outcome: row.outcome.map(Outcome::as_str),
            stop_reason: row.stop_reason.map(StopReason::as_str),
            citations: read_citations(&row.citations).into_iter().map(CitationView::from).collect(),
            answered_by: row.answered_by,
            timings: read_timings(&row.timings).into(),
            prompt_tokens: row.prompt_tokens,
            completion_tokens: row.completion_tokens,
            created_at: row.created_at,
        }
    }
}

/// Starts a conversation.
#[utoipa::path(post, path = "/v1/sessions", tag = "sessions", request_body = CreateSessionBody, responses(
    (status = 201, body = SessionView, headers(("Location" = String)))))]
pub(crate) async fn create_session(
    app: web::Data<App>,
    caller: May<Ask>,
    Body(body): Body<CreateSessionBody>,
) -> ApiResult<Created<SessionView>> {
    let user = caller.person()?.id;
    let row = app
        .blocking(move |engine| Ok(engine.create_session(caller.actor, user, body.title.as_deref())?))
        .await?;
    let location = format!("/v1/sessions/{}", row.id);
    Ok(Created::at(location, SessionView::from(row)))
}

/// Your conversations, newest first.
#[utoipa::path(get, path = "/v1/sessions", tag = "sessions", params(PageParams), responses(
    (status = 200, body = ListView<SessionView>)))]
pub(crate) async fn list_sessions(
    app: web::Data<App>,
    caller: May<Ask>,
    Params(params): Params<PageParams>,
) -> ApiResult<Json<ListView<SessionView>>> {
    let page = params.page();
    let rows = app.read(caller.actor, move |conn| sessions::list(conn, page)).await?;
    let views = rows.into_iter().map(SessionView::from).collect();
    Ok(Json(ListView::new(views, params.limit, |view| view.id.to_string())))
}

/// One conversation.
#[utoipa::path(get, path = "/v1/sessions/{id}", tag = "sessions", params(("id" = Uuid, Path)), responses(
    (status = 200, body = SessionView)))]
pub(crate) async fn get_session(
    app: web::Data<App>,
    caller: May<Ask>,
    Id(id): Id<SessionId>,
) -> ApiResult<Json<SessionView>> {
    let row = app
        .read(caller.actor, move |conn| sessions::find(conn, id))
        .await
        .map_err(|error| error.naming("session"))?;
    Ok(Json(SessionView::from(row)))
}

/// Messages of a conversation, in order.
#[utoipa::path(get, path = "/v1/sessions/{id}/messages", tag = "sessions", params(("id" = Uuid, Path), OrdinalParams), responses(
    (status = 200, body = ListView<MessageView>)))]
pub(crate) async fn list_messages(
    app: web::Data<App>,
    caller: May<Ask>,
    Id(id): Id<SessionId>,
    Params(params): Params<OrdinalParams>,
) -> ApiResult<Json<ListView<MessageView>>> {
    let (limit, after) = (params.limit, params.after);
    let rows = app
        .read(caller.actor, move |conn| {
            sessions::find(conn, id)?;
            messages::list(conn, id, limit + 1, after)
        })
        .await
        .map_err(|error| error.naming("session"))?;
    let views = rows.into_iter().map(MessageView::from).collect();
    Ok(Json(ListView::new(views, limit, |view: &MessageView| view.ordinal.to_string())))
}

/// Deletes a conversation with its messages, and stops its answers under way.
#[utoipa::path(delete, path = "/v1/sessions/{id}", tag = "sessions", params(("id" = Uuid, Path)), responses(
    (status = 204)))]
pub(crate) async fn delete_session(
    app: web::Data<App>,
    caller: May<Ask>,
    Id(id): Id<SessionId>,
) -> ApiResult<NoContent> {
    app.blocking(move |engine| Ok(engine.delete_session(caller.actor, id)?)).await?;
    Ok(NoContent)
}
