//! Changes memories on request: edits, pins, forgets, archives and erases them.

use chrono::{DateTime, Duration, Utc};
use rag_repo::{PgConnection, RepoResult, clock, collections, memories, memories::Archivable, own_passages};
use rag_schema::{
    enums::{ChangeMaker, CollectionKind, MemoryAction, MemoryKind, MemoryState},
    ids::{MemoryStepId, PassageId, UserId},
    models::{Memory, MemoryContent},
};

use super::{
    fact::{check_content, check_importance, micros},
    gates::{Refused, refuse},
    remember::supersede,
    statements::read_statement,
    step::{Cause, Step},
};
use crate::{
    Actor, Engine, EngineError, EngineResult,
    rooms::{Room, SearchRows},
};

/// Maximum number of memories that one run archives.
const MAX_ARCHIVED: i64 = 10_000;

/// An edit of a memory; absent fields stay unchanged.
#[derive(Debug, Clone, Default)]
pub struct MemoryEdit {
    /// New text. Its statement is determined again.
    pub content: Option<String>,
    /// New kind.
    pub kind: Option<MemoryKind>,
    /// New importance, 0 to 1.
    pub importance: Option<f32>,
    /// Time from which the memory is not recalled; `Some(None)` for never.
    pub expires_at: Option<Option<DateTime<Utc>>>,
    /// Whether the memory is exempt from archiving.
    pub is_pinned: Option<bool>,
    /// New state: active, archived or forgotten.
    pub state: Option<MemoryState>,
    /// Reason, for the history.
    pub reason: Option<String>,
}

/// The memories to archive: unimportant ones that were neither changed nor used for long and are not pinned.
#[derive(Debug, Clone, Copy)]
pub struct Archive {
    /// Importance below which memories are archived, 0 to 1.
    pub below_importance: f32,
    /// Number of days without a change or a use after which memories are archived, at least 1.
    pub idle_days: i32,
    /// Whether the memories are only listed.
    pub is_dry_run: bool,
}

impl MemoryEdit {
    fn check(&self) -> Result<(), String> {
        if let Some(content) = &self.content {
            check_content(content)?;
            if let Some(refused @ Refused::Secret(_)) = refuse(content) {
                return Err(format!("content cannot be stored. {}", refused.reason()));
            }
        }
        check_importance(self.importance)?;
        if matches!(self.state, Some(MemoryState::Superseded | MemoryState::Merged)) {
            return Err("state must be active, archived or forgotten".to_owned());
        }
        let fits = self.reason.as_ref().is_none_or(|reason| (1..=1_000).contains(&reason.chars().count()));
        if fits { Ok(()) } else { Err("reason must be 1 to 1000 characters long".to_owned()) }
    }

    fn apply(&self, old: &MemoryContent) -> MemoryContent {
        let mut new = old.clone();
        if let Some(content) = &self.content {
            content.trim().clone_into(&mut new.content);
            new.statement = read_statement(content).unwrap_or_default();
        }
        new.kind = self.kind.unwrap_or(old.kind);
        new.importance = self.importance.unwrap_or(old.importance);
        new.is_pinned = self.is_pinned.unwrap_or(old.is_pinned);
        new.expires_at = self.expires_at.map_or(old.expires_at, |at| at.map(micros));
        if let Some(state) = self.state {
            new.state = state;
            if state == MemoryState::Active {
                (new.valid_until, new.superseded_by) = (None, None);
            }
        }
        new
    }

    fn cause(&self, old: &MemoryContent) -> Cause {
        let (action, reason) = match (self.state.filter(|state| *state != old.state), self.is_pinned) {
            (Some(MemoryState::Forgotten), _) => (MemoryAction::Forgotten, "It was taken back."),
            (Some(MemoryState::Archived), _) => (MemoryAction::Archived, "It was archived on request."),
            (Some(_), _) => (MemoryAction::Restored, "It was restored."),
            (None, Some(true)) if !old.is_pinned => (MemoryAction::Pinned, "It was pinned."),
            (None, Some(false)) if old.is_pinned => (MemoryAction::Unpinned, "It was unpinned."),
            _ => (MemoryAction::Edited, "It was edited."),
        };
        Cause::new(action, self.reason.as_deref().unwrap_or(reason))
    }
}

impl Engine {
    /// Changes a memory of the user. Returns the step; `None` if nothing changed.
    pub fn edit_memory(
        &self,
        actor: Actor,
        user: UserId,
        id: PassageId,
        edit: &MemoryEdit,
    ) -> EngineResult<Option<MemoryStepId>> {
        edit.check().map_err(EngineError::Invalid)?;
        let room =
            self.find_room(actor, user, CollectionKind::Memory)?.ok_or(EngineError::NotFound("memory"))?;
        let text = match (&edit.content, edit.state) {
            (Some(text), _) => Some(text.trim().to_owned()),
            // One that was merged when it was stored has neither vector nor words.
            (None, Some(MemoryState::Active)) => {
                let stored = self.db().read_primary(actor, |conn| memories::find(conn, id));
                let (memory, _) = stored.map_err(|error| EngineError::from(error).naming("memory"))?;
                Some(memory.content.content)
            }
            _ => None,
        };
        let rows = text.as_deref().map(|text| self.search_rows(&room, id, text)).transpose()?;
        let rows = text.as_deref().zip(rows.as_ref());
        let edited = self.db().transaction(actor, |conn| Ok(edit_one(conn, &room, id, edit, rows)?));
        edited.map_err(|error: EngineError| error.naming("memory"))
    }

