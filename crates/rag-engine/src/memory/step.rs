//! Steps: each changes memories and records the reason, and can be undone until a later step changes the same memories.

use rag_repo::{PgConnection, RepoResult, memories, memory_changes, own_passages};
use rag_schema::{
    enums::{ChangeMaker, CollectionKind, MemoryAction, MemoryState},
    ids::{MemoryChangeId, MemoryStepId, PassageId, UserId},
    models::{Memory, MemoryChange, MemoryContent, NewMemory, NewMemoryChange},
};
use serde_json::Value;

use crate::{
    Actor, Engine, EngineError, EngineResult,
    rooms::{Room, SearchRows},
};

/// A step in progress: the changes that it makes, appended at its end.
pub(super) struct Step {
    /// Its id.
    pub(super) id: MemoryStepId,
    user: UserId,
    made_by: ChangeMaker,
    undoes: Option<MemoryStepId>,
    changes: Vec<NewMemoryChange>,
}

/// Maximum length of a reason, in Unicode scalar values.
const MAX_REASON_CHARS: usize = 1_000;

/// The reason for a change of a memory.
pub(super) struct Cause {
    pub(super) action: MemoryAction,
    pub(super) reason: String,
}

impl Cause {
    /// Creates a cause; a reason that is too long, because it quotes a value, is cut.
    pub(super) fn new(action: MemoryAction, reason: impl AsRef<str>) -> Self {
        Self { action, reason: reason.as_ref().chars().take(MAX_REASON_CHARS).collect() }
    }
}

impl Step {
    pub(super) fn new(user: UserId, made_by: ChangeMaker) -> Self {
        Self { id: MemoryStepId::new(), user, made_by, undoes: None, changes: Vec::new() }
    }

    /// Records a memory that the caller inserts.
    pub(super) fn note_new(&mut self, new: &NewMemory, cause: Cause) {
        self.note(new.id, cause, (None, &new.content), 0);
    }

    /// Changes a memory.
    pub(super) fn change(
        &mut self,
        conn: &mut PgConnection,
        memory: &Memory,
        after: &MemoryContent,
        cause: Cause,
    ) -> RepoResult<()> {
        memories::update(conn, memory.id, after)?;
        self.note(memory.id, cause, (Some(&memory.content), after), 0);
        Ok(())
    }

    /// Counts that a memory was stated again.
    pub(super) fn see_again(
        &mut self,
        conn: &mut PgConnection,
        memory: &Memory,
        cause: Cause,
    ) -> RepoResult<()> {
        memories::add_seen(conn, memory.id, 1)?;
        self.note(memory.id, cause, (Some(&memory.content), &memory.content), 1);
        Ok(())
    }

    fn note(
        &mut self,
        memory_id: PassageId,
        cause: Cause,
        (before, after): (Option<&MemoryContent>, &MemoryContent),
        seen_added: i32,
    ) {
        let json = |content: &MemoryContent| serde_json::to_value(content).unwrap_or(Value::Null);
        self.changes.push(NewMemoryChange {
            id: MemoryChangeId::new(),
            step_id: self.id,
            memory_id,
            user_id: self.user,
            action: cause.action,
            reason: cause.reason,
            made_by: self.made_by,
            before: before.map(json),
            after: json(after),
            seen_added,
            undoes: self.undoes,
        });
    }

    /// Appends the changes.
    pub(super) fn finish(self, conn: &mut PgConnection) -> RepoResult<MemoryStepId> {
        memory_changes::insert(conn, &self.changes)?;
        Ok(self.id)
    }
}

/// A change with the contents of the memory before and after it.
struct Between {
    change: MemoryChange,
    before: Option<MemoryContent>,
    after: MemoryContent,
}

impl Between {
    fn read(change: MemoryChange) -> EngineResult<Self> {
        let read = |value: &Value| {
            serde_json::from_value(value.clone()).map_err(|error| EngineError::Bug(Box::new(error)))
        };
        let before: Option<MemoryContent> = change.before.as_ref().map(read).transpose()?;
        let after: MemoryContent = read(&change.after)?;
        Ok(Self { change, before, after })
    }

    /// Returns the memory after undoing the change. A memory that the step stored becomes forgotten; its row is kept, so that the
    /// undoing can be undone, too.
    fn undone(&self) -> MemoryContent {
        self.before
            .clone()
            .unwrap_or_else(|| MemoryContent { state: MemoryState::Forgotten, ..self.after.clone() })
    }

