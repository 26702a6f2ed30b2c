//! `/v1/ai-sdk/chat`: chats of the Vercel AI SDK (versions 5 to 7) and assistant-ui; a chat is a session.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::header::{HeaderName, HeaderValue},
    web,
};
use rag_engine::answer::{Place, Question, TranscriptReader};
use rag_repo::{PgConnection, RepoError, RepoResult, messages, sessions, turns};
use rag_schema::{
    enums::Sender,
    ids::{MessageId, SessionId, UserId},
    models::TurnRow,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    ai_sdk_parts::UiParts,
    app::App,
    ask::{is_begun, start_stored_turn},
    auth::{Ask, Caller, May},
    event_stream,
    extract::Body,
    problem::{ApiError, ApiResult, Code},
    registration::Input,
    respond::NoContent,
    search::{collection_ids, parse_filter},
    sessions::MAX_BRANCH_MESSAGES,
};

/// Header with the version of the stream protocol.
const VERSION: HeaderName = HeaderName::from_static("x-vercel-ai-ui-message-stream");

/// A part of a message. Only texts are used.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UiPart {
    /// `text`; other kinds are ignored.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Text of the part.
    #[serde(default)]
    pub(crate) text: Option<String>,
}

/// A message of the chat in the client's form.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UiMessage {
    /// `user`, `assistant` or `system`.
    pub(crate) role: String,
    /// Parts of the message.
    #[serde(default)]
    pub(crate) parts: Vec<UiPart>,
}

impl UiMessage {
    fn is_question(&self) -> bool {
        self.role == "user"
    }

    fn text(&self) -> String {
        let texts =
            self.parts.iter().filter(|part| part.kind == "text").filter_map(|part| part.text.as_deref());
        texts.collect::<Vec<_>>().join("\n")
    }
}

/// A request of the AI SDK's default transport. Fields that are not listed are ignored.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UiChatBody {
    /// Id of the chat, 1 to 200 characters: the id of a session, or any other text, for which a session is created.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) id: String,
    /// Messages of the chat; the last question is answered. Earlier messages are read from the session.
    pub(crate) messages: Vec<UiMessage>,
    /// `submit-message`, the default, or `regenerate-message`.
    #[serde(default)]
    pub(crate) trigger: Option<String>,
    /// Id of the message that is edited or regenerated.
    #[serde(default)]
    pub(crate) message_id: Option<String>,
    /// Ids of collections to search, at most 100; all if absent or empty.
    #[serde(default)]
    #[validate(length(max = 100))]
    pub(crate) collection_ids: Vec<Uuid>,
    /// Condition that documents must meet; as for `/v1/search`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(crate) filter: Option<serde_json::Value>,
}

/// The chat in the path.
pub(crate) struct ChatPath(String);

impl FromRequest for ChatPath {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let chat = req.match_info().get("chat").map(str::to_owned);
        ready(chat.map(Self).ok_or_else(|| ApiError::not_found("chat")))
    }
}

impl Input for ChatPath {
    const PROBLEMS: &'static [Code] = &[Code::NotFound];
}

/// Answers the last message of a chat as a UI-message stream. The turn continues if the client disconnects.
#[utoipa::path(post, path = "/v1/ai-sdk/chat", tag = "answers", request_body = UiChatBody, responses(
    (status = 200, body = String, content_type = "text/event-stream")))]
pub(crate) async fn ui_chat(
    app: web::Data<App>,
    caller: May<Ask>,
    req: HttpRequest,
    Body(body): Body<UiChatBody>,
) -> ApiResult<HttpResponse> {
    let user = caller.person()?.id;
    let is_again = body.trigger.as_deref() == Some("regenerate-message");
    let mut questions = body.messages.iter().filter(|message| message.is_question());
    let (asked, text) =
        (questions.clone().count(), questions.next_back().map(UiMessage::text).unwrap_or_default());
    if !is_again && text.trim().is_empty() {
        return Err(ApiError::field("messages", "the last question has no text"));
    }
    let session = session_of(user, &body.id);
    let actor = caller.actor;
    let edited = body.message_id.filter(|_| is_again || asked > 0);
    let place = app
        .read(actor, move |conn| match &edited {
            None if !is_again => Ok(Place::Opening),
            named => place_of(conn, session, named.as_deref(), asked, is_again),
        })
        .await?;
    let question = Question {
        actor,
        user,
        session: Some(session),
        place,
        text,
        instructions: None,
        collections: collection_ids(body.collection_ids),
        filter: parse_filter(body.filter.as_ref())?,
        as_of: None,
        understanding: None,
        ranking: None,
        conversation: None,
    };
    let (reader, frames) = start_stored_turn(&app, question, true);
    is_begun(&reader).await?;
    Ok(respond(&app, &req, &caller, frames))
}

