//! Keys for programs.

use diesel::{dsl::now, prelude::*};
use rag_schema::{
    ids::ApiKeyId,
    models::{ApiKey, NewApiKey},
    schema::api_keys,
};

use crate::{RepoResult, error::changed};

/// Inserts a key.
pub fn insert(conn: &mut PgConnection, new: &NewApiKey<'_>) -> RepoResult<ApiKey> {
    Ok(diesel::insert_into(api_keys::table).values(new).returning(ApiKey::as_returning()).get_result(conn)?)
}

/// Keys, newest first.
pub fn list(conn: &mut PgConnection) -> RepoResult<Vec<ApiKey>> {
    Ok(api_keys::table.select(ApiKey::as_select()).order(api_keys::id.desc()).load(conn)?)
}

/// Revokes a key. `RepoError::NotFound` when it is not the asker's.
pub fn delete(conn: &mut PgConnection, id: ApiKeyId) -> RepoResult<()> {
    changed(diesel::delete(api_keys::table.find(id)).execute(conn)?)
}

/// Writes down that the key was used. For `Actor::Authentication`.
pub fn touch(conn: &mut PgConnection, id: ApiKeyId) -> RepoResult<()> {
    diesel::update(api_keys::table.find(id)).set(api_keys::last_used_at.eq(now)).execute(conn)?;
    Ok(())
}
