//! The last fetch of each document that comes from an address.

use diesel::{dsl::now, prelude::*};
use rag_schema::{
    ids::{DocumentId, JobId},
    models::{DocumentFetch, NewDocumentFetch},
    schema::document_fetches,
};

use crate::{RepoResult, error::changed};

/// Returns the last fetch of a document; `None` if it was never fetched.
pub fn find(conn: &mut PgConnection, document: DocumentId) -> RepoResult<Option<DocumentFetch>> {
    Ok(document_fetches::table.find(document).select(DocumentFetch::as_select()).first(conn).optional()?)
}

/// Stores the last fetch of a document in place of the one before.
pub fn put(conn: &mut PgConnection, fetch: &NewDocumentFetch<'_>) -> RepoResult<()> {
    let update = (
        document_fetches::url.eq(fetch.url),
        document_fetches::etag.eq(fetch.etag),
        document_fetches::last_modified.eq(fetch.last_modified),
        document_fetches::content_sha256.eq(fetch.content_sha256),
        document_fetches::job_id.eq(fetch.job_id),
        document_fetches::checked_at.eq(now),
    );
    diesel::insert_into(document_fetches::table)
        .values(fetch)
        .on_conflict(document_fetches::document_id)
        .do_update()
        .set(update)
        .execute(conn)?;
    Ok(())
}

/// Notes that a job has found a document unchanged.
pub fn note_unchanged(conn: &mut PgConnection, document: DocumentId, job: JobId) -> RepoResult<()> {
    let noted = diesel::update(document_fetches::table.find(document))
        .set((document_fetches::job_id.eq(job), document_fetches::checked_at.eq(now)))
        .execute(conn)?;
    changed(noted)
}

/// Returns the documents that a job fetched or found unchanged.
pub fn documents_of_job(conn: &mut PgConnection, job: JobId) -> RepoResult<Vec<DocumentId>> {
    Ok(document_fetches::table
        .filter(document_fetches::job_id.eq(job))
        .order(document_fetches::document_id)
        .select(document_fetches::document_id)
        .load(conn)?)
}
