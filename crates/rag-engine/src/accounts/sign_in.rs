//! Signing in and out.

use rag_repo::{
    Actor, PgConnection, RepoResult,
    logins::{self, NewLogin, Opened, Refreshed},
    users,
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

/// How long a refresh token is good, in seconds: two weeks without a visit end a login.
const REFRESH_S: i32 = 14 * 24 * 3600;
/// Longest description of a device, in characters.
const DEVICE_CHARS: usize = 200;

const REFUSED: EngineError = EngineError::Unproven("The address or the password is wrong.");

/// What somebody who signed in is given.
#[derive(Debug)]
pub struct Tokens {
    /// The user who signed in.
    pub user: UserId,
    /// Opens the API for `expires_in_s` seconds.
    pub access: String,
    /// Gives the next pair, once.
    pub refresh: String,
    /// How long `access` is good, in seconds.
    pub expires_in_s: i32,
}

/// The device that signs in.
#[derive(Debug, Clone, Copy)]
pub struct Device<'a> {
    /// User agent.
    pub name: &'a str,
    /// IP address.
    pub address: &'a str,
}

impl Engine {
    /// Whether the account of `email` has signed in from `address` before, and that login would not have expired yet.
    pub fn is_known_address(&self, email: &str, address: &str) -> EngineResult<bool> {
        let authentication = Actor::Authentication { request: None };
        Ok(self
            .db()
            .transaction(authentication, |conn| logins::is_known_address(conn, email.trim(), address))?)
    }

    /// Signs somebody in by address and password. `EngineError::Unproven` when they do not belong together or to anybody.
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
            // Without the address: people type passwords into the wrong field.
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

    /// Exchanges a refresh token for a new pair. One that was exchanged before ends its login: of the two who hold it,
    /// one has stolen it. `EngineError::Unproven` then, and when it is unknown or no longer good.
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

    /// What the secret with that SHA-256 opens; none when it opens nothing. Writes down that a key was used, to the minute.
    pub fn open(&self, sha256: &[u8]) -> EngineResult<Option<Opened>> {
        Ok(self.db().transaction(Actor::Authentication { request: None }, |conn| -> RepoResult<_> {
            let opened = logins::open(conn, sha256)?;
            if let Some(Opened { key_id: Some(key), is_stale: true, .. }) = &opened {
                rag_repo::api_keys::touch(conn, *key)?;
            }
            Ok(opened)
        })?)
    }

    /// Whether somebody can sign in.
    pub fn has_accounts(&self) -> EngineResult<bool> {
        Ok(self.db().transaction(Actor::Authentication { request: None }, users::any_with_password)?)
    }

    /// Whether somebody has or had a password: before that the machine's own user needs no proof.
    pub fn had_accounts(&self) -> EngineResult<bool> {
        Ok(self.db().transaction(Actor::Authentication { request: None }, users::had_accounts)?)
    }

    /// Changes somebody's password and ends their other logins. `EngineError::Unproven` when `current` is wrong.
    pub fn change_password(
        &self,
        request: Option<Uuid>,
        user: UserId,
        login: Option<LoginId>,
        current: &str,
        new: &str,
    ) -> EngineResult<()> {
        let authentication = Actor::Authentication { request };
        let known = self.db().transaction(authentication, |conn| users::password_hash(conn, user))?;
        if !password::is_right(current, known.as_deref()) {
            return Err(EngineError::Unproven("The current password is wrong."));
        }
        let hash = password::hash(new)?;
        let actor = Actor::User { id: user, may_write: false, key: None, request };
        Ok(self.db().transaction(authentication, |conn| -> RepoResult<_> {
            actor.sign(conn)?;
            users::set_password_hash(conn, user, &hash)?;
            logins::revoke_others(conn, user, login)
        })?)
    }
}

/// An access token and a refresh token, made before the transaction that stores them.
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
        logins::insert_token(conn, login, TokenKind::Refresh, &self.refresh.sha256, REFRESH_S)
    }

    fn tokens(self, user: UserId) -> Tokens {
        Tokens { user, access: self.access.text, refresh: self.refresh.text, expires_in_s: self.access_s }
    }
}
