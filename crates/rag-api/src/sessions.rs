//! `/v1/sessions`: conversations and their messages.

use std::collections::HashMap;

use actix_web::web::{self, Json};
use chrono::{DateTime, Utc};
use rag_engine::{
    SessionChange,
    answer::{read_citations, read_remembered, read_sentences, read_timings},
};
use rag_repo::{
    Page, PgConnection, RepoResult, feedback, messages,
    sessions::{self, SessionFilter},
    turns,
};
use rag_schema::{
    enums::{Outcome, SessionMemory, StopReason},
    ids::{MessageId, SessionId},
    models::{AnswerFeedback, ChatMessage, ChatSession},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::{
    answers::{CitationView, RememberedStatementView, SentenceView, TurnTimingsView},
    app::App,
    auth::{Ask, May},
    defaults::{QuestionDefaultsView, SessionDefaultsBody},
    extract::{Body, Id, Params},
    feedback::FeedbackView,
    names::check_name,
    page::{ListView, default_limit},
    problem::ApiResult,
    respond::{Created, NoContent},
};

/// Maximum number of messages of a branch that are listed or exported.
pub(crate) const MAX_BRANCH_MESSAGES: i64 = 5_000;

/// A session to create.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateSessionBody {
    /// Title, 1 to 200 characters.
    #[validate(length(min = 1, max = 200), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) title: Option<String>,
    /// Use of long-term memory: `off`, `read` (questions find memories and earlier rounds) or `read_write` (statements about you are
    /// remembered, too); the server's setting if absent.
    #[schema(value_type = Option<String>)]
    pub(crate) memory: Option<SessionMemory>,
}

/// A conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// Id.
    pub(crate) id: Uuid,
    /// Title.
    pub(crate) title: String,
    /// Time of creation.
    pub(crate) created_at: DateTime<Utc>,
    /// Time of the last turn.
    pub(crate) updated_at: DateTime<Utc>,
    /// Id of the last message of the branch that is shown and continued; absent before the first question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) active_message_id: Option<Uuid>,
    /// Time of archiving; absent if it is not archived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) archived_at: Option<DateTime<Utc>>,
    /// Defaults of its questions, which apply if a question does not have the field itself.
    pub(crate) defaults: QuestionDefaultsView,
    /// Use of long-term memory: `off`, `read` or `read_write`.
    pub(crate) memory: &'static str,
}

impl From<ChatSession> for SessionView {
    fn from(row: ChatSession) -> Self {
        Self {
            id: row.id.uuid(),
            title: row.title,
            created_at: row.created_at,
            updated_at: row.updated_at,
            active_message_id: row.active_message_id.map(MessageId::uuid),
            archived_at: row.archived_at,
            defaults: QuestionDefaultsView::from(&row.defaults),
            memory: row.memory.as_str(),
        }
    }
}

/// Changes of a session; absent fields stay unchanged.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateSessionBody {
    /// Title, 1 to 200 characters.
    #[validate(length(min = 1, max = 200), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) title: Option<String>,
    /// Whether it is archived.
    pub(crate) archived: Option<bool>,
    /// Id of the last message of the branch to show and continue.
    pub(crate) active_message_id: Option<Uuid>,
    /// Defaults of its questions.
    #[serde(default)]
    #[validate(nested)]
    pub(crate) defaults: SessionDefaultsBody,
    /// Use of long-term memory: `off`, `read` or `read_write`.
    #[schema(value_type = Option<String>)]
    pub(crate) memory: Option<SessionMemory>,
}

/// The sessions to list, newest first.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SessionParams {
    /// Maximum number of items, 1 to 200.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: i64,
    /// Only items after the one with this id.
    pub(crate) after: Option<Uuid>,
    /// Only sessions whose title or messages contain this text, ignoring case; 1 to 200 characters.
    #[validate(length(min = 1, max = 200))]
    #[param(min_length = 1, max_length = 200)]
    pub(crate) q: Option<String>,
    /// Whether to list the archived sessions instead of the others.
    #[serde(default)]
    pub(crate) archived: bool,
}

/// Messages of all branches, or of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Branch {
    /// The branch that is shown and continued.
    Active,
    /// All branches.
    All,
}

