//! Changes of memories: appended, read, never changed.

use diesel::prelude::*;
use rag_schema::{
    ids::{MemoryChangeId, MemoryStepId, PassageId},
    models::{MemoryChange, NewMemoryChange},
    schema::memory_changes,
};

use crate::{Page, RepoResult};

/// Appends changes.
pub fn insert(conn: &mut PgConnection, new: &[NewMemoryChange]) -> RepoResult<()> {
    diesel::insert_into(memory_changes::table).values(new).execute(conn)?;
    Ok(())
}

/// Changes, newest first; of one memory if it is given.
pub fn list(conn: &mut PgConnection, memory: Option<PassageId>, page: Page) -> RepoResult<Vec<MemoryChange>> {
    let mut query = memory_changes::table
        .select(MemoryChange::as_select())
        .order(memory_changes::id.desc())
        .limit(page.limit)
        .into_boxed();
    if let Some(memory) = memory {
        query = query.filter(memory_changes::memory_id.eq(memory));
    }
    if let Some(after) = page.after {
        query = query.filter(memory_changes::id.lt(MemoryChangeId::from(after)));
    }
    Ok(query.load(conn)?)
}

/// The changes of a step, the last one first.
pub fn of_step(conn: &mut PgConnection, step: MemoryStepId) -> RepoResult<Vec<MemoryChange>> {
    Ok(memory_changes::table
        .filter(memory_changes::step_id.eq(step))
        .order(memory_changes::id.desc())
        .select(MemoryChange::as_select())
        .load(conn)?)
}

/// Every change of a memory, newest first.
pub fn history(conn: &mut PgConnection, memory: PassageId) -> RepoResult<Vec<MemoryChange>> {
    Ok(memory_changes::table
        .filter(memory_changes::memory_id.eq(memory))
        .order(memory_changes::id.desc())
        .select(MemoryChange::as_select())
        .load(conn)?)
}
