//! Row and insert structs, one file per aggregate.

mod account;
mod chat;
mod collection;
mod document;
mod event;
mod fetch;
mod file;
mod job;
mod judgement;
mod memory;
mod search;
mod tool;
mod turn;
mod user;

pub use account::{
    ApiKey, AuditEvent, Invitation, Login, NewApiKey, Organisation, PasswordReset, Scopes, Usage,
};
pub use chat::{
    AnswerFeedback, ChatMessage, ChatSession, ChatSessionChange, NewAnswerFeedback, NewChatMessage,
    NewChatSession, NewChatSummary, NewRound,
};
pub use collection::{Collection, CollectionLink, CollectionMember, CollectionRowChange, NewCollection};
pub use document::{
    Chunk, ChunkParts, Document, DocumentVersion, HeadingPath, NewChunk, NewDocument, NewDocumentVersion,
};
pub use event::{AnswerFacts, DocumentFacts, Event, SearchFacts};
pub use fetch::{DocumentFetch, NewDocumentFetch};
pub use file::{File, NewFile};
pub use job::{
    FetchTask, IngestTask, Job, NewJob, Pace, ReembedTask, RoundsTask, Task, UpkeepTask, WordsTask,
};
pub use judgement::{Judgement, NewJudgement};
pub use memory::{Memory, MemoryChange, MemoryContent, MemoryUse, NewMemory, NewMemoryChange, Statement};
pub use search::{
    EmbeddingModel, NewEmbedding, NewPassage, NewRecallMeasurement, RecallMeasurement, VectorIndex,
};
pub use tool::{NewTool, NewToolUse, Tool, ToolCounts, ToolUse};
pub use turn::{NewTurn, TurnEvents, TurnRow};
pub use user::{NewUser, User};
