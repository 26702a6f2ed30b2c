//! Synonyms of a collection. Who may see and set them is the collection's matter: callers find the collection first.

use diesel::prelude::*;
use rag_schema::{ids::CollectionId, schema::collection_synonyms};

use crate::{RepoError, RepoResult};

/// The groups, in their order.
pub fn list(conn: &mut PgConnection, collection: CollectionId) -> RepoResult<Vec<Vec<String>>> {
    let groups: Vec<Vec<Option<String>>> = collection_synonyms::table
        .filter(collection_synonyms::collection_id.eq(collection))
        .order(collection_synonyms::ordinal)
        .select(collection_synonyms::terms)
        .load(conn)?;
    Ok(groups.into_iter().map(|terms| terms.into_iter().flatten().collect()).collect())
}

/// The groups of each of the collections.
pub fn of_collections(
    conn: &mut PgConnection,
    collections: &[CollectionId],
) -> RepoResult<Vec<(CollectionId, Vec<String>)>> {
    let groups: Vec<(CollectionId, Vec<Option<String>>)> = collection_synonyms::table
        .filter(collection_synonyms::collection_id.eq_any(collections))
        .order((collection_synonyms::collection_id, collection_synonyms::ordinal))
        .select((collection_synonyms::collection_id, collection_synonyms::terms))
        .load(conn)?;
    Ok(groups.into_iter().map(|(id, terms)| (id, terms.into_iter().flatten().collect())).collect())
}

/// Puts these groups in place of those there are. `RepoError::Forbidden` when they are not the asker's to set.
pub fn replace(conn: &mut PgConnection, collection: CollectionId, groups: &[Vec<String>]) -> RepoResult<()> {
    diesel::delete(collection_synonyms::table.filter(collection_synonyms::collection_id.eq(collection)))
        .execute(conn)?;
    // What is left was not the asker's to delete.
    if !list(conn, collection)?.is_empty() {
        return Err(RepoError::Forbidden);
    }
    let rows: Vec<_> = (0_i32..)
        .zip(groups)
        .map(|(ordinal, terms)| {
            (
                collection_synonyms::collection_id.eq(collection),
                collection_synonyms::ordinal.eq(ordinal),
                collection_synonyms::terms.eq(terms.iter().map(Some).collect::<Vec<_>>()),
            )
        })
        .collect();
    diesel::insert_into(collection_synonyms::table).values(rows).execute(conn)?;
    Ok(())
}
