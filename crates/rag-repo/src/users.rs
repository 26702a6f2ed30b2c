//! People.

use diesel::{dsl::exists, prelude::*};
use rag_schema::{
    enums::{Role, UserState},
    ids::{OrganisationId, UserId},
    models::{NewUser, User},
    schema::{server_marks, users},
};

use crate::{Page, RepoResult, error::changed, organisations};

/// Name of the index that keeps addresses unique.
pub const EMAIL_KEY: &str = "users_email_key";

diesel::define_sql_function! {
    /// PostgreSQL's `lower`.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// Inserts somebody.
pub fn insert(conn: &mut PgConnection, new: &NewUser<'_>) -> RepoResult<User> {
    Ok(diesel::insert_into(users::table).values(new).returning(User::as_returning()).get_result(conn)?)
}

/// The admin of that address, made with an organisation of the same name when there is none.
pub fn ensure_admin(conn: &mut PgConnection, email: &str, display_name: &str) -> RepoResult<User> {
    if let Some(user) = find_by_email(conn, email)? {
        return Ok(user);
    }
    let organisation_id = organisations::insert(conn, display_name)?;
    let new = NewUser {
        id: UserId::new(),
        organisation_id,
        email,
        display_name,
        role: Role::Admin,
        password_hash: None,
    };
    insert(conn, &new)
}

/// Somebody.
pub fn find(conn: &mut PgConnection, id: UserId) -> RepoResult<User> {
    Ok(users::table.find(id).select(User::as_select()).first(conn)?)
}

/// The user with that address.
pub fn find_by_email(conn: &mut PgConnection, email: &str) -> RepoResult<Option<User>> {
    Ok(users::table
        .filter(lower(users::email).eq(email.to_lowercase()))
        .select(User::as_select())
        .first(conn)
        .optional()?)
}

/// What somebody's password is checked against; none without a password. For `Actor::Authentication`.
pub fn password_hash(conn: &mut PgConnection, id: UserId) -> RepoResult<Option<String>> {
    Ok(users::table.find(id).select(users::password_hash).first(conn)?)
}

/// Sets what somebody's password is checked against. For `Actor::Authentication`.
pub fn set_password_hash(conn: &mut PgConnection, id: UserId, hash: &str) -> RepoResult<()> {
    changed(diesel::update(users::table.find(id)).set(users::password_hash.eq(hash)).execute(conn)?)
}

/// Sets the name shown to people. For `Actor::Authentication`: an admin may change others, but not their names.
pub fn set_display_name(conn: &mut PgConnection, id: UserId, name: &str) -> RepoResult<User> {
    Ok(diesel::update(users::table.find(id))
        .set(users::display_name.eq(name))
        .returning(User::as_returning())
        .get_result(conn)?)
}

/// Whether anybody has a password now. For `Actor::Authentication`.
pub fn any_with_password(conn: &mut PgConnection) -> RepoResult<bool> {
    Ok(diesel::select(exists(users::table.filter(users::password_hash.is_not_null()))).get_result(conn)?)
}

/// Whether anybody has or had a password: from the first one on, for good, nobody is let in without proof. For `Actor::Authentication`.
pub fn had_accounts(conn: &mut PgConnection) -> RepoResult<bool> {
    Ok(diesel::select(exists(server_marks::table.find("had_accounts"))).get_result(conn)?)
}

/// People, the longest known first.
pub fn list(conn: &mut PgConnection, page: Page) -> RepoResult<Vec<User>> {
    let mut query = users::table.select(User::as_select()).order(users::id).limit(page.limit).into_boxed();
    if let Some(after) = page.after {
        query = query.filter(users::id.gt(UserId::from(after)));
    }
    Ok(query.load(conn)?)
}

/// What an admin may change of somebody; none keeps it.
#[derive(Debug, Clone, Copy, Default, AsChangeset)]
#[diesel(table_name = users)]
pub struct UserChange {
    /// What they are in the organisation.
    pub role: Option<Role>,
    /// Whether they are let in.
    pub state: Option<UserState>,
}

/// Changes somebody. `RepoError::NotFound` when that is not the asker's to do.
pub fn update(conn: &mut PgConnection, id: UserId, change: UserChange) -> RepoResult<User> {
    Ok(diesel::update(users::table.find(id)).set(change).returning(User::as_returning()).get_result(conn)?)
}

/// People of the organisation beside `user`.
pub fn count_others(conn: &mut PgConnection, organisation: OrganisationId, user: UserId) -> RepoResult<i64> {
    Ok(users::table
        .filter(users::organisation_id.eq(organisation))
        .filter(users::id.ne(user))
        .count()
        .get_result(conn)?)
}

/// Whether the organisation has no admin who is let in beside `user`.
pub fn no_admin_beside(
    conn: &mut PgConnection,
    organisation: OrganisationId,
    user: UserId,
) -> RepoResult<bool> {
    let others = users::table
        .filter(users::organisation_id.eq(organisation))
        .filter(users::id.ne(user))
        .filter(users::role.eq(Role::Admin))
        .filter(users::state.eq(UserState::Active))
        .select(users::id);
    Ok(!diesel::select(exists(others)).get_result(conn)?)
}

/// Ids of all admins who are not suspended, nullable as the columns that are compared with them. For `Actor::Authentication`.
#[diesel::dsl::auto_type(no_type_alias)]
pub(crate) fn active_admins() -> _ {
    let admin: Role = Role::Admin;
    let active: UserState = UserState::Active;
    users::table.filter(users::role.eq(admin)).filter(users::state.eq(active)).select(users::id.nullable())
}

/// Erases somebody with all they own. For upkeep.
pub fn delete(conn: &mut PgConnection, id: UserId) -> RepoResult<()> {
    changed(diesel::delete(users::table.find(id)).execute(conn)?)
}
