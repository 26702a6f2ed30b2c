//! Conversations.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    enums::{FaultReason, Outcome, Rating, Sender, SessionMemory, StopReason},
    ids::{MessageId, PassageId, SessionId, UserId},
    schema::{answer_feedback, chat_messages, chat_sessions, chat_summaries, rounds},
};

/// A conversation of one user.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = chat_sessions, check_for_backend(diesel::pg::Pg))]
pub struct ChatSession {
    /// Id.
    pub id: SessionId,
    /// User who holds it.
    pub user_id: UserId,
    /// Title given, else the start of the first question.
    pub title: String,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When a turn was last added.
    pub updated_at: DateTime<Utc>,
    /// Last message of the branch that is shown and continued.
    pub active_message_id: Option<MessageId>,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
    /// Defaults of its questions, a JSON object.
    pub defaults: serde_json::Value,
    /// Use of long-term memory.
    pub memory: SessionMemory,
}

/// A conversation to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = chat_sessions)]
pub struct NewChatSession<'a> {
    /// Id.
    pub id: SessionId,
    /// User who holds it.
    pub user_id: UserId,
    /// Title, 1 to 200 characters.
    pub title: &'a str,
    /// Use of long-term memory.
    pub memory: SessionMemory,
}

/// One message of a conversation: a question or an answer.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = chat_messages, check_for_backend(diesel::pg::Pg))]
pub struct ChatMessage {
    /// Id.
    pub id: MessageId,
    /// Conversation it belongs to.
    pub session_id: SessionId,
    /// Place in the conversation, from 0.
    pub ordinal: i32,
    /// The speaker.
    pub sender: Sender,
    /// What was said.
    pub text: String,
    /// How an answer ended; none for a question.
    pub outcome: Option<Outcome>,
    /// Checked citations, a JSON array.
    pub citations: serde_json::Value,
    /// Name of the model, or `extractive`.
    pub answered_by: Option<String>,
    /// Milliseconds per step, a JSON object.
    pub timings: serde_json::Value,
    /// Tokens read by the model, when it says so.
    pub prompt_tokens: Option<i32>,
    /// Tokens written by the model, when it says so.
    pub completion_tokens: Option<i32>,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
    /// Question that an answer answers; none for a question.
    pub question_id: Option<MessageId>,
    /// Why an answer was stopped.
    pub stop_reason: Option<StopReason>,
    /// Message that this one follows; `None` for a first question.
    pub parent_id: Option<MessageId>,
    /// Sentences of an answer with their support, a JSON array.
    pub sentences: serde_json::Value,
    /// Version of the templates of the chat model's prompt; `None` without a chat model.
    pub prompt_version: Option<String>,
    /// Statements of an answer's question that were remembered or refused, a JSON array.
    pub remembered: serde_json::Value,
}

/// A message to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = chat_messages)]
pub struct NewChatMessage<'a> {
    /// Id.
    pub id: MessageId,
    /// Conversation it belongs to.
    pub session_id: SessionId,
    /// Place in the conversation, from 0.
    pub ordinal: i32,
    /// The speaker.
    pub sender: Sender,
    /// What was said.
    pub text: &'a str,
    /// How an answer ended; none for a question.
    pub outcome: Option<Outcome>,
    /// Chunks given to the answerer, best first.
    pub retrieved_chunk_ids: Vec<Option<PassageId>>,
    /// Checked citations, a JSON array.
    pub citations: serde_json::Value,
    /// Name of the model, or `extractive`.
    pub answered_by: Option<&'a str>,
    /// Milliseconds per step, a JSON object.
    pub timings: serde_json::Value,
    /// Tokens read by the model, when it says so.
    pub prompt_tokens: Option<i32>,
    /// Tokens written by the model, when it says so.
    pub completion_tokens: Option<i32>,
    /// Question that an answer answers; none for a question.
    pub question_id: Option<MessageId>,
    /// Why an answer was stopped; only with outcome `stopped`.
    pub stop_reason: Option<StopReason>,
    /// Message that this one follows; `None` for a first question.
    pub parent_id: Option<MessageId>,
    /// Sentences of an answer with their support, a JSON array.
    pub sentences: serde_json::Value,
    /// Version of the templates of the chat model's prompt; `None` without a chat model.
    pub prompt_version: Option<&'a str>,
    /// Statements of an answer's question that were remembered or refused, a JSON array.
    pub remembered: serde_json::Value,
    /// When it was stored; `None` for now.
    pub created_at: Option<DateTime<Utc>>,
}

/// The change of a conversation; `None` leaves a value as it is.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = chat_sessions)]
pub struct ChatSessionChange {
    /// Title, 1 to 200 characters.
    pub title: Option<String>,
    /// Last message of the branch that is shown and continued.
    pub active_message_id: Option<MessageId>,
    /// When it was archived; `Some(None)` takes it out of the archive.
    pub archived_at: Option<Option<DateTime<Utc>>>,
    /// Defaults of its questions, a JSON object.
    pub defaults: Option<serde_json::Value>,
    /// Use of long-term memory.
    pub memory: Option<SessionMemory>,
}

/// A summary of a conversation to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = chat_summaries)]
pub struct NewChatSummary<'a> {
    /// Answer up to which it reaches.
    pub message_id: MessageId,
    /// Conversation.
    pub session_id: SessionId,
    /// User who holds the conversation.
    pub user_id: UserId,
    /// The summary, 1 to 4,000 characters.
    pub text: &'a str,
}

/// A round of a conversation to insert.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = rounds)]
pub struct NewRound {
    /// Id, that of its passage.
    pub id: PassageId,
    /// The answer, which names its question.
    pub answer_id: MessageId,
    /// Conversation.
    pub session_id: SessionId,
    /// User who holds the conversation.
    pub user_id: UserId,
    /// When the answer was stored.
    pub said_at: DateTime<Utc>,
}

/// The rating of an answer.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = answer_feedback, check_for_backend(diesel::pg::Pg))]
pub struct AnswerFeedback {
    /// The answer.
    pub message_id: MessageId,
    /// Helpful or not.
    pub rating: Rating,
    /// The fault of an answer that is rated down; `None` if none was stated.
    pub reason: Option<FaultReason>,
    /// The user's own words.
    pub comment: Option<String>,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
}

/// A rating to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = answer_feedback)]
pub struct NewAnswerFeedback<'a> {
    /// The answer.
    pub message_id: MessageId,
    /// The answer's conversation.
    pub session_id: SessionId,
    /// User who rates it.
    pub user_id: UserId,
    /// Helpful or not.
    pub rating: Rating,
    /// The fault; only with `Rating::Down`.
    pub reason: Option<FaultReason>,
    /// The user's own words, 1 to 2,000 characters.
    pub comment: Option<&'a str>,
}
