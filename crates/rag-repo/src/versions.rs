//! Versions of a document: the original bytes, the text, and the way from upload to published and superseded.

use diesel::{
    dsl::{count_star, max, now},
    prelude::*,
    sql_types::{Binary, Timestamptz, Uuid},
};
use rag_schema::{
    enums::VersionState,
    ids::{CollectionId, DocumentId, PassageId, VersionId},
    models::{DocumentVersion, HeadingPath, NewDocumentVersion},
    schema::{
        chunks, document_versions, documents as documents_table, passage_lexemes, version_contents,
        version_texts,
    },
};
use serde_json::Value;

use crate::{RepoResult, documents};

diesel::define_sql_function! {
    /// Locks the bytes of a collection with this SHA-256 until the transaction ends.
    fn lock_content(collection: Uuid, sha256: Binary);
}

/// Most bytes in one part of an original.
pub const PART_BYTES: usize = 1 << 20;

/// Inserts versions in state queued.
pub fn insert(conn: &mut PgConnection, new: &[NewDocumentVersion<'_>]) -> RepoResult<()> {
    diesel::insert_into(document_versions::table).values(new).execute(conn)?;
    Ok(())
}

/// The version.
pub fn find(conn: &mut PgConnection, id: VersionId) -> RepoResult<DocumentVersion> {
    Ok(document_versions::table.find(id).select(DocumentVersion::as_select()).first(conn)?)
}

/// The newest version of each of the documents.
pub fn newest(conn: &mut PgConnection, ids: &[DocumentId]) -> RepoResult<Vec<DocumentVersion>> {
    Ok(document_versions::table
        .filter(document_versions::document_id.eq_any(ids))
        .distinct_on(document_versions::document_id)
        .order((document_versions::document_id, document_versions::number.desc()))
        .select(DocumentVersion::as_select())
        .load(conn)?)
}

/// Versions of a document, newest first; those with a number below `before`, when given.
pub fn list(
    conn: &mut PgConnection,
    document: DocumentId,
    limit: i64,
    before: Option<i32>,
) -> RepoResult<Vec<DocumentVersion>> {
    Ok(document_versions::table
        .filter(document_versions::document_id.eq(document))
        .filter(document_versions::number.lt(before.unwrap_or(i32::MAX)))
        .order(document_versions::number.desc())
        .limit(limit)
        .select(DocumentVersion::as_select())
        .load(conn)?)
}

/// The version of a document with that number.
pub fn find_by_number(
    conn: &mut PgConnection,
    document: DocumentId,
    number: i32,
) -> RepoResult<DocumentVersion> {
    Ok(document_versions::table
        .filter(document_versions::document_id.eq(document))
        .filter(document_versions::number.eq(number))
        .select(DocumentVersion::as_select())
        .first(conn)?)
}

/// Whether the collection has the bytes with this SHA-256. They stay, and nobody else stores them, until the transaction ends.
pub fn has_content(conn: &mut PgConnection, collection: CollectionId, sha256: &[u8]) -> RepoResult<bool> {
    diesel::select(lock_content(collection, sha256)).execute(conn)?;
    let stored = version_contents::table
        .filter(version_contents::collection_id.eq(collection))
        .filter(version_contents::content_sha256.eq(sha256));
    Ok(diesel::select(diesel::dsl::exists(stored)).get_result(conn)?)
}

/// Stores part `part` of bytes, at most `PART_BYTES` of them, under the SHA-256 of all parts.
pub fn insert_content(
    conn: &mut PgConnection,
    collection: CollectionId,
    sha256: &[u8],
    part: i32,
    bytes: &[u8],
) -> RepoResult<()> {
    diesel::insert_into(version_contents::table)
        .values((
            version_contents::collection_id.eq(collection),
            version_contents::content_sha256.eq(sha256),
            version_contents::part.eq(part),
            version_contents::bytes.eq(bytes),
        ))
        .execute(conn)?;
    Ok(())
}

/// Part `part` of the original bytes; `None` past the end.
pub fn content(conn: &mut PgConnection, id: VersionId, part: i32) -> RepoResult<Option<Vec<u8>>> {
    let is_of_version = version_contents::collection_id
        .eq(document_versions::collection_id)
        .and(version_contents::content_sha256.eq(document_versions::content_sha256));
    Ok(document_versions::table
        .inner_join(version_contents::table.on(is_of_version))
        .filter(document_versions::id.eq(id))
        .filter(version_contents::part.eq(part))
        .select(version_contents::bytes)
        .first(conn)
        .optional()?)
}

/// How far a build has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BuildProgress {
    /// Chunks stored.
    pub chunks: i32,
    /// Characters of text stored, in Unicode scalar values.
    pub characters: i64,
}