    /// Returns the text whose words must be indexed again; `None` if the text did not change.
    fn other_words(&self) -> Option<&str> {
        let before = self.before.as_ref()?;
        (before.content != self.after.content).then_some(before.content.as_str())
    }
}

impl Engine {
    /// Undoes a step. The undoing is a step, too, and can be undone. Returns `EngineError::Conflict` if the step is already
    /// undone, or if a later step changed one of its memories: that one must be undone first.
    pub fn undo_memory_step(
        &self,
        actor: Actor,
        user: UserId,
        step: MemoryStepId,
    ) -> EngineResult<MemoryStepId> {
        let room =
            self.find_room(actor, user, CollectionKind::Memory)?.ok_or(EngineError::NotFound("step"))?;
        let read = self.db().read_primary(actor, |conn| memory_changes::of_step(conn, step))?;
        let changes = read.into_iter().map(Between::read).collect::<EngineResult<Vec<_>>>()?;
        if changes.is_empty() {
            return Err(EngineError::NotFound("step"));
        }
        // Computed before a connection is taken.
        let mut rows = Vec::new();
        for change in &changes {
            let words = change.other_words();
            rows.push(words.map(|text| self.search_rows(&room, change.change.memory_id, text)).transpose()?);
        }
        self.db().transaction(actor, |conn| {
            rag_repo::collections::lock(conn, room.collection.id)?;
            undo(conn, &room, step, changes.iter().zip(&rows))
        })
    }
}

fn undo<'c>(
    conn: &mut PgConnection,
    room: &Room<'_>,
    step: MemoryStepId,
    changes: impl Iterator<Item = (&'c Between, &'c Option<SearchRows>)>,
) -> EngineResult<MemoryStepId> {
    let mut undoing = Step { undoes: Some(step), ..Step::new(room.user, ChangeMaker::User) };
    let mut forgotten = Vec::new();
    for (between, rows) in changes {
        let (id, undone) = (between.change.memory_id, between.undone());
        let (memory, _) = memories::find(conn, id)?;
        check_last(conn, step, id)?;
        memories::update(conn, id, &undone)?;
        if let Some(SearchRows { embedding, words }) = rows {
            own_passages::replace_search_rows(conn, embedding, words)?;
        }
        let seen_added = -between.change.seen_added;
        if seen_added != 0 {
            memories::add_seen(conn, id, seen_added)?;
        }
        let reason = format!("The step \"{}\" was undone.", between.change.action);
        undoing.note(
            id,
            Cause::new(MemoryAction::Undone, reason),
            (Some(&memory.content), &undone),
            seen_added,
        );
        if undone.state == MemoryState::Forgotten {
            forgotten.push(id);
        }
    }
    for id in forgotten {
        release(conn, id, &mut undoing)?;
    }
    Ok(undoing.finish(conn)?)
}

/// Lets earlier values of a property hold again that ended with the memory: until the next later value, or until now.
fn release(conn: &mut PgConnection, forgotten: PassageId, step: &mut Step) -> RepoResult<()> {
    for memory in memories::list_ended_by(conn, forgotten)? {
        let known = memories::about(conn, &memory.content.statement)?;
        let from = memory.content.valid_from;
        let later = known.iter().rev().find(|other| other.id != memory.id && other.content.valid_from > from);
        let after = MemoryContent {
            state: if later.is_some() { MemoryState::Superseded } else { MemoryState::Active },
            valid_until: later.map(|later| later.content.valid_from),
            superseded_by: later.map(|later| later.id),
            ..memory.content.clone()
        };
        let reason = "The value that ended it was undone.";
        step.change(conn, &memory, &after, Cause::new(MemoryAction::Undone, reason))?;
    }
    Ok(())
}

/// Refuses to undo a step that is not the last one of the memory. Steps that were undone, and those that undid them, do not
/// count.
fn check_last(conn: &mut PgConnection, step: MemoryStepId, memory: PassageId) -> EngineResult<()> {
    let history = memory_changes::history(conn, memory)?;
    let mut gone = std::collections::HashSet::new();
    for change in &history {
        // Newest first: a step was undone by a later one that is itself not undone.
        if gone.contains(&change.step_id) {
            if change.step_id == step {
                return Err(EngineError::Conflict("This step is undone already.".to_owned()));
            }
            continue;
        }
        if change.step_id == step {
            return Ok(());
        }
        match change.undoes {
            Some(undone) => {
                gone.insert(undone);
            }
            None => {
                return Err(EngineError::Conflict(format!(
                    "A later step changed the same memory. Undo the step {} first.",
                    change.step_id
                )));
            }
        }
    }
    Err(EngineError::NotFound("step"))
}
