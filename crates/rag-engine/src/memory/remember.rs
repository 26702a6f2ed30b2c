//! Remembers facts: refuses secrets, questions and small talk, counts known facts, supersedes old values, and stores other facts.

use chrono::{DateTime, Utc};
use pgvector::HalfVector;
use rag_repo::{
    PassageWords, PgConnection, RepoResult, clock, collections, memories,
    search::{self, Corpus, Hit, Scope},
    users,
};
use rag_schema::{
    enums::{CollectionKind, MemoryAction, MemoryState, PassageKind},
    ids::{MemoryStepId, PassageId, UserId},
    models::{Collection, Memory, MemoryContent, NewEmbedding, NewMemory, NewPassage},
};
use rag_text::Language;

use super::{
    fact::{Fact, MAX_FACTS, micros},
    gates::{Refused, refuse},
    similarity::{Likeness, compare},
    statements::is_same_value,
    step::{Cause, Step},
};
use crate::{
    Actor, Engine, EngineError, EngineResult, Model,
    words::{Spoken, language_name, passage_words},
};

/// Number of stored memories that a new one is compared with.
const NEAREST: i64 = 3;

/// The outcome of remembering a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remembered {
    /// A new memory.
    Stored {
        /// Id of the memory.
        id: PassageId,
        /// Id of the step.
        step: MemoryStepId,
    },
    /// A known fact, which was counted as stated again.
    SeenAgain {
        /// Id of the memory that states it.
        id: PassageId,
        /// Id of the step.
        step: MemoryStepId,
    },
    /// Nearly the same as a known memory; both are kept, and one of them is recalled.
    Merged {
        /// Id of the memory that is recalled.
        id: PassageId,
        /// Id of the other memory.
        other: PassageId,
        /// Id of the step.
        step: MemoryStepId,
    },
    /// A new memory that supersedes another.
    Superseded {
        /// Id of the new memory.
        id: PassageId,
        /// Id of the superseded memory.
        replaced: PassageId,
        /// Id of the step.
        step: MemoryStepId,
    },
    /// A refused fact, which is not stored.
    Refused(Refused),
    /// A fact with a value that cannot be stored; the text names it.
    Invalid(String),
}

/// The collection of a user's memories, with its model.
pub(super) struct MemoryRoom<'e> {
    pub(super) user: UserId,
    pub(super) collection: Collection,
    pub(super) model: &'e Model,
}

/// The vector and the words by which searches find a memory.
pub(super) struct SearchRows {
    pub(super) embedding: NewEmbedding,
    pub(super) words: PassageWords,
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
    pub fn remember(&self, actor: Actor, user: UserId, facts: &[Fact]) -> EngineResult<Vec<Remembered>> {
        if facts.len() > MAX_FACTS {
            return Err(EngineError::Invalid(format!(
                "cannot remember {} facts in one call: the maximum is {MAX_FACTS}",
                facts.len()
            )));
        }
        let room = self.make_memory_room(actor, user)?;
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
            let writer = Writer::new(self, conn, &room)?;
            drafts.iter().map(|draft| writer.store(conn, draft)).collect::<RepoResult<Vec<_>>>()
        })?;
        let mut stored = stored.into_iter();
        Ok(checked.into_iter().filter_map(|refused| refused.or_else(|| stored.next())).collect())
    }

    /// Returns the collection of the user's memories; `None` if they have none yet.
    pub(super) fn memory_room(&self, actor: Actor, user: UserId) -> EngineResult<Option<MemoryRoom<'_>>> {
        let found =
            self.db().read(actor, |conn| collections::find_private(conn, user, CollectionKind::Memory))?;
        let room =
            |collection: Collection| Ok(MemoryRoom { user, model: self.model_of(&collection)?, collection });
        found.map(room).transpose()
    }

    fn make_memory_room(&self, actor: Actor, user: UserId) -> EngineResult<MemoryRoom<'_>> {
        if let Some(room) = self.memory_room(actor, user)? {
            return Ok(room);
        }
        let model = self.models().for_new_collections().id();
        self.db().transaction(actor, |conn| -> RepoResult<_> {
            let organisation = users::find(conn, user)?.organisation_id;
            collections::ensure_private(conn, (user, organisation), CollectionKind::Memory, model)
        })?;
        self.memory_room(actor, user)?.ok_or(EngineError::NotFound("user"))
    }

    fn drafts<'f>(&self, room: &MemoryRoom<'_>, facts: &[&'f Fact]) -> EngineResult<Vec<Draft<'f>>> {
        let texts: Vec<&str> = facts.iter().map(|fact| fact.content.trim()).collect();
        let vectors =
            if texts.is_empty() { Vec::new() } else { room.model.embedder().embed_documents(&texts)? };
        let drafts = facts.iter().zip(vectors).map(|(fact, vector)| {
            let id = PassageId::new();
            Draft { fact, id, rows: self.rows_of(room, id, fact.content.trim(), &vector) }
        });
        Ok(drafts.collect())
    }

    /// Returns the vector and the words of a text.
    pub(super) fn search_rows(
        &self,
        room: &MemoryRoom<'_>,
        id: PassageId,
        text: &str,
    ) -> EngineResult<SearchRows> {
        let vectors = room.model.embedder().embed_documents(&[text])?;
        Ok(self.rows_of(room, id, text, vectors.first().map_or(&[], Vec::as_slice)))
    }

    pub(super) fn rows_of(
        &self,
        room: &MemoryRoom<'_>,
        id: PassageId,
        text: &str,
        vector: &[f32],
    ) -> SearchRows {
        let collection = room.collection.id;
        let spoken = Spoken { passage: id, collection, title: "", headings: &[], text };
        let embedding = NewEmbedding {
            model_id: room.model.id(),
            passage_id: id,
            version_id: None,
            collection_id: collection,
            embedding: HalfVector::from_f32_slice(vector),
        };
        SearchRows { embedding, words: passage_words(&spoken, self.memory_language(text)) }
    }

    /// Returns the language whose rules apply to the words of a memory.
    fn memory_language(&self, text: &str) -> &'static str {
        let detected = Language::detect(text).map(|language| language.code);
        language_name(detected.as_deref().unwrap_or(&self.settings().ingest.default_language))
    }
}

