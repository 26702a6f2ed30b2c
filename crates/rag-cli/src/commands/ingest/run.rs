//! One run over all files: stores what is new or changed, deletes what is gone, and waits for the jobs, with a bounded number in
//! progress.

use std::{
    collections::HashMap,
    fmt,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use indicatif::ProgressBar;
use rag_engine::{Engine, EngineError, ingest::Upload};
use rag_repo::{RepoError, jobs};
use rag_schema::{
    enums::JobState,
    ids::JobId,
    models::{Collection, Job},
};

use super::{
    addresses::has_fetched,
    files::{FoundFile, Root},
    folder::{Fate, Folder, Stamps, file_fault, objection, shown, unreadable_reason},
    origins::Origins,
    summary::{Refused, Summary},
};
use crate::{failure::Outcome, output, progress};

/// Maximum number of files whose jobs are waited for at the same time; it bounds memory.
const MAX_OPEN: usize = 256;
/// Interval at which the jobs are polled.
const TICK: Duration = Duration::from_millis(200);
/// Interval of progress lines if the output is not a terminal.
const NOTE_EVERY: Duration = Duration::from_secs(10);
/// Maximum time to wait for a database that restarts.
const PATIENCE: Duration = Duration::from_mins(1);

/// A file or an address whose job has not finished.
struct Open {
    file: String,
    duplicate: bool,
    is_update: bool,
}

/// Whether a run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Going {
    /// It goes on.
    On,
    /// It was stopped.
    Ends,
}

/// A run in progress.
pub(super) struct Run<'a> {
    pub(super) engine: &'a Engine,
    pub(super) collection: &'a Collection,
    stop: &'a AtomicBool,
    open: HashMap<JobId, Open>,
    pub(super) summary: Summary,
    bar: ProgressBar,
    begun: Instant,
    noted: Instant,
    polled: Instant,
    work: Work,
}

impl<'a> Run<'a> {
    pub(super) fn new(engine: &'a Engine, collection: &'a Collection, stop: &'a AtomicBool) -> Self {
        let bar = progress::spinner();
        let summary = Summary { collection: collection.name.clone(), ..Summary::default() };
        let begun = Instant::now();
        Self {
            engine,
            collection,
            stop,
            open: HashMap::new(),
            summary,
            bar,
            begun,
            noted: begun,
            polled: begun,
            work: Work::default(),
        }
    }

    /// Stores the files below all roots. If `removes`, documents whose files are gone are deleted afterwards. Nothing is stored of a
    /// folder that seems to be another one than that of its documents.
    pub(super) fn all(
        &mut self,
        roots: &[Root],
        removes: bool,
        stamps: &mut Stamps,
        origins: &mut Origins,
    ) -> Outcome<()> {
        for root in roots {
            let mut folder = Folder::load(self.engine, Some(self.collection.id), root)?;
            if let Some(reason) = objection(self.engine, self.collection.id, origins, &folder, removes)? {
                self.refuse(&shown(&root.path), reason);
                continue;
            }
            origins.note(self.collection.id, root);
            for file in folder.files() {
                self.one(&mut folder, &file, stamps)?;
                if self.keep_pace()? == Going::Ends {
                    return Ok(());
                }
            }
            if removes {
                self.remove_gone(root, folder)?;
            }
        }
        self.wait_for_all()
    }

    /// Stores a text that is no file of the user's, under this name in messages.
    pub(super) fn record(&mut self, name: &str, upload: &Upload<'_>) -> Outcome<Going> {
        self.upload(name, upload)?;
        self.summary.files += 1;
        self.keep_pace()
    }

    /// Notes a record that is not stored.
    pub(super) fn refused(&mut self, name: &str, reason: String) -> Outcome<Going> {
        self.refuse(name, reason);
        self.summary.files += 1;
        self.keep_pace()
    }

    /// Waits for the jobs in progress.
    pub(super) fn wait_for_all(&mut self) -> Outcome<()> {
        while !self.open.is_empty() && !self.is_stopped() {
            self.tick()?;
        }
        Ok(())
    }

