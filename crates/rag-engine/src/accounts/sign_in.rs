//! Signing in and out.

use rag_repo::{
    Actor, PgConnection, RepoResult, api_keys,
    logins::{self, NewLogin, Opened, Refreshed},
    password_resets, users,
};
use rag_schema::{
    enums::{TokenKind, UserState},
    ids::{LoginId, UserId},
};
use tracing::field::display;
use uuid::Uuid;

use super::{
    password,
    secret::{Kind, Secret, digest},
};
use crate::{Engine, EngineError, EngineResult};

/// Validity of a refresh token, in seconds: a login ends after two weeks without use.
pub const REFRESH_VALIDITY_S: i32 = 14 * 24 * 3600;
/// Maximum length of the description of a device, in characters.
const DEVICE_CHARS: usize = 200;

const REFUSED: EngineError = EngineError::Unproven("The address or the password is wrong.");

/// The tokens of a login.
#[derive(Debug)]
pub struct Tokens {
    /// The user who signed in.
    pub user: UserId,
    /// Access token, valid for `expires_in_s` seconds.
    pub access: String,
    /// Refresh token. It can be exchanged once, for the next pair.
    pub refresh: String,
    /// Validity of `access`, in seconds.
    pub expires_in_s: i32,
}

/// The device from which a user signs in.
#[derive(Debug, Clone, Copy)]
pub struct Device<'a> {
    /// User agent.
    pub name: &'a str,
    /// IP address.
    pub address: &'a str,
}

impl Engine {
    /// Returns whether the account of `email` has signed in from `address` before, with a login that would not have expired yet.
    pub fn is_known_address(&self, email: &str, address: &str) -> EngineResult<bool> {
        let authentication = Actor::Authentication { request: None };
        Ok(self.db().read(authentication, |conn| logins::is_known_address(conn, email.trim(), address))?)
    }

    /// Signs a user in by address and password. Returns `EngineError::Unproven` if there is no such account or the password is
    /// wrong.
    pub fn log_in(
        &self,
        request: Option<Uuid>,
        email: &str,
        password: &str,
        device: Device<'_>,
    ) -> EngineResult<Tokens> {
        let authentication = Actor::Authentication { request };
        let known = self.db().transaction(authentication, |conn| -> RepoResult<_> {
            let Some(user) = users::find_by_email(conn, email.trim())? else { return Ok(None) };
            Ok(Some((user.id, user.state, users::password_hash(conn, user.id)?)))
        })?;
        let hash = known.as_ref().and_then(|(_, _, hash)| hash.as_deref());
        let is_right = password::is_right(password, hash);
        let Some((user, UserState::Active, _)) = known.as_ref().filter(|_| is_right) else {
            // The address that was typed is not logged: users sometimes type their password into the wrong field.
            let user = known.map(|(user, ..)| display(user));
            tracing::warn!(user, is_right, "a sign-in was refused");
            return Err(REFUSED);
        };
        self.open_login(authentication, *user, device)
    }

    pub(super) fn open_login(
        &self,
        authentication: Actor,
        user: UserId,
        device: Device<'_>,
    ) -> EngineResult<Tokens> {
        let pair = Pair::new(self.settings().accounts.access_token_minutes * 60)?;
        let name: String = device.name.replace('\0', "").chars().take(DEVICE_CHARS).collect();
        let days = self.settings().accounts.login_days;
        self.db().transaction(authentication, |conn| -> RepoResult<_> {
            let new = NewLogin { user, device: &name, address: Some(device.address), days };
            let login = logins::insert(conn, &new)?;
            pair.store(conn, login)
        })?;
        Ok(pair.tokens(user))
    }

