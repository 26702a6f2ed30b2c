//! Documents. Which of them are there for the asker is row-level security's matter, here and in all queries.

use diesel::{
    connection::SimpleConnection,
    prelude::*,
    sql_types::{Nullable, Text},
};
use rag_schema::{
    ids::{CollectionId, DocumentId, VersionId},
    models::{Chunk, Document, NewDocument},
    schema::{chunks, document_versions, documents, embeddings, passage_lexemes, passages},
};
use uuid::Uuid;

use crate::{Page, RepoError, RepoResult, jobs};

/// Name of the index that keeps sources unique in a collection.
pub const SOURCE_KEY: &str = "documents_collection_id_source_key";

diesel::define_sql_function! {
    /// SHA-256 of a source, by which documents are found.
    fn source_key(source: Nullable<Text>) -> Nullable<Binary>;
}

diesel::define_sql_function! {
    /// Whether a text begins with another one.
    fn starts_with(text: Nullable<Text>, prefix: Text) -> Nullable<Bool>;
}

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

/// The document of a collection that is known by the source.
pub fn find_by_source(
    conn: &mut PgConnection,
    collection: CollectionId,
    source: &str,
) -> RepoResult<Option<Document>> {
    Ok(documents::table
        .filter(documents::collection_id.eq(collection))
        .filter(documents::source_sha256.eq(source_key(source)))
        .select(Document::as_select())
        .first(conn)
        .optional()?)
}

/// The document of a collection that has no source and is known by its bytes.
pub fn find_by_content(
    conn: &mut PgConnection,
    collection: CollectionId,
    sha256: &[u8],
) -> RepoResult<Option<Document>> {
    Ok(documents::table
        .inner_join(document_versions::table.on(document_versions::document_id.eq(documents::id)))
        .filter(document_versions::collection_id.eq(collection))
        .filter(document_versions::content_sha256.eq(sha256))
        .filter(documents::source.is_null())
        .select(Document::as_select())
        .order(documents::id)
        .first(conn)
        .optional()?)
}

/// Holds the document until the transaction ends, so that nothing else changes it. `RepoError::Forbidden` if it is not the asker's to
/// change.
pub fn lock(conn: &mut PgConnection, id: DocumentId) -> RepoResult<Document> {
    let locked = documents::table.find(id).select(Document::as_select()).for_no_key_update().first(conn);
    match locked.optional()? {
        Some(document) => Ok(document),
        None => find(conn, id).and(Err(RepoError::Forbidden)),
    }
}

/// Holds the next documents of a collection by id until the transaction ends, so that nothing else changes them; after `after`, when
/// given, and only those that the asker may change.
pub fn lock_next(
    conn: &mut PgConnection,
    collection: CollectionId,
    after: Option<DocumentId>,
    limit: i64,
) -> RepoResult<Vec<Document>> {
    let after = after.map_or(Uuid::nil(), DocumentId::uuid);
    Ok(documents::table
        .filter(documents::collection_id.eq(collection))
        .filter(documents::id.gt(DocumentId::from(after)))
        .order(documents::id)
        .limit(limit)
        .select(Document::as_select())
        .for_no_key_update()
        .load(conn)?)
}

/// The documents to list, by their sources.
#[derive(Debug, Clone, Default)]
pub struct SourceFilter {
    /// Only the document with this source.
    pub source: Option<String>,
    /// Only documents whose source begins with this text.
    pub prefix: Option<String>,
}

/// Whether the asker may see any document, in whatever state.
pub fn is_any_visible(conn: &mut PgConnection) -> RepoResult<bool> {
    Ok(diesel::select(diesel::dsl::exists(documents::table.select(documents::id))).get_result(conn)?)
}

/// Documents of a collection, newest first.
pub fn list(conn: &mut PgConnection, collection: CollectionId, page: Page) -> RepoResult<Vec<Document>> {
    list_by_source(conn, collection, &SourceFilter::default(), page)
}

/// Documents of a collection that pass the filter, newest first.
pub fn list_by_source(
    conn: &mut PgConnection,
    collection: CollectionId,
    filter: &SourceFilter,
    page: Page,
) -> RepoResult<Vec<Document>> {
    let mut query = documents::table
        .filter(documents::collection_id.eq(collection))
        .select(Document::as_select())
        .order(documents::id.desc())
        .limit(page.limit)
        .into_boxed();
    if let Some(source) = &filter.source {
        query = query.filter(documents::source_sha256.eq(source_key(source)));
    }
    if let Some(prefix) = &filter.prefix {
        query = query.filter(starts_with(documents::source, prefix));
    }
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

/// The facts that reading a version found about its document.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = documents)]
pub struct DocumentChange<'a> {
    /// Title; `None` keeps the present one.
    pub title: Option<&'a str>,
    /// ISO 639-3 code of its language; `None` keeps the present one.
    pub language: Option<&'a str>,
    /// Name of the language whose rules make its words.
    pub text_search_config: &'a str,
}

/// Stores the facts that reading a version found.
pub fn update(conn: &mut PgConnection, id: DocumentId, change: &DocumentChange<'_>) -> RepoResult<()> {
    diesel::update(documents::table.find(id)).set(change).execute(conn)?;
    Ok(())
}

/// The facts that a person gives about a document.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = documents)]
pub struct GivenFacts<'a> {
    /// Title; `None` keeps the present one.
    pub title: Option<&'a str>,
    /// Whether the title is given; `None` keeps the present value.
    pub has_given_title: Option<bool>,
    /// Metadata, an object; `None` keeps the present one.
    pub metadata: Option<&'a serde_json::Value>,
}

/// Stores the facts that a person gives; at least one must be given. `RepoError::Forbidden` if the document is not the asker's to
/// change.
pub fn set_given_facts(conn: &mut PgConnection, id: DocumentId, facts: &GivenFacts<'_>) -> RepoResult<()> {
    match diesel::update(documents::table.find(id)).set(facts).execute(conn)? {
        0 => find(conn, id).and(Err(RepoError::Forbidden)),
        _ => Ok(()),
    }
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

/// Makes a version, of a media type, the one that is found and shown.
pub(crate) fn set_current_version(
    conn: &mut PgConnection,
    id: DocumentId,
    version: VersionId,
    media_type: &str,
) -> RepoResult<()> {
    diesel::update(documents::table.find(id))
        .set((documents::current_version_id.eq(version), documents::media_type.eq(media_type)))
        .execute(conn)?;
    Ok(())
}

/// Deletes the document with all that belongs to it. `RepoError::Forbidden` when it is not the asker's to delete.
pub fn delete(conn: &mut PgConnection, id: DocumentId) -> RepoResult<()> {
    // A new version that another transaction is queueing is waited for, so that its job ends here, too.
    let document = lock(conn, id)?;
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
/// The statements of the rest of the transaction may take as long as a large collection needs.
pub fn delete_search_rows_of_collection(conn: &mut PgConnection, id: CollectionId) -> RepoResult<()> {
    conn.batch_execute("SET LOCAL statement_timeout = '15min'")?;
    // By passages: an index by collection would tempt the lexical leg away from the inverted one.
    let ids = passages::table.filter(passages::collection_id.eq(id)).select(passages::id);
    diesel::delete(passage_lexemes::table.filter(passage_lexemes::passage_id.eq_any(ids))).execute(conn)?;
    diesel::delete(embeddings::table.filter(embeddings::collection_id.eq(id))).execute(conn)?;
    Ok(())
}
