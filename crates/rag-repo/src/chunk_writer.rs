//! Writes chunks with their vectors by COPY, and their words.

use diesel::{
    ExecuteCopyFromDsl, PgConnection, RunQueryDsl,
    sql_types::{Integer, Uuid},
};
use rag_schema::{
    ids::VersionId,
    models::{NewChunk, NewEmbedding},
    schema::{chunks, embeddings},
};

use crate::RepoResult;

/// Stores chunks, one vector each, and indexes their words. Call it in a transaction, on a version that is being built.
/// The chunks of one version follow each other by ordinal.
pub fn write_chunks(
    conn: &mut PgConnection,
    new_chunks: &[NewChunk],
    new_embeddings: &[NewEmbedding],
) -> RepoResult<()> {
    diesel::copy_from(chunks::table).from_insertable(new_chunks).execute(conn)?;
    diesel::copy_from(embeddings::table).from_insertable(new_embeddings).execute(conn)?;
    for run in new_chunks.chunk_by(|a, b| a.version_id == b.version_id) {
        if let [first, ..] = run
            && let [.., last] = run
        {
            index_words(conn, first.version_id, first.ordinal, last.ordinal)?;
        }
    }
    Ok(())
}

fn index_words(conn: &mut PgConnection, version: VersionId, first: i32, last: i32) -> RepoResult<()> {
    diesel::sql_query("SELECT index_chunk_lexemes($1, $2, $3)")
        .bind::<Uuid, _>(version)
        .bind::<Integer, _>(first)
        .bind::<Integer, _>(last)
        .execute(conn)?;
    Ok(())
}
