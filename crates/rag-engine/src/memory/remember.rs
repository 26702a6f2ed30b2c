//! Remembers facts: refuses secrets, questions and small talk, counts known facts, supersedes old values, and stores other facts.

use chrono::{DateTime, Utc};
use rag_repo::{
    PassageWords, PgConnection, RepoResult, clock, collections, index_own_words, memories,
    search::{self, Corpus, Hit, Scope},
};
use rag_schema::{
    enums::{CollectionKind, MemoryAction, MemoryState, PassageKind},
    ids::{MemoryStepId, PassageId, UserId},
    models::{Memory, MemoryContent, NewMemory},
};

use super::{
    fact::{Fact, MAX_FACTS, micros},
    gates::{Refused, refuse},
    similarity::{Likeness, compare},
    statements::is_same_value,
    step::{Cause, Step},
};
use crate::{
    Actor, Engine, EngineError, EngineResult,
    rooms::{Room, SearchRows},
};

/// Number of stored memories that a new one is compared with.
const NEAREST: i64 = 3;

/// The outcome of remembering a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remembered {
    /// A fact that a memory states now.
    Kept(Kept),
    /// A refused fact, which is not stored.
    Refused(Refused),
    /// A fact with a value that cannot be stored; the text names it.
    Invalid(String),
}

/// The memory that states a fact, and the step that made it so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Id of the memory that is recalled.
    pub id: PassageId,
    /// Id of the step.
    pub step: MemoryStepId,
    /// The way in which it is kept.
    pub how: How,
}

/// The way in which a fact is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// A new memory.
    Stored,
    /// A known fact, which was counted as stated again.
    SeenAgain,
    /// Nearly the same as this other memory; both are kept, and one of them is recalled.
    Merged(PassageId),
    /// A new memory that supersedes this one.
    Superseded(PassageId),
}

impl How {
    /// Returns its name: `stored`, `seen_again`, `merged` or `superseded`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::SeenAgain => "seen_again",
            Self::Merged(_) => "merged",
            Self::Superseded(_) => "superseded",
        }
    }

    /// Returns the memory that was superseded, or merged with the recalled one.
    pub fn other(self) -> Option<PassageId> {
        match self {
            Self::Stored | Self::SeenAgain => None,
            Self::Merged(id) | Self::Superseded(id) => Some(id),
        }
    }
}

/// An accepted fact with its rows, built beforehand so that a transaction that is run again writes the same rows.
struct Draft<'f> {
    fact: &'f Fact,
    id: PassageId,
    rows: SearchRows,
}

impl Engine {
    /// Remembers facts of the user, in order and in one transaction. Returns one result for each fact: a fact that is refused or
    /// invalid does not prevent the others from being stored.
    #[tracing::instrument(name = "remember", level = "debug", skip_all)]
    pub fn remember(&self, actor: Actor, user: UserId, facts: &[Fact]) -> EngineResult<Vec<Remembered>> {
        if facts.len() > MAX_FACTS {
            return Err(EngineError::Invalid(format!(
                "cannot remember {} facts in one call: the maximum is {MAX_FACTS}",
                facts.len()
            )));
        }
        self.check_disk(0)?;
        let room = self.make_room(actor, user, CollectionKind::Memory)?;
        let checked: Vec<Option<Remembered>> = facts.iter().map(check).collect();
        let kept: Vec<&Fact> = facts
            .iter()
            .zip(&checked)
            .filter(|(_, refused)| refused.is_none())
            .map(|(fact, _)| fact)
            .collect();
        let drafts = self.drafts(&room, &kept)?;
        let stored = self.db().transaction(actor, |conn| -> RepoResult<_> {
            collections::lock(conn, room.collection.id)?;
            let mut writer = Writer::new(self, conn, &room)?;
            let kept =
                drafts.iter().map(|draft| writer.store(conn, draft)).collect::<RepoResult<Vec<_>>>()?;
            // Once for all: the counters of a word that many of them have change once.
            index_own_words(conn, &writer.words)?;
            Ok(kept)
        })?;
        let mut stored = stored.into_iter().map(Remembered::Kept);
        Ok(checked.into_iter().filter_map(|refused| refused.or_else(|| stored.next())).collect())
    }

