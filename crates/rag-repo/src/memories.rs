//! Memories: rows, with their vectors and words, and how often they are used.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{count_star, now},
    prelude::*,
    sql_types::Text,
};
use rag_schema::{
    enums::{MemoryKind, MemorySource, MemoryState},
    ids::{PassageId, UserId},
    models::{Memory, MemoryContent, MemoryUse, NewEmbedding, NewMemory, NewPassage, Statement},
    schema::{memories, memory_uses},
};
use serde_json::json;

use crate::{Page, RepoResult, error::changed, own_passages};

diesel::define_sql_function! {
    /// Number of characters.
    fn char_length(text: Text) -> Integer;
}

/// A memory with how often it was said and used.
pub type UsedMemory = (Memory, MemoryUse);

/// Which memories a list has.
#[derive(Debug, Clone, Default)]
pub struct MemoryFilter {
    /// Only of these states; of any when empty.
    pub states: Vec<MemoryState>,
    /// Only of these kinds; of any when empty.
    pub kinds: Vec<MemoryKind>,
}

/// Which memories are archived.
#[derive(Debug, Clone, Copy)]
pub struct Archivable {
    /// Only those whose importance is less.
    pub below_importance: f32,
    /// Only those that were neither stored, said nor used since then.
    pub idle_since: DateTime<Utc>,
    /// Maximum number.
    pub limit: i64,
}

/// Inserts a memory with its passage and its vector; `index_own_words` stores its words. Without vector and words it cannot be found.
/// Call it in a transaction.
pub fn insert(
    conn: &mut PgConnection,
    passage: &NewPassage,
    new: &NewMemory,
    embedding: Option<&NewEmbedding>,
) -> RepoResult<()> {
    own_passages::insert(conn, passage)?;
    diesel::insert_into(memories::table).values(new).execute(conn)?;
    diesel::insert_into(memory_uses::table)
        .values((memory_uses::memory_id.eq(new.id), memory_uses::user_id.eq(new.user_id)))
        .execute(conn)?;
    embedding.map_or(Ok(()), |embedding| own_passages::insert_embedding(conn, embedding))
}

/// The memory.
pub fn find(conn: &mut PgConnection, id: PassageId) -> RepoResult<UsedMemory> {
    Ok(memories::table
        .inner_join(memory_uses::table)
        .filter(memories::id.eq(id))
        .select((Memory::as_select(), MemoryUse::as_select()))
        .first(conn)?)
}

/// The memories of these ids, in no order.
pub fn find_all(conn: &mut PgConnection, ids: &[PassageId]) -> RepoResult<Vec<Memory>> {
    Ok(memories::table.filter(memories::id.eq_any(ids)).select(Memory::as_select()).load(conn)?)
}

/// Memories, newest first.
pub fn list(conn: &mut PgConnection, filter: &MemoryFilter, page: Page) -> RepoResult<Vec<UsedMemory>> {
    let mut query = memories::table
        .inner_join(memory_uses::table)
        .select((Memory::as_select(), MemoryUse::as_select()))
        .order(memories::id.desc())
        .limit(page.limit)
        .into_boxed();
    if !filter.states.is_empty() {
        query = query.filter(memories::state.eq_any(filter.states.clone()));
    }
    if !filter.kinds.is_empty() {
        query = query.filter(memories::kind.eq_any(filter.kinds.clone()));
    }
    if let Some(after) = page.after {
        query = query.filter(memories::id.lt(PassageId::from(after)));
    }
    Ok(query.load(conn)?)
}

/// How many memories somebody has, those that are not recalled among them.
pub fn count_by_user(conn: &mut PgConnection, user: UserId) -> RepoResult<i64> {
    Ok(memories::table.filter(memories::user_id.eq(user)).count().get_result(conn)?)
}

/// The statements about that property that hold or held, the latest first.
pub fn about(conn: &mut PgConnection, statement: &Statement) -> RepoResult<Vec<Memory>> {
    Ok(memories::table
        .filter(memories::subject.eq(statement.subject.as_deref()))
        .filter(memories::attribute.eq(statement.attribute.as_deref()))
        .filter(memories::state.eq_any([MemoryState::Active, MemoryState::Superseded]))
        .order((memories::valid_from.desc(), memories::id.desc()))
        .select(Memory::as_select())
        .load(conn)?)
}

/// Changes a memory. `RepoError::NotFound` when it is not the asker's.
pub fn update(conn: &mut PgConnection, id: PassageId, content: &MemoryContent) -> RepoResult<()> {
    changed(diesel::update(memories::table.filter(memories::id.eq(id))).set(content).execute(conn)?)
}

/// Adds to how often a memory was said; takes away when `times` is negative.
pub fn add_seen(conn: &mut PgConnection, id: PassageId, times: i32) -> RepoResult<()> {
    changed(
        diesel::update(memory_uses::table.filter(memory_uses::memory_id.eq(id)))
            .set(memory_uses::seen_count.eq(memory_uses::seen_count + times))
            .execute(conn)?,
    )
}

