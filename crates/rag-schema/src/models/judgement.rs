//! Relevance judgements.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use pgvector::HalfVector;

use crate::{
    ids::{CollectionId, DocumentId, JudgementId, MessageId, UserId},
    schema::judgements,
};

/// A judgement: a passage helped with a question, or did not.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = judgements, check_for_backend(diesel::pg::Pg))]
pub struct Judgement {
    /// Id.
    pub id: JudgementId,
    /// Collection of the document.
    pub collection_id: CollectionId,
    /// Document of the passage.
    pub document_id: DocumentId,
    /// Rated answer that cited the passage; `None` if a result of a search was judged.
    pub message_id: Option<MessageId>,
    /// The question.
    pub question: String,
    /// From -1, the passage misled, to 1, it helped.
    pub weight: f32,
    /// Time of the judgement.
    pub created_at: DateTime<Utc>,
}

/// A judgement to insert.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = judgements)]
pub struct NewJudgement<'a> {
    /// Id.
    pub id: JudgementId,
    /// Collection of the document.
    pub collection_id: CollectionId,
    /// Document of the passage.
    pub document_id: DocumentId,
    /// SHA-256 of the passage's text, 32 bytes.
    pub passage_sha256: &'a [u8],
    /// User who judges.
    pub user_id: UserId,
    /// Rated answer that cited the passage.
    pub message_id: Option<MessageId>,
    /// The question, 1 to 10,000 characters.
    pub question: &'a str,
    /// Embedding model of the vector; `None` without one.
    pub model_id: Option<i32>,
    /// Vector of the question; `None` if it is to be embedded later.
    pub question_vector: Option<&'a HalfVector>,
    /// From -1, the passage misled, to 1, it helped; not 0.
    pub weight: f32,
}
