//! Collections: creating, changing, deleting and sharing them, and their synonyms.

use rag_repo::{Actor, RepoError, RepoResult, collections, links, members, synonyms, users};
use rag_schema::{
    enums::{MemberRole, UserState},
    ids::{CollectionId, LinkId, OrganisationId, UserId},
    models::{Collection, CollectionMember, CollectionRowChange, NewCollection},
};

use crate::{
    ChunkSizes, Engine, EngineError, EngineResult,
    answer::{QuestionDefaults, QuestionDefaultsChange},
};

/// A collection to create. The engine sets its model to that of new collections.
#[derive(Debug, Clone, Copy)]
pub struct CollectionRequest<'a> {
    /// Owner.
    pub owner: UserId,
    /// Organisation of the owner.
    pub organisation: OrganisationId,
    /// Name, 1 to 200 characters, unique among the owner's collections.
    pub name: &'a str,
    /// Description of the contents.
    pub description: &'a str,
    /// Sizes of its chunks; `None` for the server's.
    pub chunks: Option<ChunkSizes>,
}

/// A change of a collection; `None` leaves a value unchanged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CollectionChange {
    /// Name, 1 to 200 characters, unique among the owner's collections.
    pub name: Option<String>,
    /// Description of the contents.
    pub description: Option<String>,
    /// Defaults of questions to it alone.
    pub defaults: QuestionDefaultsChange,
    /// Sizes of its chunks; `Some(None)` for the server's. Documents that were read keep their chunks until they are read again.
    pub chunks: Option<Option<ChunkSizes>>,
}

impl Engine {
    /// Creates a collection. Returns `EngineError::Conflict` if its owner has one of that name.
    pub fn create_collection(
        &self,
        actor: Actor,
        request: &CollectionRequest<'_>,
    ) -> EngineResult<Collection> {
        let model = self.models().for_new_collections();
        request.chunks.map_or(Ok(()), |sizes| sizes.check(Some(model)))?;
        Ok(self.db().transaction(actor, |conn| collections::insert(conn, &self.new_collection(request)))?)
    }

    /// Returns the owner's collection of that name, created if there is none.
    pub fn find_or_create_collection(
        &self,
        actor: Actor,
        request: &CollectionRequest<'_>,
    ) -> EngineResult<Collection> {
        Ok(self.db().transaction(actor, |conn| {
            if let Some(found) = collections::find_by_name(conn, request.owner, request.name)? {
                return Ok(found);
            }
            // Another transaction created it in the meantime: run again, this one finds it.
            collections::insert(conn, &self.new_collection(request))
                .map_err(|error| if error.hits(collections::NAME_KEY) { RepoError::Collision } else { error })
        })?)
    }

