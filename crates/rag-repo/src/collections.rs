//! Collections. Those of documents are made, found and shared by people; those of memories, of rounds and of tools, of which each user has
//! one, are found by `find_private`, and those of tools, which can be shared, by `tool_ids` and `find_shareable` as well.

use diesel::{
    prelude::*,
    result::OptionalEmptyChangesetExtension,
    sql_types::{Array, BigInt},
};
use rag_schema::{
    enums::CollectionKind,
    ids::{CollectionId, OrganisationId, UserId},
    models::{Collection, CollectionRowChange, NewCollection},
    schema::{collection_members, collections, documents},
};

use crate::{Page, RepoError, RepoResult, documents as document_queries};

diesel::define_sql_function! {
    /// Collections whose documents the asker may add and delete; null for an asker who only reads.
    fn writable() -> Nullable<Array<diesel::sql_types::Uuid>>;
}

/// Name of the constraint that keeps names unique per owner.
pub const NAME_KEY: &str = "collections_owner_id_name_key";

/// Inserts a collection.
pub fn insert(conn: &mut PgConnection, new: &NewCollection<'_>) -> RepoResult<Collection> {
    Ok(diesel::insert_into(collections::table)
        .values(new)
        .returning(Collection::as_returning())
        .get_result(conn)?)
}

/// The collection of documents.
pub fn find(conn: &mut PgConnection, id: CollectionId) -> RepoResult<Collection> {
    Ok(collections::table
        .filter(collections::id.eq(id))
        .filter(collections::kind.eq(CollectionKind::Documents))
        .select(Collection::as_select())
        .first(conn)?)
}

/// The collection of documents or of tools.
pub fn find_shareable(conn: &mut PgConnection, id: CollectionId) -> RepoResult<Collection> {
    Ok(collections::table
        .filter(collections::id.eq(id))
        .filter(collections::kind.eq_any([CollectionKind::Documents, CollectionKind::Tools]))
        .select(Collection::as_select())
        .first(conn)?)
}

/// The collection of tools.
pub fn find_tools(conn: &mut PgConnection, id: CollectionId) -> RepoResult<Collection> {
    Ok(collections::table
        .filter(collections::id.eq(id))
        .filter(collections::kind.eq(CollectionKind::Tools))
        .select(Collection::as_select())
        .first(conn)?)
}

/// Ids of the collections of tools that the asker may see.
pub fn tool_ids(conn: &mut PgConnection) -> RepoResult<Vec<CollectionId>> {
    Ok(collections::table
        .filter(collections::kind.eq(CollectionKind::Tools))
        .order(collections::id)
        .select(collections::id)
        .load(conn)?)
}

/// The user's collection of a kind of which each user has one; `None` before its first passage.
pub fn find_private(
    conn: &mut PgConnection,
    owner: UserId,
    kind: CollectionKind,
) -> RepoResult<Option<Collection>> {
    Ok(collections::table
        .filter(collections::owner_id.eq(owner))
        .filter(collections::kind.eq(kind))
        .select(Collection::as_select())
        .first(conn)
        .optional()?)
}

