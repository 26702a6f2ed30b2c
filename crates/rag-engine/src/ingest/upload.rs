//! Accepts an upload: the bytes, the document and its job are stored in one transaction.

use std::{
    fs::File,
    io::{Read, Seek},
    path::Path,
};

use rag_fetch::Validators;
use rag_repo::{
    Actor, PgConnection, RepoError, RepoResult, TransactionError, collections, documents,
    documents::GivenFacts, fetches, jobs, jobs::Lease, versions,
};
use rag_schema::{
    ids::{CollectionId, DocumentId},
    models::{Document, Job, NewDocument, NewDocumentFetch},
};
use rag_text::Refusal;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::queue::{Content, queue_version};
use crate::{Engine, EngineError, EngineResult, names};

/// Maximum size of a file that is checked for being blank, in bytes.
const SNIFF_BYTES: u64 = 8 << 10;
/// Maximum size of the metadata of a document as JSON, in bytes: every search result contains them.
const MAX_METADATA_BYTES: usize = 64 << 10;
/// Maximum length of a title, in characters; longer titles are cut.
const MAX_TITLE_CHARS: usize = 500;
/// Maximum length of a source, in characters.
const MAX_SOURCE_CHARS: usize = 2_000;

/// A file to upload.
#[derive(Debug)]
pub struct Upload<'a> {
    /// The file.
    pub file: &'a Path,
    /// Title; if absent, the document's own title or the file's name.
    pub title: Option<&'a str>,
    /// Path, file name or address that the document is known by in its collection. Without one it is known by its bytes.
    pub source: Option<&'a str>,
    /// Metadata, a JSON object; if absent, a known document keeps its own.
    pub metadata: Option<&'a Value>,
}

/// The outcome of an upload.
#[derive(Debug)]
pub struct Accepted {
    /// The document.
    pub document: Document,
    /// The job that reads the newest version or has read it; `None` if that job was deleted.
    pub job: Option<Job>,
    /// Whether the document already has these bytes as its newest version; at most its metadata was changed in that case.
    pub duplicate: bool,
}

/// Returns a text without the control characters that would make it pass for binary data.
pub fn without_controls(mut text: String) -> String {
    text.retain(|c| !c.is_control() || c.is_whitespace() || c == '\u{1b}');
    text
}

impl Engine {
    /// Stores the file in the collection and queues the job that reads it: as a new document, or as a new version of the document
    /// that is known by the source.
    pub fn upload(
        &self,
        actor: Actor,
        collection: CollectionId,
        upload: &Upload<'_>,
    ) -> EngineResult<Accepted> {
        self.upload_as(actor, collection, upload, DocumentId::new(), None)
    }

    /// As `upload`, with the id for the document if it is new, and the facts of a file that a job has fetched.
    pub(crate) fn upload_as(
        &self,
        actor: Actor,
        collection: CollectionId,
        upload: &Upload<'_>,
        id: DocumentId,
        fetched: Option<&FetchedFile<'_>>,
    ) -> EngineResult<Accepted> {
        upload.metadata.map_or(Ok(()), check_metadata)?;
        let source = upload.source.map(checked_source).transpose()?;
        let mut file = File::open(upload.file)?;
        let size = file.metadata()?.len();
        let limit_bytes = self.settings().ingest.reading.limits.input_bytes;
        if size > limit_bytes {
            return Err(Refusal::TooLong { limit_bytes }.into());
        }
        self.check_disk(size)?;
        let name = fetched.map(|fetched| fetched.file_name).or(upload.source);
        let format = self.sniff(&mut file, name)?;
        let sha256 = hash(&mut file)?;
        let content = Content {
            sha256: &sha256,
            size_bytes: i64::try_from(size).unwrap_or(i64::MAX),
            media_type: format.media_type(),
        };
        let incoming = Incoming { id, collection, upload, source: source.as_deref(), content, fetched };
        let store = || {
            self.db().transaction(actor, |conn| {
                let accepted = incoming.store(conn)?;
                match self.storage_exhausted(conn)? {
                    Some(detail) if !accepted.duplicate => Err(RepoError::Exhausted(detail).into()),
                    _ => Ok(accepted),
                }
            })
        };
        let stored = match store() {
            // Another upload has created the document in the meantime: this one is a version of it.
            Err(StoreError::Database(error)) if error.hits(documents::SOURCE_KEY) => store(),
            other => other,
        };
        let accepted = stored.map_err(|error| EngineError::from(error).naming("collection"))?;
        if !accepted.duplicate {
            self.announce_work();
        }
        Ok(accepted)
    }
}

/// A file that a job has fetched from an address.
pub(crate) struct FetchedFile<'a> {
    /// Lease of the job; without it nothing is stored.
    pub(crate) lease: Lease,
    /// Name that helps to detect the format.
    pub(crate) file_name: &'a str,
    /// Facts for the next fetch.
    pub(crate) validators: &'a Validators,
}

/// Refuses metadata that are not an object, or too long.
pub(crate) fn check_metadata(metadata: &Value) -> EngineResult<()> {
    if !metadata.is_object() {
        return Err(EngineError::Invalid("The metadata must be a JSON object.".to_owned()));
    }
    let bytes = metadata.to_string().len();
    if bytes > MAX_METADATA_BYTES {
        return Err(EngineError::Invalid(format!(
            "The metadata takes {bytes} bytes as JSON: give at most {MAX_METADATA_BYTES}."
        )));
    }
    Ok(())
}

/// Returns a title that can be stored; `None` if nothing is left of it.
pub(crate) fn checked_title(title: &str) -> Option<String> {
    let title: String = names::clean(title.trim()).chars().take(MAX_TITLE_CHARS).collect();
    Some(title).filter(|title| !title.is_empty())
}

