//! Erasing a user with everything they own, in one transaction, with a receipt.

use rag_repo::{
    Actor, PgConnection, RepoResult, collections, documents, events, memories, organisations, sessions, users,
};
use rag_schema::{enums::Role, ids::UserId};
use serde::Serialize;

use crate::{Engine, EngineError, EngineResult};

/// Reason why the last admin of an organisation cannot be erased or demoted.
pub(super) const LAST_ADMIN: &str = "This is the last admin. Make somebody else an admin first.";

/// The receipt of an erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// Erased user.
    pub user_id: UserId,
    /// Number of collections that the user owned, including that of their memories.
    pub collections: i64,
    /// Number of these collections that other users were members of.
    pub shared_collections: i64,
    /// Number of documents in these collections, with all their versions, passages, vectors and words.
    pub documents: i64,
    /// Number of conversations that the user held, with all their messages.
    pub sessions: i64,
    /// Number of the user's memories, with their history.
    pub memories: i64,
    /// Number of events of the user's actions.
    pub events: i64,
}

impl Engine {
    /// Erases `user` with the collections that they own, also those that others use: these are kept if their owner is changed
    /// before (`Engine::transfer_collection`). An actor can erase themselves, and an admin the users of their organisation. Returns
    /// `EngineError::Conflict` for the last admin of an organisation that has other users.
    pub fn erase_user(&self, actor: Actor, user: UserId) -> EngineResult<Receipt> {
        if user == self.local_user().id {
            return Err(EngineError::Conflict("The operator of the server cannot be erased.".to_owned()));
        }
        // The check runs as `actor`, so that a user whom they cannot see is not found. Only an admin can erase another user.
        let seen = self.db().transaction(actor, |conn| -> RepoResult<_> {
            users::find(conn, user)?;
            match actor {
                Actor::User { id, .. } if id != user => Ok(users::find(conn, id)?.role == Role::Admin),
                _ => Ok(true),
            }
        });
        if !seen.map_err(|error| EngineError::from(error).naming("user"))? {
            return Err(EngineError::Forbidden("Only admins of the organisation may do this."));
        }
        let erased = self.db().transaction(Actor::System, |conn| -> RepoResult<_> {
            actor.sign(conn)?;
            let row = users::find(conn, user)?;
            organisations::lock(conn, row.organisation_id)?;
            let others = users::count_others(conn, row.organisation_id, user)?;
            let is_last_admin = row.role == Role::Admin
                && others > 0
                && users::no_admin_beside(conn, row.organisation_id, user)?;
            if is_last_admin { Ok(None) } else { erase(conn, user).map(Some) }
        });
        let last = || EngineError::Conflict(LAST_ADMIN.to_owned());
        erased.map_err(|error| EngineError::from(error).naming("user"))?.ok_or_else(last)
    }
}

fn erase(conn: &mut PgConnection, user: UserId) -> RepoResult<Receipt> {
    let owned = collections::owned_by(conn, user)?;
    let mut receipt = Receipt {
        user_id: user,
        collections: i64::try_from(owned.len()).unwrap_or(i64::MAX),
        shared_collections: collections::count_shared_by(conn, user)?,
        documents: 0,
        sessions: sessions::count_of(conn, user)?,
        memories: memories::count_by_user(conn, user)?,
        events: events::count_by_user(conn, user)?,
    };
    for collection in owned {
        receipt.documents += collections::document_count(conn, collection)?;
        documents::delete_search_rows_of_collection(conn, collection)?;
    }
    users::delete(conn, user)?;
    Ok(receipt)
}
