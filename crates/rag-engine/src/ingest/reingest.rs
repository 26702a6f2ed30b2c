//! Reads the documents of a collection again, after a change of the settings or of the program. Searches find the chunks that a
//! document has until its new ones are whole.

use std::collections::HashMap;

use rag_repo::{Actor, RepoResult, collections, documents, versions};
use rag_schema::{
    ids::{CollectionId, DocumentId},
    models::{Document, DocumentVersion},
};

use super::{
    queue::{Content, Reading, queue_versions},
    sizes::{chunk_settings, fingerprint},
};
use crate::{Engine, EngineError, EngineResult};

/// Number of documents that are looked at in one transaction.
const BATCH_DOCUMENTS: i64 = 500;

impl Engine {
    /// Queues a job for each document of the collection that would be read differently today: by other chunk sizes, another model,
    /// with OCR, or by a newer program; with `all` for each document that has been read. Documents with a version that is not read yet
    /// are left out. Returns the number of jobs.
    pub fn reingest(&self, actor: Actor, id: CollectionId, all: bool) -> EngineResult<u64> {
        let found = self.db().read_primary(actor, |conn| {
            Ok::<_, EngineError>((collections::find(conn, id)?, collections::is_writable(conn, id)?))
        });
        let (collection, is_writable) = found.map_err(|error| error.naming("collection"))?;
        if !is_writable {
            return Err(EngineError::Forbidden("You may only read the documents of this collection."));
        }
        let model = self.model_of(&collection)?;
        let ingest = &self.settings().ingest;
        let settings = fingerprint(ingest, chunk_settings(ingest, &collection, model), model);
        let mut queued = 0;
        let mut after = None;
        loop {
            let (last, count) = self.db().transaction(actor, |conn| -> RepoResult<_> {
                let batch = documents::lock_next(conn, id, after, BATCH_DOCUMENTS)?;
                let ids: Vec<DocumentId> = batch.iter().map(|document| document.id).collect();
                let newest = versions::newest(conn, &ids)?;
                let readings = to_read(&batch, &newest, Some(&*settings).filter(|_| !all));
                queue_versions(conn, id, &readings)?;
                Ok((batch.last().map(|document| document.id), readings.len()))
            })?;
            queued += u64::try_from(count).unwrap_or(u64::MAX);
            if count > 0 {
                self.announce_work();
            }
            after = last;
            if after.is_none() {
                return Ok(queued);
            }
        }
    }
}

/// Returns the documents whose newest version has been read; with `settings`, only by others.
fn to_read<'d>(
    batch: &'d [Document],
    newest: &'d [DocumentVersion],
    settings: Option<&str>,
) -> Vec<Reading<'d>> {
    let newest: HashMap<DocumentId, &DocumentVersion> =
        newest.iter().map(|version| (version.document_id, version)).collect();
    let reading = |document: &'d Document| {
        let version = *newest.get(&document.id)?;
        let is_read = document.current_version_id == Some(version.id);
        let is_outdated = settings.is_none_or(|settings| version.ingest_settings != settings);
        (is_read && is_outdated).then(|| Reading {
            document,
            number: version.number + 1,
            content: Content::from(version),
        })
    };
    batch.iter().filter_map(reading).collect()
}
