//! Tables, ids, enums, row and insert structs, and the embedded migrations. Never queries.

pub mod enums;
pub mod ids;
pub mod models;
#[expect(missing_docs, reason = "generated; the COMMENTs in the migrations say what each column is")]
pub mod schema;
pub mod sql_types;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};

/// Every migration of `migrations/`, oldest first.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// The migration that introduced row-level security; its first statement makes the roles, which belong to the server.
pub const ROW_SECURITY_MIGRATION: &str =
    include_str!("../../../migrations/2026-11-21-000011_row_security/up.sql");
