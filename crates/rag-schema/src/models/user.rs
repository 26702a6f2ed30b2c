//! People.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    enums::{Role, UserState},
    ids::{OrganisationId, UserId},
    schema::users,
};

/// A person who owns collections and holds conversations.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = users, check_for_backend(diesel::pg::Pg))]
pub struct User {
    /// Id.
    pub id: UserId,
    /// Organisation of the person.
    pub organisation_id: OrganisationId,
    /// Address, unique without regard to case.
    pub email: String,
    /// Name shown to people.
    pub display_name: String,
    /// What they are in their organisation.
    pub role: Role,
    /// Whether they are let in.
    pub state: UserState,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When the row last changed.
    pub updated_at: DateTime<Utc>,
}

/// A user to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = users)]
pub struct NewUser<'a> {
    /// Id.
    pub id: UserId,
    /// Organisation of the person.
    pub organisation_id: OrganisationId,
    /// Address, 3 to 254 characters.
    pub email: &'a str,
    /// Name shown to people, 1 to 200 characters.
    pub display_name: &'a str,
    /// What they are in their organisation.
    pub role: Role,
    /// Argon2id in PHC form; none for who has no password.
    pub password_hash: Option<&'a str>,
}
