//! Chat sessions.

use diesel::prelude::*;
use rag_schema::{
    ids::{SessionId, UserId},
    models::{ChatSession, NewChatSession},
    schema::chat_sessions,
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

/// Sessions, newest first.
pub fn list(conn: &mut PgConnection, page: Page) -> RepoResult<Vec<ChatSession>> {
    let mut query = chat_sessions::table
        .select(ChatSession::as_select())
        .order(chat_sessions::id.desc())
        .limit(page.limit)
        .into_boxed();
    if let Some(after) = page.after {
        query = query.filter(chat_sessions::id.lt(SessionId::from(after)));
    }
    Ok(query.load(conn)?)
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