fn checked_source(source: &str) -> EngineResult<String> {
    let source = names::source(source);
    match source.chars().count() {
        0 => Err(EngineError::Invalid("The source is blank.".to_owned())),
        1..=MAX_SOURCE_CHARS => Ok(source),
        long => Err(EngineError::Invalid(format!(
            "The source is {long} characters long: give at most {MAX_SOURCE_CHARS}."
        ))),
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

    fn is_read_only(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_read_only())
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

impl Engine {
    /// Returns the format of a file; `name` helps to detect it. Refuses one that can never be read.
    pub(super) fn sniff(&self, file: &mut File, name: Option<&str>) -> EngineResult<rag_text::Format> {
        let mut head = Vec::new();
        let length = Read::by_ref(file).take(SNIFF_BYTES).read_to_end(&mut head)?;
        if u64::try_from(length).is_ok_and(|length| length < SNIFF_BYTES)
            && head.iter().all(u8::is_ascii_whitespace)
        {
            return Err(Refusal::Empty.into());
        }
        let format = rag_text::detect_file(file, name)?;
        if format.descriptor().needs_ocr && self.settings().ingest.reading.ocr.is_none() {
            return Err(Refusal::NoOcr.into());
        }
        Ok(format)
    }
}

/// Returns the SHA-256 of the file at a path.
pub fn hash_file(path: &Path) -> EngineResult<[u8; 32]> {
    hash(&mut File::open(path)?)
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
    collection: CollectionId,
    upload: &'a Upload<'a>,
    source: Option<&'a str>,
    content: Content<'a>,
    fetched: Option<&'a FetchedFile<'a>>,
}

impl Incoming<'_> {
    fn store(&self, conn: &mut PgConnection) -> Result<Accepted, StoreError> {
        if let Some(fetched) = self.fetched {
            jobs::hold_storing(conn, fetched.lease)?;
        }
        let accepted = self.store_document(conn)?;
        if let Some(FetchedFile { lease, validators, .. }) = self.fetched {
            let fetch = NewDocumentFetch {
                document_id: accepted.document.id,
                collection_id: self.collection,
                url: &validators.url,
                etag: validators.etag.as_deref(),
                last_modified: validators.last_modified.as_deref(),
                content_sha256: self.content.sha256,
                job_id: lease.job,
            };
            fetches::put(conn, &fetch)?;
        }
        Ok(accepted)
    }

    fn store_document(&self, conn: &mut PgConnection) -> Result<Accepted, StoreError> {
        // A collection that the actor may not see is not found.
        collections::find(conn, self.collection)?;
        // The lock on the bytes comes next: of two equal uploads the second one finds the first.
        let has_content = versions::has_content(conn, self.collection, self.content.sha256)?;
        let known = match self.source {
            Some(source) => documents::find_by_source(conn, self.collection, source)?,
            None => documents::find_by_content(conn, self.collection, self.content.sha256)?,
        };
        let document = match known {
            Some(known) => {
                let is_read_again = self.set_facts(conn, &known)?;
                let newest = versions::newest(conn, &[known.id])?.pop();
                let has_bytes = newest.is_some_and(|newest| newest.content_sha256 == self.content.sha256);
                if has_bytes && !is_read_again {
                    let job = jobs::find_by_document(conn, known.id)?;
                    let document = documents::find(conn, known.id)?;
                    return Ok(Accepted { document, job, duplicate: true });
                }
                known
            }
            None => self.insert_document(conn)?,
        };
        if !has_content {
            self.store_content(conn)?;
        }
        let job = queue_version(conn, &document, self.content)?;
        let document = documents::find(conn, document.id)?;
        Ok(Accepted { document, job: Some(job), duplicate: false })
    }

    fn insert_document(&self, conn: &mut PgConnection) -> RepoResult<Document> {
        let given = self.given_title();
        let title = given.clone().or_else(|| self.source.map(names::file_name).and_then(checked_title));
        documents::insert(
            conn,
            &NewDocument {
                id: self.id,
                collection_id: self.collection,
                title: title.as_deref().unwrap_or("Untitled"),
                has_given_title: given.is_some(),
                source: self.source,
                media_type: self.content.media_type,
                metadata: self.upload.metadata.unwrap_or(&json!({})),
            },
        )
    }

    /// Stores the title and the metadata of the upload if they differ from the document's. Returns whether the title did: words and
    /// vectors contain it.
    fn set_facts(&self, conn: &mut PgConnection, document: &Document) -> RepoResult<bool> {
        let title = self.given_title().filter(|title| *title != document.title);
        let metadata = self.upload.metadata.filter(|metadata| **metadata != document.metadata);
        if title.is_some() || metadata.is_some() {
            let has_given_title = title.is_some().then_some(true);
            let facts = GivenFacts { title: title.as_deref(), has_given_title, metadata };
            documents::set_given_facts(conn, document.id, &facts)?;
        }
        Ok(title.is_some())
    }

    /// Stores the file in parts, so that neither this process nor PostgreSQL holds all of it in memory.
    fn store_content(&self, conn: &mut PgConnection) -> Result<(), StoreError> {
        let mut file = File::open(self.upload.file)?;
        let mut part = Vec::new();
        for number in 0.. {
            part.clear();
            let max = u64::try_from(versions::PART_BYTES).unwrap_or(u64::MAX);
            Read::by_ref(&mut file).take(max).read_to_end(&mut part)?;
            if part.is_empty() {
                break;
            }
            versions::insert_content(conn, self.collection, self.content.sha256, number, &part)?;
        }
        Ok(())
    }

    fn given_title(&self) -> Option<String> {
        self.upload.title.and_then(checked_title)
    }
}
