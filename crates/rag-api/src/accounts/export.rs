//! `GET /v1/me/export`: all data of the user as JSON lines, read and sent a page at a time.

use actix_web::{HttpResponse, http::header, web};
use bytes::Bytes;
use futures_util::stream;
use rag_engine::Actor;
use rag_repo::sessions::SessionFilter;
use rag_repo::{
    Page, PgConnection, RepoResult, api_keys, collections, documents, events, judgements, logins, memories,
    memories::MemoryFilter,
    messages,
    model_usage::{self, DayUsage},
    sessions, summaries, tools, users,
};
use rag_schema::{
    enums::{CollectionKind, Scope},
    ids::{CollectionId, SessionId, UserId},
    models::Event,
};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{keys::KeyView, me::UserView, usage::UsageTotalsView};
use crate::{
    app::App,
    auth::{May, Own},
    judgements::JudgementView,
    memories::MemoryView,
    problem::ApiResult,
    sessions::rated_messages,
    tools::ToolView,
};

/// Number of rows that are read at a time.
const ROWS: i64 = 100;

/// The next part of the export.
#[derive(Debug, Clone)]
enum Step {
    Account,
    Collections { after: Option<Uuid> },
    Documents { collection: CollectionId, after: Option<Uuid> },
    Sessions { after: Option<Uuid> },
    Messages { session: SessionId, after: Option<i32> },
    Memories { after: Option<Uuid> },
    Judgements { after: Option<Uuid> },
    Tools { after: Option<Uuid> },
    ToolUses { after: Option<Uuid> },
    Events { after: Option<Uuid> },
    Usage { after: Option<DayUsage> },
    End,
}

/// Returns everything that you own: account, keys, logins, collections, documents (their originals are at
/// `/v1/documents/{id}/content`), conversations with ratings and summaries, memories, judgements, tools and your uses of
/// tools, events of your actions, and the tokens and costs of chat models by day, model and purpose. One JSON object per line, with its
/// `kind` first.
#[utoipa::path(get, path = "/v1/me/export", tag = "accounts", responses(
    (status = 200, description = "JSON lines", content_type = "application/x-ndjson")))]
pub(crate) async fn export_me(app: web::Data<App>, caller: May<Own>) -> ApiResult<HttpResponse> {
    caller.check_scopes(&[Scope::Read, Scope::Ask])?;
    let (user, actor) = (caller.person()?.id, caller.actor);
    let lines = stream::try_unfold(Step::Account, move |step| {
        let app = app.clone();
        async move { next(&app, actor, user, step).await }
    });
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"export.jsonl\""))
        .streaming(Box::pin(lines)))
}

async fn next(app: &App, actor: Actor, user: UserId, step: Step) -> ApiResult<Option<(Bytes, Step)>> {
    if matches!(step, Step::End) {
        return Ok(None);
    }
    let (lines, step) = app.read(actor, move |conn| page(conn, user, step.clone())).await?;
    Ok(Some((Bytes::from(lines), step)))
}

fn page(conn: &mut PgConnection, user: UserId, step: Step) -> RepoResult<(String, Step)> {
    let mut lines = String::new();
    let next = match step {
        Step::Account => {
            line(&mut lines, "account", &UserView::from(users::find(conn, user)?));
            for key in api_keys::list(conn)? {
                line(&mut lines, "key", &KeyView::from(key));
            }
            for login in logins::list(conn)? {
                line(&mut lines, "login", &json!({"device": login.device, "created_at": login.created_at}));
            }
            Step::Collections { after: None }
        }
        Step::Collections { after } => {
            let found = collections::list(conn, Page { limit: 1, after })?.pop();
            match found {
                Some(row) if row.owner_id == user => {
                    line(
                        &mut lines,
                        "collection",
                        &json!({"id": row.id, "name": row.name, "description": row.description, "defaults": row.defaults, "created_at": row.created_at}),
                    );
                    Step::Documents { collection: row.id, after: None }
                }
                Some(shared) => Step::Collections { after: Some(shared.id.uuid()) },
                None => Step::Sessions { after: None },
            }
        }
        Step::Documents { collection, after } => {
            let rows = documents::list(conn, collection, Page { limit: ROWS, after })?;
            for row in &rows {
                line(
                    &mut lines,
                    "document",
                    &json!({"id": row.id, "collection_id": row.collection_id, "title": row.title, "source": row.source, "media_type": row.media_type, "metadata": row.metadata, "created_at": row.created_at}),
                );
            }
            match rows.last() {
                Some(last) => Step::Documents { collection, after: Some(last.id.uuid()) },
                None => Step::Collections { after: Some(collection.uuid()) },
            }
        }
        Step::Sessions { after } => {
            match sessions::list(conn, &SessionFilter::default(), Page { limit: 1, after })?.pop() {
                Some(row) => {
                    line(
                        &mut lines,
                        "session",
                        &json!({"id": row.id, "title": row.title, "defaults": row.defaults, "created_at": row.created_at}),
                    );
                    Step::Messages { session: row.id, after: None }
                }
                None => Step::Memories { after: None },
            }
        }
        Step::Messages { session, after } => messages_page(conn, session, after, &mut lines)?,
        Step::Memories { after } => {
            let rows = memories::list(conn, &MemoryFilter::default(), Page { limit: ROWS, after })?;
            let last = rows.last().map(|(memory, _)| memory.id.uuid());
            for row in rows {
                line(&mut lines, "memory", &MemoryView::from(row));
            }
            last.map_or(Step::Judgements { after: None }, |last| Step::Memories { after: Some(last) })
        }
        Step::Judgements { after } => judgements_page(conn, user, after, &mut lines)?,
        Step::Tools { after } => tools_page(conn, user, after, &mut lines)?,
        Step::ToolUses { after } => tool_uses_page(conn, user, after, &mut lines)?,
        Step::Events { after } => {
            let rows = events::list_by_user(conn, user, Page { limit: ROWS, after })?;
            for row in &rows {
                line(&mut lines, "event", &event(row));
            }
            rows.last()
                .map_or(Step::Usage { after: None }, |last| Step::Events { after: Some(last.id.uuid()) })
        }
        Step::Usage { after } => {
            let mut rows = model_usage::list_by_user(conn, user, after.as_ref(), ROWS)?;
            for row in &rows {
                line(
                    &mut lines,
                    "usage",
                    &json!({"day": row.day, "model": row.model, "purpose": row.purpose, "total": UsageTotalsView::from(row.totals)}),
                );
            }
            rows.pop().map_or(Step::End, |last| Step::Usage { after: Some(last) })
        }
        Step::End => Step::End,
    };
    Ok((lines, next))
}