/// Returns the stream of the chat's running turn, from its beginning; 204 if there is none.
#[utoipa::path(get, path = "/v1/ai-sdk/chat/{chat}/stream", tag = "answers", params(("chat" = String, Path)), responses(
    (status = 200, body = String, content_type = "text/event-stream"),
    (status = 204)))]
pub(crate) async fn ui_resume(
    app: web::Data<App>,
    caller: May<Ask>,
    req: HttpRequest,
    ChatPath(chat): ChatPath,
) -> ApiResult<HttpResponse> {
    let Some(turn) = running_turn(&app, &caller, &chat).await? else {
        return Ok(HttpResponse::NoContent().finish());
    };
    let actor = caller.actor;
    let follow =
        app.blocking(move |engine| Ok(engine.follow_turn(actor, turn.session_id, turn.message_id, 0)?));
    Ok(match follow.await? {
        Some(reader) => respond(&app, &req, &caller, reader),
        None => HttpResponse::NoContent().finish(),
    })
}

/// Stops the chat's running turn, if there is one.
#[utoipa::path(post, path = "/v1/ai-sdk/chat/{chat}/stop", tag = "answers", params(("chat" = String, Path)), responses(
    (status = 204)))]
pub(crate) async fn ui_stop(
    app: web::Data<App>,
    caller: May<Ask>,
    ChatPath(chat): ChatPath,
) -> ApiResult<NoContent> {
    if let Some(turn) = running_turn(&app, &caller, &chat).await? {
        let actor = caller.actor;
        app.blocking(move |engine| Ok(engine.stop_turn(actor, turn.session_id, turn.message_id)?)).await?;
    }
    Ok(NoContent)
}

fn respond(app: &App, req: &HttpRequest, caller: &Caller, reader: TranscriptReader) -> HttpResponse {
    let mut response = event_stream::respond_with(app, req, caller.proof, reader, UiParts::default());
    response.headers_mut().insert(VERSION, HeaderValue::from_static("v1"));
    response
}

/// Returns the session of a chat: the one with that id, or one derived from the user and the chat's name.
fn session_of(user: UserId, chat: &str) -> SessionId {
    if let Ok(id) = chat.parse::<SessionId>() {
        return id;
    }
    let mut hash = Sha256::new();
    hash.update(user.uuid().as_bytes());
    hash.update(chat.as_bytes());
    let mut bytes = [0; 16];
    for (byte, hashed) in bytes.iter_mut().zip(hash.finalize()) {
        *byte = hashed;
    }
    SessionId::from(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

async fn running_turn(app: &App, caller: &Caller, chat: &str) -> ApiResult<Option<TurnRow>> {
    let session = session_of(caller.person()?.id, chat);
    let running = app.read_primary(caller.actor, move |conn| turns::list_running(conn, session)).await?;
    Ok(running.into_iter().next_back())
}

/// Returns the place of a question that is edited or regenerated. It is identified by its id, or by its number among the
/// questions of the branch.
fn place_of(
    conn: &mut PgConnection,
    session: SessionId,
    named: Option<&str>,
    asked: usize,
    is_again: bool,
) -> RepoResult<Place> {
    let place = if is_again { Place::Again } else { Place::Beside };
    if let Some(id) = named.and_then(|id| id.parse::<MessageId>().ok()) {
        match messages::find(conn, session, id) {
            Ok(message) => return Ok(place(message.question_id.unwrap_or(message.id))),
            Err(RepoError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    let found = match sessions::find(conn, session) {
        Err(RepoError::NotFound) if !is_again => return Ok(Place::Opening),
        found => found?,
    };
    let branch = match found.active_message_id {
        Some(last) => messages::list_branch(conn, session, last, MAX_BRANCH_MESSAGES)?,
        None => Vec::new(),
    };
    let mut questions = branch.iter().filter(|message| message.sender == Sender::User);
    let question = questions.nth(asked.saturating_sub(1));
    match question {
        Some(question) => Ok(place(question.id)),
        None if is_again => Err(RepoError::NotFound),
        None => Ok(Place::Opening),
    }
}
