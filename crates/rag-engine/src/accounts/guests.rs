//! Users of another product, which authenticates them: accounts without a password, created at the first request.

use rag_repo::{Actor, RepoError, RepoResult, organisations, users};
use rag_schema::{
    enums::{Role, UserState},
    ids::UserId,
    models::{NewUser, User},
};
use sha2::{Digest, Sha256};

use crate::{Engine, EngineError, EngineResult};

/// Maximum length of a display name, in characters.
const MAX_NAME_CHARS: usize = 200;

/// A user of another product.
#[derive(Debug, Clone, Copy)]
pub struct Guest<'a> {
    /// Name of the product, in lower-case letters.
    pub product: &'a str,
    /// Id of the user in the product.
    pub id: &'a str,
    /// Name of the organisation that the product's users belong to.
    pub organisation: &'a str,
}

impl Guest<'_> {
    /// Returns the id of our user. It is derived from the product's id, so no table maps one to the other.
    fn user_id(self) -> UserId {
        let mut hash = Sha256::new();
        hash.update(self.product.as_bytes());
        hash.update([0]);
        hash.update(self.id.as_bytes());
        let mut bytes = [0; 16];
        for (byte, hashed) in bytes.iter_mut().zip(hash.finalize()) {
            *byte = hashed;
        }
        UserId::from(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

impl Engine {
    /// Returns the user of a guest, created if there is none. Returns `EngineError::Unproven` if that user is suspended.
    pub fn find_or_create_guest(&self, guest: Guest<'_>) -> EngineResult<User> {
        let id = guest.user_id();
        let found = |conn: &mut _| users::find(conn, id);
        let user = match self.db().read(Actor::Authentication { request: None }, found) {
            Err(RepoError::NotFound) => match self.create_guest(guest, id) {
                // Another request created the user in the meantime.
                Err(RepoError::Conflict(_)) => self.db().read(Actor::System, found)?,
                created => created?,
            },
            found => found?,
        };
        if user.state == UserState::Active {
            return Ok(user);
        }
        Err(EngineError::Unproven("This user is suspended. An operator can admit the user again."))
    }

    fn create_guest(&self, guest: Guest<'_>, id: UserId) -> RepoResult<User> {
        let email = format!("{}@{}.invalid", id.uuid(), guest.product);
        let name: String = format!("{} {}", guest.product, guest.id).chars().take(MAX_NAME_CHARS).collect();
        self.db().transaction(Actor::System, |conn| {
            let organisation_id = organisations::find_or_insert(conn, guest.organisation)?;
            let new = NewUser {
                id,
                organisation_id,
                email: &email,
                display_name: &name,
                role: Role::Member,
                password_hash: None,
            };
            users::insert(conn, &new)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_and_their_users_are_kept_apart() {
        let id = |product, id| Guest { product, id, organisation: "Guests" }.user_id();
        assert_eq!(id("librechat", "64f1"), id("librechat", "64f1"));
        assert_ne!(id("librechat", "64f1"), id("librechat", "64f2"));
        assert_ne!(id("librechat", "64f1"), id("librechat6", "4f1"));
    }
}
