//! The documents of a collection that stand for the files of a folder, with what is known of their bytes.

use std::{collections::HashMap, path::Path};

use rag_engine::{Engine, EngineResult, ingest::hash_file};
use rag_repo::{Page, documents, documents::SourceFilter, versions};
use rag_schema::{
    enums::VersionState,
    ids::{CollectionId, DocumentId},
};

/// Number of documents that are loaded by one query.
const PAGE: i64 = 1000;

/// A document and its newest version.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) id: DocumentId,
    size_bytes: u64,
    pub(super) content_sha256: Vec<u8>,
    /// Whether its newest version has been read.
    is_read: bool,
}

impl Known {
    /// Returns whether the document's newest version has the bytes of the file and needs no work. Bytes are compared by SHA-256,
    /// and only if the sizes are equal.
    pub(super) fn has_bytes_of(&self, file: &Path, size_bytes: u64) -> EngineResult<bool> {
        Ok(self.is_read
            && self.size_bytes == size_bytes
            && hash_file(file)?.as_slice() == self.content_sha256)
    }
}

/// Loads the documents of the collection below a folder, by source.
pub(super) fn load_known(
    engine: &Engine,
    collection: CollectionId,
    folder: &str,
) -> EngineResult<HashMap<String, Known>> {
    let filter = SourceFilter { source: None, prefix: Some(format!("{folder}/")) };
    let mut known = HashMap::new();
    let mut page = Page::first(PAGE);
    loop {
        let (rows, newest) = engine.db().read(engine.local_actor(), |conn| {
            let rows = documents::list_by_source(conn, collection, &filter, page)?;
            let ids: Vec<DocumentId> = rows.iter().map(|row| row.id).collect();
            let newest = versions::newest(conn, &ids)?;
            Ok::<_, rag_repo::RepoError>((rows, newest))
        })?;
        let mut newest: HashMap<DocumentId, _> =
            newest.into_iter().map(|version| (version.document_id, version)).collect();
        page.after = rows.last().map(|row| row.id.uuid());
        let is_last = i64::try_from(rows.len()).is_ok_and(|count| count < PAGE);
        for row in rows {
            let Some((source, version)) = row.source.zip(newest.remove(&row.id)) else { continue };
            let document = Known {
                id: row.id,
                size_bytes: u64::try_from(version.size_bytes).unwrap_or(0),
                is_read: matches!(version.state, VersionState::Published | VersionState::Superseded),
                content_sha256: version.content_sha256,
            };
            known.insert(source, document);
        }
        if is_last {
            return Ok(known);
        }
    }
}