    /// Archives old, unimportant and unused memories in one step, which can be undone. Returns the memories in their previous
    /// form, and the step; `None` if none was archived.
    pub fn archive_memories(
        &self,
        actor: Actor,
        user: UserId,
        which: Archive,
    ) -> EngineResult<(Vec<Memory>, Option<MemoryStepId>)> {
        check_importance(Some(which.below_importance)).map_err(EngineError::Invalid)?;
        let Some(room) = self.find_room(actor, user, CollectionKind::Memory)? else {
            return Ok((Vec::new(), None));
        };
        Ok(self.db().transaction(actor, |conn| archive(conn, &room, which))?)
    }

    /// Deletes a memory and those that were merged into it or consolidated by it, with their vectors, words and history. It cannot be
    /// undone. Summaries that say it, too, are deleted as well, and their other memories become active again. Returns the number of
    /// deleted memories.
    pub fn erase_memory(&self, actor: Actor, user: UserId, id: PassageId) -> EngineResult<usize> {
        let room =
            self.find_room(actor, user, CollectionKind::Memory)?.ok_or(EngineError::NotFound("memory"))?;
        let erased = self.db().transaction(actor, |conn| {
            collections::lock(conn, room.collection.id)?;
            let mut all = memories::with_merged(conn, id)?;
            for source in memories::list_consolidated(conn, id)? {
                all.extend(memories::with_merged(conn, source.id)?);
            }
            for summary in memories::list_summaries_of(conn, id)? {
                restore_beside(conn, &room, summary, id)?;
                all.push(summary);
            }
            for id in &all {
                own_passages::erase(conn, *id)?;
            }
            Ok(all.len())
        });
        erased.map_err(|error: EngineError| error.naming("memory"))
    }
}

/// Makes the memories active again that `summary` superseded, apart from the one that is erased.
fn restore_beside(
    conn: &mut PgConnection,
    room: &Room<'_>,
    summary: PassageId,
    erased: PassageId,
) -> RepoResult<()> {
    let mut step = Step::new(room.user, ChangeMaker::Rule);
    for other in memories::list_consolidated(conn, summary)?.iter().filter(|other| other.id != erased) {
        let after = MemoryContent {
            state: MemoryState::Active,
            valid_until: None,
            superseded_by: None,
            ..other.content.clone()
        };
        let cause = Cause::new(MemoryAction::Restored, "Its summary was erased with another memory.");
        step.change(conn, other, &after, cause)?;
    }
    step.finish(conn).map(|_| ())
}

fn edit_one(
    conn: &mut PgConnection,
    room: &Room<'_>,
    id: PassageId,
    edit: &MemoryEdit,
    rows: Option<(&str, &SearchRows)>,
) -> RepoResult<Option<MemoryStepId>> {
    collections::lock(conn, room.collection.id)?;
    let (memory, _) = memories::find(conn, id)?;
    let after = edit.apply(&memory.content);
    if after == memory.content {
        return Ok(None);
    }
    let mut step = Step::new(room.user, ChangeMaker::User);
    step.change(conn, &memory, &after, edit.cause(&memory.content))?;
    if after.state == MemoryState::Active && after.statement.subject.is_some() {
        let from = clock::now(conn)?;
        let others = memories::about(conn, &after.statement)?;
        for other in
            others.iter().filter(|other| other.id != id && other.content.state == MemoryState::Active)
        {
            supersede(conn, other, (id, from), &mut step)?;
        }
    }
    // Another edit may have changed the text meanwhile, and stored its rows.
    if let Some((_, SearchRows { embedding, words })) = rows.filter(|(text, _)| *text == after.content) {
        own_passages::replace_search_rows(conn, embedding, words)?;
    }
    step.finish(conn).map(Some)
}

fn archive(
    conn: &mut PgConnection,
    room: &Room<'_>,
    which: Archive,
) -> RepoResult<(Vec<Memory>, Option<MemoryStepId>)> {
    let Archive { below_importance, idle_days, is_dry_run } = which;
    let idle_since = clock::now(conn)? - Duration::days(i64::from(idle_days.max(1)));
    if !is_dry_run {
        collections::lock(conn, room.collection.id)?;
    }
    let found = memories::archivable(conn, Archivable { below_importance, idle_since, limit: MAX_ARCHIVED })?;
    if is_dry_run || found.is_empty() {
        return Ok((found, None));
    }
    let mut step = Step::new(room.user, ChangeMaker::Rule);
    for memory in &found {
        let after = MemoryContent { state: MemoryState::Archived, ..memory.content.clone() };
        let reason = format!("Unimportant, and neither changed nor used for {idle_days} days.");
        step.change(conn, memory, &after, Cause::new(MemoryAction::Archived, reason))?;
    }
    let id = step.finish(conn)?;
    Ok((found, Some(id)))
}
