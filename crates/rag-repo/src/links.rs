//! Links: secrets whose bearer may read one collection.

use diesel::prelude::*;
use rag_schema::{
    ids::{CollectionId, LinkId},
    models::CollectionLink,
    schema::collection_links,
};

use crate::{RepoResult, clock, error::changed};

/// Inserts a link that is good for `days`, or without end if `None`.
pub fn insert(
    conn: &mut PgConnection,
    collection: CollectionId,
    sha256: &[u8],
    days: Option<i32>,
) -> RepoResult<CollectionLink> {
    let expires_at = days.map(|days| clock::in_days(conn, days)).transpose()?;
    Ok(diesel::insert_into(collection_links::table)
        .values((
            collection_links::id.eq(LinkId::new()),
            collection_links::collection_id.eq(collection),
            collection_links::sha256.eq(sha256),
            collection_links::expires_at.eq(expires_at),
        ))
        .returning(CollectionLink::as_returning())
        .get_result(conn)?)
}

/// Links of the collection, newest first.
pub fn list(conn: &mut PgConnection, collection: CollectionId) -> RepoResult<Vec<CollectionLink>> {
    Ok(collection_links::table
        .filter(collection_links::collection_id.eq(collection))
        .select(CollectionLink::as_select())
        .order(collection_links::id.desc())
        .load(conn)?)
}

/// Revokes a link. `RepoError::NotFound` when it is not the asker's to revoke.
pub fn delete(conn: &mut PgConnection, id: LinkId) -> RepoResult<()> {
    changed(diesel::delete(collection_links::table.find(id)).execute(conn)?)
}
