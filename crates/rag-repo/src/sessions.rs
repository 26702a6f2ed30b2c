//! Chat sessions.

use diesel::{prelude::*, result::OptionalEmptyChangesetExtension};
use rag_schema::{
    ids::{SessionId, UserId},
    models::{ChatSession, ChatSessionChange, NewChatSession},
    schema::{chat_messages, chat_sessions},
};

use crate::{Page, RepoResult, error::changed};

/// Inserts a session.
pub fn insert(conn: &mut PgConnection, new: &NewChatSession<'_>) -> RepoResult<ChatSession> {
    Ok(diesel::insert_into(chat_sessions::table)
        .values(new)
        .returning(ChatSession::as_returning())
        .get_result(conn)?)
}

/// The session.
pub fn find(conn: &mut PgConnection, id: SessionId) -> RepoResult<ChatSession> {
    Ok(chat_sessions::table.filter(chat_sessions::id.eq(id)).select(ChatSession::as_select()).first(conn)?)
}

/// As `find`, and keeps other turns out of the session until the transaction ends.
pub fn lock(conn: &mut PgConnection, id: SessionId) -> RepoResult<ChatSession> {
    Ok(chat_sessions::table
        .filter(chat_sessions::id.eq(id))
        .select(ChatSession::as_select())
        .for_no_key_update()
        .first(conn)?)
}

/// The sessions to list.
#[derive(Debug, Clone, Default)]
pub struct SessionFilter {
    /// Only those whose title or messages contain the text, in any case.
    pub text: Option<String>,
    /// Only those in the archive, or only those outside of it; all when `None`.
    pub is_archived: Option<bool>,
}

/// Sessions, newest first.
pub fn list(conn: &mut PgConnection, filter: &SessionFilter, page: Page) -> RepoResult<Vec<ChatSession>> {
    let mut query = chat_sessions::table
        .select(ChatSession::as_select())
        .order(chat_sessions::id.desc())
        .limit(page.limit)
        .into_boxed();
    if let Some(is_archived) = filter.is_archived {
        query = query.filter(chat_sessions::archived_at.is_not_null().eq(is_archived));
    }
    if let Some(after) = page.after {
        query = query.filter(chat_sessions::id.lt(SessionId::from(after)));
    }
    if let Some(text) = &filter.text {
        let pattern = format!("%{}%", escape_like(text));
        let said = chat_messages::table
            .filter(chat_messages::session_id.eq(chat_sessions::id))
            .filter(chat_messages::text.ilike(pattern.clone()));
        query = query.filter(chat_sessions::title.ilike(pattern).or(diesel::dsl::exists(said)));
    }
    Ok(query.load(conn)?)
}

/// A text as a pattern of LIKE that matches itself.
fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// Changes the session. A change without a value changes nothing.
pub fn update(conn: &mut PgConnection, id: SessionId, change: &ChatSessionChange) -> RepoResult<ChatSession> {
    let updated = diesel::update(chat_sessions::table.find(id))
        .set(change)
        .returning(ChatSession::as_returning())
        .get_result(conn)
        .optional_empty_changeset()?;
    match updated {
        Some(session) => Ok(session),
        None => find(conn, id),
    }
}

/// How many sessions somebody holds.
pub fn count_of(conn: &mut PgConnection, user: UserId) -> RepoResult<i64> {
    Ok(chat_sessions::table.filter(chat_sessions::user_id.eq(user)).count().get_result(conn)?)
}

/// Deletes the session and its messages.
pub fn delete(conn: &mut PgConnection, id: SessionId) -> RepoResult<()> {
    let deleted = diesel::delete(chat_sessions::table.filter(chat_sessions::id.eq(id))).execute(conn)?;
    changed(deleted)
}
