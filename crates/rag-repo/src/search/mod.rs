//! The two legs of search: words by BM25, vectors by cosine. They read the views of schema `search`, which hold only what the asker may see.

mod corpus;
mod dense;
mod lexical;
mod passages;
mod planned;
mod scope;
mod synonym_words;

use diesel::QueryableByName;
use rag_schema::ids::ChunkId;

pub use corpus::Corpus;
pub use dense::{Breadth, DensePlan, dense_leg, learned_similarities, similarities, vectors};
pub use lexical::{
    LexicalQuery, QueryWord, QuestionWords, lexical_leg, matching_words, parse_words, word_scores,
};
pub use passages::{Passage, passages};
pub use planned::Planned;
pub use scope::{Scope, WordRule, word_rule};
pub use synonym_words::{SynonymWord, synonym_words};

/// A count as a number to reckon with.
fn real(count: i64) -> f64 {
    i32::try_from(count).map_or(f64::INFINITY, f64::from)
}

/// A chunk and what a leg gives it; more is better.
#[derive(Debug, Clone, Copy, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Hit {
    /// Chunk found.
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub chunk_id: ChunkId,
    /// Cosine similarity, -1 to 1, or BM25, 0 and up.
    #[diesel(sql_type = diesel::sql_types::Double)]
    pub score: f64,
}
