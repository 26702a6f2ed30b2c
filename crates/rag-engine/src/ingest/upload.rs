//! Accepts an upload: the bytes, the document and its job are stored in one transaction.

use std::{
    fs::File,
    io::{Read, Seek},
    path::Path,
};

use rag_repo::{
    Actor, PgConnection, RepoError, RepoResult, TransactionError, collections, documents, jobs, versions,
};
use rag_schema::{
    ids::{CollectionId, DocumentId, JobId, VersionId},
    models::{Document, IngestTask, Job, NewDocument, NewDocumentVersion, NewJob, Task},
};
use rag_text::{Format, Refusal};
use sha2::{Digest, Sha256};

use crate::{Engine, EngineError, EngineResult, names};

/// Maximum size of a file that is checked for being blank, in bytes.
const SNIFF_BYTES: u64 = 8 << 10;
/// Maximum size of the metadata of a document as JSON, in bytes: every search result contains them.
const MAX_METADATA_BYTES: usize = 64 << 10;
/// Maximum length of a title, in characters; longer titles are cut.
const TITLE_CHARS: usize = 500;

/// A file to upload.
#[derive(Debug)]
pub struct Upload<'a> {
    /// The file.
    pub file: &'a Path,
    /// Title; if absent, the document's own title or the file's name.
    pub title: Option<&'a str>,
    /// File name or address of origin.
    pub source: Option<&'a str>,
    /// Metadata: a JSON object.
    pub metadata: &'a serde_json::Value,
}

/// The outcome of an upload.
#[derive(Debug)]
pub struct Accepted {
    /// The document.
    pub document: Document,
    /// The job that reads the document or has read it; `None` if that job was deleted.
    pub job: Option<Job>,
    /// Whether the collection already has a document with the same bytes; nothing was stored in that case.
    pub duplicate: bool,
}

impl Engine {
    /// Stores the file in the collection and queues the job that reads it.
    pub fn upload(
        &self,
        actor: Actor,
        collection: CollectionId,
        upload: &Upload<'_>,
    ) -> EngineResult<Accepted> {
        self.upload_as(actor, collection, upload, DocumentId::new())
    }

    /// As `upload`, with the id for the document if it is new.
    pub(crate) fn upload_as(
        &self,
        actor: Actor,
        collection: CollectionId,
        upload: &Upload<'_>,
        id: DocumentId,
    ) -> EngineResult<Accepted> {
        if !upload.metadata.is_object() {
            return Err(EngineError::Invalid("The metadata must be a JSON object.".to_owned()));
        }
        let bytes = upload.metadata.to_string().len();
        if bytes > MAX_METADATA_BYTES {
            return Err(EngineError::Invalid(format!(
                "The metadata takes {bytes} bytes as JSON: give at most {MAX_METADATA_BYTES}."
            )));
        }
        let mut file = File::open(upload.file)?;
        let size = file.metadata()?.len();
        let limit_bytes = self.settings().ingest.limits.input_bytes;
        if size > limit_bytes {
            return Err(Refusal::TooLong { limit_bytes }.into());
        }
        let format = sniff(&mut file, upload.source)?;
        let sha256 = hash(&mut file)?;
        let new =
            Incoming { id, upload, format, size: i64::try_from(size).unwrap_or(i64::MAX), sha256: &sha256 };
        let stored = self.db().transaction(actor, |conn| {
            let model = collections::find(conn, collection)?.model_id;
            if let Some(document) = documents::find_by_content(conn, collection, &sha256)? {
                return Ok(duplicate(conn, document)?);
            }
            let accepted = new.store(conn, collection, model)?;
            match self.storage_exhausted(conn)? {
                Some(detail) => Err(RepoError::Exhausted(detail).into()),
                None => Ok(accepted),
            }
        });
        let accepted = match stored {
            Err(StoreError::Database(error)) if error.hits(documents::CONTENT_KEY) => {
                self.db().read(actor, |conn| {
                    let document =
                        documents::find_by_content(conn, collection, &sha256)?.ok_or(RepoError::NotFound)?;
                    Ok(duplicate(conn, document)?)
                })
            }
            other => other.map_err(EngineError::from),
        };
        let accepted = accepted.map_err(|error| error.naming("collection"))?;
        if !accepted.duplicate {
            self.announce_work();
        }
        Ok(accepted)
    }
}

