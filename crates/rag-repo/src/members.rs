//! People with whom collections are shared.

use diesel::prelude::*;
use rag_schema::{
    ids::{CollectionId, UserId},
    models::{CollectionMember, User},
    schema::{collection_members, users},
};

use crate::{RepoResult, error::changed};

/// Shares the collection, or changes how.
pub fn upsert(conn: &mut PgConnection, member: &CollectionMember) -> RepoResult<()> {
    diesel::insert_into(collection_members::table)
        .values(member)
        .on_conflict((collection_members::user_id, collection_members::collection_id))
        .do_update()
        .set(collection_members::role.eq(member.role))
        .execute(conn)?;
    Ok(())
}

/// With whom the collection is shared, beside its owner.
pub fn list(conn: &mut PgConnection, collection: CollectionId) -> RepoResult<Vec<(CollectionMember, User)>> {
    Ok(collection_members::table
        .inner_join(users::table.on(users::id.eq(collection_members::user_id)))
        .filter(collection_members::collection_id.eq(collection))
        .order(collection_members::user_id)
        .select((CollectionMember::as_select(), User::as_select()))
        .load(conn)?)
}

/// Ends the sharing. `RepoError::NotFound` when there was none, or it is not the asker's to end.
pub fn delete(conn: &mut PgConnection, collection: CollectionId, user: UserId) -> RepoResult<()> {
    changed(diesel::delete(collection_members::table.find((user, collection))).execute(conn)?)
}
