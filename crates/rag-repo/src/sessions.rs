//! Chat sessions, as the user who holds them sees them.

use diesel::prelude::*;
use rag_schema::{
    ids::{SessionId, UserId},
    models::{ChatSession, NewChatSession},
    schema::chat_sessions,
};

use crate::{Page, RepoError, RepoResult};

/// Inserts a session.
pub fn insert(conn: &mut PgConnection, new: &NewChatSession<'_>) -> RepoResult<ChatSession> {
    Ok(diesel::insert_into(chat_sessions::table)
        .values(new)
        .returning(ChatSession::as_returning())
        .get_result(conn)?)
}

/// The session, when it is the user's.
pub fn find(conn: &mut PgConnection, user: UserId, id: SessionId) -> RepoResult<ChatSession> {
    Ok(of(user).filter(chat_sessions::id.eq(id)).select(ChatSession::as_select()).first(conn)?)
}

/// As `find`, and keeps other turns out of the session until the transaction ends.
pub fn lock(conn: &mut PgConnection, user: UserId, id: SessionId) -> RepoResult<ChatSession> {
    Ok(of(user)
        .filter(chat_sessions::id.eq(id))
        .select(ChatSession::as_select())
        .for_no_key_update()
        .first(conn)?)
}

/// The user's sessions, newest first.
pub fn list(conn: &mut PgConnection, user: UserId, page: Page) -> RepoResult<Vec<ChatSession>> {
    let mut query = of(user)
        .select(ChatSession::as_select())
        .order(chat_sessions::id.desc())
        .limit(page.limit)
        .into_boxed();
    if let Some(after) = page.after {
        query = query.filter(chat_sessions::id.lt(SessionId::from(after)));
    }
    Ok(query.load(conn)?)
}

/// Deletes the session and its messages.
pub fn delete(conn: &mut PgConnection, user: UserId, id: SessionId) -> RepoResult<()> {
    let deleted = diesel::delete(of(user).filter(chat_sessions::id.eq(id))).execute(conn)?;
    if deleted == 0 { Err(RepoError::NotFound) } else { Ok(()) }
}

#[diesel::dsl::auto_type(no_type_alias)]
fn of(user: UserId) -> _ {
    chat_sessions::table.filter(chat_sessions::user_id.eq(user))
}
