//! Feedback: the holder of a conversation rates its answers.

use rag_repo::{Actor, PgConnection, feedback, messages, sessions};
use rag_schema::{
    enums::{FaultReason, Rating, Sender},
    ids::{MessageId, SessionId},
    models::{AnswerFeedback, ChatMessage, ChatSession, NewAnswerFeedback},
};

use crate::{Engine, EngineError, EngineResult, judgements::Lesson};

/// A user's rating of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// Rating: helpful or not.
    pub rating: Rating,
    /// Fault of an answer that is rated down.
    pub reason: Option<FaultReason>,
    /// Comment, 1 to 2,000 characters.
    pub comment: Option<String>,
}

impl Engine {
    /// Stores a rating, replacing an earlier one, and judges the passages that the answer cites. Refuses to rate a question, and a
    /// reason without `Rating::Down`.
    pub fn rate_answer(
        &self,
        actor: Actor,
        session: SessionId,
        message: MessageId,
        rated: &Feedback,
    ) -> EngineResult<AnswerFeedback> {
        if rated.reason.is_some() && rated.rating != Rating::Down {
            return Err(EngineError::Invalid(
                "reason: only an answer that is rated down has a reason. Leave it out, or rate the answer down."
                    .to_owned(),
            ));
        }
        let lesson = self.db().transaction(actor, |conn| {
            let (_, answer) = find_answer(conn, session, message)?;
            Ok::<_, EngineError>(Lesson::of_answer(conn, &answer, rated)?)
        })?;
        let vectors = lesson.as_ref().map_or_else(|| Ok(Vec::new()), |lesson| self.embed_lesson(lesson))?;
        self.db().transaction(actor, |conn| {
            // One after another: a rating replaces an earlier one.
            sessions::lock(conn, session).map_err(|error| EngineError::from(error).naming("message"))?;
            let (session, _) = find_answer(conn, session, message)?;
            let new = NewAnswerFeedback {
                message_id: message,
                session_id: session.id,
                user_id: session.user_id,
                rating: rated.rating,
                reason: rated.reason,
                comment: rated.comment.as_deref(),
            };
            let stored = feedback::replace(conn, &new)?;
            if let Some(lesson) = &lesson {
                lesson.store(conn, session.user_id, Some(message), &vectors)?;
            }
            Ok(stored)
        })
    }

    /// Deletes the rating of an answer.
    pub fn delete_feedback(&self, actor: Actor, session: SessionId, message: MessageId) -> EngineResult<()> {
        let deleted = self.db().transaction(actor, |conn| Ok(feedback::delete(conn, session, message)?));
        deleted.map_err(|error: EngineError| error.naming("rating"))
    }
}

/// Finds an answer and its conversation.
fn find_answer(
    conn: &mut PgConnection,
    session: SessionId,
    message: MessageId,
) -> EngineResult<(ChatSession, ChatMessage)> {
    let missing = |error| EngineError::from(error).naming("message");
    let session = sessions::find(conn, session).map_err(missing)?;
    let found = messages::find(conn, session.id, message).map_err(missing)?;
    if found.sender != Sender::Assistant {
        return Err(EngineError::Invalid(
            "This message is a question. Name the message of an answer.".to_owned(),
        ));
    }
    Ok((session, found))
}
