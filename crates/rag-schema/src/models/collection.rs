//! Collections.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    enums::{CollectionKind, MemberRole},
    ids::{CollectionId, LinkId, OrganisationId, UserId},
    schema::{collection_links, collection_members, collections},
};

/// A named set of documents that are searched together.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = collections, check_for_backend(diesel::pg::Pg))]
pub struct Collection {
    /// Id.
    pub id: CollectionId,
    /// Organisation of the owner.
    pub organisation_id: OrganisationId,
    /// User who owns it.
    pub owner_id: UserId,
    /// Name, unique per owner.
    pub name: String,
    /// What it holds, for people.
    pub description: String,
    /// Embedding model of all its vectors.
    pub model_id: i32,
    /// Its kind.
    pub kind: CollectionKind,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When the row last changed.
    pub updated_at: DateTime<Utc>,
    /// Defaults of questions to it alone, a JSON object.
    pub defaults: serde_json::Value,
    /// Time since which ingest is paused; `None` if it is not.
    pub ingest_paused_at: Option<DateTime<Utc>>,
    /// Maximum size of its chunks in tokens of its model, 32 to 8,192; `None` for the server's setting.
    pub chunk_max_tokens: Option<i32>,
    /// Maximum number of tokens that a chunk repeats from the previous one, at most half of `chunk_max_tokens`; `None` together with it.
    pub chunk_overlap_tokens: Option<i32>,
}

/// The change of a collection; `None` leaves a value as it is, and `Some(None)` clears it.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = collections)]
pub struct CollectionRowChange {
    /// Name, 1 to 200 characters.
    pub name: Option<String>,
    /// Description of the contents, at most 2,000 characters.
    pub description: Option<String>,
    /// Defaults of questions to it alone, a JSON object.
    pub defaults: Option<serde_json::Value>,
    /// Maximum size of its chunks, in tokens.
    pub chunk_max_tokens: Option<Option<i32>>,
    /// Maximum number of tokens that a chunk repeats from the previous one.
    pub chunk_overlap_tokens: Option<Option<i32>>,
}

/// A collection of documents to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = collections)]
pub struct NewCollection<'a> {
    /// Id.
    pub id: CollectionId,
    /// Organisation of the owner.
    pub organisation_id: OrganisationId,
    /// User who owns it.
    pub owner_id: UserId,
    /// Name, 1 to 200 characters.
    pub name: &'a str,
    /// What it holds, at most 2,000 characters.
    pub description: &'a str,
    /// Embedding model of all its vectors.
    pub model_id: i32,
    /// Maximum size of its chunks, in tokens; `None` for the server's setting.
    pub chunk_max_tokens: Option<i32>,
    /// Maximum number of tokens that a chunk repeats from the previous one; `None` together with `chunk_max_tokens`.
    pub chunk_overlap_tokens: Option<i32>,
}

/// Somebody with whom a collection is shared.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = collection_members, check_for_backend(diesel::pg::Pg))]
pub struct CollectionMember {
    /// Collection shared.
    pub collection_id: CollectionId,
    /// With whom.
    pub user_id: UserId,
    /// Organisation of both.
    pub organisation_id: OrganisationId,
    /// What they may do in it.
    pub role: MemberRole,
}

/// A secret whose bearer may read a collection, without what it is checked against.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = collection_links, check_for_backend(diesel::pg::Pg))]
pub struct CollectionLink {
    /// Id.
    pub id: LinkId,
    /// Collection shared.
    pub collection_id: CollectionId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Not good afterwards.
    pub expires_at: Option<DateTime<Utc>>,
}
