//! Summaries of the beginnings of conversations.

use diesel::{
    prelude::*,
    sql_types::{BigInt, Integer, Text, Uuid},
};
use rag_schema::{
    ids::{MessageId, SessionId},
    models::NewChatSummary,
    schema::chat_summaries,
};

use crate::RepoResult;

/// The summary of the beginning of a branch.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct BranchSummary {
    /// Ordinal of the last message that it covers.
    #[diesel(sql_type = Integer)]
    pub ordinal: i32,
    /// The summary.
    #[diesel(sql_type = Text)]
    pub text: String,
}

/// Inserts a summary, unless its message has one.
pub fn insert(conn: &mut PgConnection, new: &NewChatSummary<'_>) -> RepoResult<()> {
    diesel::insert_into(chat_summaries::table).values(new).on_conflict_do_nothing().execute(conn)?;
    Ok(())
}

/// Answer and text of each summary of a session, oldest first.
pub fn list(conn: &mut PgConnection, session: SessionId) -> RepoResult<Vec<(MessageId, String)>> {
    Ok(chat_summaries::table
        .filter(chat_summaries::session_id.eq(session))
        .order((chat_summaries::created_at, chat_summaries::message_id))
        .select((chat_summaries::message_id, chat_summaries::text))
        .load(conn)?)
}

/// The summary that reaches furthest in the branch that ends with the message `last`, among its last `limit` messages.
pub fn find_latest(
    conn: &mut PgConnection,
    session: SessionId,
    last: MessageId,
    limit: i64,
) -> RepoResult<Option<BranchSummary>> {
    Ok(diesel::sql_query(include_str!("branch_summary.sql"))
        .bind::<Uuid, _>(session)
        .bind::<Uuid, _>(last)
        .bind::<BigInt, _>(limit)
        .get_result(conn)
        .optional()?)
}