    /// Exchanges a refresh token for a new pair. A token that was exchanged before was stolen from one of its two holders, so its
    /// login is revoked. Returns `EngineError::Unproven` for such a token, and for one that is unknown or has expired.
    pub fn refresh(&self, request: Option<Uuid>, token: &str) -> EngineResult<Tokens> {
        let pair = Pair::new(self.settings().accounts.access_token_minutes * 60)?;
        let sha256 = digest(token);
        let refreshed =
            self.db().transaction(Actor::Authentication { request }, |conn| -> RepoResult<_> {
                let refreshed = logins::refresh(conn, &sha256)?;
                let Refreshed::Good(login) = refreshed else { return Ok((refreshed, None)) };
                pair.store(conn, login)?;
                Ok((refreshed, Some(logins::user(conn, login)?)))
            })?;
        match refreshed {
            (_, Some(user)) => Ok(pair.tokens(user)),
            (Refreshed::Reused(login), _) => {
                tracing::warn!(%login, "a refresh token came back that was used before: its login is revoked");
                Err(EngineError::Unproven("This refresh token was used before. Sign in again."))
            }
            _ => Err(EngineError::Unproven("This refresh token is not good any more. Sign in again.")),
        }
    }

    /// Returns the access that the secret with that SHA-256 grants; `None` if it grants none. Records the use of a key, to the
    /// minute.
    pub fn open(&self, sha256: &[u8]) -> EngineResult<Option<Opened>> {
        let authentication = Actor::Authentication { request: None };
        let opened = self.db().read(authentication, |conn| logins::open(conn, sha256))?;
        if let Some(Opened { key_id: Some(key), is_stale: true, .. }) = opened {
            self.db().transaction(authentication, |conn| api_keys::touch(conn, key))?;
        }
        Ok(opened)
    }

    /// Returns whether any account has a password.
    pub fn has_accounts(&self) -> EngineResult<bool> {
        Ok(self.db().read(Actor::Authentication { request: None }, users::any_with_password)?)
    }

    /// Returns whether any account has or had a password. Until then, requests of the machine's own user need no proof.
    pub fn had_accounts(&self) -> EngineResult<bool> {
        Ok(self.db().read(Actor::Authentication { request: None }, users::had_accounts)?)
    }

    /// Changes a user's password, and revokes their other logins and an open reset. Returns `EngineError::Unproven` if `current` is wrong.
    pub fn change_password(
        &self,
        request: Option<Uuid>,
        user: UserId,
        login: Option<LoginId>,
        current: &str,
        new: &str,
    ) -> EngineResult<()> {
        let authentication = Actor::Authentication { request };
        let known = self.db().read(authentication, |conn| users::password_hash(conn, user))?;
        if !password::is_right(current, known.as_deref()) {
            return Err(EngineError::Unproven("The current password is wrong."));
        }
        let hash = password::hash(new)?;
        let actor = Actor::User { id: user, may_write: false, key: None, request };
        Ok(self.db().transaction(authentication, |conn| -> RepoResult<_> {
            actor.sign(conn)?;
            users::set_password_hash(conn, user, &hash)?;
            password_resets::delete(conn, user)?;
            logins::revoke_others(conn, user, login)
        })?)
    }
}

/// An access token and a refresh token, created before the transaction that stores them.
struct Pair {
    access: Secret,
    refresh: Secret,
    access_s: i32,
}

impl Pair {
    fn new(access_s: i32) -> EngineResult<Self> {
        Ok(Self { access: Secret::new(Kind::Access)?, refresh: Secret::new(Kind::Refresh)?, access_s })
    }

    fn store(&self, conn: &mut PgConnection, login: LoginId) -> RepoResult<()> {
        logins::insert_token(conn, login, TokenKind::Access, &self.access.sha256, self.access_s)?;
        logins::insert_token(conn, login, TokenKind::Refresh, &self.refresh.sha256, REFRESH_VALIDITY_S)
    }

    fn tokens(self, user: UserId) -> Tokens {
        Tokens { user, access: self.access.text, refresh: self.refresh.text, expires_in_s: self.access_s }
    }
}
