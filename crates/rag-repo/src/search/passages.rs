//! What people see of a chunk that was found.

use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Double, Integer, Jsonb, Nullable, Text, Uuid},
};
use rag_schema::{
    ids::{ChunkId, CollectionId, DocumentId},
    models::HeadingPath,
};

use crate::{
    RepoResult,
    statement::{Bind, Statement},
};

/// A chunk with the document that it is a passage of.
#[derive(Debug, Clone, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Passage {
    /// The chunk.
    #[diesel(sql_type = Uuid)]
    pub chunk_id: ChunkId,
    /// Place in the document, from 0.
    #[diesel(sql_type = Integer)]
    pub ordinal: i32,
    /// First character in the document's text, in Unicode scalar values.
    #[diesel(sql_type = BigInt)]
    pub start_offset: i64,
    /// One past the last character.
    #[diesel(sql_type = BigInt)]
    pub end_offset: i64,
    /// Page it starts on, from 1.
    #[diesel(sql_type = Nullable<Integer>)]
    pub page: Option<i32>,
    /// Headings above it, outermost first.
    #[diesel(sql_type = Array<Nullable<Text>>)]
    pub heading_path: HeadingPath,
    /// The passage.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// The document.
    #[diesel(sql_type = Uuid)]
    pub document_id: DocumentId,
    /// The document's collection.
    #[diesel(sql_type = Uuid)]
    pub collection_id: CollectionId,
    /// The document's title.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// Where the document came from.
    #[diesel(sql_type = Nullable<Text>)]
    pub source: Option<String>,
    /// Media type of the document.
    #[diesel(sql_type = Text)]
    pub media_type: String,
    /// Facts that the document's uploader gave: a JSON object.
    #[diesel(sql_type = Jsonb)]
    pub metadata: serde_json::Value,
    /// Seconds since the document was stored.
    #[diesel(sql_type = Double)]
    pub age_s: f64,
    /// Answers that have cited the document.
    #[diesel(sql_type = BigInt)]
    pub citation_count: i64,
}

/// The passages of the chunks, in the order given; those deleted meanwhile are left out.
pub fn passages(conn: &mut PgConnection, chunks: &[ChunkId]) -> RepoResult<Vec<Passage>> {
    Statement::fixed(include_str!("passages.sql")).bind(Bind::ids(chunks)).load(conn)
}