/// Counts a use of each of the memories.
pub fn count_uses(conn: &mut PgConnection, ids: &[PassageId]) -> RepoResult<()> {
    // In this order, so that no two recalls wait for each other in a ring.
    let _: Vec<PassageId> = memory_uses::table
        .filter(memory_uses::memory_id.eq_any(ids))
        .order(memory_uses::memory_id)
        .select(memory_uses::memory_id)
        .for_no_key_update()
        .load(conn)?;
    diesel::update(memory_uses::table.filter(memory_uses::memory_id.eq_any(ids)))
        .set((memory_uses::use_count.eq(memory_uses::use_count + 1), memory_uses::last_used_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

/// Active memories that are old, unimportant, unused and not pinned, the oldest first.
pub fn archivable(conn: &mut PgConnection, which: Archivable) -> RepoResult<Vec<Memory>> {
    Ok(memories::table
        .inner_join(memory_uses::table)
        .filter(memories::state.eq(MemoryState::Active))
        .filter(memories::is_pinned.eq(false))
        .filter(memories::importance.lt(which.below_importance))
        .filter(memories::updated_at.lt(which.idle_since))
        .filter(memory_uses::last_used_at.is_null().or(memory_uses::last_used_at.lt(which.idle_since)))
        .order(memories::id)
        .limit(which.limit)
        .select(Memory::as_select())
        .load(conn)?)
}

/// Active memories that may be consolidated: short, without a typed statement, neither pinned nor instructions nor summaries, neither
/// changed nor used since then; the oldest first.
pub fn list_consolidable(
    conn: &mut PgConnection,
    max_chars: i32,
    idle_since: DateTime<Utc>,
    limit: i64,
) -> RepoResult<Vec<Memory>> {
    Ok(memories::table
        .inner_join(memory_uses::table)
        .filter(memories::state.eq(MemoryState::Active))
        .filter(memories::is_pinned.eq(false))
        .filter(memories::subject.is_null())
        .filter(memories::expires_at.is_null())
        .filter(memories::kind.ne_all([MemoryKind::Instruction, MemoryKind::Episode]))
        .filter(char_length(memories::content).le(max_chars))
        .filter(memories::updated_at.lt(idle_since))
        .filter(memory_uses::last_used_at.is_null().or(memory_uses::last_used_at.lt(idle_since)))
        .order((memories::valid_from, memories::id))
        .limit(limit)
        .select(Memory::as_select())
        .load(conn)?)
}

/// Users with at least `count` active memories; for the system.
pub fn list_users_with(conn: &mut PgConnection, count: i64) -> RepoResult<Vec<UserId>> {
    Ok(memories::table
        .filter(memories::state.eq(MemoryState::Active))
        .group_by(memories::user_id)
        .having(count_star().ge(count))
        .select(memories::user_id)
        .order(memories::user_id)
        .load(conn)?)
}

/// The summaries that say this memory, too, whatever their state: one that was undone still has its words.
pub fn list_summaries_of(conn: &mut PgConnection, id: PassageId) -> RepoResult<Vec<PassageId>> {
    Ok(memories::table
        .filter(memories::source.eq(MemorySource::System))
        .filter(memories::metadata.contains(json!({"consolidates": [id]})))
        .select(memories::id)
        .order(memories::id)
        .load(conn)?)
}

/// The typed statements that ended with the statement of this memory.
pub fn list_ended_by(conn: &mut PgConnection, later: PassageId) -> RepoResult<Vec<Memory>> {
    Ok(memories::table
        .filter(memories::superseded_by.eq(later))
        .filter(memories::state.eq(MemoryState::Superseded))
        .filter(memories::subject.is_not_null())
        .order((memories::valid_from, memories::id))
        .select(Memory::as_select())
        .load(conn)?)
}

/// The memories that this one consolidated.
pub fn list_consolidated(conn: &mut PgConnection, summary: PassageId) -> RepoResult<Vec<Memory>> {
    Ok(memories::table
        .filter(memories::superseded_by.eq(summary))
        .filter(memories::state.eq(MemoryState::Superseded))
        .filter(memories::subject.is_null())
        .order((memories::valid_from, memories::id))
        .select(Memory::as_select())
        .load(conn)?)
}

/// The memory and those that were merged into it, directly or through others. `RepoError::NotFound` when it is not the asker's.
pub fn with_merged(conn: &mut PgConnection, id: PassageId) -> RepoResult<Vec<PassageId>> {
    let mut all = vec![find(conn, id)?.0.id];
    let mut last = all.clone();
    while !last.is_empty() {
        last = memories::table
            .filter(memories::superseded_by.eq_any(&last))
            .filter(memories::state.eq(MemoryState::Merged))
            .filter(memories::id.ne_all(all.clone()))
            .select(memories::id)
            .load(conn)?;
        all.extend(&last);
    }
    Ok(all)
}
