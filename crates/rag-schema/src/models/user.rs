//! Users.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{ids::UserId, schema::users};

/// A person who owns collections and holds conversations.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = users, check_for_backend(diesel::pg::Pg))]
pub struct User {
    /// Id.
    pub id: UserId,
    /// Address, unique without regard to case.
    pub email: String,
    /// Name shown to people.
    pub display_name: String,
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
    /// Address, 3 to 254 characters.
    pub email: &'a str,
    /// Name shown to people, 1 to 200 characters.
    pub display_name: &'a str,
}
