//! Invitations into an organisation.

use diesel::{dsl::now, prelude::*};
use rag_schema::{
    enums::Role,
    ids::{InvitationId, OrganisationId, UserId},
    models::Invitation,
    schema::invitations,
};

use crate::{RepoResult, clock, error::changed, users::active_admins};

/// Name of the index that keeps invitations of one address apart.
pub const EMAIL_KEY: &str = "invitations_organisation_id_email_key";

/// An invitation to insert.
#[derive(Debug)]
pub struct NewInvitation<'a> {
    /// Organisation invited into.
    pub organisation_id: OrganisationId,
    /// Address of who is invited, 3 to 254 characters.
    pub email: &'a str,
    /// Role of who accepts.
    pub role: Role,
    /// Admin who invites; none for the operator.
    pub invited_by: Option<UserId>,
    /// SHA-256 of the token, 32 bytes.
    pub token_sha256: &'a [u8],
    /// How long it may be accepted, in days, at least 1.
    pub days: i32,
}

/// Inserts an invitation.
pub fn insert(conn: &mut PgConnection, new: &NewInvitation<'_>) -> RepoResult<Invitation> {
    let expires_at = clock::in_days(conn, new.days)?;
    Ok(diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(InvitationId::new()),
            invitations::organisation_id.eq(new.organisation_id),
            invitations::email.eq(new.email),
            invitations::role.eq(new.role),
            invitations::invited_by.eq(new.invited_by),
            invitations::token_sha256.eq(new.token_sha256),
            invitations::expires_at.eq(expires_at),
        ))
        .returning(Invitation::as_returning())
        .get_result(conn)?)
}

/// Open invitations, newest first.
pub fn list(conn: &mut PgConnection) -> RepoResult<Vec<Invitation>> {
    Ok(invitations::table.select(Invitation::as_select()).order(invitations::id.desc()).load(conn)?)
}

/// Takes back an invitation. `RepoError::NotFound` when it is not the asker's to take back.
pub fn delete(conn: &mut PgConnection, id: InvitationId) -> RepoResult<()> {
    changed(diesel::delete(invitations::table.find(id)).execute(conn)?)
}

/// Takes the invitation of that token, which is thereby used up; none when there is none that is still good, by an admin
/// who is one still. For `Actor::Authentication`.
pub fn take(conn: &mut PgConnection, token_sha256: &[u8]) -> RepoResult<Option<Invitation>> {
    Ok(diesel::delete(invitations::table)
        .filter(invitations::token_sha256.eq(token_sha256))
        .filter(invitations::expires_at.gt(now))
        .filter(invitations::invited_by.is_null().or(invitations::invited_by.eq_any(active_admins())))
        .returning(Invitation::as_returning())
        .get_result(conn)
        .optional()?)
}
