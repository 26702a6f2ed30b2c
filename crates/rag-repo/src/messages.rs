//! Messages of a chat session. Who may see them is the session's matter: callers find or lock the session first.

use diesel::{dsl::max, prelude::*};
use rag_schema::{
    ids::SessionId,
    models::{ChatMessage, NewChatMessage},
    schema::{chat_messages, chat_sessions},
};

use crate::RepoResult;

/// Adds a message and marks the session as changed. Lock the session first, in the same transaction.
pub fn append(conn: &mut PgConnection, new: &NewChatMessage<'_>) -> RepoResult<ChatMessage> {
    diesel::update(chat_sessions::table.find(new.session_id))
        .set(chat_sessions::updated_at.eq(diesel::dsl::now))
        .execute(conn)?;
    Ok(diesel::insert_into(chat_messages::table)
        .values(new)
        .returning(ChatMessage::as_returning())
        .get_result(conn)?)
}

/// The ordinal of the next message.
pub fn next_ordinal(conn: &mut PgConnection, session: SessionId) -> RepoResult<i32> {
    let last: Option<i32> = chat_messages::table
        .filter(chat_messages::session_id.eq(session))
        .select(max(chat_messages::ordinal))
        .first(conn)?;
    Ok(last.map_or(0, |last| last + 1))
}

/// Messages in order, at most `limit`, those after ordinal `after` when given.
pub fn list(
    conn: &mut PgConnection,
    session: SessionId,
    limit: i64,
    after: Option<i32>,
) -> RepoResult<Vec<ChatMessage>> {
    Ok(chat_messages::table
        .filter(chat_messages::session_id.eq(session))
        .filter(chat_messages::ordinal.gt(after.unwrap_or(-1)))
        .select(ChatMessage::as_select())
        .order(chat_messages::ordinal)
        .limit(limit)
        .load(conn)?)
}

/// The last `limit` messages before `ordinal`, oldest first.
pub fn before(
    conn: &mut PgConnection,
    session: SessionId,
    ordinal: i32,
    limit: i64,
) -> RepoResult<Vec<ChatMessage>> {
    let mut messages: Vec<ChatMessage> = chat_messages::table
        .filter(chat_messages::session_id.eq(session))
        .filter(chat_messages::ordinal.lt(ordinal))
        .select(ChatMessage::as_select())
        .order(chat_messages::ordinal.desc())
        .limit(limit)
        .load(conn)?;
    messages.reverse();
    Ok(messages)
}
