//! Parts of chunks and their vectors.

use diesel::prelude::*;
use rag_schema::{ids::PassageId, models::ChunkParts, schema::chunk_parts};

use crate::RepoResult;

/// Rows written by one INSERT.
const ROWS_A_STATEMENT: usize = 1_000;

/// Stores the parts of chunks that are stored.
pub fn insert(conn: &mut PgConnection, new: &[ChunkParts]) -> RepoResult<()> {
    for rows in new.chunks(ROWS_A_STATEMENT) {
        diesel::insert_into(chunk_parts::table).values(rows).execute(conn)?;
    }
    Ok(())
}

/// The parts of these chunks, in no order; none for chunks that were stored before parts were.
pub fn list(conn: &mut PgConnection, chunks: &[PassageId]) -> RepoResult<Vec<ChunkParts>> {
    Ok(chunk_parts::table
        .filter(chunk_parts::chunk_id.eq_any(chunks))
        .select(ChunkParts::as_select())
        .load(conn)?)
}
