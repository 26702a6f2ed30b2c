//! Feedback: the holder of a conversation rates its answers.

use rag_repo::{Actor, feedback, messages, sessions};
use rag_schema::{
    enums::{FaultReason, Rating, Sender},
    ids::{MessageId, SessionId},
    models::{AnswerFeedback, NewAnswerFeedback},
};

use crate::{Engine, EngineError, EngineResult};

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
    /// Stores a rating, replacing an earlier one. Refuses to rate a question, and a reason without `Rating::Down`.
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
        self.db().transaction(actor, |conn| {
            let session = sessions::find(conn, session).map_err(|error| missing(error.into()))?;
            let found = messages::find(conn, session.id, message).map_err(|error| missing(error.into()))?;
            if found.sender != Sender::Assistant {
                return Err(EngineError::Invalid(
                    "This message is a question. Name the message of an answer.".to_owned(),
                ));
            }
            let new = NewAnswerFeedback {
                message_id: message,
                session_id: session.id,
                user_id: session.user_id,
                rating: rated.rating,
                reason: rated.reason,
                comment: rated.comment.as_deref(),
            };
            Ok(feedback::replace(conn, &new)?)
        })
    }

    /// Deletes the rating of an answer.
    pub fn delete_feedback(&self, actor: Actor, session: SessionId, message: MessageId) -> EngineResult<()> {
        let deleted = self.db().transaction(actor, |conn| Ok(feedback::delete(conn, session, message)?));
        deleted.map_err(|error: EngineError| error.naming("rating"))
    }
}

fn missing(error: EngineError) -> EngineError {
    error.naming("message")
}
