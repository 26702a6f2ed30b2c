//! One page: fetched if it has changed, and stored as the document that is known by its address.

use std::{fs::File, path::Path};

use chrono::{DateTime, SecondsFormat, Utc};
use rag_fetch::{FetchError, Fetched, Fetcher, Page, Request, Session, Url, Validators, join};
use rag_repo::{Actor, RepoResult, clock, documents, fetches, jobs, jobs::Lease, versions};
use rag_schema::{
    ids::{CollectionId, DocumentId},
    models::{Document, DocumentFetch, DocumentVersion, FetchTask, Job, Task},
};
use rag_text::{Format, Links};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::{
    DocumentPatch, Engine, EngineError, EngineResult,
    ingest::{FetchedFile, Upload, hash_file, open_document, spool},
    jobs::Shift,
};

/// Main media types of which no document is.
const NO_DOCUMENTS: [&str; 5] = ["image/", "audio/", "video/", "font/", "model/"];

/// A job that fetches, at work.
pub(super) struct Fetching<'e> {
    engine: &'e Engine,
    shift: &'e Shift<'e>,
    session: Session,
    job: &'e Job,
    /// The person who asked for it.
    actor: Actor,
    collection: CollectionId,
    pub(super) task: FetchTask,
}

/// The outcome of one page.
pub(super) enum Outcome {
    /// It is stored.
    Stored(Stored),
    /// It is the page of another address of the same job.
    Known,
    /// The work on the job is over.
    Stopped,
}

/// A page that is stored.
pub(super) struct Stored {
    pub(super) document: DocumentId,
    /// Address from which it came.
    pub(super) url: Url,
    /// Links of the page, if they were asked for.
    pub(super) links: Vec<Url>,
}

/// An address that is asked.
struct Asked<'u> {
    url: &'u Url,
    known: Option<Known>,
    now: DateTime<Utc>,
    /// Whether the links of the page are wanted.
    wants_links: bool,
}

/// The document that is known by an address.
struct Known {
    document: Document,
    newest: DocumentVersion,
    fetch: Option<DocumentFetch>,
}

impl Known {
    /// Returns the facts of the last fetch, unless the newest version has other bytes than it had.
    fn validators(&self) -> Option<Validators> {
        let fetch = self.fetch.as_ref().filter(|fetch| fetch.content_sha256 == self.newest.content_sha256)?;
        let DocumentFetch { url, etag, last_modified, .. } = fetch.clone();
        Some(Validators { url, etag, last_modified })
    }
}

impl<'e> Fetching<'e> {
    /// Begins the work on a job. Returns `EngineError::Forbidden` if its person may no longer store documents in the collection.
    pub(super) fn begin(engine: &'e Engine, job: &'e Job, shift: &'e Shift<'e>) -> EngineResult<Self> {
        let (actor, collection) = check_rights(engine, job)?;
        let task = job.task().map_err(|error| EngineError::Bug(error.into()))?;
        let Task::Fetch(task) = task else { return Err(EngineError::Bug("not a job that fetches".into())) };
        let session = fetcher(engine)?.open()?;
        Ok(Self { engine, shift, session, job, actor, collection, task })
    }

    pub(super) fn first_url(&self) -> EngineResult<Url> {
        // Read again: the settings may have changed since the job was queued.
        Ok(fetcher(self.engine)?.read_url(&self.task.url)?)
    }

    /// Fetches and stores a page. `is_seen` tells which addresses have led to a page of this job.
    pub(super) fn fetch(
        &self,
        url: &Url,
        is_first: bool,
        wants_links: bool,
        is_seen: &dyn Fn(&Url) -> bool,
    ) -> EngineResult<Outcome> {
        let asked = self.asked(url, wants_links)?;
        let validators = asked.known.as_ref().and_then(Known::validators);
        let mut file = NamedTempFile::new_in(&self.engine.settings().ingest.reading.scratch)?;
        let request = Request {
            url,
            validators: validators.as_ref(),
            is_bound_to_host: !is_first,
            accepts: &|media_type| !NO_DOCUMENTS.iter().any(|main| media_type.starts_with(main)),
            goes_on: &|| !self.shift.is_over(self.job.id),
        };
        match self.session.fetch(&request, file.as_file_mut()) {
            Ok(Fetched::Page(page)) if page.url != *url && is_seen(&page.url) => Ok(Outcome::Known),
            Ok(Fetched::Page(page)) => self.store(&asked, &page, file.path()).map(Outcome::Stored),
            Ok(Fetched::Unchanged) => self.note_unchanged(&asked).map(Outcome::Stored),
            Err(FetchError::Stopped) => Ok(Outcome::Stopped),
            Err(error) => Err(error.into()),
        }
    }

