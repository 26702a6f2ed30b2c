//! The use cases: ingest documents, find passages, answer questions. Contains no HTTP and no SQL.
//!
//! The engine is synchronous, as PostgreSQL's client and inference are. An event loop calls it from a blocking thread, once per
//! step.

pub mod accounts;
mod activity;
pub mod answer;
mod breadth;
mod collections;
mod disk;
mod documents;
mod engine;
mod error;
pub mod evaluate;
mod events;
mod feedback;
pub mod fetch;
mod files;
mod idempotency;
pub mod ingest;
pub mod jobs;
mod judgements;
pub mod memory;
mod models;
mod part_vectors;
mod prompt_text;
mod reembed;
pub mod retrieve;
mod rooms;
mod sessions;
mod settings;
mod support;
pub mod synonyms;
pub mod tools;
mod upkeep;
mod usage;
pub mod words;

pub use activity::ActivityReport;
pub use collections::{CollectionChange, CollectionRequest};
pub use disk::{Disk, DiskState, FreeBytes};
pub use documents::{DocumentPatch, TextChanges};
pub use engine::{Engine, Parts};
pub use error::{EngineError, EngineResult};
pub use events::AnalyticsSettings;
pub use feedback::Feedback;
pub use files::file_source;
pub use idempotency::{HeldKey, KeyState};
pub use ingest::ChunkSizes;
pub use models::{Model, Models, missing_model_cure};
pub use rag_repo::Actor;
pub use rag_text::names;
pub use reembed::Move;
pub use sessions::SessionChange;
pub use settings::{
    AccountSettings, AnswerSettings, FetchJobSettings, IngestSettings, JobSettings, MemorySettings,
    SearchSettings, Settings, UnsupportedAnswer,
};
pub use usage::UsageReport;

/// Address and name of the operator of the machine, an admin of an organisation of their own.
pub const LOCAL_USER: (&str, &str) = ("local@localhost", "Local user");
