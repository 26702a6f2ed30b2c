//! Ratings of answers. The session's policies decide about access to an answer: callers find the message first.

use diesel::prelude::*;
use rag_schema::{
    ids::{MessageId, SessionId},
    models::{AnswerFeedback, NewAnswerFeedback},
    schema::answer_feedback,
};

use crate::{RepoError, RepoResult};

/// Inserts the rating of an answer in place of an earlier one.
pub fn replace(conn: &mut PgConnection, new: &NewAnswerFeedback<'_>) -> RepoResult<AnswerFeedback> {
    diesel::delete(answer_feedback::table.find(new.message_id)).execute(conn)?;
    Ok(diesel::insert_into(answer_feedback::table)
        .values(new)
        .returning(AnswerFeedback::as_returning())
        .get_result(conn)?)
}

/// The ratings of these messages, in no order.
pub fn list(
    conn: &mut PgConnection,
    session: SessionId,
    messages: &[MessageId],
) -> RepoResult<Vec<AnswerFeedback>> {
    Ok(answer_feedback::table
        .filter(answer_feedback::session_id.eq(session))
        .filter(answer_feedback::message_id.eq_any(messages))
        .select(AnswerFeedback::as_select())
        .load(conn)?)
}

/// Deletes the rating of an answer.
pub fn delete(conn: &mut PgConnection, session: SessionId, message: MessageId) -> RepoResult<()> {
    let rating = answer_feedback::table.find(message).filter(answer_feedback::session_id.eq(session));
    match diesel::delete(rating).execute(conn)? {
        0 => Err(RepoError::NotFound),
        _ => Ok(()),
    }
}
