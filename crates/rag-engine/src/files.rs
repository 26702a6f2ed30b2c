//! Files outside of collections: storing them, adding them to collections, deleting them.

use std::{
    fs,
    io::{Read, Write},
    path::Path,
};

use rag_repo::{Actor, RepoError, documents, files, versions::PART_BYTES};
use rag_schema::{
    ids::{CollectionId, DocumentId, FileId, UserId},
    models::{File, NewFile},
};
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::{
    Engine, EngineError, EngineResult,
    ingest::{Accepted, StoreError, Upload, hash},
    names,
};

/// Maximum length of a file name, in characters; longer names are cut.
const MAX_NAME_CHARS: usize = 500;

impl Engine {
    /// Stores a file that does not belong to a collection.
    pub fn store_file(
        &self,
        actor: Actor,
        user: UserId,
        path: &Path,
        (name, purpose): (&str, &str),
    ) -> EngineResult<File> {
        let mut opened = fs::File::open(path)?;
        let size = opened.metadata()?.len();
        self.check_disk(size)?;
        let size_bytes = i64::try_from(size).unwrap_or(i64::MAX);
        let content_sha256 = hash(&mut opened)?;
        let name: String = names::clean(name).chars().take(MAX_NAME_CHARS).collect();
        let name = if name.is_empty() { "Untitled" } else { &name };
        let new = NewFile {
            id: FileId::new(),
            user_id: user,
            name,
            purpose,
            size_bytes,
            content_sha256: &content_sha256,
        };
        let stored = self.db().transaction(actor, |conn| {
            let file = files::insert(conn, &new)?;
            let (mut bytes, mut part) = (fs::File::open(path)?, Vec::new());
            for number in 0.. {
                part.clear();
                let limit = u64::try_from(PART_BYTES).unwrap_or(u64::MAX);
                Read::by_ref(&mut bytes).take(limit).read_to_end(&mut part)?;
                if part.is_empty() {
                    break;
                }
                files::insert_part(conn, &file, number, &part)?;
            }
            // Last, because it locks the counters of the organisation.
            match self.storage_exhausted(conn)? {
                Some(detail) => Err(StoreError::from(RepoError::Exhausted(detail))),
                None => Ok(file),
            }
        });
        stored.map_err(EngineError::from)
    }

    /// Adds a file to a collection as a document and queues the job that reads it. The first document of a file has the file's
    /// id.
    pub fn add_file(
        &self,
        actor: Actor,
        id: FileId,
        collection: CollectionId,
        metadata: &Value,
    ) -> EngineResult<Accepted> {
        let found = self.db().read(actor, |conn| files::find(conn, id));
        let file = found.map_err(|error| EngineError::from(error).naming("file"))?;
        let mut spooled = NamedTempFile::new_in(&self.settings().ingest.reading.scratch)?;
        let mut left = file.size_bytes;
        for number in 0.. {
            match self.db().read(actor, |conn| files::part(conn, id, number))? {
                Some(bytes) => {
                    spooled.write_all(&bytes)?;
                    left -= i64::try_from(bytes.len()).unwrap_or(i64::MAX);
                }
                None => break,
            }
        }
        if left != 0 {
            // It was deleted while it was read.
            return Err(EngineError::NotFound("file"));
        }
        let document = DocumentId::from(id.uuid());
        let is_free = match self.db().read(actor, |conn| documents::find(conn, document)) {
            Ok(_) => false,
            Err(RepoError::NotFound) => true,
            Err(error) => return Err(error.into()),
        };
        let source = file_source(&file);
        let upload =
            Upload { file: spooled.path(), title: None, source: Some(&source), metadata: Some(metadata) };
        let as_document = if is_free { document } else { DocumentId::new() };
        let accepted = self.upload_as(actor, collection, &upload, as_document, None)?;
        if let Some(job) = &accepted.job {
            let noted = self.db().transaction(actor, |conn| files::set_job(conn, id, job.id));
            if matches!(noted, Err(RepoError::NotFound)) {
                // The file was deleted before its document was there to be deleted with it.
                self.delete_document(actor, accepted.document.id)?;
                return Err(EngineError::NotFound("file"));
            }
            noted?;
        }
        Ok(accepted)
    }

    /// Deletes a file and the document that has its id, so that no search finds it.
    pub fn delete_file(&self, actor: Actor, id: FileId) -> EngineResult<()> {
        let deleted = self.db().transaction(actor, |conn| Ok(files::delete(conn, id)?));
        let document = self.delete_document(actor, DocumentId::from(id.uuid()));
        match (deleted, document) {
            (Ok(()), Ok(()) | Err(EngineError::NotFound(_))) | (Err(EngineError::NotFound(_)), Ok(())) => {
                Ok(())
            }
            (Ok(()) | Err(EngineError::NotFound(_)), Err(error)) | (Err(error), _) => {
                Err(error.naming("file"))
            }
        }
    }
}

/// Returns the source of the documents that are made of a file. Files of the same name are different documents.
pub fn file_source(file: &File) -> String {
    format!("files/{}/{}", file.id, file.name)
}
