//! Turns the bytes of a version into sections: consecutive text with the chunks that end in it. Holds one section in memory.

use std::{io::Write, path::Path};

use rag_repo::{
    Actor, RepoError, RepoResult, collections, jobs,
    jobs::{Lease, Progress},
    versions,
    versions::BuildProgress,
};
use rag_schema::{
    enums::JobStage,
    ids::{CollectionId, DocumentId, JobId, VersionId},
    models::{Document, Job},
};
use rag_text::{Chunk, Chunker, CutPages, Extracted, Format, OcrPage, Outline, Refusal};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::{
    cut::CutText,
    read::open_document,
    sizes::{chunk_settings, fingerprint},
    upload::checked_title,
};
use crate::{
    Engine, EngineError, EngineResult, IngestSettings, Model, jobs::Shift, names::file_name,
    words::language_name,
};

/// Maximum length of the title and headings that precede a chunk's text in the embedder's input, in characters. They fit into the
/// tokens that chunking reserves.
const MAX_NAME_CHARS: usize = 200;

/// Ids of the rows that a build writes to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) lease: Lease,
    pub(super) collection: CollectionId,
    pub(super) document: DocumentId,
    pub(super) version: VersionId,
}

/// Facts determined by reading the document; stored when its version is published.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub(super) title: Option<String>,
    pub(super) language: Option<String>,
    pub(super) text_search_config: &'static str,
    pub(super) page_count: Option<i32>,
    /// The pages that OCR has read, as they are stored.
    pub(super) ocr_pages: Option<Value>,
    /// Fingerprint of the settings. An interrupted build is resumed only if it is unchanged.
    pub(super) settings: String,
}

/// A section of a version.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) target: Target,
    pub(super) facts: Facts,
    /// Title of the document.
    pub(super) title: String,
    /// Position of the first character of `text` in the version's text, in Unicode scalar values.
    pub(super) text_start: i64,
    pub(super) text: String,
    pub(super) chunks: Vec<Chunk>,
    /// Input of the embedder: each chunk after its title and headings.
    pub(super) inputs: Vec<String>,
    /// Number of chunks of the whole version.
    pub(super) chunk_count: i64,
    pub(super) is_first: bool,
    pub(super) is_last: bool,
}

impl Section {
    pub(super) fn job(&self) -> JobId {
        self.target.lease.job
    }

    /// Returns the progress of the job once the section is stored.
    pub(super) fn progress(&self) -> Progress {
        // Only the last section can be without a chunk.
        let stored = self.chunks.last().map_or(0, |chunk| i64::from(chunk.ordinal) + 1);
        let done = if self.is_last { self.chunk_count } else { stored };
        let stage = if self.is_last { JobStage::Publishing } else { JobStage::Embedding };
        Progress { stage, done, total: Some(self.chunk_count) }
    }
}

/// A version that was read and is being stored.
pub(super) struct Build {
    target: Target,
    facts: Facts,
    title: String,
    cut: CutText,
    stored: BuildProgress,
    text_read: i64,
    is_first: bool,
}

impl Build {
    /// Reads the document of the job and cuts it for `model`. Returns `EngineError::Document` if it can never be read, and `None` if
    /// the work on the job is over.
    pub(super) fn open(
        engine: &Engine,
        model: &Model,
        job: &Job,
        shift: &Shift<'_>,
    ) -> EngineResult<Option<Self>> {
        let (Some(collection), Some(document), Some(version)) =
            (job.collection_id, job.document_id, job.version_id)
        else {
            return Err(EngineError::NotFound("document"));
        };
        let ingest = &engine.settings().ingest;
        let lease = Lease::from(job);
        let target = Target { lease, collection, document, version };
        let document = engine.db().transaction(Actor::System, |conn| -> RepoResult<_> {
            // The collection has moved to another model since the job was queued: the job returns to the queue for that model.
            let collection = collections::find(conn, collection)?;
            if collection.model_id != model.id() {
                jobs::change_model(conn, lease, collection.model_id)?;
                return Ok(None);
            }
            let media_type = versions::find(conn, version)?.media_type;
            let chunks = chunk_settings(ingest, &collection, model);
            Ok(Some((rag_repo::documents::find(conn, document)?, media_type, chunks)))
        })?;
        let (document, media_type, chunks) = document.ok_or(EngineError::NotFound("job"))?;
        let spool = spool(engine, version, &ingest.reading.scratch)?;
        let format = Format::from_media_type(&media_type)
            .ok_or_else(|| EngineError::Invalid(format!("unknown media type {media_type}")))?;
        let on_page = |begun| {
            let done = i64::from(begun);
            shift.held.report(job.id, Progress { stage: JobStage::Reading, done, total: None });
            !shift.is_over(job.id)
        };
        let Extracted { outline, mut blocks, .. } =
            match open_document(&ingest.reading, format, spool.path(), &on_page) {
                Err(_) if shift.is_over(job.id) => return Ok(None),
                read => read?,
            };
        let on_step = |done| {
            shift.held.report(job.id, Progress { stage: JobStage::Chunking, done, total: None });
            !shift.is_over(job.id)
        };
        let chunker = Chunker::new(chunks, model);
        let Some(cut) = CutText::new(&mut blocks, chunker, &ingest.reading.scratch, &on_step)? else {
            return Ok(None);
        };
        let facts = facts(ingest, fingerprint(ingest, chunks, model), &document, outline);
        let stored = if job.lease_number > 1 {
            engine.db().transaction(Actor::System, |conn| -> RepoResult<_> {
                jobs::hold(conn, lease)?;
                versions::begin_build(conn, version, &facts.settings)
            })?
        } else {
            BuildProgress::default()
        };
        let build = Self {
            target,
            title: facts.title.clone().unwrap_or(document.title),
            facts,
            cut,
            text_read: 0,
            is_first: stored == BuildProgress::default(),
            stored,
        };
        let (done, total) = (i64::from(stored.chunks), Some(build.cut.chunk_count));
        shift.held.report(job.id, Progress { stage: JobStage::Embedding, done, total });
        Ok(Some(build))
    }

