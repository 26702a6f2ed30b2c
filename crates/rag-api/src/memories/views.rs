//! Memories and their changes as clients see them.

use chrono::{DateTime, Utc};
use rag_engine::memory::{Kept, Remembered};
use rag_repo::memories::UsedMemory;
use rag_schema::{
    enums::{MemoryKind, MemorySource, MemoryState},
    ids::{MemoryStepId, PassageId, SessionId},
    models::{Memory, MemoryChange, MemoryUse, Statement},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// The value of a property of a subject, which holds until another value is stated.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatementBody {
    /// Subject, 1 to 200 characters, such as `user`.
    pub(crate) subject: String,
    /// Property, 1 to 200 characters, such as `residence`.
    pub(crate) attribute: String,
    /// Value, 1 to 1,000 characters.
    pub(crate) value: String,
}

impl StatementBody {
    fn new(statement: Statement) -> Option<Self> {
        let Statement { subject, attribute, value } = statement;
        Some(Self { subject: subject?, attribute: attribute?, value: value? })
    }
}

impl From<StatementBody> for Statement {
    fn from(body: StatementBody) -> Self {
        Self { subject: Some(body.subject), attribute: Some(body.attribute), value: Some(body.value) }
    }
}

/// A memory.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemoryView {
    /// Id.
    pub(crate) id: Uuid,
    /// Text of the memory.
    pub(crate) content: String,
    /// Kind.
    #[schema(value_type = String)]
    pub(crate) kind: MemoryKind,
    /// Source.
    #[schema(value_type = String)]
    pub(crate) source: MemorySource,
    /// Name of the program that stored it.
    pub(crate) agent: Option<String>,
    /// Id of the conversation in which it was stated; it may have been deleted since.
    pub(crate) session_id: Option<Uuid>,
    /// Typed statement of the memory; absent if it has none.
    pub(crate) statement: Option<StatementBody>,
    /// Importance, from 0 to 1.
    pub(crate) importance: f32,
    /// Metadata from the client.
    #[schema(value_type = Object)]
    pub(crate) metadata: Value,
    /// Start of validity; for an event, the time when it happened.
    pub(crate) valid_from: DateTime<Utc>,
    /// End of validity; absent while it holds.
    pub(crate) valid_until: Option<DateTime<Utc>>,
    /// Time from which it is not recalled; absent for never.
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// Whether it is exempt from archiving.
    pub(crate) is_pinned: bool,
    /// State.
    #[schema(value_type = String)]
    pub(crate) state: MemoryState,
    /// Id of the memory that replaced it or states the same.
    pub(crate) superseded_by: Option<Uuid>,
    /// Number of times that it was stated.
    pub(crate) seen_count: i32,
    /// Number of recalls that returned it.
    pub(crate) use_count: i32,
    /// Time of the last recall that returned it.
    pub(crate) last_used_at: Option<DateTime<Utc>>,
    /// Time of storing.
    pub(crate) created_at: DateTime<Utc>,
    /// Time of the last change.
    pub(crate) updated_at: DateTime<Utc>,
}

impl From<UsedMemory> for MemoryView {
    fn from((memory, uses): UsedMemory) -> Self {
        let Memory { id, source, agent, session_id, metadata, content, created_at, updated_at, .. } = memory;
        let MemoryUse { seen_count, use_count, last_used_at } = uses;
        Self {
            id: id.uuid(),
            content: content.content,
            kind: content.kind,
            source,
            agent,
            session_id: session_id.map(SessionId::uuid),
            statement: StatementBody::new(content.statement),
            importance: content.importance,
            metadata,
            valid_from: content.valid_from,
            valid_until: content.valid_until,
            expires_at: content.expires_at,
            is_pinned: content.is_pinned,
            state: content.state,
            superseded_by: content.superseded_by.map(PassageId::uuid),
            seen_count,
            use_count,
            last_used_at,
            created_at,
            updated_at,
        }
    }
}

/// A change of a memory.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemoryChangeView {
    /// Id.
    pub(crate) id: Uuid,
    /// Id of the step, which may change several memories and is undone as a whole.
    pub(crate) step_id: Uuid,
    /// Id of the changed memory.
    pub(crate) memory_id: Uuid,
    /// Kind of change.
    #[schema(value_type = String)]
    pub(crate) action: &'static str,
    /// Reason for the change.
    pub(crate) reason: String,
    /// `user` for a change on request, `rule` for one that a rule of the program made.
    #[schema(value_type = String)]
    pub(crate) made_by: &'static str,
    /// Properties that can change, before the change; absent for a new memory.
    #[schema(value_type = Option<Object>)]
    pub(crate) before: Option<Value>,
    /// The same properties after the change.
    #[schema(value_type = Object)]
    pub(crate) after: Value,
    /// Id of the step that this one undid.
    pub(crate) undoes: Option<Uuid>,
    /// Time of the change.
    pub(crate) created_at: DateTime<Utc>,
}

impl From<MemoryChange> for MemoryChangeView {
    fn from(row: MemoryChange) -> Self {
        Self {
            id: row.id.uuid(),
            step_id: row.step_id.uuid(),
            memory_id: row.memory_id.uuid(),
            action: row.action.as_str(),
            reason: row.reason,
            made_by: row.made_by.as_str(),
            before: row.before,
            after: row.after,
            undoes: row.undoes.map(MemoryStepId::uuid),
            created_at: row.created_at,
        }
    }
}

/// The outcome of remembering a fact.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RememberedView {
    /// `stored`: a new memory; `seen_again`: a known fact; `merged`: nearly the same as a known memory, and one of both is
    /// recalled; `superseded`: a new memory that supersedes another; `refused`: a secret, a question or small talk; `invalid`: a
    /// value cannot be stored.
    pub(crate) outcome: &'static str,
    /// Id of the memory that is recalled; absent if nothing was stored.
    pub(crate) memory_id: Option<Uuid>,
    /// Id of the memory that was superseded, or merged into the other one.
    pub(crate) other_id: Option<Uuid>,
    /// Id of the step, with which it can be undone; absent if nothing was stored.
    pub(crate) step_id: Option<Uuid>,
    /// Code of the reason why nothing was stored: `secret`, `small_talk` or `question` if it was refused.
    pub(crate) code: Option<&'static str>,
    /// Description of the same reason.
    pub(crate) reason: Option<String>,
}

impl From<Remembered> for RememberedView {
    fn from(remembered: Remembered) -> Self {
        let not_stored = |outcome, code, reason| Self {
            outcome,
            memory_id: None,
            other_id: None,
            step_id: None,
            code,
            reason: Some(reason),
        };
        match remembered {
            Remembered::Kept(Kept { id, step, how }) => Self {
                outcome: how.name(),
                memory_id: Some(id.uuid()),
                other_id: how.other().map(PassageId::uuid),
                step_id: Some(step.uuid()),
                code: None,
                reason: None,
            },
            Remembered::Refused(refused) => not_stored("refused", Some(refused.code()), refused.reason()),
            Remembered::Invalid(reason) => not_stored("invalid", None, reason),
        }
    }
}
