//! Logins and their tokens, and what a presented secret opens.

use diesel::{
    dsl::{IntervalDsl, exists, now},
    prelude::*,
    sql_types::{Array, Bool, Nullable, Text, Timestamptz, Uuid},
};
use rag_schema::{
    enums::{Role, Scope, TokenKind},
    ids::{ApiKeyId, LinkId, LoginId, OrganisationId, UserId},
    models::Login,
    schema::{login_tokens, logins},
};

use crate::{
    RepoError, RepoResult,
    error::changed,
    statement::{Bind, Statement},
    users,
};

/// What a presented secret opens.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Opened {
    /// Whose it is; none for a link.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub user_id: Option<UserId>,
    /// Organisation of that person.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub organisation_id: Option<OrganisationId>,
    /// Role of that person.
    #[diesel(sql_type = Nullable<Text>)]
    pub role: Option<Role>,
    /// Key that was presented.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub key_id: Option<ApiKeyId>,
    /// Login whose token was presented.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub login_id: Option<LoginId>,
    /// Link that was presented.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub link_id: Option<LinkId>,
    /// What it may do; none for everything that the person may.
    #[diesel(sql_type = Nullable<Array<Text>>)]
    pub scopes: Option<Vec<Scope>>,
    /// Whether the key's last use is to be written down.
    #[diesel(sql_type = Bool)]
    pub is_stale: bool,
}

/// What the secret with that SHA-256 opens now: an API key, the access token of a login or a link. None when it is
/// unknown, expired or revoked, or its person is suspended. For `Actor::Authentication`.
pub fn open(conn: &mut PgConnection, sha256: &[u8]) -> RepoResult<Option<Opened>> {
    Ok(by_hash(include_str!("open_secret.sql"), sha256).load(conn)?.pop())
}

/// What there is of the secret with that SHA-256.
fn by_hash(text: &'static str, sha256: &[u8]) -> Statement {
    Statement::fixed(text).bind(Bind::Bytes(sha256.to_owned()))
}

/// A login to insert.
#[derive(Debug)]
pub struct NewLogin<'a> {
    /// User who signs in.
    pub user: UserId,
    /// User agent, up to 200 characters.
    pub device: &'a str,
    /// IP address that it comes from; `None` if unknown.
    pub address: Option<&'a str>,
    /// How long it lasts, in days, at least 1.
    pub days: i32,
}

/// Inserts a login.
pub fn insert(conn: &mut PgConnection, new: &NewLogin<'_>) -> RepoResult<LoginId> {
    Ok(diesel::insert_into(logins::table)
        .values((
            logins::id.eq(LoginId::new()),
            logins::user_id.eq(new.user),
            logins::device.eq(new.device),
            logins::address.eq(new.address),
            logins::expires_at.eq(now.into_sql::<Timestamptz>() + new.days.days()),
        ))
        .returning(logins::id)
        .get_result(conn)?)
}

/// Whether a login of the account with that e-mail address came from `address` and would not have expired yet. For `Actor::Authentication`.
pub fn is_known_address(conn: &mut PgConnection, email: &str, address: &str) -> RepoResult<bool> {
    let Some(user) = users::find_by_email(conn, email)? else { return Ok(false) };
    let known = logins::table
        .filter(logins::user_id.eq(user.id))
        .filter(logins::address.eq(address))
        .filter(logins::expires_at.gt(now));
    Ok(diesel::select(exists(known)).get_result(conn)?)
}

/// Inserts a token that is good for `seconds`.
pub fn insert_token(
    conn: &mut PgConnection,
    login: LoginId,
    kind: TokenKind,
    sha256: &[u8],
    seconds: i32,
) -> RepoResult<()> {
    diesel::insert_into(login_tokens::table)
        .values((
            login_tokens::sha256.eq(sha256),
            login_tokens::login_id.eq(login),
            login_tokens::kind.eq(kind),
            login_tokens::expires_at.eq(now.into_sql::<Timestamptz>() + seconds.seconds()),
        ))
        .execute(conn)?;
    Ok(())
}

/// What became of a refresh token that was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refreshed {
    /// It was good, and is used up now.
    Good(LoginId),
    /// It had been used before: somebody has stolen it, or had it stolen. Its login is revoked.
    Reused(LoginId),
    /// It is unknown, expired, or its login has ended.
    Refused,
}

/// Uses a refresh token. For `Actor::Authentication`.
pub fn refresh(conn: &mut PgConnection, sha256: &[u8]) -> RepoResult<Refreshed> {
    let found: Option<Presented> = by_hash(include_str!("refresh_token.sql"), sha256).load(conn)?.pop();
    let Some(found) = found else { return Ok(Refreshed::Refused) };
    if found.was_used {
        match revoke(conn, found.login_id) {
            // It had ended already.
            Ok(()) | Err(RepoError::NotFound) => {}
            Err(error) => return Err(error),
        }
        return Ok(Refreshed::Reused(found.login_id));
    }
    if !found.is_good {
        return Ok(Refreshed::Refused);
    }
    diesel::update(login_tokens::table.find(sha256)).set(login_tokens::used_at.eq(now)).execute(conn)?;
    // The access tokens that came with it end now; what expired long ago is of no more use.
    diesel::delete(login_tokens::table)
        .filter(login_tokens::login_id.eq(found.login_id))
        .filter(login_tokens::kind.eq(TokenKind::Access).or(login_tokens::expires_at.lt(now)))
        .execute(conn)?;
    Ok(Refreshed::Good(found.login_id))
}

/// User who signed in.
pub fn user(conn: &mut PgConnection, id: LoginId) -> RepoResult<UserId> {
    Ok(logins::table.find(id).select(logins::user_id).first(conn)?)
}

/// Logins that still stand, newest first.
pub fn list(conn: &mut PgConnection) -> RepoResult<Vec<Login>> {
    Ok(logins::table
        .filter(logins::revoked_at.is_null())
        .filter(logins::expires_at.gt(now))
        .select(Login::as_select())
        .order(logins::id.desc())
        .load(conn)?)
}

/// Ends a login: none of its tokens is good any more. `RepoError::NotFound` when it is not the asker's or ended already.
pub fn revoke(conn: &mut PgConnection, id: LoginId) -> RepoResult<()> {
    let revoked = diesel::update(logins::table.find(id))
        .filter(logins::revoked_at.is_null())
        .set(logins::revoked_at.eq(now))
        .execute(conn)?;
    changed(revoked)
}

/// Ends all logins of somebody but `except`.
pub fn revoke_others(conn: &mut PgConnection, user: UserId, except: Option<LoginId>) -> RepoResult<()> {
    diesel::update(logins::table)
        .filter(logins::user_id.eq(user))
        .filter(logins::revoked_at.is_null())
        .filter(logins::id.is_distinct_from(except.unwrap_or_else(LoginId::new)))
        .set(logins::revoked_at.eq(now))
        .execute(conn)?;
    Ok(())
}

#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Presented {
    #[diesel(sql_type = Uuid)]
    login_id: LoginId,
    #[diesel(sql_type = Bool)]
    was_used: bool,
    #[diesel(sql_type = Bool)]
    is_good: bool,
}
