//! Writes the words of passages: the full-text rows that the lexical leg reads.

use diesel::{
    PgConnection, RunQueryDsl,
    sql_types::{Array, Text, Uuid},
};
use rag_schema::ids::{CollectionId, PassageId};

use crate::RepoResult;

/// The words of a passage.
#[derive(Debug, Clone, PartialEq)]
pub struct PassageWords {
    /// The passage.
    pub passage: PassageId,
    /// Its collection.
    pub collection: CollectionId,
    /// The language by whose rules they were made, by name.
    pub language: String,
    /// Lexemes and their places, from 1.
    pub words: Vec<(String, u32)>,
}

/// Stores the words of passages that have none, and counts them: those of one collection and language in one statement. Call it in a
/// transaction.
pub fn index_words(conn: &mut PgConnection, words: &[PassageWords]) -> RepoResult<()> {
    index_by(conn, words, "SELECT index_passages($1, $2, $3::tsvector[])")
}

/// As `index_words`, on behalf of a user: PostgreSQL refuses passages that are neither memories of that user nor tools that the user
/// may change.
pub fn index_own_words(conn: &mut PgConnection, words: &[PassageWords]) -> RepoResult<()> {
    index_by(conn, words, "SELECT index_own_passages($1, $2, $3::tsvector[])")
}

fn index_by(conn: &mut PgConnection, words: &[PassageWords], statement: &str) -> RepoResult<()> {
    let mut sorted: Vec<&PassageWords> = words.iter().collect();
    // Everybody locks collections in this order.
    sorted.sort_by(|a, b| (a.collection, &a.language).cmp(&(b.collection, &b.language)));
    for alike in sorted.chunk_by(|a, b| (a.collection, &a.language) == (b.collection, &b.language)) {
        let Some(first) = alike.first() else { continue };
        let passages: Vec<PassageId> = alike.iter().map(|words| words.passage).collect();
        let vectors: Vec<String> = alike.iter().map(|words| tsvector(&words.words)).collect();
        diesel::sql_query(statement)
            .bind::<Array<Uuid>, _>(passages)
            .bind::<Text, _>(&first.language)
            .bind::<Array<Text>, _>(vectors)
            .execute(conn)?;
    }
    Ok(())
}

/// The words as PostgreSQL reads a `tsvector`.
fn tsvector(words: &[(String, u32)]) -> String {
    let words: Vec<String> =
        words.iter().map(|(lexeme, place)| format!("{}:{place}", quoted(lexeme))).collect();
    words.join(" ")
}

/// A lexeme in quotation marks, for a `tsvector` or a `tsquery`.
pub(crate) fn quoted(lexeme: &str) -> String {
    format!("'{}'", lexeme.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lexemes_are_quoted_for_postgresql() {
        let words = [("c++".to_owned(), 1), ("o'neil\\".to_owned(), 2)];
        assert_eq!(tsvector(&words), r"'c++':1 'o''neil\\':2");
    }
}