/// Opens the version for chunks. What an earlier attempt stored stays when it was cut under the same `settings`,
/// and the answer says how far that came; otherwise it is deleted.
pub fn begin_build(conn: &mut PgConnection, id: VersionId, settings: &str) -> RepoResult<BuildProgress> {
    let version = find(conn, id)?;
    if version.state == VersionState::Building && version.ingest_settings == settings {
        let last: Option<i32> =
            chunks::table.filter(chunks::version_id.eq(id)).select(max(chunks::ordinal)).first(conn)?;
        return Ok(BuildProgress {
            chunks: last.map_or(0, |last| last + 1),
            characters: version.character_count,
        });
    }
    documents::delete_passages_of_versions(conn, version.collection_id, &[id])?;
    diesel::delete(version_texts::table.filter(version_texts::version_id.eq(id))).execute(conn)?;
    diesel::update(document_versions::table.find(id))
        .set((
            document_versions::state.eq(VersionState::Building),
            document_versions::ingest_settings.eq(settings),
            document_versions::character_count.eq(0),
        ))
        .execute(conn)?;
    Ok(BuildProgress::default())
}

/// Stores the next piece of the version's text and moves its length on by `characters`.
pub fn append_text(
    conn: &mut PgConnection,
    id: VersionId,
    start: i64,
    text: &str,
    characters: i64,
) -> RepoResult<()> {
    diesel::insert_into(version_texts::table)
        .values((
            version_texts::version_id.eq(id),
            version_texts::start_offset.eq(start),
            version_texts::text.eq(text),
        ))
        .execute(conn)?;
    diesel::update(document_versions::table.find(id))
        .set(document_versions::character_count.eq(start + characters))
        .execute(conn)?;
    Ok(())
}

/// Publishes a whole version: it becomes the current one of its document, and the one before is superseded. If that has the same bytes,
/// which were read again, the version takes its place, number and time instead, and it is deleted. If a newer version was published in
/// the meantime, this one is superseded at once. `ocr_pages` is a list of objects with `page` and `confidence`.
pub fn publish(
    conn: &mut PgConnection,
    id: VersionId,
    page_count: Option<i32>,
    ocr_pages: Option<&Value>,
) -> RepoResult<()> {
    let chunk_count: i64 =
        chunks::table.filter(chunks::version_id.eq(id)).select(count_star()).first(conn)?;
    let version = find(conn, id)?;
    let document = documents::lock(conn, version.document_id)?;
    let before = document.current_version_id.filter(|before| *before != id);
    let before = before.map(|before| find(conn, before)).transpose()?;
    let is_newest = before.as_ref().is_none_or(|before| before.number < version.number);
    let state = if is_newest { VersionState::Published } else { VersionState::Superseded };
    let superseded_at = (!is_newest).then_some(now.into_sql::<Timestamptz>());
    diesel::update(document_versions::table.find(id))
        .set((
            document_versions::state.eq(state),
            document_versions::published_at.eq(now),
            superseded_at.map(|at| document_versions::superseded_at.eq(at.nullable())),
            document_versions::page_count.eq(page_count),
            document_versions::ocr_pages.eq(ocr_pages),
            document_versions::chunk_count.eq(i32::try_from(chunk_count).unwrap_or(i32::MAX)),
        ))
        .execute(conn)?;
    if !is_newest {
        return Ok(());
    }
    documents::set_current_version(conn, document.id, id, &version.media_type)?;
    match before {
        Some(before) if before.content_sha256 == version.content_sha256 => replace(conn, &before, id),
        Some(before) => supersede(conn, before.id),
        None => Ok(()),
    }
}

