//! Memories of users, how often they are used, and how they changed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    enums::{ChangeMaker, MemoryAction, MemoryKind, MemorySource, MemoryState},
    ids::{MemoryChangeId, MemoryStepId, PassageId, SessionId, UserId},
    schema::{memories, memory_changes, memory_uses},
};

/// A memory.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = memories, check_for_backend(diesel::pg::Pg))]
pub struct Memory {
    /// Id, that of its passage.
    pub id: PassageId,
    /// User whose memory it is.
    pub user_id: UserId,
    /// Its source.
    pub source: MemorySource,
    /// Name of the program that stored it.
    pub agent: Option<String>,
    /// Conversation that it came from; it may have been deleted since.
    pub session_id: Option<SessionId>,
    /// Facts given by the client: a JSON object.
    pub metadata: serde_json::Value,
    /// The columns that can change.
    #[diesel(embed)]
    pub content: MemoryContent,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
    /// When the row last changed.
    pub updated_at: DateTime<Utc>,
}

/// The columns of a memory that can change; a change keeps them as they were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = memories, treat_none_as_null = true, treat_none_as_default_value = false, check_for_backend(diesel::pg::Pg))]
pub struct MemoryContent {
    /// Its kind.
    pub kind: MemoryKind,
    /// The memory in words; 1 to 4,000 characters.
    pub content: String,
    /// The typed statement that it makes; all three or none.
    #[diesel(embed)]
    #[serde(flatten)]
    pub statement: Statement,
    /// From 0 to 1; .5 changes nothing in the order of a recall.
    pub importance: f32,
    /// Since when it holds; of an event, when it happened.
    pub valid_from: DateTime<Utc>,
    /// Until when it held; `None` while it holds.
    pub valid_until: Option<DateTime<Utc>>,
    /// From then on it is not recalled.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether archiving leaves it alone.
    pub is_pinned: bool,
    /// Its state.
    pub state: MemoryState,
    /// Memory that replaced it, or says the same.
    pub superseded_by: Option<PassageId>,
}

/// A property of a thing and its value; a property has one value at a time.
#[derive(
    Debug,
    Clone,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
)]
#[diesel(table_name = memories, treat_none_as_null = true, treat_none_as_default_value = false, check_for_backend(diesel::pg::Pg))]
pub struct Statement {
    /// The thing, in lower case.
    pub subject: Option<String>,
    /// The property, in lower case.
    pub attribute: Option<String>,
    /// Its value.
    pub value: Option<String>,
}

/// A memory to insert.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = memories, treat_none_as_default_value = false)]
pub struct NewMemory {
    /// Id, that of its passage.
    pub id: PassageId,
    /// User whose memory it is.
    pub user_id: UserId,
    /// Its source.
    pub source: MemorySource,
    /// Name of the program that stores it.
    pub agent: Option<String>,
    /// Conversation that it comes from.
    pub session_id: Option<SessionId>,
    /// A JSON object.
    pub metadata: serde_json::Value,
    /// The columns that can change.
    #[diesel(embed)]
    pub content: MemoryContent,
}

/// How often a memory was said and used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = memory_uses, check_for_backend(diesel::pg::Pg))]
pub struct MemoryUse {
    /// Times that it was said, the first one among them.
    pub seen_count: i32,
    /// Recalls that returned it.
    pub use_count: i32,
    /// When a recall last returned it.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A change of a memory.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = memory_changes, check_for_backend(diesel::pg::Pg))]
pub struct MemoryChange {
    /// Id.
    pub id: MemoryChangeId,
    /// The step, which may change several memories.
    pub step_id: MemoryStepId,
    /// Memory that changed.
    pub memory_id: PassageId,
    /// The action.
    pub action: MemoryAction,
    /// Why, for people.
    pub reason: String,
    /// Its maker.
    pub made_by: ChangeMaker,
    /// A `MemoryContent` as it was; `None` for a new memory.
    pub before: Option<serde_json::Value>,
    /// A `MemoryContent` as it became.
    pub after: serde_json::Value,
    /// How much it added to the times that the memory was said.
    pub seen_added: i32,
    /// Step that this one undid.
    pub undoes: Option<MemoryStepId>,
    /// When it happened.
    pub created_at: DateTime<Utc>,
}

/// A change to insert.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = memory_changes, treat_none_as_default_value = false)]
pub struct NewMemoryChange {
    /// Id.
    pub id: MemoryChangeId,
    /// The step.
    pub step_id: MemoryStepId,
    /// Memory that changes.
    pub memory_id: PassageId,
    /// Its user.
    pub user_id: UserId,
    /// The action.
    pub action: MemoryAction,
    /// Why, for people.
    pub reason: String,
    /// Its maker.
    pub made_by: ChangeMaker,
    /// A `MemoryContent` as it was; `None` for a new memory.
    pub before: Option<serde_json::Value>,
    /// A `MemoryContent` as it becomes.
    pub after: serde_json::Value,
    /// How much it added to the times that the memory was said.
    pub seen_added: i32,
    /// Step that this one undoes.
    pub undoes: Option<MemoryStepId>,
}
