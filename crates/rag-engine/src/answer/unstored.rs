//! The turn of a conversation that the client keeps: the same search and answer, of which nothing but the tokens is recorded.

use std::time::Instant;

use chrono::DateTime;
use rag_repo::Actor;
use rag_schema::{
    enums::{Sender, SessionMemory},
    ids::{MessageId, SessionId},
    models::ChatMessage,
};
use serde_json::json;

use super::{
    defaults::QuestionDefaults,
    types::{Begun, Conversation, Question},
};
use crate::{
    Engine, EngineError, EngineResult,
    usage::{self, Spending},
};

impl Engine {
    /// Checks the collections and finds the defaults of the question, and makes messages of the conversation that no table holds.
    pub(super) fn begin_unstored(
        &self,
        question: &Question,
        text: &str,
        conversation: &Conversation,
        at: Instant,
    ) -> EngineResult<Begun> {
        let asked = self.db().read(question.actor, |conn| {
            self.resolve_question(conn, question, &QuestionDefaults::default())
        })?;
        let session = SessionId::new();
        let messages = conversation.messages.iter().map(|(sender, text)| (*sender, text.as_str()));
        let mut history: Vec<ChatMessage> = (0..)
            .zip(messages.chain([(Sender::User, text)]))
            .map(|(ordinal, (sender, text))| unstored(session, ordinal, sender, text))
            .collect();
        let message = history.pop().ok_or(EngineError::NotFound("question"))?;
        Ok(Begun {
            asked,
            memory: SessionMemory::Off,
            message,
            answer_id: MessageId::new(),
            summary: None,
            history,
            at,
        })
    }

    /// Counts the tokens of an answer that is not stored. Returns `true`, as `store_answer` does for a new answer.
    pub(super) fn spend_tokens(&self, actor: Actor, spending: Option<Spending>) -> EngineResult<bool> {
        if let Some(spending) = spending {
            self.db().transaction(actor, |conn| usage::spend(conn, std::slice::from_ref(&spending)))?;
        }
        Ok(true)
    }
}

fn unstored(session_id: SessionId, ordinal: i32, sender: Sender, text: &str) -> ChatMessage {
    ChatMessage {
        id: MessageId::new(),
        session_id,
        ordinal,
        sender,
        text: text.to_owned(),
        outcome: None,
        citations: json!([]),
        answered_by: None,
        prompt_version: None,
        timings: json!({}),
        prompt_tokens: None,
        completion_tokens: None,
        // No row, no time of a row.
        created_at: DateTime::UNIX_EPOCH,
        question_id: None,
        stop_reason: None,
        parent_id: None,
        sentences: json!([]),
        remembered: json!([]),
    }
}
