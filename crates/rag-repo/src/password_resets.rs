//! Resets of passwords: a token sets one new password of one user.

use diesel::{dsl::now, prelude::*};
use rag_schema::{
    enums::UserState,
    ids::{OrganisationId, UserId},
    models::PasswordReset,
    schema::{password_resets, users},
};

use crate::{RepoResult, clock, users::active_admins};

/// A reset to insert.
#[derive(Debug)]
pub struct NewPasswordReset<'a> {
    /// User who may set a new password.
    pub user_id: UserId,
    /// Organisation of the user.
    pub organisation_id: OrganisationId,
    /// Admin who makes it; `None` for the operator.
    pub made_by: Option<UserId>,
    /// SHA-256 of the token, 32 bytes.
    pub token_sha256: &'a [u8],
    /// Validity in days, at least 1.
    pub days: i32,
}

/// Inserts a reset in place of the user's earlier one.
pub fn replace(conn: &mut PgConnection, new: &NewPasswordReset<'_>) -> RepoResult<PasswordReset> {
    delete(conn, new.user_id)?;
    let expires_at = clock::in_days(conn, new.days)?;
    Ok(diesel::insert_into(password_resets::table)
        .values((
            password_resets::user_id.eq(new.user_id),
            password_resets::organisation_id.eq(new.organisation_id),
            password_resets::made_by.eq(new.made_by),
            password_resets::token_sha256.eq(new.token_sha256),
            password_resets::expires_at.eq(expires_at),
        ))
        .returning(PasswordReset::as_returning())
        .get_result(conn)?)
}

/// Deletes the user's reset. Returns whether there was one that the actor may delete.
pub fn delete(conn: &mut PgConnection, user: UserId) -> RepoResult<bool> {
    Ok(diesel::delete(password_resets::table.find(user)).execute(conn)? > 0)
}

/// Deletes the reset of that token and returns its user; `None` if the token is unknown or expired, its maker is no longer an
/// active admin, or its user is suspended. For `Actor::Authentication`.
pub fn take(conn: &mut PgConnection, token_sha256: &[u8]) -> RepoResult<Option<UserId>> {
    let active = users::table.filter(users::state.eq(UserState::Active)).select(users::id);
    Ok(diesel::delete(password_resets::table)
        .filter(password_resets::token_sha256.eq(token_sha256))
        .filter(password_resets::expires_at.gt(now))
        .filter(password_resets::user_id.eq_any(active))
        .filter(password_resets::made_by.is_null().or(password_resets::made_by.eq_any(active_admins())))
        .returning(password_resets::user_id)
        .get_result(conn)
        .optional()?)
}
