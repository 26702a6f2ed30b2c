//! Names under which `schema.rs` finds the SQL types of pgvector and of full-text search.

pub use pgvector::sql_types::{HalfVector as Halfvec, SparseVector as Sparsevec, Vector};

/// PostgreSQL's `tsvector`. It is written and read inside the database only.
#[derive(Debug, Clone, Copy, Default, diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
#[diesel(postgres_type(name = "tsvector", schema = "pg_catalog"))]
pub struct Tsvector;
