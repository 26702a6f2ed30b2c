//! Files that have no collection yet.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    ids::{FileId, JobId, UserId},
    schema::files,
};

/// A file that a user uploaded without a collection.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = files, check_for_backend(diesel::pg::Pg))]
pub struct File {
    /// Id.
    pub id: FileId,
    /// User who uploaded it and alone sees it.
    pub user_id: UserId,
    /// File name.
    pub name: String,
    /// Purpose, in the client's words.
    pub purpose: String,
    /// Length in bytes.
    pub size_bytes: i64,
    /// SHA-256 of the bytes, 32 bytes.
    pub content_sha256: Vec<u8>,
    /// Job that read it into a collection last.
    pub job_id: Option<JobId>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
}

/// A file to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = files)]
pub struct NewFile<'a> {
    /// Id.
    pub id: FileId,
    /// User who uploads it.
    pub user_id: UserId,
    /// File name, 1 to 500 characters.
    pub name: &'a str,
    /// Purpose, 1 to 100 characters.
    pub purpose: &'a str,
    /// Length in bytes.
    pub size_bytes: i64,
    /// SHA-256 of the bytes, 32 bytes.
    pub content_sha256: &'a [u8],
}