/// The messages to list, in the order in which they were stored.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MessageParams {
    /// Maximum number of items, 1 to 200.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: i64,
    /// Only items after the one with this ordinal.
    #[validate(range(min = 0))]
    #[param(minimum = 0)]
    pub(crate) after: Option<i32>,
    /// The branch: `active` or `all`, which is the default.
    #[param(inline)]
    pub(crate) branch: Option<Branch>,
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageView {
    /// Id.
    pub(crate) id: Uuid,
    /// Position in the conversation, from 0.
    pub(crate) ordinal: i32,
    /// Id of the question that an answer answers; absent for a question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) question_id: Option<Uuid>,
    /// Id of the message that this one follows; absent for a first question. Messages with the same parent begin branches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parent_id: Option<Uuid>,
    /// Id of the answer that is being written to a question, with which the turn is resumed and stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) turn_id: Option<Uuid>,
    /// `user` or `assistant`.
    pub(crate) sender: &'static str,
    /// Text of the message.
    pub(crate) text: String,
    /// Outcome of an answer: `answered`, `unsupported`, `not_found`, `failed`, `stopped` or `interrupted`.
    pub(crate) outcome: Option<&'static str>,
    /// Reason of the stop: `asker`, `length`, `time` or `shutdown`; absent if it was not stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stop_reason: Option<&'static str>,
    /// A sentence to show below the text of an unsupported answer, as in an answer; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notice: Option<&'static str>,
    /// Checked citations, as in an answer.
    pub(crate) citations: Vec<CitationView>,
    /// Sentences and their support, as in an answer; empty for an answer of an earlier version.
    pub(crate) sentences: Vec<SentenceView>,
    /// Statements of an answer's question that were remembered or refused; absent if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) remembered: Vec<RememberedStatementView>,
    /// Your rating of an answer; absent before one is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) feedback: Option<FeedbackView>,
    /// Name of the model, or `extractive`.
    pub(crate) answered_by: Option<String>,
    /// Version of the templates of the prompt; absent without a chat model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prompt_version: Option<String>,
    /// Duration of each step; empty for a question.
    pub(crate) timings: TurnTimingsView,
    /// Number of tokens that the model read, if it reports them.
    pub(crate) prompt_tokens: Option<i32>,
    /// Number of tokens that the model wrote, if it reports them.
    pub(crate) completion_tokens: Option<i32>,
    /// Time of storing.
    pub(crate) created_at: DateTime<Utc>,
}

impl From<ChatMessage> for MessageView {
    fn from(row: ChatMessage) -> Self {
        Self {
            id: row.id.uuid(),
            ordinal: row.ordinal,
            question_id: row.question_id.map(MessageId::uuid),
            parent_id: row.parent_id.map(MessageId::uuid),
            turn_id: None,
            sender: row.sender.as_str(),
            text: row.text,
            outcome: row.outcome.map(Outcome::as_str),
            stop_reason: row.stop_reason.map(StopReason::as_str),
            notice: None,
            citations: read_citations(&row.citations).into_iter().map(CitationView::from).collect(),
            sentences: read_sentences(&row.sentences).into_iter().map(SentenceView::from).collect(),
            remembered: read_remembered(&row.remembered)
                .into_iter()
                .map(RememberedStatementView::from)
                .collect(),
            feedback: None,
            answered_by: row.answered_by,
            prompt_version: row.prompt_version,
            timings: read_timings(&row.timings).into(),
            prompt_tokens: row.prompt_tokens,
            completion_tokens: row.completion_tokens,
            created_at: row.created_at,
        }
    }
}

/// Returns the messages of a conversation with their ratings.
pub(crate) fn rated_messages(
    conn: &mut PgConnection,
    session: SessionId,
    rows: Vec<ChatMessage>,
) -> RepoResult<Vec<MessageView>> {
    let ids: Vec<MessageId> = rows.iter().map(|row| row.id).collect();
    let mut ratings: HashMap<MessageId, AnswerFeedback> =
        feedback::list(conn, session, &ids)?.into_iter().map(|row| (row.message_id, row)).collect();
    let rated = rows.into_iter().map(|row| {
        let feedback = ratings.remove(&row.id).map(FeedbackView::from);
        MessageView { feedback, ..MessageView::from(row) }
    });
    Ok(rated.collect())
}

/// Creates a conversation.
#[utoipa::path(post, path = "/v1/sessions", tag = "sessions", params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    request_body = CreateSessionBody, responses(
    (status = 201, body = SessionView, headers(("Location" = String)))))]
pub(crate) async fn create_session(
    app: web::Data<App>,
    caller: May<Ask>,
    Body(body): Body<CreateSessionBody>,
) -> ApiResult<Created<SessionView>> {
    let user = caller.person()?.id;
    let row = app
        .blocking(move |engine| {
            Ok(engine.create_session(caller.actor, user, body.title.as_deref(), body.memory)?)
        })
        .await?;
    let location = format!("/v1/sessions/{}", row.id);
    Ok(Created::at(location, SessionView::from(row)))
}