fn supersede(conn: &mut PgConnection, id: VersionId) -> RepoResult<()> {
    diesel::update(document_versions::table.find(id))
        .set((
            document_versions::state.eq(VersionState::Superseded),
            document_versions::superseded_at.eq(now.into_sql::<Timestamptz>().nullable()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives the version `id` the place of the one before, of the same bytes: citations name it by its number, and questions as of a time
/// find it by its time.
fn replace(conn: &mut PgConnection, before: &DocumentVersion, id: VersionId) -> RepoResult<()> {
    delete_version(conn, before.collection_id, before.id)?;
    diesel::update(document_versions::table.find(id))
        .set((
            document_versions::number.eq(before.number),
            document_versions::created_at.eq(before.created_at),
            document_versions::published_at.eq(before.published_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Deletes the superseded versions of a document but for the newest `kept` of them, with their passages.
pub fn delete_oldest(conn: &mut PgConnection, document: DocumentId, kept: i64) -> RepoResult<()> {
    let oldest: Vec<(VersionId, CollectionId)> = document_versions::table
        .filter(document_versions::document_id.eq(document))
        .filter(document_versions::state.eq(VersionState::Superseded))
        .order(document_versions::number.desc())
        .offset(kept)
        .select((document_versions::id, document_versions::collection_id))
        .load(conn)?;
    oldest.into_iter().try_for_each(|(id, collection)| delete_version(conn, collection, id))
}

/// Deletes a version that is not the current one, and its document if that has no other version.
pub fn delete(conn: &mut PgConnection, id: VersionId) -> RepoResult<()> {
    let version = find(conn, id)?;
    documents::lock(conn, version.document_id)?;
    match list(conn, version.document_id, 2, None)?.as_slice() {
        [_] => documents::delete(conn, version.document_id),
        _ => delete_version(conn, version.collection_id, id),
    }
}

fn delete_version(conn: &mut PgConnection, collection: CollectionId, id: VersionId) -> RepoResult<()> {
    documents::delete_passages_of_versions(conn, collection, &[id])?;
    diesel::delete(document_versions::table.find(id)).execute(conn)?;
    Ok(())
}

/// A stretch of the version's text, from `start` to `end` in Unicode scalar values, and no more than is there.
pub fn text(conn: &mut PgConnection, id: VersionId, start: i64, end: i64) -> RepoResult<String> {
    let first: Option<i64> = version_texts::table
        .filter(version_texts::version_id.eq(id))
        .filter(version_texts::start_offset.le(start))
        .select(max(version_texts::start_offset))
        .first(conn)?;
    let first = first.unwrap_or(0);
    let parts: Vec<String> = version_texts::table
        .filter(version_texts::version_id.eq(id))
        .filter(version_texts::start_offset.ge(first))
        .filter(version_texts::start_offset.lt(end))
        .select(version_texts::text)
        .order(version_texts::start_offset)
        .load(conn)?;
    let skip = usize::try_from(start - first).unwrap_or(0);
    let take = usize::try_from(end - start).unwrap_or(0);
    Ok(parts.iter().flat_map(|part| part.chars()).skip(skip).take(take).collect())
}

/// Versions with chunks, of one collection when given.
pub fn with_chunks(conn: &mut PgConnection, collection: Option<CollectionId>) -> RepoResult<Vec<VersionId>> {
    let mut query = document_versions::table
        .filter(document_versions::chunk_count.gt(0))
        .order(document_versions::id)
        .select(document_versions::id)
        .into_boxed();
    if let Some(collection) = collection {
        query = query.filter(document_versions::collection_id.eq(collection));
    }
    Ok(query.load(conn)?)
}

/// A chunk whose words are made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkText {
    /// The passage that it is.
    pub id: PassageId,
    /// Its collection.
    pub collection: CollectionId,
    /// The headings above it.
    pub heading_path: HeadingPath,
    /// What it says.
    pub text: String,
}

/// Deletes the words of a version and returns its chunks, so that they get words again.
pub fn take_words(conn: &mut PgConnection, id: VersionId) -> RepoResult<Vec<ChunkText>> {
    diesel::delete(passage_lexemes::table.filter(passage_lexemes::version_id.eq(id))).execute(conn)?;
    let rows: Vec<(PassageId, CollectionId, HeadingPath, String)> = chunks::table
        .filter(chunks::version_id.eq(id))
        .order(chunks::ordinal)
        .select((chunks::id, chunks::collection_id, chunks::heading_path, chunks::text))
        .load(conn)?;
    let chunk = |(id, collection, heading_path, text)| ChunkText { id, collection, heading_path, text };
    Ok(rows.into_iter().map(chunk).collect())
}

/// Versions with chunks whose words were made by PostgreSQL's parser: their document names one of its configurations, whose names are
/// longer than the codes of languages.
pub fn with_old_words(conn: &mut PgConnection) -> RepoResult<Vec<VersionId>> {
    Ok(document_versions::table
        .inner_join(documents_table::table.on(documents_table::id.eq(document_versions::document_id)))
        .filter(document_versions::chunk_count.gt(0))
        .filter(documents_table::text_search_config.like("____%"))
        .order(document_versions::id)
        .select(document_versions::id)
        .load(conn)?)
}