/// Writes the next messages of a session with their ratings, and its summaries at the end.
fn messages_page(
    conn: &mut PgConnection,
    session: SessionId,
    after: Option<i32>,
    lines: &mut String,
) -> RepoResult<Step> {
    let rows = messages::list(conn, session, ROWS, after)?;
    let last = rows.last().map(|row| row.ordinal);
    for message in rated_messages(conn, session, rows)? {
        line(lines, "message", &json!({"session_id": session, "message": message}));
    }
    if last.is_some() {
        return Ok(Step::Messages { session, after: last });
    }
    for (message_id, text) in summaries::list(conn, session)? {
        line(lines, "summary", &json!({"session_id": session, "message_id": message_id, "text": text}));
    }
    Ok(Step::Sessions { after: Some(session.uuid()) })
}

/// Writes the next of the user's own tools.
fn tools_page(
    conn: &mut PgConnection,
    user: UserId,
    after: Option<Uuid>,
    lines: &mut String,
) -> RepoResult<Step> {
    let rows = match collections::find_private(conn, user, CollectionKind::Tools)? {
        Some(own) => tools::list(conn, Some(own.id), Page { limit: ROWS, after })?,
        None => Vec::new(),
    };
    let last = rows.last().map(|(tool, _)| tool.id.uuid());
    for row in rows {
        line(lines, "tool", &ToolView::from(row));
    }
    Ok(last.map_or(Step::ToolUses { after: None }, |last| Step::Tools { after: Some(last) }))
}

/// Writes the next of the user's judgements.
fn judgements_page(
    conn: &mut PgConnection,
    user: UserId,
    after: Option<Uuid>,
    lines: &mut String,
) -> RepoResult<Step> {
    let rows = judgements::list(conn, user, None, Page { limit: ROWS, after })?;
    let last = rows.last().map(|judgement| judgement.id.uuid());
    for row in rows {
        line(lines, "judgement", &JudgementView::from(row));
    }
    Ok(last.map_or(Step::Tools { after: None }, |last| Step::Judgements { after: Some(last) }))
}

/// Writes the next of the user's uses of tools.
fn tool_uses_page(
    conn: &mut PgConnection,
    user: UserId,
    after: Option<Uuid>,
    lines: &mut String,
) -> RepoResult<Step> {
    let rows = tools::list_uses_by_user(conn, user, Page { limit: ROWS, after })?;
    for row in &rows {
        line(
            lines,
            "tool_use",
            &json!({"used_at": row.used_at, "tool_id": row.tool_id, "session_id": row.session_id, "outcome": row.outcome, "duration_ms": row.duration_ms}),
        );
    }
    Ok(rows
        .last()
        .map_or(Step::Events { after: None }, |last| Step::ToolUses { after: Some(last.id.uuid()) }))
}

fn event(row: &Event) -> Value {
    json!({
        "occurred_at": row.occurred_at, "kind": row.kind.as_str(), "question": row.question, "collection_ids": row.collection_ids,
        "document_id": row.document.document_id, "session_id": row.answer.session_id, "message_id": row.answer.message_id,
        "outcome": row.answer.outcome, "answered_by": row.answer.answered_by, "result_count": row.search.result_count,
        "total_ms": row.search.total_ms,
    })
}

fn line(lines: &mut String, kind: &str, value: &impl Serialize) {
    lines.push_str(&json!({"kind": kind, "value": value}).to_string());
    lines.push('\n');
}
