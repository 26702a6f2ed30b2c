//! What the synonyms of the collections add to a question.

use diesel::{prelude::*, sql_types::Text};
use rag_schema::ids::CollectionId;

use super::lexical::QueryWord;
use crate::{
    RepoResult,
    statement::{Bind, Statement},
};

/// A word of a synonym.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct SynonymWord {
    /// The synonym it belongs to, as it was written.
    #[diesel(sql_type = Text)]
    pub term: String,
    /// The word. The `idf`s of a synonym's words add up to no more than those of the words they stand for.
    #[diesel(embed)]
    pub word: QueryWord,
}

/// The words of the synonyms of what `question` says, by the groups of each collection.
pub fn synonym_words(
    conn: &mut PgConnection,
    collections: &[CollectionId],
    question: &str,
) -> RepoResult<Vec<SynonymWord>> {
    Statement::fixed(include_str!("synonym_words.sql"))
        .bind(Bind::ids(collections))
        .bind(Bind::Text(question.to_owned()))
        .load(conn)
}
