//! Documents, their versions and chunks.

use chrono::{DateTime, Utc};
use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::Pg,
    prelude::*,
    serialize::{self, Output, ToSql},
    sql_types::{Array, Nullable, Text},
};
use serde_json::Value;

use crate::{
    enums::VersionState,
    ids::{CollectionId, DocumentId, PassageId, VersionId},
    schema::{chunk_parts, chunks, document_versions, documents},
};

/// An uploaded document. Search finds it once it has a current version.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = documents, check_for_backend(diesel::pg::Pg))]
pub struct Document {
    /// Id.
    pub id: DocumentId,
    /// Collection it belongs to.
    pub collection_id: CollectionId,
    /// Title given, else found in the document, else its file name.
    pub title: String,
    /// Whether the title was given; otherwise a new version can change it.
    pub has_given_title: bool,
    /// Path, file name or address that it is known by; `None` for a document that is known by its bytes.
    pub source: Option<String>,
    /// Media type of the current version, and of the newest until there is one.
    pub media_type: String,
    /// ISO 639-3 code, when detected reliably.
    pub language: Option<String>,
    /// PostgreSQL text search configuration that stems its words.
    pub text_search_config: String,
    /// Facts given by the uploader: a JSON object.
    pub metadata: serde_json::Value,
    /// Version that search finds; `None` until the first one is complete.
    pub current_version_id: Option<VersionId>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When the row last changed.
    pub updated_at: DateTime<Utc>,
}

/// A document to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = documents)]
pub struct NewDocument<'a> {
    /// Id.
    pub id: DocumentId,
    /// Collection it belongs to.
    pub collection_id: CollectionId,
    /// Title, 1 to 500 characters.
    pub title: &'a str,
    /// Whether the title was given.
    pub has_given_title: bool,
    /// Path, file name or address that it is known by, 1 to 2,000 characters; unique in its collection.
    pub source: Option<&'a str>,
    /// Media type detected from the content.
    pub media_type: &'a str,
    /// Facts given by the uploader: a JSON object.
    pub metadata: &'a serde_json::Value,
}

/// A version of a document: the bytes under its source, each time that they were new or read again.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = document_versions, check_for_backend(diesel::pg::Pg))]
pub struct DocumentVersion {
    /// Id.
    pub id: VersionId,
    /// Document it is a version of.
    pub document_id: DocumentId,
    /// The document's collection.
    pub collection_id: CollectionId,
    /// Counts from 1 within the document.
    pub number: i32,
    /// State of the version.
    pub state: VersionState,
    /// SHA-256 of the original bytes, 32 bytes.
    pub content_sha256: Vec<u8>,
    /// Media type detected from the content.
    pub media_type: String,
    /// Length of the original in bytes.
    pub size_bytes: i64,
    /// Number of pages; `None` if the format has no pages.
    pub page_count: Option<i32>,
    /// Length of the text in Unicode scalar values.
    pub character_count: i64,
    /// Chunks stored for it.
    pub chunk_count: i32,
    /// Fingerprint of chunking and model.
    pub ingest_settings: String,
    /// When the bytes arrived.
    pub created_at: DateTime<Utc>,
    /// When it became visible.
    pub published_at: Option<DateTime<Utc>>,
    /// When a newer version took its place.
    pub superseded_at: Option<DateTime<Utc>>,
    /// The pages whose text comes from OCR: a list of objects with `page` and `confidence`; `None` if OCR has read no page.
    pub ocr_pages: Option<Value>,
}

/// A version to insert, in state queued.
#[derive(Debug, Insertable)]
#[diesel(table_name = document_versions)]
pub struct NewDocumentVersion<'a> {
    /// Id.
    pub id: VersionId,
    /// Document it is a version of.
    pub document_id: DocumentId,
    /// The document's collection.
    pub collection_id: CollectionId,
    /// Counts from 1 within the document.
    pub number: i32,
    /// SHA-256 of the content, 32 bytes.
    pub content_sha256: &'a [u8],
    /// Media type detected from the content.
    pub media_type: &'a str,
    /// Length of the original in bytes, at least 1.
    pub size_bytes: i64,
}

/// A passage of a version.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = chunks, check_for_backend(diesel::pg::Pg))]
pub struct Chunk {
    /// Id, its passage's.
    pub id: PassageId,
    /// Version it is a passage of.
    pub version_id: VersionId,
    /// Place in the version, from 0.
    pub ordinal: i32,
    /// First character in the version's text, in Unicode scalar values.
    pub start_offset: i64,
    /// One past the last character.
    pub end_offset: i64,
    /// Page it starts on, from 1.
    pub page: Option<i32>,
    /// Headings above it, outermost first.
    pub heading_path: HeadingPath,
    /// Tokens by the tokenizer of the model it was cut for.
    pub token_count: i32,
    /// The version's text between the two offsets.
    pub text: String,
}

/// A chunk to insert.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = chunks, treat_none_as_default_value = false)]
pub struct NewChunk {
    /// Id, its passage's.
    pub id: PassageId,
    /// Version it is a passage of.
    pub version_id: VersionId,
    /// The version's collection.
    pub collection_id: CollectionId,
    /// Place in the version, from 0.
    pub ordinal: i32,
    /// First character in the version's text, in Unicode scalar values.
    pub start_offset: i64,
    /// One past the last character.
    pub end_offset: i64,
    /// Page it starts on, from 1.
    pub page: Option<i32>,
    /// Headings above it, outermost first.
    pub heading_path: HeadingPath,
    /// Tokens by the tokenizer of the model it was cut for.
    pub token_count: i32,
    /// The version's text between the two offsets, not empty.
    pub text: String,
}

/// The parts of a chunk that can answer a question.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = chunk_parts, check_for_backend(diesel::pg::Pg))]
pub struct ChunkParts {
    /// The chunk.
    pub chunk_id: PassageId,
    /// The chunk's collection.
    pub collection_id: CollectionId,
    /// Model that made the vectors.
    pub model_id: i32,
    /// An array with one object for each part.
    pub parts: serde_json::Value,
    /// One vector for each part, a signed byte for each dimension; empty if the model gives none.
    pub vectors: Vec<u8>,
}

/// Headings above a chunk, outermost first. PostgreSQL cannot say that an array holds no nulls; ours never does.
#[derive(Debug, Clone, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Array<Nullable<Text>>)]
pub struct HeadingPath(pub Vec<String>);

impl ToSql<Array<Nullable<Text>>, Pg> for HeadingPath {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Array<Text>, Pg>::to_sql(&self.0, out)
    }
}

impl FromSql<Array<Nullable<Text>>, Pg> for HeadingPath {
    fn from_sql(bytes: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        FromSql::<Array<Text>, Pg>::from_sql(bytes).map(Self)
    }
}
