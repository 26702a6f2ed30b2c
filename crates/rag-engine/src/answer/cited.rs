//! The origin of cited passages, and the statements that a turn remembered; holds no steps.

use chrono::{DateTime, Utc};
use rag_repo::search::{Origin, Passage};
use rag_schema::{
    enums::PassageKind,
    ids::{DocumentId, MemoryStepId, PassageId, SessionId},
};
use serde::{Deserialize, Serialize};

/// Title of the citations of memories.
pub(super) const MEMORY_TITLE: &str = "Memory";

/// The origin of a cited passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CitedOrigin {
    /// A document, and the number of its version that the quote and its offsets are of; `None` for answers that were stored before
    /// citations had versions.
    Document(DocumentId, Option<i32>),
    /// A memory of the user, which holds since then; its id is that of the passage.
    Memory(DateTime<Utc>),
    /// A round of another conversation of the user, said then.
    Round(SessionId, DateTime<Utc>),
    /// A tool. No turn gives tools to the answerer, so no stored answer cites one.
    Tool,
}

impl CitedOrigin {
    /// Returns the kind of the passage.
    pub fn kind(self) -> PassageKind {
        match self {
            Self::Document(..) => PassageKind::Chunk,
            Self::Memory(_) => PassageKind::Memory,
            Self::Round(..) => PassageKind::Round,
            Self::Tool => PassageKind::Tool,
        }
    }

    /// Returns the document; `None` for other passages.
    pub fn document_id(self) -> Option<DocumentId> {
        if let Self::Document(id, _) = self { Some(id) } else { None }
    }

    /// Returns the number of the document's version; `None` if it is not known, and for other passages.
    pub fn version(self) -> Option<i32> {
        if let Self::Document(_, version) = self { version } else { None }
    }

    /// Returns the conversation of a round; `None` for other passages.
    pub fn session_id(self) -> Option<SessionId> {
        if let Self::Round(id, _) = self { Some(id) } else { None }
    }

    /// Returns the time since which a memory holds, or when a round was said; `None` for other passages.
    pub fn date(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Document(..) | Self::Tool => None,
            Self::Memory(date) | Self::Round(_, date) => Some(date),
        }
    }
}

impl From<&Passage> for CitedOrigin {
    fn from(passage: &Passage) -> Self {
        match &passage.origin {
            Origin::Chunk(chunk) => Self::Document(chunk.document_id, Some(chunk.version)),
            Origin::Memory(origin) => Self::Memory(origin.memory.content.valid_from),
            Origin::Round(round) => Self::Round(round.session_id, round.said_at),
            Origin::Tool(_) => Self::Tool,
        }
    }
}

/// A statement of a question that was remembered, or refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RememberedStatement {
    /// The statement.
    pub content: String,
    /// `stored`, `seen_again`, `merged`, `superseded` or `refused`.
    pub outcome: String,
    /// The memory that states it; `None` if it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_id: Option<PassageId>,
    /// The step, which can be undone; `None` if it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_id: Option<MemoryStepId>,
    /// The memory that it replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_id: Option<PassageId>,
    /// The reason of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