    /// Returns the next section, of about `max_chunks` chunks; `None` after the last one.
    #[tracing::instrument(name = "read", level = "debug", skip_all)]
    pub(super) fn next_section(&mut self, max_chunks: usize) -> EngineResult<Option<Section>> {
        if self.cut.is_read() {
            return Ok(None);
        }
        let mut section = Section {
            target: self.target,
            facts: self.facts.clone(),
            title: self.title.clone(),
            text_start: self.text_read.max(self.stored.characters),
            text: String::new(),
            chunks: Vec::new(),
            inputs: Vec::new(),
            chunk_count: self.cut.chunk_count,
            is_first: std::mem::take(&mut self.is_first),
            is_last: false,
        };
        while section.chunks.len() < max_chunks
            && let Some(step) = self.cut.next_step()?
        {
            self.keep_text(&mut section, &step.text);
            self.keep_chunks(&mut section, step.chunks);
        }
        section.is_last = self.cut.is_read();
        if section.is_last && section.chunks.is_empty() && self.stored.chunks == 0 && section.is_first {
            return Err(Refusal::NoText.into());
        }
        section.inputs = section
            .chunks
            .iter()
            .map(|chunk| titled(&self.title, &chunk.heading_path, &chunk.text))
            .collect();
        Ok(Some(section))
    }

    fn keep_text(&mut self, section: &mut Section, text: &str) {
        let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
        let known = usize::try_from((self.stored.characters - self.text_read).max(0)).unwrap_or(usize::MAX);
        section.text.extend(text.chars().skip(known));
        self.text_read += length;
    }

    fn keep_chunks(&self, section: &mut Section, chunks: Vec<Chunk>) {
        let stored = u32::try_from(self.stored.chunks).unwrap_or(0);
        section.chunks.extend(chunks.into_iter().filter(|chunk| chunk.ordinal >= stored));
    }
}

/// Copies the original to a file part by part, each part with a connection of its own.
pub(crate) fn spool(engine: &Engine, version: VersionId, scratch: &Path) -> EngineResult<NamedTempFile> {
    let mut file = NamedTempFile::new_in(scratch)?;
    for part in 0.. {
        match engine.db().transaction(Actor::System, |conn| versions::content(conn, version, part))? {
            Some(bytes) => file.write_all(&bytes)?,
            None if part == 0 => return Err(EngineError::from(RepoError::NotFound).naming("document")),
            None => break,
        }
    }
    file.flush()?;
    Ok(file)
}

fn facts(ingest: &IngestSettings, settings: String, document: &Document, outline: Outline) -> Facts {
    let language = outline.language.map(|language| language.code);
    let found_title = outline.title.and_then(|title| checked_title(&title));
    // Without a title of its own, a new version is known by its file name again.
    let title = found_title.or_else(|| document.source.as_deref().map(file_name).and_then(checked_title));
    Facts {
        title: title.filter(|_| !document.has_given_title),
        text_search_config: language_name(language.as_deref().unwrap_or(&ingest.default_language)),
        language,
        page_count: outline.pages.and_then(|pages| i32::try_from(pages).ok()),
        ocr_pages: noted_pages(&outline.ocr_pages, outline.cut_pages),
        settings,
    }
}

/// Returns the pages to note with a version: those that OCR has read, and an entry for a file whose end is missing.
fn noted_pages(ocr_pages: &[OcrPage], cut_pages: Option<CutPages>) -> Option<Value> {
    let mut noted: Vec<Value> = ocr_pages.iter().map(|page| json!(page)).collect();
    noted.extend(cut_pages.map(|cut| json!({"page": null, "confidence": 1.0, "cut": cut})));
    (!noted.is_empty()).then_some(Value::Array(noted))
}

/// Returns a chunk's text after its title and headings, the form that models read.
pub(crate) fn titled(title: &str, headings: &[String], text: &str) -> String {
    let mut name = String::from(title);
    for heading in headings.iter().filter(|heading| *heading != title) {
        name.push_str(" > ");
        name.push_str(heading);
    }
    let name: String = name.chars().take(MAX_NAME_CHARS).collect();
    format!("{name}\n{text}")
}
