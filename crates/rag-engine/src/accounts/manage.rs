//! Changes of accounts that need no secret: names, roles, limits and revocations.

use rag_repo::{
    Actor, RepoError, RepoResult, api_keys, invitations, logins,
    organisations::{self, OwnLimits},
    users::{self, UserChange},
};
use rag_schema::{
    enums::{Role, UserState},
    ids::{ApiKeyId, InvitationId, LoginId, OrganisationId, UserId},
    models::{Organisation, User},
};
use uuid::Uuid;

use super::LAST_ADMIN;
use crate::{Engine, EngineError, EngineResult};

impl Engine {
    /// Sets the display name of a user; `request` is the id of the request that asks for it.
    pub fn set_display_name(&self, request: Option<Uuid>, id: UserId, name: &str) -> EngineResult<User> {
        let authentication = Actor::Authentication { request };
        self.db().transaction(authentication, |conn| Ok(users::set_display_name(conn, id, name)?))
    }

    /// Changes a user's role or state. Returns `EngineError::Conflict` if the organisation would be left without an active admin.
    pub fn update_user(
        &self,
        actor: Actor,
        organisation: OrganisationId,
        id: UserId,
        change: UserChange,
    ) -> EngineResult<User> {
        let updated = self.db().transaction(actor, |conn| {
            organisations::lock(conn, organisation)?;
            let row = users::find(conn, id)?;
            let (role, state) = (change.role.unwrap_or(row.role), change.state.unwrap_or(row.state));
            let manages = role == Role::Admin && state == UserState::Active;
            if !manages && users::no_admin_beside(conn, organisation, id)? {
                return Err(EngineError::Conflict(LAST_ADMIN.to_owned()));
            }
            Ok(users::update(conn, id, change)?)
        });
        updated.map_err(|error| error.naming("user"))
    }

    /// Returns the organisation of that name, created if there is none. For operators.
    pub fn find_or_create_organisation(&self, name: &str) -> EngineResult<OrganisationId> {
        Ok(self.db().transaction(Actor::System, |conn| organisations::find_or_insert(conn, name))?)
    }

    /// Sets the limits of the organisation of that name. For operators.
    pub fn limit_organisation(&self, name: &str, limits: OwnLimits) -> EngineResult<Organisation> {
        let limited = self.db().transaction(Actor::System, |conn| -> RepoResult<_> {
            let organisation = organisations::find_by_name(conn, name)?.ok_or(RepoError::NotFound)?;
            organisations::limit(conn, organisation.id, limits)
        });
        limited.map_err(|error| EngineError::from(error).naming("organisation"))
    }

    /// Revokes an invitation.
    pub fn delete_invitation(&self, actor: Actor, id: InvitationId) -> EngineResult<()> {
        let deleted = self.db().transaction(actor, |conn| Ok(invitations::delete(conn, id)?));
        deleted.map_err(|error: EngineError| error.naming("invitation"))
    }

    /// Revokes a login.
    pub fn revoke_login(&self, actor: Actor, id: LoginId) -> EngineResult<()> {
        let revoked = self.db().transaction(actor, |conn| Ok(logins::revoke(conn, id)?));
        revoked.map_err(|error: EngineError| error.naming("login"))
    }

    /// Revokes an API key.
    pub fn delete_key(&self, actor: Actor, id: ApiKeyId) -> EngineResult<()> {
        let deleted = self.db().transaction(actor, |conn| Ok(api_keys::delete(conn, id)?));
        deleted.map_err(|error: EngineError| error.naming("key"))
    }
}
