//! Tools that a program can call, how often they are used, and with what outcomes.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    enums::ToolOutcome,
    ids::{CollectionId, PassageId, SessionId, ToolUseId, UserId},
    schema::{tool_counts, tool_uses, tools},
};

/// A tool.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = tools, check_for_backend(diesel::pg::Pg))]
pub struct Tool {
    /// Id, that of its passage.
    pub id: PassageId,
    /// Its collection.
    pub collection_id: CollectionId,
    /// Name by which it is called, unique in the collection.
    pub name: String,
    /// Its purpose, in words; 1 to 4,000 characters.
    pub description: String,
    /// JSON Schema of its parameters: an object.
    pub parameters: serde_json::Value,
    /// When it was first stored.
    pub created_at: DateTime<Utc>,
    /// When the row last changed.
    pub updated_at: DateTime<Utc>,
}

/// A tool to insert.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = tools)]
pub struct NewTool<'a> {
    /// Id, that of its passage.
    pub id: PassageId,
    /// Its collection.
    pub collection_id: CollectionId,
    /// Name, unique in the collection.
    pub name: &'a str,
    /// Its purpose, in words.
    pub description: &'a str,
    /// JSON Schema of its parameters: an object.
    pub parameters: &'a serde_json::Value,
}

/// How often a tool is used and succeeds.
#[derive(Debug, Clone, Copy, PartialEq, Queryable, Selectable)]
#[diesel(table_name = tool_counts, check_for_backend(diesel::pg::Pg))]
pub struct ToolCounts {
    /// Uses of all time.
    pub use_count: i64,
    /// Uses that succeeded.
    pub success_count: i64,
    /// Estimated probability of success, from 0 to 1; .5 before the first use.
    pub success_rate: f32,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A use of a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = tool_uses, check_for_backend(diesel::pg::Pg))]
pub struct ToolUse {
    /// Id.
    pub id: ToolUseId,
    /// When it was recorded.
    pub used_at: DateTime<Utc>,
    /// The tool.
    pub tool_id: PassageId,
    /// Conversation in which it was used; it may have been deleted since.
    pub session_id: Option<SessionId>,
    /// Its outcome.
    pub outcome: ToolOutcome,
    /// How long it took, in milliseconds; `None` if the program did not say.
    pub duration_ms: Option<i32>,
}

/// A use to insert.
#[derive(Debug, Clone, Copy, Insertable)]
#[diesel(table_name = tool_uses)]
pub struct NewToolUse {
    /// Id.
    pub id: ToolUseId,
    /// The tool.
    pub tool_id: PassageId,
    /// The tool's collection.
    pub collection_id: CollectionId,
    /// User whose program used it.
    pub user_id: UserId,
    /// Conversation in which it was used.
    pub session_id: Option<SessionId>,
    /// Its outcome.
    pub outcome: ToolOutcome,
    /// How long it took, in milliseconds, at least 0.
    pub duration_ms: Option<i32>,
}
