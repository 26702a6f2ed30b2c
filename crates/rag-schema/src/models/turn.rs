//! Turns and the events of their streams.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    ids::{MessageId, SessionId, UserId},
    schema::{turn_events, turns},
};

/// A turn that runs, or that ended a short time ago.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = turns, primary_key(message_id), check_for_backend(diesel::pg::Pg))]
pub struct TurnRow {
    /// Id that the answer's message gets when the turn ends.
    pub message_id: MessageId,
    /// Conversation.
    pub session_id: SessionId,
    /// Question that is answered.
    pub question_id: MessageId,
    /// User who holds the conversation.
    pub user_id: UserId,
    /// Name of the model that is asked, or `extractive`.
    pub answered_by: String,
    /// When the question was stored.
    pub started_at: DateTime<Utc>,
    /// When the answer was stored; `None` while the turn runs.
    pub ended_at: Option<DateTime<Utc>>,
    /// Number of events of the whole stream; `None` while the turn runs.
    pub event_count: Option<i32>,
    /// Estimate of the tokens that the chat model reads; `None` if it is not asked, or not yet.
    pub prompt_tokens: Option<i32>,
}

/// A turn to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = turns)]
pub struct NewTurn<'a> {
    /// Id that the answer's message gets when the turn ends.
    pub message_id: MessageId,
    /// Conversation.
    pub session_id: SessionId,
    /// Question that is answered.
    pub question_id: MessageId,
    /// User who holds the conversation.
    pub user_id: UserId,
    /// Name of the model that is asked, or `extractive`.
    pub answered_by: &'a str,
}

/// Consecutive events of a turn's stream; the lists are of equal length.
#[derive(Debug, Clone, Queryable, QueryableByName, Selectable, Insertable)]
#[diesel(table_name = turn_events, check_for_backend(diesel::pg::Pg))]
pub struct TurnEvents {
    /// Turn.
    pub message_id: MessageId,
    /// Place of the first event in the stream, from 0.
    pub position: i32,
    /// User of the turn.
    pub user_id: UserId,
    /// Names of the events.
    pub names: Vec<Option<String>>,
    /// Data of the events, exactly as sent.
    pub data: Vec<Option<String>>,
    /// Text that the events add to the answer.
    pub text: String,
}
