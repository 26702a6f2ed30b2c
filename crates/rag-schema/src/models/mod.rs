//! Row and insert structs, one file per aggregate.

mod chat;
mod collection;
mod document;
mod job;
mod search;
mod user;

pub use chat::{ChatMessage, ChatSession, NewChatMessage, NewChatSession};
pub use collection::{Collection, NewCollection};
pub use document::{
    Chunk, Document, DocumentVersion, HeadingPath, NewChunk, NewDocument, NewDocumentVersion,
};
pub use job::{Job, NewJob};
pub use search::{EmbeddingModel, NewEmbedding, VectorIndex};
pub use user::{NewUser, User};
