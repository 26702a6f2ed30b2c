//! The lexical leg: true BM25 as an inner product of sparse vectors (see docs/adr).

use std::collections::BTreeMap;

use diesel::{
    connection::SimpleConnection,
    prelude::*,
    sql_types::{Array, Double, Integer, Text, Uuid},
};
use pgvector::SparseVector;
use rag_schema::ids::CollectionId;

use super::scope::{Scope, Table};
use crate::{
    RepoResult,
    statement::{Bind, Statement},
};

/// Dimensions of the sparse vectors: the most that pgvector allows, as lexeme ids only grow.
const SPARSE_DIMENSIONS: i32 = 1_000_000_000;

/// A word of the question, as one collection knows it.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct QueryWord {
    /// Id of the lexeme.
    #[diesel(sql_type = Integer)]
    pub id: i32,
    /// The stem.
    #[diesel(sql_type = Text)]
    pub lexeme: String,
    /// Chunks of the collection that hold it.
    #[diesel(sql_type = Integer)]
    pub chunk_count: i32,
    /// Inverse document frequency, above 0.
    #[diesel(sql_type = Double)]
    pub idf: f64,
}

/// A question made ready for the lexical leg.
#[derive(Debug, Clone)]
pub struct LexicalQuery {
    /// Words that make a chunk a candidate.
    pub candidates: Vec<QueryWord>,
    /// Words too common to make candidates; they still count in the score.
    pub pruned: Vec<QueryWord>,
}

impl LexicalQuery {
    /// Takes words from the rarest to the commonest as long as their chunk counts add up to at most `budget`,
    /// and at least one.
    pub fn within_budget(mut words: Vec<QueryWord>, budget: i64) -> Self {
        words.sort_by_key(|word| (word.chunk_count, word.id));
        let mut sum = 0;
        let kept = words
            .iter()
            .take_while(|word| {
                sum += i64::from(word.chunk_count);
                sum <= budget
            })
            .count()
            .max(1)
            .min(words.len());
        let pruned = words.split_off(kept);
        Self { candidates: words, pruned }
    }

    fn weights(&self) -> SparseVector {
        // pgvector counts dimensions from 0 in this type and from 1 in text, which is what the impacts were written in.
        let weights: BTreeMap<i32, f32> =
            self.candidates.iter().chain(&self.pruned).map(|word| (word.id - 1, narrow(word.idf))).collect();
        SparseVector::from_map(&weights, SPARSE_DIMENSIONS)
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "sparse vectors hold 32-bit floats"
)]
fn narrow(value: f64) -> f32 {
    value as f32
}

/// The words of `question` that the collections know, with their inverse document frequencies.
pub fn parse_words(
    conn: &mut PgConnection,
    collections: &[CollectionId],
    question: &str,
) -> RepoResult<Vec<QueryWord>> {
    Ok(diesel::sql_query(include_str!("lexical_query.sql"))
        .bind::<Array<Uuid>, _>(collections)
        .bind::<Text, _>(question)
        .load(conn)?)
}

/// Those of `words` that share a stem with the question.
pub fn matching_words(
    conn: &mut PgConnection,
    collections: &[CollectionId],
    question: &str,
    words: &[String],
) -> RepoResult<Vec<String>> {
    let rows: Vec<Word> = diesel::sql_query(include_str!("matching_words.sql"))
        .bind::<Array<Uuid>, _>(collections)
        .bind::<Text, _>(question)
        .bind::<Array<Text>, _>(words)
        .load(conn)?;
    Ok(rows.into_iter().map(|row| row.word).collect())
}

#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

/// Runs `run` while PostgreSQL leaves no index aside. It takes comparing two arrays for as cheap as two numbers, and would
/// rather compare those of all rows when a question's words are in many. Call it in a transaction.
pub fn by_words<T>(
    conn: &mut PgConnection,
    run: impl FnOnce(&mut PgConnection) -> RepoResult<T>,
) -> RepoResult<T> {
    conn.batch_execute("SET LOCAL enable_seqscan = off")?;
    let result = run(conn)?;
    conn.batch_execute("SET LOCAL enable_seqscan = on")?;
    Ok(result)
}

/// The query of the `limit` best chunks by BM25 among those that hold a candidate word, best first;
/// to be run within `by_words`. None when there is no candidate word.
pub fn lexical_leg(scope: &Scope, query: &LexicalQuery, limit: i64) -> Option<Statement> {
    if query.candidates.is_empty() {
        return None;
    }
    let statement = Statement::new(include_str!("lexical.sql"))
        .bind(Bind::Integers(query.candidates.iter().map(|word| word.id).collect()))
        .bind(Bind::Sparse(query.weights()))
        .bind(Bind::BigInteger(limit))
        .splice("{scope}", |first| scope.condition(Table::ChunkLexemes, first));
    Some(statement)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(id: i32, chunk_count: i32) -> QueryWord {
        QueryWord { id, lexeme: format!("w{id}"), chunk_count, idf: 1.0 }
    }

    #[test]
    fn the_budget_keeps_the_rarest_words() {
        let query = LexicalQuery::within_budget(vec![word(1, 900), word(2, 10), word(3, 50)], 100);
        assert_eq!(query.candidates.iter().map(|word| word.id).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(query.pruned.iter().map(|word| word.id).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn one_word_is_kept_however_common() {
        let query = LexicalQuery::within_budget(vec![word(1, 900)], 100);
        assert_eq!(query.candidates.len(), 1);
    }

    #[test]
    fn no_words_make_no_candidates() {
        assert!(LexicalQuery::within_budget(Vec::new(), 100).candidates.is_empty());
    }
}