fn check(fact: &Fact) -> Option<Remembered> {
    if let Some(refused) = refuse(&fact.content) {
        return Some(Remembered::Refused(refused));
    }
    fact.check().err().map(Remembered::Invalid)
}

/// Stores facts one after another; each is compared with those before it.
struct Writer<'w> {
    engine: &'w Engine,
    room: &'w MemoryRoom<'w>,
    corpus: Corpus,
    now: DateTime<Utc>,
}

impl<'w> Writer<'w> {
    fn new(engine: &'w Engine, conn: &mut PgConnection, room: &'w MemoryRoom<'w>) -> RepoResult<Self> {
        let corpus = Corpus::find(conn, &[room.collection.id])?;
        Ok(Self { engine, room, corpus, now: micros(clock::now(conn)?) })
    }

    fn store(&self, conn: &mut PgConnection, draft: &Draft<'_>) -> RepoResult<Remembered> {
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
        &self,
        conn: &mut PgConnection,
        draft: &Draft<'_>,
        mut new: NewMemory,
        step: &mut Step,
    ) -> RepoResult<Remembered> {
        let known = memories::about(conn, &new.content.statement)?;
        let from = new.content.valid_from;
        let earlier = known.iter().find(|memory| memory.content.valid_from <= from);
        let later = known.iter().rev().find(|memory| memory.content.valid_from > from);
        let standing = earlier.filter(|memory| memory.content.valid_until.is_none_or(|until| until > from));
        let (id, value) = (new.id, new.content.statement.value.clone());
        if let Some(same) = standing
            .filter(|memory| is_same_value(memory.content.statement.value.as_deref(), value.as_deref()))
        {
            step.see_again(
                conn,
                same,
                Cause::new(MemoryAction::SeenAgain, "The same value was stated again."),
            )?;
            return Ok(Remembered::SeenAgain { id: same.id, step: step.id });
        }
        if let Some(later) = later {
            let (state, until) = (MemoryState::Superseded, Some(later.content.valid_from));
            new.content =
                MemoryContent { state, valid_until: until, superseded_by: Some(later.id), ..new.content };
        }
        self.insert(conn, &new, Some(&draft.rows))?;
        step.note_new(&new, Cause::new(MemoryAction::Remembered, "It was stated."));
        let Some(old) = standing else { return Ok(Remembered::Stored { id, step: step.id }) };
        let after = MemoryContent {
            state: MemoryState::Superseded,
            valid_until: Some(from),
            superseded_by: Some(id),
            ..old.content.clone()
        };
        let attribute = new.content.statement.attribute.as_deref().unwrap_or_default();
        let reason =
            format!("Another value of \"{attribute}\" was stated: {}.", value.as_deref().unwrap_or_default());
        step.change(conn, old, &after, Cause::new(MemoryAction::Superseded, reason))?;
        Ok(Remembered::Superseded { id, replaced: old.id, step: step.id })
    }

    /// Stores a fact without a typed statement, unless a memory states the same.
    fn store_text(
        &self,
        conn: &mut PgConnection,
        draft: &Draft<'_>,
        mut new: NewMemory,
        step: &mut Step,
    ) -> RepoResult<Remembered> {
        let id = new.id;
        let Some((known, likeness)) = self.find_like(conn, draft)? else {
            self.insert(conn, &new, Some(&draft.rows))?;
            step.note_new(&new, Cause::new(MemoryAction::Remembered, "It was stated."));
            return Ok(Remembered::Stored { id, step: step.id });
        };
        match likeness {
            Likeness::Same => {
                step.see_again(
                    conn,
                    &known,
                    Cause::new(MemoryAction::SeenAgain, "The same was said again."),
                )?;
                Ok(Remembered::SeenAgain { id: known.id, step: step.id })
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
                Ok(Remembered::Merged { id: known.id, other: id, step: step.id })
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
                Ok(Remembered::Merged { id, other: known.id, step: step.id })
            }
        }
    }

    fn insert(&self, conn: &mut PgConnection, new: &NewMemory, rows: Option<&SearchRows>) -> RepoResult<()> {
        let passage = NewPassage {
            id: new.id,
            kind: PassageKind::Memory,
            collection_id: self.room.collection.id,
            version_id: None,
        };
        memories::insert(conn, &passage, new, rows.map(|rows| (&rows.embedding, &rows.words)))
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