    fn drafts<'f>(&self, room: &Room<'_>, facts: &[&'f Fact]) -> EngineResult<Vec<Draft<'f>>> {
        let texts: Vec<&str> = facts.iter().map(|fact| fact.content.trim()).collect();
        let vectors =
            if texts.is_empty() { Vec::new() } else { room.model.embedder().embed_documents(&texts)? };
        let drafts = facts.iter().zip(vectors).map(|(fact, vector)| {
            let id = PassageId::new();
            Draft { fact, id, rows: self.rows_of(room, id, ("", fact.content.trim()), &vector) }
        });
        Ok(drafts.collect())
    }
}

fn check(fact: &Fact) -> Option<Remembered> {
    if let Some(refused) = refuse(&fact.content) {
        return Some(Remembered::Refused(refused));
    }
    fact.check().err().map(Remembered::Invalid)
}

/// Ends a statement at the time from which another value of its property holds, that of the memory `by`.
pub(super) fn supersede(
    conn: &mut PgConnection,
    old: &Memory,
    (by, from): (PassageId, DateTime<Utc>),
    step: &mut Step,
) -> RepoResult<()> {
    let after = MemoryContent {
        state: MemoryState::Superseded,
        valid_until: Some(from),
        superseded_by: Some(by),
        ..old.content.clone()
    };
    let attribute = old.content.statement.attribute.as_deref().unwrap_or_default();
    // Without the value, which must not stay when its memory is erased.
    let reason = format!("Another value of \"{attribute}\" was stated.");
    step.change(conn, old, &after, Cause::new(MemoryAction::Superseded, reason))
}

/// Stores facts one after another; each is compared with those before it.
struct Writer<'w> {
    engine: &'w Engine,
    room: &'w Room<'w>,
    corpus: Corpus,
    now: DateTime<Utc>,
    /// Words of the memories that can be found.
    words: Vec<PassageWords>,
}

impl<'w> Writer<'w> {
    fn new(engine: &'w Engine, conn: &mut PgConnection, room: &'w Room<'w>) -> RepoResult<Self> {
        let corpus = Corpus::find(conn, &[room.collection.id])?;
        Ok(Self { engine, room, corpus, now: micros(clock::now(conn)?), words: Vec::new() })
    }

    fn store(&mut self, conn: &mut PgConnection, draft: &Draft<'_>) -> RepoResult<Kept> {
        let new = draft.fact.row(draft.id, self.room.user, self.now);
        let mut step = Step::new(self.room.user, draft.fact.found_by);
        let done = if new.content.statement.subject.is_some() {
            self.store_statement(conn, draft, new, &mut step)?
        } else {
            self.store_text(conn, draft, new, &mut step)?
        };
        step.finish(conn)?;
        Ok(done)
    }

    /// Stores a typed statement, which holds until the next statement about the same property.
    fn store_statement(
        &mut self,
        conn: &mut PgConnection,
        draft: &Draft<'_>,
        mut new: NewMemory,
        step: &mut Step,
    ) -> RepoResult<Kept> {
        let known = memories::about(conn, &new.content.statement)?;
        let from = new.content.valid_from;
        let later = known.iter().rev().find(|memory| memory.content.valid_from > from);
        let stands = |memory: &&Memory| {
            let content = &memory.content;
            content.valid_from <= from
                && content.valid_until.is_none_or(|until| until > from)
                && content.expires_at.is_none_or(|at| at > self.now)
        };
        let standing: Vec<&Memory> = known.iter().filter(stands).collect();
        let (id, value) = (new.id, new.content.statement.value.clone());
        let is_same =
            |memory: &&Memory| is_same_value(memory.content.statement.value.as_deref(), value.as_deref());
        if let Some(same) = standing.iter().copied().find(is_same) {
            step.see_again(
                conn,
                same,
                Cause::new(MemoryAction::SeenAgain, "The same value was stated again."),
            )?;
            return Ok(Kept { id: same.id, step: step.id, how: How::SeenAgain });
        }
        if let Some(later) = later {
            let (state, until) = (MemoryState::Superseded, Some(later.content.valid_from));
            new.content =
                MemoryContent { state, valid_until: until, superseded_by: Some(later.id), ..new.content };
        }
        self.insert(conn, &new, Some(&draft.rows))?;
        step.note_new(&new, Cause::new(MemoryAction::Remembered, "It was stated."));
        for old in &standing {
            supersede(conn, old, (id, from), step)?;
        }
        let how = standing.first().map_or(How::Stored, |old| How::Superseded(old.id));
        Ok(Kept { id, step: step.id, how })
    }

