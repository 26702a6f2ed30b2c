//! Collections.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    ids::{CollectionId, UserId},
    schema::collections,
};

/// A named set of documents that are searched together.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = collections, check_for_backend(diesel::pg::Pg))]
pub struct Collection {
    /// Id.
    pub id: CollectionId,
    /// User who owns it.
    pub owner_id: UserId,
    /// Name, unique per owner.
    pub name: String,
    /// What it holds, for people.
    pub description: String,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When the row last changed.
    pub updated_at: DateTime<Utc>,
}

/// A collection to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = collections)]
pub struct NewCollection<'a> {
    /// Id.
    pub id: CollectionId,
    /// User who owns it.
    pub owner_id: UserId,
    /// Name, 1 to 200 characters.
    pub name: &'a str,
    /// What it holds, at most 2,000 characters.
    pub description: &'a str,
}