    /// Waits while too many jobs are in progress.
    fn keep_pace(&mut self) -> Outcome<Going> {
        while self.open.len() >= MAX_OPEN && !self.is_stopped() {
            self.tick()?;
        }
        if self.polled.elapsed() >= TICK {
            self.poll()?;
        }
        Ok(if self.is_stopped() { Going::Ends } else { Going::On })
    }

    fn one(&mut self, folder: &mut Folder<'_>, file: &FoundFile, stamps: &mut Stamps) -> Outcome<()> {
        match folder.look_at(file, stamps)? {
            Fate::Vanished => return Ok(()),
            Fate::Unchanged => self.summary.duplicates += 1,
            Fate::New | Fate::Changed => {
                let upload =
                    Upload { file: &file.path, title: None, source: Some(&file.source), metadata: None };
                self.upload(&shown(&file.path), &upload)?;
            }
            Fate::Refused(reason) => self.refuse(&shown(&file.path), reason),
        }
        self.summary.files += 1;
        Ok(())
    }

    fn remove_gone(&mut self, root: &Root, folder: Folder<'_>) -> Outcome<()> {
        let gone = match folder.gone() {
            Ok(gone) => gone,
            Err(reason) => {
                self.refuse(&shown(&root.path), reason);
                return Ok(());
            }
        };
        for (_, document) in gone {
            match self.engine.delete_document(self.engine.local_actor(), document.id) {
                Ok(()) => self.summary.removed += 1,
                // Another sync has deleted it in the meantime.
                Err(EngineError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Stores one file; waits for a database that restarts.
    fn upload(&mut self, name: &str, upload: &Upload<'_>) -> Outcome<()> {
        let begun = Instant::now();
        let accepted = loop {
            match self.engine.upload(self.engine.local_actor(), self.collection.id, upload) {
                Err(EngineError::Unavailable(_) | EngineError::StorageFull | EngineError::DiskLow { .. })
                    if begun.elapsed() < PATIENCE && !self.is_stopped() =>
                {
                    thread::sleep(TICK);
                }
                other => break other,
            }
        };
        match accepted {
            Ok(accepted) => {
                self.summary.duplicates += u64::from(accepted.duplicate);
                let is_update = accepted.document.current_version_id.is_some();
                if let Some(job) = accepted.job.filter(|job| !accepted.duplicate || job.state.is_open()) {
                    self.await_job(job.id, name, accepted.duplicate, is_update);
                }
            }
            Err(EngineError::Document(refusal)) => self.refuse(name, refusal.to_string()),
            Err(EngineError::Invalid(reason)) => self.refuse(name, reason),
            Err(error) if file_fault(&error).is_some() => {
                self.refuse(name, unreadable_reason(&error));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Notes a file or an address that is not stored.
    pub(super) fn refuse(&mut self, file: &str, reason: String) {
        // The name of the file is shown before the reason, so an address is not repeated in it.
        let reason = match reason.strip_prefix(&format!("cannot fetch {file}: ")) {
            Some(rest) => rest.to_owned(),
            None => reason,
        };
        self.summary.refused.push(Refused { file: file.to_owned(), reason });
    }

    /// Waits for a job. `duplicate` tells that the document has had the bytes before, `is_update` that it has an earlier version.
    pub(super) fn await_job(&mut self, job: JobId, file: &str, duplicate: bool, is_update: bool) {
        self.open.insert(job, Open { file: file.to_owned(), duplicate, is_update });
    }

    fn tick(&mut self) -> Outcome<()> {
        thread::sleep(TICK);
        self.poll()
    }

    /// Polls the open jobs with one query.
    fn poll(&mut self) -> Outcome<()> {
        self.polled = Instant::now();
        let open: Vec<JobId> = self.open.keys().copied().collect();
        let found = self.engine.db().read(self.engine.local_actor(), |conn| jobs::find_all(conn, &open));
        match found {
            Ok(found) if found.len() < open.len() => return Err(EngineError::NotFound("job").into()),
            Ok(found) => {
                for job in &found {
                    self.settle(job)?;
                }
                self.work = Work::of_jobs(found.iter().filter(|job| self.open.contains_key(&job.id)));
            }
            Err(RepoError::Unavailable(_) | RepoError::TooSlow) => {}
            Err(error) => return Err(error.into()),
        }
        self.show_progress();
        Ok(())
    }

    fn settle(&mut self, job: &Job) -> Outcome<()> {
        if job.state.is_open() {
            return Ok(());
        }
        let Some(open) = self.open.remove(&job.id) else { return Ok(()) };
        if has_fetched(job) {
            return self.settle_fetch(job);
        }
        if job.state == JobState::Done {
            self.summary.stored += u64::from(!open.duplicate);
            self.summary.updated += u64::from(!open.duplicate && open.is_update);
            self.summary.chunks += job.done_units;
            return Ok(());
        }
        let detail =
            job.problem.as_ref().and_then(|problem| problem.get("detail")).and_then(|detail| detail.as_str());
        self.refuse(&open.file, detail.unwrap_or("It failed too often.").to_owned());
        Ok(())
    }

    fn show_progress(&mut self) {
        let Summary { stored, chunks, .. } = self.summary;
        let text = format!(
            "{} seen, {stored} stored, {} in work, {}{}",
            self.summary.seen(),
            self.open.len(),
            output::count(chunks, "chunk"),
            self.work
        );
        self.bar.set_message(text.clone());
        self.bar.tick();
        if self.bar.is_hidden() && self.noted.elapsed() > NOTE_EVERY {
            output::note(text);
            self.noted = Instant::now();
        }
    }

    pub(super) fn hide_progress(&self) {
        self.bar.finish_and_clear();
    }

    pub(super) fn finish(self) -> Summary {
        let seconds = self.begun.elapsed().as_secs_f64();
        let chunks = i32::try_from(self.summary.chunks).map_or(f64::MAX, f64::from);
        let interrupted = self.is_stopped();
        Summary { seconds, chunks_per_second: chunks / seconds.max(0.001), interrupted, ..self.summary }
    }
}

/// How far the open jobs of a run are.
#[derive(Debug, Default, Clone, Copy)]
struct Work {
    running: u64,
    paused: u64,
    /// Chunks of the running jobs that are done, and all of those that are counted already.
    done: i64,
    total: i64,
    units_per_second: f32,
}

impl Work {
    fn of_jobs<'j>(open: impl Iterator<Item = &'j Job>) -> Self {
        open.fold(Self::default(), |work, job| {
            let is_running = job.state == JobState::Running;
            let pace = job.pace();
            Self {
                running: work.running + u64::from(is_running),
                paused: work.paused + u64::from(job.state == JobState::Paused),
                done: work.done + if is_running { job.done_units } else { 0 },
                total: work.total + job.total_units.filter(|_| is_running).unwrap_or(0),
                units_per_second: work.units_per_second + pace.map_or(0.0, |pace| pace.units_per_second),
            }
        })
    }

    /// Returns the time until the running jobs are done at the present rate, in seconds; `None` if that is not known.
    fn seconds_left(&self) -> Option<u64> {
        let left = u32::try_from(self.total - self.done).ok().filter(|left| *left > 0)?;
        let seconds = f64::from(left) / f64::from(self.units_per_second);
        Some(Duration::try_from_secs_f64(seconds).ok()?.as_secs())
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.paused > 0 {
            write!(f, ", {} paused (`rag job resume`)", self.paused)?;
        }
        if self.total > 0 {
            write!(f, "; now {} of {} chunks", self.done, self.total)?;
        }
        if self.units_per_second > 0.0 {
            write!(f, ", {:.1} a second", self.units_per_second)?;
        }
        if let Some(seconds) = self.seconds_left() {
            write!(f, ", {} left", progress::duration(seconds))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_shows_only_what_is_known() {
        assert_eq!(Work::default().to_string(), "");
        let work = Work { running: 1, done: 320, total: 900, units_per_second: 14.5, paused: 0 };
        assert_eq!(work.to_string(), "; now 320 of 900 chunks, 14.5 a second, 40 s left");
        let unknown = Work { units_per_second: 0.0, ..work };
        assert_eq!(unknown.to_string(), "; now 320 of 900 chunks");
        let paused = Work { paused: 2, ..Work::default() };
        assert_eq!(paused.to_string(), ", 2 paused (`rag job resume`)");
    }
}