    fn new_collection<'a>(&self, request: &CollectionRequest<'a>) -> NewCollection<'a> {
        NewCollection {
            id: CollectionId::new(),
            organisation_id: request.organisation,
            owner_id: request.owner,
            name: request.name,
            description: request.description,
            model_id: self.models().for_new_collections().id(),
            chunk_max_tokens: request.chunks.map(|sizes| i32::from(sizes.max_tokens)),
            chunk_overlap_tokens: request.chunks.map(|sizes| i32::from(sizes.overlap_tokens)),
        }
    }

    /// Changes a collection.
    pub fn update_collection(
        &self,
        actor: Actor,
        id: CollectionId,
        change: &CollectionChange,
    ) -> EngineResult<Collection> {
        let changed = self.db().transaction(actor, |conn| {
            let mut found = collections::find(conn, id)?;
            if change.defaults != QuestionDefaultsChange::default() {
                // The whole value is written back: another change waits until then.
                collections::lock(conn, id).map_err(|error| match error {
                    RepoError::NotFound => RepoError::Forbidden,
                    other => other,
                })?;
                found = collections::find(conn, id)?;
            }
            let defaults = QuestionDefaults::changed(&found.defaults, &change.defaults)?;
            if let Some(Some(sizes)) = change.chunks {
                sizes.check(self.models().find(found.model_id))?;
            }
            let row = CollectionRowChange {
                name: change.name.clone(),
                description: change.description.clone(),
                defaults,
                chunk_max_tokens: change.chunks.map(|sizes| sizes.map(|sizes| i32::from(sizes.max_tokens))),
                chunk_overlap_tokens: change
                    .chunks
                    .map(|sizes| sizes.map(|sizes| i32::from(sizes.overlap_tokens))),
            };
            Ok(collections::update(conn, id, &row)?)
        });
        changed.map_err(|error: EngineError| error.naming("collection"))
    }

    /// Deletes a collection with all its documents.
    pub fn delete_collection(&self, actor: Actor, id: CollectionId) -> EngineResult<()> {
        let deleted = self.db().transaction(actor, |conn| Ok(collections::delete(conn, id)?));
        deleted.map_err(|error: EngineError| error.naming("collection"))
    }

    /// Deletes a collection that has no document. One that has a document by then stays.
    pub fn delete_empty_collection(&self, actor: Actor, id: CollectionId) -> EngineResult<()> {
        let deleted = self.db().transaction(actor, |conn| -> RepoResult<()> {
            collections::lock_contents(conn, id)?;
            if collections::document_count(conn, id)? == 0 { collections::delete(conn, id) } else { Ok(()) }
        });
        deleted.map_err(|error| EngineError::from(error).naming("collection"))
    }

    /// Replaces the synonyms of a collection with groups that `synonyms::checked` returned.
    pub fn replace_synonyms(
        &self,
        actor: Actor,
        id: CollectionId,
        groups: &[Vec<String>],
    ) -> EngineResult<()> {
        let replaced = self.db().transaction(actor, |conn| {
            collections::find(conn, id)?;
            Ok(synonyms::replace(conn, id, groups)?)
        });
        replaced.map_err(|error: EngineError| error.naming("collection"))
    }

    /// Shares a collection of documents or of tools with a user of the same organisation, or changes the role of an existing member.
    pub fn share_collection(
        &self,
        actor: Actor,
        id: CollectionId,
        user: UserId,
        role: MemberRole,
    ) -> EngineResult<()> {
        let shared = self.db().transaction(actor, |conn| {
            let collection = collections::find_shareable(conn, id)?;
            let user = users::find(conn, user)?;
            if user.id == collection.owner_id {
                return Err(EngineError::Conflict("This person owns the collection.".to_owned()));
            }
            let (collection_id, organisation_id) = (collection.id, collection.organisation_id);
            let member = CollectionMember { collection_id, user_id: user.id, organisation_id, role };
            Ok(members::upsert(conn, &member)?)
        });
        shared.map_err(|error| error.naming("collection or user"))
    }

    /// Makes another user of the organisation the owner of a collection of documents. The previous owner stays as an editor; other
    /// members, links and documents stay as they are. Returns `EngineError::Forbidden` unless the actor owns the collection or is the
    /// operator, and `EngineError::Conflict` if the new owner is suspended, is of another organisation or has a collection of that
    /// name.
    pub fn transfer_collection(&self, actor: Actor, id: CollectionId, new_owner: UserId) -> EngineResult<()> {
        let transferred = self.db().transaction(actor, |conn| {
            collections::find(conn, id)?;
            // A collection that the actor sees and cannot lock is another user's.
            collections::lock(conn, id).map_err(|error| match error {
                RepoError::NotFound => RepoError::Forbidden,
                other => other,
            })?;
            let collection = collections::find(conn, id)?;
            let user = users::find(conn, new_owner)?;
            if user.id == collection.owner_id {
                return Ok(());
            }
            let refuse = |cause: &str| {
                EngineError::Conflict(format!("cannot transfer the collection to {}: {cause}", user.email))
            };
            if user.organisation_id != collection.organisation_id {
                return Err(refuse("the account is of another organisation. Choose one of the same."));
            }
            if user.state == UserState::Suspended {
                return Err(refuse("the account is suspended. Activate it first."));
            }
            // While the actor owns the collection, they can change its members.
            match members::delete(conn, id, user.id) {
                Ok(()) | Err(RepoError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
            let editor = CollectionMember {
                collection_id: id,
                user_id: collection.owner_id,
                organisation_id: collection.organisation_id,
                role: MemberRole::Editor,
            };
            members::upsert(conn, &editor)?;
            collections::set_owner(conn, id, user.id).map_err(|error| {
                if error.hits(collections::NAME_KEY) {
                    return refuse("they have a collection of that name. Rename one of the two first.");
                }
                error.into()
            })
        });
        transferred.map_err(|error| error.naming("collection or user"))
    }

    /// Ends the sharing of a collection with a user.
    pub fn unshare_collection(&self, actor: Actor, id: CollectionId, user: UserId) -> EngineResult<()> {
        let ended = self.db().transaction(actor, |conn| Ok(members::delete(conn, id, user)?));
        ended.map_err(|error: EngineError| error.naming("member"))
    }

    /// Revokes a link to a collection.
    pub fn delete_link(&self, actor: Actor, id: LinkId) -> EngineResult<()> {
        let deleted = self.db().transaction(actor, |conn| Ok(links::delete(conn, id)?));
        deleted.map_err(|error: EngineError| error.naming("link"))
    }
}
