//! Judgements of questions like the one that is asked, by all members of the searched collections.

use diesel::{
    prelude::*,
    sql_types::{Binary, Double, Float, Uuid},
};
use pgvector::HalfVector;
use rag_schema::{
    ids::{DocumentId, UserId},
    models::EmbeddingModel,
};

use super::dense::for_model;
use crate::{
    RepoResult,
    statement::{Bind, Statement},
};

/// A judgement of a passage for a similar question.
#[derive(Debug, Clone, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Judged {
    /// Document of the passage.
    #[diesel(sql_type = Uuid)]
    pub document_id: DocumentId,
    /// SHA-256 of the passage's text, 32 bytes.
    #[diesel(sql_type = Binary)]
    pub passage_sha256: Vec<u8>,
    /// User who judged.
    #[diesel(sql_type = Uuid)]
    pub user_id: UserId,
    /// From -1, the passage misled, to 1, it helped.
    #[diesel(sql_type = Float)]
    pub weight: f32,
    /// Cosine of its question and the one that is asked.
    #[diesel(sql_type = Double)]
    pub score: f64,
}

/// The judgements of passages of these documents whose question has at least this cosine with `question`, most similar first, at
/// most `limit`.
pub fn judged(
    conn: &mut PgConnection,
    model: &EmbeddingModel,
    question: &HalfVector,
    documents: &[DocumentId],
    min_cosine: f64,
    limit: i64,
) -> RepoResult<Vec<Judged>> {
    let text = for_model(include_str!("judged.sql"), model).replace("{least}", &format!("{min_cosine:?}"));
    Statement::fixed(text)
        .bind(Bind::Half(question.clone()))
        .bind(Bind::ids(documents))
        .bind(Bind::BigInteger(limit))
        .load(conn)
}
