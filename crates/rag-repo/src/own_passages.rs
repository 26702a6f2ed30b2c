//! Passages that users write themselves, such as memories and tools, with their vectors and words.

use diesel::prelude::*;
use rag_schema::{
    ids::PassageId,
    models::{NewEmbedding, NewPassage},
    schema::{embeddings, passage_lexemes, passages},
};

use crate::{
    RepoResult,
    error::changed,
    passage_words::{PassageWords, index_own_words},
};

/// Inserts a passage without vector and words: it cannot be found.
pub(crate) fn insert(conn: &mut PgConnection, passage: &NewPassage) -> RepoResult<()> {
    diesel::insert_into(passages::table).values(passage).execute(conn)?;
    Ok(())
}

/// Inserts the vector of a passage that has none.
pub(crate) fn insert_embedding(conn: &mut PgConnection, embedding: &NewEmbedding) -> RepoResult<()> {
    diesel::insert_into(embeddings::table).values(embedding).execute(conn)?;
    Ok(())
}

/// Inserts the vector and the words of a passage that has none.
pub(crate) fn insert_search_rows(
    conn: &mut PgConnection,
    embedding: &NewEmbedding,
    words: &PassageWords,
) -> RepoResult<()> {
    insert_embedding(conn, embedding)?;
    index_own_words(conn, std::slice::from_ref(words))
}

/// Replaces the vector and the words of a passage by these. Call it in a transaction.
pub fn replace_search_rows(
    conn: &mut PgConnection,
    embedding: &NewEmbedding,
    words: &PassageWords,
) -> RepoResult<()> {
    delete_search_rows(conn, embedding.passage_id)?;
    insert_search_rows(conn, embedding, words)
}

fn delete_search_rows(conn: &mut PgConnection, id: PassageId) -> RepoResult<()> {
    diesel::delete(passage_lexemes::table.filter(passage_lexemes::passage_id.eq(id))).execute(conn)?;
    diesel::delete(embeddings::table.filter(embeddings::passage_id.eq(id))).execute(conn)?;
    Ok(())
}

/// Deletes a passage with its vector, its words and all rows of its kind. `RepoError::NotFound` when the asker may not change it.
pub fn erase(conn: &mut PgConnection, id: PassageId) -> RepoResult<()> {
    delete_search_rows(conn, id)?;
    changed(diesel::delete(passages::table.filter(passages::id.eq(id))).execute(conn)?)
}
