//! Documents. Which of them are there for the asker is row-level security's matter, here and in all queries.

use diesel::prelude::*;
use rag_schema::{
    ids::{CollectionId, DocumentId, VersionId},
    models::{Chunk, Document, NewDocument},
    schema::{chunks, document_versions, documents, embeddings, passage_lexemes, passages},
};

use crate::{Page, RepoError, RepoResult, jobs};

/// Name of the constraint that keeps the same bytes from being stored twice in a collection.
pub const CONTENT_KEY: &str = "documents_collection_id_content_sha256_key";

/// Inserts a document that has no version yet.
pub fn insert(conn: &mut PgConnection, new: &NewDocument<'_>) -> RepoResult<Document> {
    Ok(diesel::insert_into(documents::table)
        .values(new)
        .returning(Document::as_returning())
        .get_result(conn)?)
}

/// The document.
pub fn find(conn: &mut PgConnection, id: DocumentId) -> RepoResult<Document> {
    Ok(documents::table.find(id).select(Document::as_select()).first(conn)?)
}

/// The document of a collection with just these bytes.
pub fn find_by_content(
    conn: &mut PgConnection,
    collection: CollectionId,
    sha256: &[u8],
) -> RepoResult<Option<Document>> {
    Ok(documents::table
        .filter(documents::collection_id.eq(collection))
        .filter(documents::content_sha256.eq(sha256))
        .select(Document::as_select())
        .first(conn)
        .optional()?)
}

/// Documents of a collection, newest first.
pub fn list(conn: &mut PgConnection, collection: CollectionId, page: Page) -> RepoResult<Vec<Document>> {
    let mut query = documents::table
        .filter(documents::collection_id.eq(collection))
        .select(Document::as_select())
        .order(documents::id.desc())
        .limit(page.limit)
        .into_boxed();
    if let Some(after) = page.after {
        query = query.filter(documents::id.lt(DocumentId::from(after)));
    }
    Ok(query.load(conn)?)
}

/// Chunks of the document's current version in order, those after ordinal `after` when given.
pub fn chunks(
    conn: &mut PgConnection,
    id: DocumentId,
    limit: i64,
    after: Option<i32>,
) -> RepoResult<Vec<Chunk>> {
    Ok(chunks::table
        .inner_join(documents::table.on(documents::current_version_id.eq(chunks::version_id.nullable())))
        .filter(documents::id.eq(id))
        .filter(chunks::ordinal.gt(after.unwrap_or(-1)))
        .select(Chunk::as_select())
        .order(chunks::ordinal)
        .limit(limit)
        .load(conn)?)
}

/// What reading a document told about it.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = documents)]
pub struct DocumentChange<'a> {
    /// Title found in the document; none keeps the one it has.
    pub title: Option<&'a str>,
    /// ISO 639-3 code of its language; none keeps what there is.
    pub language: Option<&'a str>,
    /// Language by whose rules its words are made, by name.
    pub text_search_config: &'a str,
}

/// Writes down what reading the document told.
pub fn update(conn: &mut PgConnection, id: DocumentId, change: &DocumentChange<'_>) -> RepoResult<()> {
    diesel::update(documents::table.find(id)).set(change).execute(conn)?;
    Ok(())
}

/// The document of a version; none when the version is gone.
pub fn of_version(conn: &mut PgConnection, version: VersionId) -> RepoResult<Option<Document>> {
    Ok(documents::table
        .inner_join(document_versions::table.on(document_versions::document_id.eq(documents::id)))
        .filter(document_versions::id.eq(version))
        .select(Document::as_select())
        .first(conn)
        .optional()?)
}

/// Notes by which language's rules the words of a document are made.
pub fn set_words_language(conn: &mut PgConnection, id: DocumentId, language: &str) -> RepoResult<()> {
    diesel::update(documents::table.find(id))
        .set(documents::text_search_config.eq(language))
        .execute(conn)?;
    Ok(())
}

/// Makes `version` the one that is found and shown.
pub fn set_current_version(conn: &mut PgConnection, id: DocumentId, version: VersionId) -> RepoResult<()> {
    diesel::update(documents::table.find(id)).set(documents::current_version_id.eq(version)).execute(conn)?;
    Ok(())
}

/// Deletes the document with all that belongs to it. `RepoError::Forbidden` when it is not the asker's to delete.
pub fn delete(conn: &mut PgConnection, id: DocumentId) -> RepoResult<()> {
    let document = find(conn, id)?;
    jobs::cancel_for_document(conn, id)?;
    let versions: Vec<VersionId> = document_versions::table
        .filter(document_versions::document_id.eq(id))
        .select(document_versions::id)
        .load(conn)?;
    delete_passages_of_versions(conn, document.collection_id, &versions)?;
    match diesel::delete(documents::table.find(id)).execute(conn)? {
        0 => Err(RepoError::Forbidden),
        _ => Ok(()),
    }
}

/// Deletes the passages of versions of one collection's documents. Their words and vectors go first, one statement for each table:
/// the cascade would run one for each passage.
pub(crate) fn delete_passages_of_versions(
    conn: &mut PgConnection,
    collection: CollectionId,
    versions: &[VersionId],
) -> RepoResult<()> {
    diesel::delete(passage_lexemes::table.filter(passage_lexemes::version_id.eq_any(versions)))
        .execute(conn)?;
    diesel::delete(embeddings::table.filter(embeddings::version_id.eq_any(versions))).execute(conn)?;
    // The index is by collection first.
    let of_versions = passages::collection_id.eq(collection).and(passages::version_id.eq_any(versions));
    diesel::delete(passages::table.filter(of_versions)).execute(conn)?;
    Ok(())
}

/// Deletes the words and vectors of a whole collection, whatever the kinds of its passages, before the collection itself is deleted.
pub fn delete_search_rows_of_collection(conn: &mut PgConnection, id: CollectionId) -> RepoResult<()> {
    // By passages: an index by collection would tempt the lexical leg away from the inverted one.
    let ids = passages::table.filter(passages::collection_id.eq(id)).select(passages::id);
    diesel::delete(passage_lexemes::table.filter(passage_lexemes::passage_id.eq_any(ids))).execute(conn)?;
    diesel::delete(embeddings::table.filter(embeddings::collection_id.eq(id))).execute(conn)?;
    Ok(())
}
