//! Every query, the connection pool, and the one map from database errors to ours.

mod chunk_writer;
pub mod collections;
pub mod db;
pub mod documents;
pub mod embedding_models;
pub mod error;
pub mod filter;
pub mod jobs;
pub mod messages;
pub mod migrations;
pub mod page;
pub mod search;
pub mod server;
pub mod sessions;
pub mod statement;
pub mod synonyms;
pub mod users;
pub mod vector_index;
pub mod versions;

pub use chunk_writer::write_chunks;
pub use db::{Db, PoolSettings};
pub use diesel::pg::PgConnection;
pub use error::{RepoError, RepoResult};
pub use page::Page;
