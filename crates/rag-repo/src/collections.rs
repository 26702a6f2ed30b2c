//! Collections, as their owner sees them.

use diesel::prelude::*;
use rag_schema::{
    ids::{CollectionId, UserId},
    models::{Collection, NewCollection},
    schema::{collections, documents},
};

use crate::{Page, RepoResult, documents as document_queries};

/// Name of the constraint that keeps names unique per owner.
pub const NAME_KEY: &str = "collections_owner_id_name_key";

/// Inserts a collection.
pub fn insert(conn: &mut PgConnection, new: &NewCollection<'_>) -> RepoResult<Collection> {
    Ok(diesel::insert_into(collections::table)
        .values(new)
        .returning(Collection::as_returning())
        .get_result(conn)?)
}

/// The collection, when `user` may see it.
pub fn find(conn: &mut PgConnection, user: UserId, id: CollectionId) -> RepoResult<Collection> {
    Ok(visible(user).filter(collections::id.eq(id)).select(Collection::as_select()).first(conn)?)
}

/// The collection of that name, when `user` has one.
pub fn find_by_name(conn: &mut PgConnection, user: UserId, name: &str) -> RepoResult<Option<Collection>> {
    Ok(visible(user)
        .filter(collections::name.eq(name))
        .select(Collection::as_select())
        .first(conn)
        .optional()?)
}

/// Collections that `user` may see, newest first.
pub fn list(conn: &mut PgConnection, user: UserId, page: Page) -> RepoResult<Vec<Collection>> {
    let mut query = visible(user)
        .select(Collection::as_select())
        .order(collections::id.desc())
        .limit(page.limit)
        .into_boxed();
    if let Some(after) = page.after {
        query = query.filter(collections::id.lt(CollectionId::from(after)));
    }
    Ok(query.load(conn)?)
}

/// Those of `wanted` that `user` may see, or all of them when `wanted` is empty; ids only.
pub fn visible_ids(
    conn: &mut PgConnection,
    user: UserId,
    wanted: &[CollectionId],
) -> RepoResult<Vec<CollectionId>> {
    let mut query = visible(user).select(collections::id).into_boxed();
    if !wanted.is_empty() {
        query = query.filter(collections::id.eq_any(wanted));
    }
    Ok(query.load(conn)?)
}

/// Documents in the collection, those still being read among them.
pub fn document_count(conn: &mut PgConnection, id: CollectionId) -> RepoResult<i64> {
    Ok(documents::table.filter(documents::collection_id.eq(id)).count().get_result(conn)?)
}

/// Deletes the collection with all that is in it. Call it in a transaction.
pub fn delete(conn: &mut PgConnection, user: UserId, id: CollectionId) -> RepoResult<()> {
    find(conn, user, id)?;
    document_queries::delete_search_rows_of_collection(conn, id)?;
    diesel::delete(collections::table.filter(collections::id.eq(id))).execute(conn)?;
    Ok(())
}

#[diesel::dsl::auto_type(no_type_alias)]
fn visible(user: UserId) -> _ {
    collections::table.filter(collections::owner_id.eq(user))
}
