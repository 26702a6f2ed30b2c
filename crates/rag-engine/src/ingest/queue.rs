//! Adds versions to documents and queues the jobs that read them.

use rag_repo::{PgConnection, RepoError, RepoResult, collections, documents, jobs, versions};
use rag_schema::{
    ids::{CollectionId, JobId, VersionId},
    models::{Document, DocumentVersion, IngestTask, Job, NewDocumentVersion, NewJob, Task},
};

/// Stored bytes of which a version is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Content<'a> {
    pub(crate) sha256: &'a [u8],
    pub(crate) size_bytes: i64,
    pub(crate) media_type: &'a str,
}

impl<'a> From<&'a DocumentVersion> for Content<'a> {
    fn from(version: &'a DocumentVersion) -> Self {
        Self {
            sha256: &version.content_sha256,
            size_bytes: version.size_bytes,
            media_type: &version.media_type,
        }
    }
}

/// A version to add to a document, whose lock the transaction holds.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub(super) document: &'a Document,
    /// Number of the version.
    pub(super) number: i32,
    pub(super) content: Content<'a>,
}

/// Adds a version with the bytes, which the collection has, to a document and queues the job that reads it. The document keeps its
/// current version until that job is done.
pub(crate) fn queue_version(
    conn: &mut PgConnection,
    document: &Document,
    content: Content<'_>,
) -> RepoResult<Job> {
    // One that is deleted meanwhile is missing when the transaction runs again.
    let document = documents::lock(conn, document.id).map_err(|error| match error {
        RepoError::NotFound => RepoError::Collision,
        other => other,
    })?;
    let number = versions::newest(conn, &[document.id])?.pop().map_or(1, |newest| newest.number + 1);
    let reading = Reading { document: &document, number, content };
    queue_versions(conn, document.collection_id, &[reading])?.pop().ok_or(RepoError::NotFound)
}

/// As `queue_version`, for any number of documents of one collection.
pub(super) fn queue_versions(
    conn: &mut PgConnection,
    collection: CollectionId,
    readings: &[Reading<'_>],
) -> RepoResult<Vec<Job>> {
    let model = collections::find(conn, collection)?.model_id;
    let task = Task::Ingest(IngestTask {});
    let payload = task.payload();
    let rows: Vec<_> = readings
        .iter()
        .map(|Reading { document, number, content }| {
            let version = NewDocumentVersion {
                id: VersionId::new(),
                document_id: document.id,
                collection_id: collection,
                number: *number,
                content_sha256: content.sha256,
                media_type: content.media_type,
                size_bytes: content.size_bytes,
            };
            let job = NewJob {
                id: JobId::new(),
                kind: task.kind(),
                collection_id: Some(collection),
                document_id: Some(document.id),
                version_id: Some(version.id),
                title: &document.title,
                size_bytes: content.size_bytes,
                payload: &payload,
                model_id: Some(model),
                user_id: None,
            };
            (version, job)
        })
        .collect();
    let (new_versions, new_jobs): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    versions::insert(conn, &new_versions)?;
    jobs::insert_all(conn, &new_jobs)
}
