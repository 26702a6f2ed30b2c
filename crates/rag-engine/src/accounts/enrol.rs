//! Enrolment: users join by invitation, or register themselves if the server allows it.

use rag_repo::{Actor, RepoError, RepoResult, invitations, invitations::NewInvitation, organisations, users};
use rag_schema::{
    enums::Role,
    ids::{OrganisationId, UserId},
    models::{Invitation, NewUser, User},
};
use uuid::Uuid;

use super::{
    Device, Tokens, password,
    secret::{Kind, Secret, digest},
};
use crate::{Engine, EngineError, EngineResult, LOCAL_USER, names};

/// Validity of an invitation, in days.
const INVITATION_DAYS: i32 = 7;

/// An invitation with its token, which is shown only once.
#[derive(Debug)]
pub struct Invited {
    /// The stored invitation.
    pub invitation: Invitation,
    /// Token with which the invitation can be accepted.
    pub token: String,
}

/// A person who creates an account.
#[derive(Debug)]
pub struct Enrolment<'a> {
    /// Display name.
    pub display_name: &'a str,
    /// Password.
    pub password: &'a str,
    /// Device of the first login.
    pub device: Device<'a>,
}

impl Engine {
    /// Invites an address into the organisation and replaces an earlier invitation of that address. Returns
    /// `EngineError::Conflict` if the address already has an account.
    pub fn invite(
        &self,
        actor: Actor,
        organisation: OrganisationId,
        email: &str,
        role: Role,
    ) -> EngineResult<Invited> {
        let email = address(email)?;
        let secret = Secret::new(Kind::Invitation)?;
        let invited_by = match actor {
            Actor::User { id, .. } => Some(id),
            _ => None,
        };
        let invitation = self.db().transaction(actor, |conn| -> RepoResult<_> {
            if users::find_by_email(conn, email)?.is_some() {
                return Ok(None);
            }
            for earlier in invitations::list(conn)? {
                if earlier.organisation_id == organisation && earlier.email.eq_ignore_ascii_case(email) {
                    invitations::delete(conn, earlier.id)?;
                }
            }
            let token_sha256 = &secret.sha256;
            let new = NewInvitation {
                organisation_id: organisation,
                email,
                role,
                invited_by,
                token_sha256,
                days: INVITATION_DAYS,
            };
            invitations::insert(conn, &new).map(Some)
        })?;
        let taken = || EngineError::Conflict("This address has an account in your organisation.".to_owned());
        Ok(Invited { invitation: invitation.ok_or_else(taken)?, token: secret.text })
    }

    /// Accepts an invitation and signs in. Returns `EngineError::Unproven` if the token is not valid.
    pub fn accept(
        &self,
        request: Option<Uuid>,
        token: &str,
        new: &Enrolment<'_>,
    ) -> EngineResult<(User, Tokens)> {
        let hash = password::hash(new.password)?;
        let authentication = Actor::Authentication { request };
        let accepted = self.db().transaction(authentication, |conn| -> RepoResult<_> {
            let Some(invitation) = invitations::take(conn, &digest(token))? else { return Ok(None) };
            let user = NewUser {
                id: UserId::new(),
                organisation_id: invitation.organisation_id,
                email: &invitation.email,
                display_name: new.display_name,
                role: invitation.role,
                password_hash: Some(&hash),
            };
            users::insert(conn, &user).map(Some)
        });
        let user = accepted.map_err(taken)?.ok_or(EngineError::Unproven(
            "This invitation is unknown, used or expired. Ask for a new one.",
        ))?;
        let tokens = self.open_login(authentication, user.id, new.device)?;
        Ok((user, tokens))
    }

    /// Creates an account with an organisation of its own, and signs in. Returns `EngineError::Forbidden` unless the server has
    /// open registration.
    pub fn register(
        &self,
        request: Option<Uuid>,
        email: &str,
        organisation: &str,
        new: &Enrolment<'_>,
    ) -> EngineResult<(User, Tokens)> {
        if !self.settings().accounts.open_registration {
            return Err(EngineError::Forbidden(
                "Accounts are made by invitation here. Ask an admin for one.",
            ));
        }
        let email = address(email)?;
        let hash = password::hash(new.password)?;
        let authentication = Actor::Authentication { request };
        let inserted = self.db().transaction(authentication, |conn| -> RepoResult<_> {
            let user = NewUser {
                id: UserId::new(),
                organisation_id: organisations::insert(conn, organisation)?,
                email,
                display_name: new.display_name,
                role: Role::Admin,
                password_hash: Some(&hash),
            };
            users::insert(conn, &user)
        });
        let user = inserted.map_err(taken)?;
        let tokens = self.open_login(authentication, user.id, new.device)?;
        Ok((user, tokens))
    }
}

fn taken(error: RepoError) -> EngineError {
    if error.hits(users::EMAIL_KEY) {
        return EngineError::Conflict("This address has an account already. Sign in with it.".to_owned());
    }
    error.into()
}

/// Checks that a text has the form of an e-mail address: a local part, one at sign and a host, without white space. Does not check
/// that mail can be delivered to it.
fn address(text: &str) -> EngineResult<&str> {
    let text = text.trim();
    if text.eq_ignore_ascii_case(LOCAL_USER.0) {
        return Err(EngineError::Invalid(format!("{text} is the operator's, and nobody else's")));
    }
    let is_address = text
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    if !is_address
        || text.chars().count() > 254
        || text.chars().any(|c| c.is_whitespace() || !names::is_allowed(c))
    {
        return Err(EngineError::Invalid(format!("{text:?} is not an e-mail address")));
    }
    Ok(text)
}
