//! Ingest of a bundle of jobs: many small documents embedded together, or one large one section by section.

use std::collections::HashSet;

use rag_schema::{ids::JobId, models::Job};

use super::{
    build::{Build, Section},
    store::embed_and_store,
};
use crate::{
    Engine, EngineError, EngineResult, Model,
    jobs::{Shift, is_outage},
};

/// Number of chunks of a bundle that are embedded and stored together.
const BUNDLE_SECTION_CHUNKS: usize = 128;
/// The same for a document that is claimed alone: fewer, because small documents wait for the end of a section. An additional
/// section costs about 4 ms; embedding 32 chunks takes a hundred times as long.
const SINGLE_SECTION_CHUNKS: usize = 32;

/// Reads, embeds and publishes the documents of the jobs, and settles the jobs that fail. Returns an error if the database or a
/// model is unavailable; the unfinished jobs then return to the queue.
#[tracing::instrument(name = "ingest", level = "debug", skip_all, fields(jobs = jobs.len()))]
pub(crate) fn work_on(engine: &Engine, jobs: &[Job], shift: &Shift<'_>) -> EngineResult<()> {
    let max_chunks = if jobs.len() == 1 { SINGLE_SECTION_CHUNKS } else { BUNDLE_SECTION_CHUNKS };
    let result = model_for(engine, jobs).and_then(|model| {
        Window { engine, model, shift, sections: Vec::new(), max_chunks, jobs, failed: HashSet::new() }
            .add_all()
    });
    if let Err(error) = &result {
        engine.give_back_jobs(jobs, Some(error));
    }
    result
}

/// Returns the model of the jobs. `jobs::claim` claims only jobs of one model together.
fn model_for<'e>(engine: &'e Engine, jobs: &[Job]) -> EngineResult<&'e Model> {
    let id = jobs.first().and_then(|job| job.model_id);
    id.and_then(|id| engine.models().find(id))
        .ok_or(EngineError::Unavailable("This process does not have the embedding model of the collection."))
}

/// Sections of several jobs, collected until there are enough chunks for the embedder.
struct Window<'e> {
    engine: &'e Engine,
    model: &'e Model,
    shift: &'e Shift<'e>,
    sections: Vec<Section>,
    /// Number of chunks at which the window is full.
    max_chunks: usize,
    jobs: &'e [Job],
    failed: HashSet<JobId>,
}

impl Window<'_> {
    /// Works on all jobs until `shift.stop` is set. Returns an error only for an outage.
    fn add_all(&mut self) -> EngineResult<()> {
        for job in self.jobs {
            if self.shift.is_ending() {
                break;
            }
            match self.add(job) {
                Err(error) if is_outage(&error) => return Err(error),
                Err(error) => {
                    self.sections.retain(|section| section.job() != job.id);
                    self.engine.settle_job(job, &error);
                }
                Ok(()) => {}
            }
        }
        self.flush()
    }

    /// Adds the sections of a job and stores the window whenever it is full.
    fn add(&mut self, job: &Job) -> EngineResult<()> {
        if self.shift.held.is_lost(job.id) {
            return Ok(());
        }
        let Some(mut build) = Build::open(self.engine, self.model, job, self.shift)? else { return Ok(()) };
        while !self.shift.is_over(job.id) && !self.failed.contains(&job.id) {
            let room = self.max_chunks.saturating_sub(self.chunks()).max(1);
            match build.next_section(room)? {
                Some(section) => self.sections.push(section),
                None => break,
            }
            if self.chunks() >= self.max_chunks {
                self.flush()?;
                (self.shift.between_sections)();
            }
        }
        Ok(())
    }

    /// Stores the collected sections. If that fails, each job's sections are stored separately, so that one bad document fails
    /// alone. Returns an error only for an outage.
    fn flush(&mut self) -> EngineResult<()> {
        let mut sections = std::mem::take(&mut self.sections);
        // Jobs that were cancelled or paused: their sections could not be stored.
        sections.retain(|section| !self.shift.held.is_lost(section.job()));
        if sections.is_empty() {
            return Ok(());
        }
        let Err(error) = self.embed_and_store(&sections) else { return Ok(()) };
        let parts: Vec<&[Section]> = sections.chunk_by(|a, b| a.job() == b.job()).collect();
        if let [part] = parts[..] {
            return self.fail(part, error);
        }
        if is_outage(&error) {
            return Err(error);
        }
        for part in parts {
            if let Err(error) = self.embed_and_store(part) {
                self.fail(part, error)?;
            }
        }
        Ok(())
    }

    /// Settles the job of sections that cannot be stored, unless the error is an outage.
    fn fail(&mut self, part: &[Section], error: EngineError) -> EngineResult<()> {
        if is_outage(&error) {
            return Err(error);
        }
        let Some(section) = part.first() else { return Ok(()) };
        self.failed.insert(section.job());
        if let Some(job) = self.jobs.iter().find(|job| job.id == section.job()) {
            self.engine.settle_job(job, &error);
        }
        Ok(())
    }

    fn embed_and_store(&self, sections: &[Section]) -> EngineResult<()> {
        embed_and_store(self.engine, self.model, sections)?;
        for section in sections {
            self.shift.held.report(section.job(), section.progress());
        }
        Ok(())
    }

    fn chunks(&self) -> usize {
        self.sections.iter().map(|section| section.chunks.len()).sum()
    }
}