    fn asked<'u>(&self, url: &'u Url, wants_links: bool) -> EngineResult<Asked<'u>> {
        let read = self.engine.db().read(self.actor, |conn| -> RepoResult<_> {
            let now = clock::now(conn)?;
            let Some(document) = documents::find_by_source(conn, self.collection, url.as_str())? else {
                return Ok((None, now));
            };
            let fetch = fetches::find(conn, document.id)?;
            let newest = versions::newest(conn, &[document.id])?.pop();
            Ok((newest.map(|newest| Known { document, newest, fetch }), now))
        });
        let (known, now) = read?;
        Ok(Asked { url, known, now, wants_links })
    }

    fn store(&self, asked: &Asked<'_>, page: &Page, path: &Path) -> EngineResult<Stored> {
        let sha256 = hash_file(path)?;
        let is_same = asked.known.as_ref().is_some_and(|known| known.newest.content_sha256 == sha256);
        let metadata = self.metadata(asked, page.url.as_str(), is_same);
        let file_name = file_name(page);
        let source = Some(asked.url.as_str());
        let upload = Upload { file: path, title: None, source, metadata: Some(&metadata) };
        let fetched =
            FetchedFile { lease: Lease::from(self.job), file_name: &file_name, validators: &page.validators };
        let accepted =
            self.engine.upload_as(self.actor, self.collection, &upload, DocumentId::new(), Some(&fetched))?;
        let mut links = Vec::new();
        if asked.wants_links
            && rag_text::detect_file(&mut File::open(path)?, Some(&file_name)) == Ok(Format::Html)
        {
            links = self.links(path, &page.url);
        }
        Ok(Stored { document: accepted.document.id, url: page.url.clone(), links })
    }

    fn note_unchanged(&self, asked: &Asked<'_>) -> EngineResult<Stored> {
        let engine = self.engine;
        let Some(Known { document, newest, fetch: Some(fetch) }) = &asked.known else {
            return Err(EngineError::NotFound("document"));
        };
        engine.db().transaction(self.actor, |conn| -> RepoResult<_> {
            jobs::hold_storing(conn, Lease::from(self.job))?;
            fetches::note_unchanged(conn, document.id, self.job.id)
        })?;
        let metadata = self.metadata(asked, &fetch.url, true);
        if metadata != document.metadata {
            let patch = DocumentPatch { title: None, metadata: Some(&metadata) };
            engine.change_document(self.actor, document.id, patch)?;
        }
        let url = Url::parse(&fetch.url).map_err(|error| EngineError::Bug(error.into()))?;
        let mut links = Vec::new();
        if asked.wants_links && newest.media_type == Format::Html.media_type() {
            let stored = spool(engine, newest.id, &engine.settings().ingest.reading.scratch)?;
            links = self.links(stored.path(), &url);
        }
        Ok(Stored { document: document.id, url, links })
    }

    /// Returns the metadata of a document: those that were given, or else its own, with the address after redirects and the time at which
    /// its bytes were fetched.
    fn metadata(&self, asked: &Asked<'_>, url: &str, is_same: bool) -> Value {
        let own = asked.known.as_ref().and_then(|known| known.document.metadata.as_object());
        let given = self.task.metadata.as_ref().and_then(Value::as_object);
        let mut metadata = given.or(own).cloned().unwrap_or_default();
        let fetched_at = own.and_then(|own| own.get("fetched_at")).filter(|_| is_same).cloned();
        let now = || json!(asked.now.to_rfc3339_opts(SecondsFormat::Secs, true));
        metadata.insert("url".to_owned(), json!(url));
        metadata.insert("fetched_at".to_owned(), fetched_at.unwrap_or_else(now));
        Value::Object(metadata)
    }

    /// Returns the addresses to which an HTML page links; none if it cannot be read, which the job that reads it reports.
    fn links(&self, path: &Path, url: &Url) -> Vec<Url> {
        let read = open_document(&self.engine.settings().ingest.reading, Format::Html, path, &|_| true);
        let Links { base, targets } = read.map(|read| read.outline.links).unwrap_or_default();
        let base = base.and_then(|base| join(Some(url), &base).ok()).unwrap_or_else(|| url.clone());
        targets.iter().filter_map(|target| join(Some(&base), target).ok()).collect()
    }
}

fn fetcher(engine: &Engine) -> EngineResult<&Fetcher> {
    engine.fetcher().ok_or(EngineError::Unavailable("This process does not fetch addresses."))
}

/// Returns the person of a job as an actor, and its collection. Returns `EngineError::Forbidden` if the person may no longer store documents
/// there.
pub(super) fn check_rights(engine: &Engine, job: &Job) -> EngineResult<(Actor, CollectionId)> {
    let (Some(collection), Some(user)) = (job.collection_id, job.user_id) else {
        return Err(EngineError::NotFound("collection"));
    };
    let actor = Actor::user(user);
    match engine.check_writable(actor, collection) {
        Ok(()) => Ok((actor, collection)),
        Err(EngineError::NotFound(_) | EngineError::Forbidden(_)) => Err(EngineError::Forbidden(
            "The person who asked for this may no longer store documents in the collection.",
        )),
        Err(error) => Err(error),
    }
}

/// Returns a name by which the kind of a text is detected: the last part of the address, if it has the extension of a format, or else a name
/// with the extension of the media type.
fn file_name(page: &Page) -> String {
    let last = page.url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
    if Format::from_file_name(last).is_some() {
        return last.to_owned();
    }
    let format = page.media_type.as_deref().and_then(Format::from_media_type);
    let extension = format.and_then(|format| format.descriptor().extensions.first());
    extension.map_or_else(|| last.to_owned(), |extension| format!("page.{extension}"))
}
