//! The collections of which each user has one, of memories, rounds and tools, and the rows by which their passages are found.

use pgvector::HalfVector;
use rag_repo::{PassageWords, RepoError, RepoResult, collections, users};
use rag_schema::{
    enums::{CollectionKind, PassageKind},
    ids::{PassageId, UserId},
    models::{Collection, NewEmbedding, NewPassage},
};
use rag_text::Language;

use crate::{
    Actor, Engine, EngineError, EngineResult, Model,
    words::{Spoken, language_name, passage_words},
};

/// A collection of a user, with its model.
pub(crate) struct Room<'e> {
    pub(crate) user: UserId,
    pub(crate) collection: Collection,
    pub(crate) model: &'e Model,
}

impl Room<'_> {
    /// Returns the row of a passage in the collection.
    pub(crate) fn passage(&self, id: PassageId, kind: PassageKind) -> NewPassage {
        NewPassage { id, kind, collection_id: self.collection.id, version_id: None }
    }
}

/// The vector and the words by which searches find a passage.
#[derive(Clone)]
pub(crate) struct SearchRows {
    pub(crate) embedding: NewEmbedding,
    pub(crate) words: PassageWords,
}

impl SearchRows {
    /// Returns the rows for another passage with the same text.
    pub(crate) fn for_passage(&self, id: PassageId) -> Self {
        let mut rows = self.clone();
        rows.embedding.passage_id = id;
        rows.words.passage = id;
        rows
    }
}

impl Engine {
    /// Returns the user's collection of that kind; `None` if they have none yet.
    pub(crate) fn find_room(
        &self,
        actor: Actor,
        user: UserId,
        kind: CollectionKind,
    ) -> EngineResult<Option<Room<'_>>> {
        let found = self.db().read(actor, |conn| collections::find_private(conn, user, kind))?;
        found.map(|collection| self.room_of(user, collection)).transpose()
    }

    /// Returns the user's collection of that kind, which is created if it is missing.
    pub(crate) fn make_room(
        &self,
        actor: Actor,
        user: UserId,
        kind: CollectionKind,
    ) -> EngineResult<Room<'_>> {
        if let Some(room) = self.find_room(actor, user, kind)? {
            return Ok(room);
        }
        let model = self.models().for_new_collections().id();
        let made = self.db().transaction(actor, |conn| -> RepoResult<_> {
            let organisation = users::find(conn, user)?.organisation_id;
            collections::ensure_private(conn, (user, organisation), kind, model)
        });
        match made {
            // The user has been erased meanwhile.
            Err(RepoError::NotFound | RepoError::Conflict(_)) => Err(EngineError::NotFound("user")),
            other => Ok(other?),
        }?;
        self.find_room(actor, user, kind)?.ok_or(EngineError::NotFound("user"))
    }

    /// Returns a collection that the user can see as a room, with its model.
    pub(crate) fn room_of(&self, user: UserId, collection: Collection) -> EngineResult<Room<'_>> {
        Ok(Room { user, model: self.model_of(&collection)?, collection })
    }

    /// Returns the vector and the words of a text.
    pub(crate) fn search_rows(&self, room: &Room<'_>, id: PassageId, text: &str) -> EngineResult<SearchRows> {
        let vectors = room.model.embedder().embed_documents(&[text])?;
        Ok(self.rows_of(room, id, ("", text), vectors.first().map_or(&[], Vec::as_slice)))
    }

    /// Returns the rows of a passage with this title, which may be empty, this text and this vector.
    pub(crate) fn rows_of(
        &self,
        room: &Room<'_>,
        id: PassageId,
        (title, text): (&str, &str),
        vector: &[f32],
    ) -> SearchRows {
        let collection = room.collection.id;
        let spoken = Spoken { passage: id, collection, title, headings: &[], text };
        let embedding = NewEmbedding {
            model_id: room.model.id(),
            passage_id: id,
            version_id: None,
            collection_id: collection,
            embedding: HalfVector::from_f32_slice(vector),
        };
        SearchRows { embedding, words: passage_words(&spoken, self.passage_language(text)) }
    }

    /// Returns the language whose rules apply to the words of a text.
    fn passage_language(&self, text: &str) -> &'static str {
        let detected = Language::detect(text).map(|language| language.code);
        language_name(detected.as_deref().unwrap_or(&self.settings().ingest.default_language))
    }
}