/// Lists your conversations, newest first.
#[utoipa::path(get, path = "/v1/sessions", tag = "sessions", params(SessionParams), responses(
    (status = 200, body = ListView<SessionView>)))]
pub(crate) async fn list_sessions(
    app: web::Data<App>,
    caller: May<Ask>,
    Params(params): Params<SessionParams>,
) -> ApiResult<Json<ListView<SessionView>>> {
    let page = Page { limit: params.limit + 1, after: params.after };
    let filter = SessionFilter { text: params.q, is_archived: Some(params.archived) };
    let rows = app.read(caller.actor, move |conn| sessions::list(conn, &filter, page)).await?;
    let views = rows.into_iter().map(SessionView::from).collect();
    Ok(Json(ListView::new(views, params.limit, |view| view.id.to_string())))
}

/// Returns a conversation.
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

/// Renames a conversation, archives it or restores it from the archive, chooses its active branch, sets defaults of its questions, or its
/// use of memory.
#[utoipa::path(patch, path = "/v1/sessions/{id}", tag = "sessions", params(("id" = Uuid, Path)), request_body = UpdateSessionBody, responses(
    (status = 200, body = SessionView)))]
pub(crate) async fn update_session(
    app: web::Data<App>,
    caller: May<Ask>,
    Id(id): Id<SessionId>,
    Body(body): Body<UpdateSessionBody>,
) -> ApiResult<Json<SessionView>> {
    let change = SessionChange {
        title: body.title,
        is_archived: body.archived,
        active_message: body.active_message_id.map(MessageId::from),
        defaults: body.defaults.change()?,
        memory: body.memory,
    };
    let row = app.blocking(move |engine| Ok(engine.update_session(caller.actor, id, &change)?)).await?;
    Ok(Json(SessionView::from(row)))
}

/// Lists the messages of a conversation, in the order in which they were stored.
#[utoipa::path(get, path = "/v1/sessions/{id}/messages", tag = "sessions", params(("id" = Uuid, Path), MessageParams), responses(
    (status = 200, body = ListView<MessageView>)))]
pub(crate) async fn list_messages(
    app: web::Data<App>,
    caller: May<Ask>,
    Id(id): Id<SessionId>,
    Params(params): Params<MessageParams>,
) -> ApiResult<Json<ListView<MessageView>>> {
    let limit = params.limit;
    let (messages, running) = app
        .read(caller.actor, move |conn| {
            let session = sessions::find(conn, id)?;
            // Read before the messages: a turn that ends in between then appears with its answer.
            let running = turns::list_running(conn, id)?;
            let rows = match params.branch {
                Some(Branch::Active) => branch_page(conn, &session, limit + 1, params.after)?,
                Some(Branch::All) | None => messages::list(conn, id, limit + 1, params.after)?,
            };
            Ok((rated_messages(conn, id, rows)?, running))
        })
        .await
        .map_err(|error| error.naming("session"))?;
    let turn_of = |question: Uuid| {
        let turn = running.iter().rev().find(|turn| turn.question_id.uuid() == question)?;
        Some(turn.message_id.uuid())
    };
    let notice_of = |message: &MessageView| {
        let is_unsupported = message.outcome == Some(Outcome::Unsupported.as_str());
        app.engine.unsupported_notice(&message.text).filter(|_| is_unsupported)
    };
    let views = messages.into_iter().map(|message| MessageView {
        turn_id: turn_of(message.id),
        notice: notice_of(&message),
        ..message
    });
    let views = views.collect();
    Ok(Json(ListView::new(views, limit, |view: &MessageView| view.ordinal.to_string())))
}

/// Returns a page of the active branch.
fn branch_page(
    conn: &mut PgConnection,
    session: &ChatSession,
    limit: i64,
    after: Option<i32>,
) -> RepoResult<Vec<ChatMessage>> {
    let Some(last) = session.active_message_id else { return Ok(Vec::new()) };
    let branch = messages::list_branch(conn, session.id, last, MAX_BRANCH_MESSAGES)?;
    let page = branch.into_iter().filter(|message| after.is_none_or(|after| message.ordinal > after));
    Ok(page.take(usize::try_from(limit).unwrap_or(0)).collect())
}

/// Deletes a conversation with its messages, and stops its running turns.
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
