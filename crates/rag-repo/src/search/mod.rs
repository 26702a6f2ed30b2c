//! The two legs of search: words by BM25, vectors by cosine. They read the views of schema `search`, which hold only what the asker may see.

mod dense;
mod lexical;
mod passages;
mod scope;
mod synonym_words;

use diesel::{PgConnection, QueryableByName, connection::SimpleConnection};
use rag_schema::ids::ChunkId;

use crate::RepoResult;

pub use dense::{Breadth, DensePlan, dense_leg, similarities, vectors};
pub use lexical::{LexicalQuery, QueryWord, by_words, lexical_leg, matching_words, parse_words};
pub use passages::{Passage, passages};
pub use scope::{Scope, WordRule, word_rule};
pub use synonym_words::{SynonymWord, synonym_words};

/// Runs `run` under settings of the transaction, and then takes back what would mislead the queries after it.
fn under<T>(
    conn: &mut PgConnection,
    settings: &str,
    run: impl FnOnce(&mut PgConnection) -> RepoResult<T>,
) -> RepoResult<T> {
    conn.batch_execute(settings)?;
    let result = run(conn)?;
    conn.batch_execute("SET LOCAL enable_seqscan = on; SET LOCAL enable_sort = on")?;
    Ok(result)
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
