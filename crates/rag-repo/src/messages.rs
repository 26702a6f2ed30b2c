//! Messages of a chat session, a tree of branches. The session's policies decide about access: callers find or lock the session first.

use diesel::{
    dsl::max,
    prelude::*,
    sql_types::{BigInt, Uuid},
};
use rag_schema::{
    enums::Sender,
    ids::{MessageId, SessionId},
    models::{ChatMessage, NewChatMessage},
    schema::{chat_messages, chat_sessions},
};

use crate::RepoResult;

/// Adds a message and marks the session as changed. A question becomes the end of the session's active branch, and so does an answer
/// if the branch ends with its question. Lock the session first, in the same transaction.
pub fn append(conn: &mut PgConnection, new: &NewChatMessage<'_>) -> RepoResult<ChatMessage> {
    let message: ChatMessage = diesel::insert_into(chat_messages::table)
        .values(new)
        .returning(ChatMessage::as_returning())
        .get_result(conn)?;
    diesel::update(chat_sessions::table.find(new.session_id))
        .set(chat_sessions::updated_at.eq(diesel::dsl::now))
        .execute(conn)?;
    let session = chat_sessions::table.filter(chat_sessions::id.eq(new.session_id));
    let active = chat_sessions::active_message_id.eq(new.id);
    match new.sender {
        Sender::User => diesel::update(session).set(active).execute(conn)?,
        Sender::Assistant => {
            let session =
                session.filter(chat_sessions::active_message_id.is_not_distinct_from(new.parent_id));
            diesel::update(session).set(active).execute(conn)?
        }
    };
    Ok(message)
}

/// The message.
pub fn find(conn: &mut PgConnection, session: SessionId, id: MessageId) -> RepoResult<ChatMessage> {
    Ok(chat_messages::table
        .filter(chat_messages::session_id.eq(session))
        .filter(chat_messages::id.eq(id))
        .select(ChatMessage::as_select())
        .first(conn)?)
}

/// The ordinal of the next message.
pub fn next_ordinal(conn: &mut PgConnection, session: SessionId) -> RepoResult<i32> {
    let last: Option<i32> = chat_messages::table
        .filter(chat_messages::session_id.eq(session))
        .select(max(chat_messages::ordinal))
        .first(conn)?;
    Ok(last.map_or(0, |last| last + 1))
}

/// Messages of all branches in the order in which they were stored, at most `limit`, those after ordinal `after` when given.
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

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct InBranch {
    #[diesel(sql_type = Uuid)]
    id: MessageId,
}

/// The last `limit` messages of the branch that ends with the message, that one included, oldest first.
pub fn list_branch(
    conn: &mut PgConnection,
    session: SessionId,
    last: MessageId,
    limit: i64,
) -> RepoResult<Vec<ChatMessage>> {
    list_branch_after(conn, session, last, limit, None)
}

/// As `list_branch`, without the messages up to this ordinal.
pub fn list_branch_after(
    conn: &mut PgConnection,
    session: SessionId,
    last: MessageId,
    limit: i64,
    after: Option<i32>,
) -> RepoResult<Vec<ChatMessage>> {
    let branch: Vec<InBranch> = diesel::sql_query(include_str!("branch.sql"))
        .bind::<Uuid, _>(session)
        .bind::<Uuid, _>(last)
        .bind::<BigInt, _>(limit)
        .load(conn)?;
    let ids: Vec<MessageId> = branch.into_iter().map(|message| message.id).collect();
    // A message is stored after its parent.
    Ok(chat_messages::table
        .filter(chat_messages::id.eq_any(ids))
        .filter(chat_messages::ordinal.gt(after.unwrap_or(-1)))
        .select(ChatMessage::as_select())
        .order(chat_messages::ordinal)
        .load(conn)?)
}