    /// Stores a fact without a typed statement, unless a memory states the same.
    fn store_text(
        &mut self,
        conn: &mut PgConnection,
        draft: &Draft<'_>,
        mut new: NewMemory,
        step: &mut Step,
    ) -> RepoResult<Kept> {
        let id = new.id;
        let Some((known, likeness)) = self.find_like(conn, draft)? else {
            self.insert(conn, &new, Some(&draft.rows))?;
            step.note_new(&new, Cause::new(MemoryAction::Remembered, "It was stated."));
            return Ok(Kept { id, step: step.id, how: How::Stored });
        };
        match likeness {
            Likeness::Same => {
                step.see_again(
                    conn,
                    &known,
                    Cause::new(MemoryAction::SeenAgain, "The same was said again."),
                )?;
                Ok(Kept { id: known.id, step: step.id, how: How::SeenAgain })
            }
            Likeness::StoredSaysAll => {
                let (state, superseded_by) = (MemoryState::Merged, Some(known.id));
                new.content = MemoryContent { state, superseded_by, ..new.content };
                // This memory is never recalled, so it needs neither vector nor words.
                self.insert(conn, &new, None)?;
                step.note_new(
                    &new,
                    Cause::new(MemoryAction::Merged, "A memory says as much in other words."),
                );
                step.see_again(
                    conn,
                    &known,
                    Cause::new(MemoryAction::SeenAgain, "It was said in other words."),
                )?;
                Ok(Kept { id: known.id, step: step.id, how: How::Merged(id) })
            }
            Likeness::NewSaysMore => {
                self.insert(conn, &new, Some(&draft.rows))?;
                step.note_new(&new, Cause::new(MemoryAction::Remembered, "It says more than a memory did."));
                let (state, superseded_by) = (MemoryState::Merged, Some(id));
                let after = MemoryContent { state, superseded_by, ..known.content.clone() };
                step.change(
                    conn,
                    &known,
                    &after,
                    Cause::new(MemoryAction::Merged, "A new memory says more."),
                )?;
                Ok(Kept { id, step: step.id, how: How::Merged(known.id) })
            }
        }
    }

    fn insert(
        &mut self,
        conn: &mut PgConnection,
        new: &NewMemory,
        rows: Option<&SearchRows>,
    ) -> RepoResult<()> {
        let passage = self.room.passage(new.id, PassageKind::Memory);
        self.words.extend(rows.map(|rows| rows.words.clone()));
        memories::insert(conn, &passage, new, rows.map(|rows| &rows.embedding))
    }

    /// Returns the nearest active memory that states the same, or nearly the same.
    fn find_like(
        &self,
        conn: &mut PgConnection,
        draft: &Draft<'_>,
    ) -> RepoResult<Option<(Memory, Likeness)>> {
        let Some(group) = self.corpus.groups.first() else { return Ok(None) };
        let scope = Scope::in_collections(&self.corpus.collections).as_of(Some(self.now));
        let plan = scope.dense_plan(group, &self.engine.settings().search.breadth);
        let vector = &draft.rows.embedding.embedding;
        let hits: Vec<Hit> =
            search::dense_leg(self.room.model.row(), &scope, vector, plan, NEAREST).load(conn)?;
        let ids: Vec<PassageId> = hits.iter().map(|hit| hit.passage_id).collect();
        let near = memories::find_all(conn, &ids)?;
        for hit in hits {
            let Some(memory) = near.iter().find(|memory| memory.id == hit.passage_id) else { continue };
            let content = &memory.content.content;
            let likeness = compare(&draft.fact.content, content, hit.score, &draft.rows.words.language);
            if let Some(likeness) = likeness.filter(|_| memory.content.statement.subject.is_none()) {
                return Ok(Some((memory.clone(), likeness)));
            }
        }
        Ok(None)
    }
}
