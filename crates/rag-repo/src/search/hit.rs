//! A passage and its score, as every query of search gives it.

use diesel::QueryableByName;
use rag_schema::ids::PassageId;

/// A passage and its score; more is better.
#[derive(Debug, Clone, Copy, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Hit {
    /// Passage found.
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub passage_id: PassageId,
    /// Cosine similarity, -1 to 1, or BM25, 0 and up.
    #[diesel(sql_type = diesel::sql_types::Double)]
    pub score: f64,
}
