//! Every query, the connection pool, and the one map from database errors to ours.

mod actor;
pub mod api_keys;
pub mod audit;
pub mod chunk_parts;
mod chunk_writer;
pub mod clock;
pub mod collections;
pub mod db;
pub mod documents;
pub mod embedding_models;
pub mod error;
pub mod events;
pub mod filter;
pub mod invitations;
pub mod jobs;
pub mod links;
pub mod logins;
pub mod members;
pub mod messages;
pub mod migrations;
pub mod organisations;
pub mod page;
pub mod search;
pub mod server;
pub mod sessions;
pub mod statement;
pub mod synonyms;
pub mod users;
pub mod vector_index;
pub mod versions;

pub use actor::Actor;
pub use chunk_writer::write_chunks;
pub use db::{Db, PoolSettings};
pub use diesel::pg::PgConnection;
pub use error::{RepoError, RepoResult, TransactionError};
pub use page::Page;
