//! A fact to remember, in the form that a client sends.

use chrono::{DateTime, SubsecRound, Utc};
use rag_schema::{
    enums::{ChangeMaker, MemoryKind, MemorySource, MemoryState},
    ids::{PassageId, SessionId, UserId},
    models::{MemoryContent, NewMemory, Statement},
};
use serde_json::Value;

use super::statements::{read_kind, read_statement};

/// Maximum number of facts in one call.
pub const MAX_FACTS: usize = 100;
/// Maximum length of a fact, in Unicode scalar values.
const MAX_CONTENT_CHARS: usize = 4_000;
/// Maximum length of a subject or an attribute, and of a value, in Unicode scalar values.
pub(super) const MAX_NAME_CHARS: usize = 200;
const MAX_VALUE_CHARS: usize = 1_000;
/// Default importance of an instruction, 0 to 1: instructions for answering matter more than single events.
const INSTRUCTION_IMPORTANCE: f32 = 0.8;
const IMPORTANCE: f32 = 0.5;

/// A fact to remember.
#[derive(Debug, Clone)]
pub struct Fact {
    /// Text of the fact.
    pub content: String,
    /// Kind; if absent, determined from the words.
    pub kind: Option<MemoryKind>,
    /// Source of the fact.
    pub source: MemorySource,
    /// Name of the program that stores it.
    pub agent: Option<String>,
    /// Conversation in which the fact was stated.
    pub session: Option<SessionId>,
    /// Whether a request names the fact, or a rule or a chat model found it in a conversation.
    pub found_by: ChangeMaker,
    /// Typed statement of the fact; if empty, determined from the words.
    pub statement: Statement,
    /// Importance, from 0 to 1; if absent, the default of the kind.
    pub importance: Option<f32>,
    /// Metadata: a JSON object.
    pub metadata: Value,
    /// Start of validity; now if absent.
    pub valid_from: Option<DateTime<Utc>>,
    /// Time from which the fact is not recalled; `None` for never.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether the memory is exempt from archiving.
    pub is_pinned: bool,
}

impl Fact {
    /// Creates a fact of the user with this text.
    pub fn new(content: impl Into<String>) -> Self {
        Self {
            content: content.into(),
            kind: None,
            source: MemorySource::User,
            agent: None,
            session: None,
            found_by: ChangeMaker::User,
            statement: Statement::default(),
            importance: None,
            metadata: Value::Object(serde_json::Map::new()),
            valid_from: None,
            expires_at: None,
            is_pinned: false,
        }
    }

    /// Checks that the values can be stored; the error names the one that cannot.
    pub(super) fn check(&self) -> Result<(), String> {
        check_content(&self.content)?;
        check_importance(self.importance)?;
        check_statement(&self.statement)?;
        if self.statement.subject.is_some() {
            // Lower case can be longer.
            check_statement(&self.full_statement())?;
        }
        if self.agent.as_ref().is_some_and(|agent| !(1..=MAX_NAME_CHARS).contains(&agent.chars().count())) {
            return Err(format!("agent must be 1 to {MAX_NAME_CHARS} characters long"));
        }
        if self.metadata.is_object() { Ok(()) } else { Err("metadata must be an object".to_owned()) }
    }

    /// Returns the typed statement of the fact; empty if it has none of a known form.
    pub(super) fn full_statement(&self) -> Statement {
        let given = &self.statement;
        if given.subject.is_some() {
            let lower = |text: Option<&str>| text.map(|text| text.trim().to_lowercase());
            return Statement {
                subject: lower(given.subject.as_deref()),
                attribute: lower(given.attribute.as_deref()),
                value: given.value.as_deref().map(|value| value.trim().to_owned()),
            };
        }
        read_statement(&self.content).unwrap_or_default()
    }

    /// Returns the row of the fact, as an active memory.
    pub(super) fn row(&self, id: PassageId, user: UserId, now: DateTime<Utc>) -> NewMemory {
        let kind = self.kind.unwrap_or_else(|| read_kind(&self.content));
        let usual = if kind == MemoryKind::Instruction { INSTRUCTION_IMPORTANCE } else { IMPORTANCE };
        let content = MemoryContent {
            kind,
            content: self.content.trim().to_owned(),
            statement: self.full_statement(),
            importance: self.importance.unwrap_or(usual),
            valid_from: self.valid_from.map_or(now, micros),
            valid_until: None,
            expires_at: self.expires_at.map(micros),
            is_pinned: self.is_pinned,
            state: MemoryState::Active,
            superseded_by: None,
        };
        let (agent, metadata) = (self.agent.clone(), self.metadata.clone());
        NewMemory {
            id,
            user_id: user,
            source: self.source,
            agent,
            session_id: self.session,
            metadata,
            content,
        }
    }
}

/// Rounds a time to microseconds, the precision of PostgreSQL.
pub(super) fn micros(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(6)
}

pub(super) fn check_content(content: &str) -> Result<(), String> {
    let is_fit = (1..=MAX_CONTENT_CHARS).contains(&content.trim().chars().count()) && !content.contains('\0');
    if is_fit { Ok(()) } else { Err(format!("content must be 1 to {MAX_CONTENT_CHARS} characters long")) }
}

pub(super) fn check_importance(importance: Option<f32>) -> Result<(), String> {
    let is_fit = importance.is_none_or(|importance| (0.0..=1.0).contains(&importance));
    if is_fit { Ok(()) } else { Err("importance must be 0 to 1".to_owned()) }
}

fn check_statement(statement: &Statement) -> Result<(), String> {
    let Statement { subject, attribute, value } = statement;
    let fits =
        |text: Option<&str>, max| text.is_some_and(|text| (1..=max).contains(&text.trim().chars().count()));
    let is_absent = subject.is_none() && attribute.is_none() && value.is_none();
    let is_whole = fits(subject.as_deref(), MAX_NAME_CHARS)
        && fits(attribute.as_deref(), MAX_NAME_CHARS)
        && fits(value.as_deref(), MAX_VALUE_CHARS);
    if is_absent || is_whole {
        return Ok(());
    }
    Err(format!(
        "subject, attribute and value must be given together, of 1 to {MAX_NAME_CHARS} characters, the value of 1 to {MAX_VALUE_CHARS}"
    ))
}
