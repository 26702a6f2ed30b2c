//! Writes chunks as passages with their vectors, by COPY where that is allowed.

use diesel::{ExecuteCopyFromDsl, PgConnection, RunQueryDsl};
use rag_schema::{
    models::{NewChunk, NewEmbedding, NewPassage},
    schema::{chunks, embeddings, passages},
};

use crate::RepoResult;

/// Rows written by one INSERT.
const ROWS_A_STATEMENT: usize = 1_000;

diesel::define_sql_function! {
    /// PostgreSQL's `row_security_active`: whether it holds the current role in that table.
    fn row_security_active(table: diesel::sql_types::Text) -> diesel::sql_types::Bool;
}

/// Stores chunks with the passages that they are, one vector each; `index_words` stores their words. Call it in a transaction, on a
/// version that is being built.
pub fn write_chunks(
    conn: &mut PgConnection,
    new_chunks: &[NewChunk],
    new_embeddings: &[NewEmbedding],
) -> RepoResult<()> {
    let new_passages: Vec<NewPassage> = new_chunks.iter().map(NewPassage::from).collect();
    if is_held_by_policies(conn)? {
        // PostgreSQL refuses COPY then. In pieces: a statement holds 65,535 values.
        for piece in new_passages.chunks(ROWS_A_STATEMENT) {
            diesel::insert_into(passages::table).values(piece).execute(conn)?;
        }
        for piece in new_chunks.chunks(ROWS_A_STATEMENT) {
            diesel::insert_into(chunks::table).values(piece).execute(conn)?;
        }
    } else {
        diesel::copy_from(passages::table).from_insertable(&new_passages).execute(conn)?;
        diesel::copy_from(chunks::table).from_insertable(new_chunks).execute(conn)?;
    }
    write_embeddings(conn, new_embeddings)
}

/// Stores vectors of passages that are stored.
pub fn write_embeddings(conn: &mut PgConnection, new: &[NewEmbedding]) -> RepoResult<()> {
    if is_held_by_policies(conn)? {
        for piece in new.chunks(ROWS_A_STATEMENT) {
            diesel::insert_into(embeddings::table).values(piece).execute(conn)?;
        }
    } else {
        diesel::copy_from(embeddings::table).from_insertable(new).execute(conn)?;
    }
    Ok(())
}

/// Whether row-level security holds the transaction's role: it does where the server let `rag migrate` make no role that
/// bypasses it.
fn is_held_by_policies(conn: &mut PgConnection) -> RepoResult<bool> {
    Ok(diesel::select(row_security_active("chunks")).get_result(conn)?)
}
