//! Forgotten passwords: an admin or the operator makes a token, with which the user sets a new password once.

use rag_repo::{
    Actor, RepoResult, logins,
    password_resets::{self, NewPasswordReset},
    users,
};
use rag_schema::{ids::UserId, models::PasswordReset};
use uuid::Uuid;

use super::{
    Device, Shown, Tokens, password,
    secret::{Kind, Secret, digest},
};
use crate::{Engine, EngineError, EngineResult};

/// Validity of a reset, in days.
const RESET_DAYS: i32 = 1;

impl Engine {
    /// Makes a reset of the user's password, in place of an earlier one. Returns `EngineError::Conflict` for the actor's own account,
    /// whose password takes the current one, and for an account without a password: the operator's, and those of users whom another
    /// product authenticates.
    pub fn make_password_reset(&self, actor: Actor, user: UserId) -> EngineResult<Shown<PasswordReset>> {
        let secret = Secret::new(Kind::PasswordReset)?;
        let made_by = match actor {
            Actor::User { id, .. } => Some(id),
            _ => None,
        };
        // The check runs as `actor`, so that a user whom they cannot see is not found.
        let found = self.db().read_primary(actor, |conn| users::find(conn, user));
        let found = found.map_err(|error| EngineError::from(error).naming("user"))?;
        if made_by == Some(found.id) {
            return Err(EngineError::Conflict(
                "cannot reset your own password: change it with the current one (PATCH /v1/me), or let another admin reset it."
                    .to_owned(),
            ));
        }
        let authentication = Actor::Authentication { request: None };
        if self.db().read_primary(authentication, |conn| users::password_hash(conn, user))?.is_none() {
            return Err(EngineError::Conflict(
                "cannot reset the password: this account has none, as the operator's and those of other products."
                    .to_owned(),
            ));
        }
        let row = self.db().transaction(actor, |conn| {
            let new = NewPasswordReset {
                user_id: found.id,
                organisation_id: found.organisation_id,
                made_by,
                token_sha256: &secret.sha256,
                days: RESET_DAYS,
            };
            password_resets::replace(conn, &new)
        })?;
        Ok(Shown { row, secret: secret.text })
    }

    /// Revokes the reset of the user's password.
    pub fn delete_password_reset(&self, actor: Actor, user: UserId) -> EngineResult<()> {
        let deleted = self.db().transaction(actor, |conn| password_resets::delete(conn, user))?;
        if deleted { Ok(()) } else { Err(EngineError::NotFound("password reset")) }
    }

    /// Sets a new password with the token of a reset, revokes all logins of the user, and signs in. Returns `EngineError::Unproven`
    /// if the token is not valid.
    pub fn reset_password(
        &self,
        request: Option<Uuid>,
        token: &str,
        new: &str,
        device: Device<'_>,
    ) -> EngineResult<Tokens> {
        let hash = password::hash(new)?;
        let authentication = Actor::Authentication { request };
        let user = self.db().transaction(authentication, |conn| -> RepoResult<_> {
            let Some(user) = password_resets::take(conn, &digest(token))? else { return Ok(None) };
            users::set_password_hash(conn, user, &hash)?;
            logins::revoke_others(conn, user, None)?;
            Ok(Some(user))
        })?;
        let user = user.ok_or(EngineError::Unproven(
            "This token is unknown, used or expired. Ask an admin of your organisation for a new one.",
        ))?;
        self.open_login(authentication, user, device)
    }
}