/// Creates the user's collection of a kind of which each user has one, unless it exists.
pub fn ensure_private(
    conn: &mut PgConnection,
    (owner, organisation): (UserId, OrganisationId),
    kind: CollectionKind,
    model: i32,
) -> RepoResult<()> {
    diesel::insert_into(collections::table)
        .values((
            collections::id.eq(CollectionId::new()),
            collections::owner_id.eq(owner),
            collections::organisation_id.eq(organisation),
            collections::model_id.eq(model),
            collections::kind.eq(kind),
            collections::name.eq(kind.as_str()),
            collections::description.eq(""),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

/// Keeps other changes of the collection's passages out until the transaction ends.
pub fn lock(conn: &mut PgConnection, id: CollectionId) -> RepoResult<()> {
    let _: CollectionId = collections::table
        .filter(collections::id.eq(id))
        .select(collections::id)
        .for_no_key_update()
        .first(conn)?;
    Ok(())
}

/// As `lock`, and keeps new documents out, too.
pub fn lock_contents(conn: &mut PgConnection, id: CollectionId) -> RepoResult<()> {
    let _: CollectionId =
        collections::table.filter(collections::id.eq(id)).select(collections::id).for_update().first(conn)?;
    Ok(())
}

/// Whether the asker may add documents to the collection and delete them.
pub fn is_writable(conn: &mut PgConnection, id: CollectionId) -> RepoResult<bool> {
    let all: Option<Vec<CollectionId>> = diesel::select(writable()).get_result(conn)?;
    Ok(all.is_some_and(|all| all.contains(&id)))
}

/// Ids of the collections of documents that the asker may see.
pub fn visible_ids(conn: &mut PgConnection) -> RepoResult<Vec<CollectionId>> {
    Ok(collections::table
        .filter(collections::kind.eq(CollectionKind::Documents))
        .order(collections::id)
        .select(collections::id)
        .load(conn)?)
}

/// Whether the asker may see each of the collections. `ids` names none twice.
pub fn are_all_visible(conn: &mut PgConnection, ids: &[CollectionId]) -> RepoResult<bool> {
    if ids.is_empty() {
        return Ok(true);
    }
    let count: i64 = collections::table
        .filter(collections::id.eq_any(ids))
        .filter(collections::kind.eq(CollectionKind::Documents))
        .count()
        .get_result(conn)?;
    Ok(usize::try_from(count).is_ok_and(|count| count == ids.len()))
}

/// The collection of that name that `owner` has.
pub fn find_by_name(conn: &mut PgConnection, owner: UserId, name: &str) -> RepoResult<Option<Collection>> {
    Ok(collections::table
        .filter(collections::owner_id.eq(owner))
        .filter(collections::name.eq(name))
        .filter(collections::kind.eq(CollectionKind::Documents))
        .select(Collection::as_select())
        .first(conn)
        .optional()?)
}

/// At most `limit` collections of documents of that name, of whatever owners.
pub fn list_by_name(conn: &mut PgConnection, name: &str, limit: i64) -> RepoResult<Vec<Collection>> {
    Ok(collections::table
        .filter(collections::kind.eq(CollectionKind::Documents))
        .filter(collections::name.eq(name))
        .order(collections::id.desc())
        .limit(limit)
        .select(Collection::as_select())
        .load(conn)?)
}

/// Changes the collection, which the asker may see. A change without a value changes nothing. `RepoError::Forbidden` if the collection
/// is not the asker's to change.
pub fn update(
    conn: &mut PgConnection,
    id: CollectionId,
    change: &CollectionRowChange,
) -> RepoResult<Collection> {
    let updated = diesel::update(collections::table.find(id))
        .set(change)
        .returning(Collection::as_returning())
        .get_result(conn)
        .optional_empty_changeset()
        .optional()?;
    match updated {
        Some(Some(row)) => Ok(row),
        Some(None) => find(conn, id),
        None => Err(RepoError::Forbidden),
    }
}

/// Numbers of documents of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct DocumentCounts {
    /// Collection.
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub collection_id: CollectionId,
    /// Documents in it.
    #[diesel(sql_type = BigInt)]
    pub documents: i64,
    /// Documents that searches find.
    #[diesel(sql_type = BigInt)]
    pub searchable: i64,
    /// Bytes of the originals of their newest versions.
    #[diesel(sql_type = BigInt)]
    pub size_bytes: i64,
}

/// The numbers of documents of each collection; a collection without documents is left out.
pub fn count_documents(conn: &mut PgConnection, ids: &[CollectionId]) -> RepoResult<Vec<DocumentCounts>> {
    Ok(diesel::sql_query(include_str!("count_documents.sql"))
        .bind::<Array<diesel::sql_types::Uuid>, _>(ids)
        .load(conn)?)
}

/// Collections of documents, newest first.
pub fn list(conn: &mut PgConnection, page: Page) -> RepoResult<Vec<Collection>> {
    let mut query = collections::table
        .filter(collections::kind.eq(CollectionKind::Documents))
        .select(Collection::as_select())
        .order(collections::id.desc())
        .limit(page.limit)
        .into_boxed();
    if let Some(after) = page.after {
        query = query.filter(collections::id.lt(CollectionId::from(after)));
    }
    Ok(query.load(conn)?)
}

/// Collections of all kinds that somebody owns; ids only.
pub fn owned_by(conn: &mut PgConnection, owner: UserId) -> RepoResult<Vec<CollectionId>> {
    Ok(collections::table.filter(collections::owner_id.eq(owner)).select(collections::id).load(conn)?)
}

/// Number of collections of `owner` that other users are members of.
pub fn count_shared_by(conn: &mut PgConnection, owner: UserId) -> RepoResult<i64> {
    let shared = collection_members::table.select(collection_members::collection_id);
    Ok(collections::table
        .filter(collections::owner_id.eq(owner))
        .filter(collections::id.eq_any(shared))
        .count()
        .get_result(conn)?)
}

/// Makes another user of the same organisation the owner. `RepoError::Forbidden` if the collection is not the actor's to hand on.
pub fn set_owner(conn: &mut PgConnection, id: CollectionId, owner: UserId) -> RepoResult<()> {
    match diesel::update(collections::table.find(id)).set(collections::owner_id.eq(owner)).execute(conn)? {
        0 => Err(RepoError::Forbidden),
        _ => Ok(()),
    }
}

/// Documents in the collection, those still being read among them.
pub fn document_count(conn: &mut PgConnection, id: CollectionId) -> RepoResult<i64> {
    Ok(documents::table.filter(documents::collection_id.eq(id)).count().get_result(conn)?)
}

/// Deletes the collection with all that is in it. `RepoError::Forbidden` when it is not the asker's to delete.
pub fn delete(conn: &mut PgConnection, id: CollectionId) -> RepoResult<()> {
    find(conn, id)?;
    document_queries::delete_search_rows_of_collection(conn, id)?;
    match diesel::delete(collections::table.find(id)).execute(conn)? {
        0 => Err(RepoError::Forbidden),
        _ => Ok(()),
    }
}
