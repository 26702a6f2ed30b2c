//! `GET /v1/sessions/{id}/export`: a conversation as a file.

use actix_web::{HttpResponse, http::header, web};
use rag_engine::answer::read_citations;
use rag_repo::{messages, sessions};
use rag_schema::{
    enums::Sender,
    ids::SessionId,
    models::{ChatMessage, ChatSession},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::{
    app::App,
    auth::{Ask, May},
    extract::{Id, Params},
    problem::ApiResult,
    sessions::{MAX_BRANCH_MESSAGES, MessageView, SessionView},
};

/// The format of an exported conversation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExportFormat {
    /// Readable text: the active branch with its citations.
    #[default]
    Markdown,
    /// The session and the messages of all branches.
    Json,
}

/// The options of an export.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportParams {
    /// Format: `markdown`, the default, or `json`.
    #[serde(default)]
    #[param(inline)]
    pub(crate) format: ExportFormat,
}

/// An exported conversation.
#[derive(Debug, Serialize)]
struct ExportView {
    session: SessionView,
    messages: Vec<MessageView>,
}

/// Returns a conversation as a file: Markdown with the active branch, or JSON with all branches; at most 5,000 messages.
#[utoipa::path(get, path = "/v1/sessions/{id}/export", tag = "sessions", params(("id" = Uuid, Path), ExportParams), responses(
    (status = 200, content((String = "text/markdown"), (Object = "application/json")))))]
pub(crate) async fn export_session(
    app: web::Data<App>,
    caller: May<Ask>,
    Id(id): Id<SessionId>,
    Params(params): Params<ExportParams>,
) -> ApiResult<HttpResponse> {
    let is_markdown = params.format == ExportFormat::Markdown;
    let (session, rows) = app
        .read(caller.actor, move |conn| {
            let session = sessions::find(conn, id)?;
            let rows = match session.active_message_id {
                Some(last) if is_markdown => messages::list_branch(conn, id, last, MAX_BRANCH_MESSAGES)?,
                _ => messages::list(conn, id, MAX_BRANCH_MESSAGES, None)?,
            };
            Ok((session, rows))
        })
        .await
        .map_err(|error| error.naming("session"))?;
    Ok(if is_markdown {
        attachment("md", "text/markdown; charset=utf-8").body(to_markdown(&session, &rows))
    } else {
        let messages = rows.into_iter().map(MessageView::from).collect();
        attachment("json", "application/json").json(ExportView { session: session.into(), messages })
    })
}

fn attachment(extension: &str, media_type: &str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    let disposition = format!("attachment; filename=\"conversation.{extension}\"");
    response.insert_header((header::CONTENT_DISPOSITION, disposition)).content_type(media_type);
    response
}

fn to_markdown(session: &ChatSession, messages: &[ChatMessage]) -> String {
    let title = format!("# {}\n", session.title);
    std::iter::once(title).chain(messages.iter().map(message_to_markdown)).collect()
}

fn message_to_markdown(message: &ChatMessage) -> String {
    let speaker = match message.sender {
        Sender::User => "Question",
        Sender::Assistant => "Answer",
    };
    let time = message.created_at.format("%Y-%m-%d %H:%M UTC");
    let text = message.text.trim_end();
    let citations = read_citations(&message.citations).into_iter().map(|citation| {
        let page = citation.page.map(|page| format!(", page {page}")).unwrap_or_default();
        let quote = citation.quote.replace(char::is_whitespace, " ");
        format!("- [{}] {}{page}: \"{quote}\"\n", citation.marker, citation.title)
    });
    let citations: String = citations.collect();
    let gap = if citations.is_empty() { "" } else { "\n" };
    format!("\n## {speaker}, {time}\n\n{text}\n{gap}{citations}")
}
