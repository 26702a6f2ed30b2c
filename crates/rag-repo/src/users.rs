//! Users.

use diesel::prelude::*;
use rag_schema::{
    ids::UserId,
    models::{NewUser, User},
    schema::users,
};

use crate::RepoResult;

diesel::define_sql_function! {
    /// PostgreSQL's `lower`.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// The user of that address, made when there is none.
pub fn ensure(conn: &mut PgConnection, email: &str, display_name: &str) -> RepoResult<User> {
    diesel::insert_into(users::table)
        .values(NewUser { id: UserId::new(), email, display_name })
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(users::table
        .filter(lower(users::email).eq(email.to_lowercase()))
        .select(User::as_select())
        .first(conn)?)
}