/// The reason why an upload was not stored.
pub(crate) enum StoreError {
    Database(RepoError),
    File(std::io::Error),
}

impl From<RepoError> for StoreError {
    fn from(error: RepoError) -> Self {
        Self::Database(error)
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        Self::File(error)
    }
}

impl TransactionError for StoreError {
    fn is_collision(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_collision())
    }
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Database(error) => error.into(),
            StoreError::File(error) => error.into(),
        }
    }
}

fn duplicate(conn: &mut PgConnection, document: Document) -> RepoResult<Accepted> {
    let job = jobs::find_by_document(conn, document.id)?;
    Ok(Accepted { document, job, duplicate: true })
}

/// Returns the format of a file; `name` helps to detect it.
pub(super) fn sniff(file: &mut File, name: Option<&str>) -> EngineResult<Format> {
    let mut head = Vec::new();
    let length = Read::by_ref(file).take(SNIFF_BYTES).read_to_end(&mut head)?;
    if u64::try_from(length).is_ok_and(|length| length < SNIFF_BYTES)
        && head.iter().all(u8::is_ascii_whitespace)
    {
        return Err(Refusal::Empty.into());
    }
    Ok(rag_text::detect_file(file, name)?)
}

/// Returns the SHA-256 of a file.
pub(crate) fn hash(file: &mut File) -> EngineResult<[u8; 32]> {
    file.rewind()?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = file.read(&mut buffer)?;
        match buffer.get(..read) {
            Some(bytes) if !bytes.is_empty() => hasher.update(bytes),
            _ => return Ok(hasher.finalize().into()),
        }
    }
}

/// An upload with all values that the tables need.
struct Incoming<'a> {
    id: DocumentId,
    upload: &'a Upload<'a>,
    format: Format,
    size: i64,
    sha256: &'a [u8; 32],
}

impl Incoming<'_> {
    fn store(
        &self,
        conn: &mut PgConnection,
        collection: CollectionId,
        model: i32,
    ) -> Result<Accepted, StoreError> {
        let title = self.title();
        let document = documents::insert(
            conn,
            &NewDocument {
                id: self.id,
                collection_id: collection,
                title: &title,
                source: self.upload.source,
                media_type: self.format.media_type(),
                metadata: self.upload.metadata,
                content_sha256: self.sha256,
            },
        )?;
        let version = versions::insert(
            conn,
            &NewDocumentVersion {
                id: VersionId::new(),
                document_id: document.id,
                collection_id: collection,
                number: 1,
                content_sha256: self.sha256,
                size_bytes: self.size,
            },
        )?;
        self.store_content(conn, version.id)?;
        let task = Task::Ingest(IngestTask {});
        let payload = task.payload();
        let job = jobs::insert(
            conn,
            &NewJob {
                id: JobId::new(),
                kind: task.kind(),
                collection_id: Some(collection),
                document_id: Some(document.id),
                version_id: Some(version.id),
                title: &title,
                size_bytes: self.size,
                payload: &payload,
                model_id: Some(model),
            },
        )?;
        Ok(Accepted { document, job: Some(job), duplicate: false })
    }

    /// Stores the file in parts, so that neither this process nor PostgreSQL holds all of it in memory.
    fn store_content(&self, conn: &mut PgConnection, version: VersionId) -> Result<(), StoreError> {
        let mut file = File::open(self.upload.file)?;
        let mut part = Vec::new();
        for number in 0.. {
            part.clear();
            let most = u64::try_from(versions::PART_BYTES).unwrap_or(u64::MAX);
            Read::by_ref(&mut file).take(most).read_to_end(&mut part)?;
            if part.is_empty() {
                break;
            }
            versions::insert_content(conn, version, number, &part)?;
        }
        Ok(())
    }

    fn title(&self) -> String {
        let given = self.upload.title.map(str::trim).filter(|title| !title.is_empty());
        let title = given.or(self.upload.source).unwrap_or("Untitled");
        names::clean(title).chars().take(TITLE_CHARS).collect()
    }
}
