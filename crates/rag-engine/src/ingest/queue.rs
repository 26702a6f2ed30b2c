//! Adds versions to documents and queues the jobs that read them.

use rag_repo::{PgConnection, RepoResult, collections, documents, jobs, versions};
use rag_schema::{
    ids::{JobId, VersionId},
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

/// Adds a version with the bytes, which the collection has, to a document and queues the job that reads it. The document keeps its
/// current version until that job is done.
pub(crate) fn queue_version(
    conn: &mut PgConnection,
    document: &Document,
    content: Content<'_>,
) -> RepoResult<Job> {
    let document = documents::lock(conn, document.id)?;
    let model = collections::find(conn, document.collection_id)?.model_id;
    let number = versions::newest(conn, &[document.id])?.pop().map_or(1, |newest| newest.number + 1);
    let version = versions::insert(
        conn,
        &NewDocumentVersion {
            id: VersionId::new(),
            document_id: document.id,
            collection_id: document.collection_id,
            number,
            content_sha256: content.sha256,
            media_type: content.media_type,
            size_bytes: content.size_bytes,
        },
    )?;
    let task = Task::Ingest(IngestTask {});
    let payload = task.payload();
    jobs::insert(
        conn,
        &NewJob {
            id: JobId::new(),
            kind: task.kind(),
            collection_id: Some(document.collection_id),
            document_id: Some(document.id),
            version_id: Some(version.id),
            title: &document.title,
            size_bytes: content.size_bytes,
            payload: &payload,
            model_id: Some(model),
            user_id: None,
        },
    )
}
