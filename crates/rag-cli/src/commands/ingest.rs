//! `rag ingest`: stores files and waits until they can be found, with a bounded number in progress.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use indicatif::ProgressBar;
use rag_engine::{CollectionRequest, Engine, EngineError, ingest::Upload, jobs::Workers};
use rag_repo::{Page, RepoError, RepoResult, jobs};
use rag_schema::{
    enums::JobState,
    ids::JobId,
    models::{Collection, Job},
};
use serde::Serialize;
use serde_json::json;

use super::ingest_files::Files;
use crate::{
    args::Ingest,
    config::Config,
    failure::{Exit, Failure, Outcome},
    output, progress,
    runtime::Context,
    signals,
};

/// Maximum number of files whose jobs are waited for at the same time; it bounds memory.
const MAX_OPEN: usize = 256;
/// Interval at which the jobs are polled.
const TICK: Duration = Duration::from_millis(200);
/// Maximum number of jobs that are polled one by one, if many other jobs were queued after them.
const MAX_SINGLE: usize = 8;
/// Interval of progress lines if the output is not a terminal.
const NOTE_EVERY: Duration = Duration::from_secs(10);
/// Maximum time to wait for a database that restarts.
const PATIENCE: Duration = Duration::from_mins(1);

/// The outcome of all files.
#[derive(Debug, Default, Serialize)]
struct Summary {
    collection: String,
    files: u64,
    stored: u64,
    duplicates: u64,
    chunks: i64,
    refused: Vec<Refused>,
    seconds: f64,
    chunks_per_second: f64,
    interrupted: bool,
}

/// A file that was not stored, with the reason.
#[derive(Debug, Serialize)]
struct Refused {
    file: String,
    reason: String,
}

/// Stores all files; the exit code is 1 if one was refused.
pub(crate) fn run(config: Config, args: &Ingest) -> Outcome<ExitCode> {
    if let Some(missing) = args.paths.iter().find(|path| !path.exists()) {
        return Err(Failure::new(Exit::Usage, format!("there is no file or folder {}", missing.display())));
    }
    let stop = signals::stop_flag()?;
    let context = Context::open(config)?;
    context.warn_of_other_index();
    let collection = ensure_collection(&context, &args.collection)?;
    // Otherwise none of our workers would take the jobs, and the command would wait for them without end.
    context.engine.model_of(&collection)?;
    let workers = Workers::start(&context.engine, context.config.sections.ingest.workers)?;
    let mut run = Run::new(&context.engine, &collection, &stop);
    let result = run.all(Files::below(&args.paths));
    workers.stop();
    run.bar.finish_and_clear();
    result?;
    let summary = run.finish();
    if args.json {
        output::json(&summary);
    } else {
        show(&summary);
    }
    let is_whole = summary.refused.is_empty() && !summary.interrupted;
    Ok(if is_whole { ExitCode::SUCCESS } else { Exit::Failed.into() })
}

fn ensure_collection(context: &Context, name: &str) -> Outcome<Collection> {
    let user = context.engine.local_user();
    if name.trim().is_empty() || name.chars().count() > 200 {
        return Err(Failure::new(Exit::Usage, "a collection's name has 1 to 200 characters"));
    }
    let request =
        CollectionRequest { owner: user.id, organisation: user.organisation_id, name, description: "" };
    Ok(context.engine.find_or_create_collection(context.engine.local_actor(), &request)?)
}

/// A file whose job has not finished.
struct Open {
    file: PathBuf,
    duplicate: bool,
}

/// An ingest in progress.
struct Run<'a> {
    engine: &'a Engine,
    collection: &'a Collection,
    stop: &'a AtomicBool,
    open: HashMap<JobId, Open>,
    summary: Summary,
    bar: ProgressBar,
    begun: Instant,
    noted: Instant,
}

impl<'a> Run<'a> {
    fn new(engine: &'a Engine, collection: &'a Collection, stop: &'a AtomicBool) -> Self {
        let bar = progress::spinner();
        let summary = Summary { collection: collection.name.clone(), ..Summary::default() };
        let begun = Instant::now();
        Self { engine, collection, stop, open: HashMap::new(), summary, bar, begun, noted: begun }
    }

    fn all(&mut self, files: Files) -> Outcome<()> {
        let mut ticked = Instant::now();
        for (file, found) in files {
            self.summary.files += 1;
            match found {
                Ok(()) => self.upload(&file)?,
                Err(error) => self.refuse(&file, error.to_string()),
            }
            while self.open.len() >= MAX_OPEN && !self.is_stopped() {
                self.tick()?;
                ticked = Instant::now();
            }
            if ticked.elapsed() >= TICK {
                self.look()?;
                ticked = Instant::now();
            }
            if self.is_stopped() {
                break;
            }
        }
        while !self.open.is_empty() && !self.is_stopped() {
            self.tick()?;
        }
        Ok(())
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Stores one file; waits for a database that restarts.
    fn upload(&mut self, file: &Path) -> Outcome<()> {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let upload = Upload { file, title: None, source: Some(&name), metadata: &json!({}) };
        let begun = Instant::now();
        let accepted = loop {
            match self.engine.upload(self.engine.local_actor(), self.collection.id, &upload) {
                Err(EngineError::Unavailable(_) | EngineError::StorageFull)
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
                let open = Open { file: file.to_owned(), duplicate: accepted.duplicate };
                let job = accepted.job.filter(|job| !accepted.duplicate || is_open(job));
                self.open.extend(job.map(|job| (job.id, open)));
            }
            Err(EngineError::Document(refusal)) => self.refuse(file, refusal.to_string()),
            Err(EngineError::Bug(source)) if source.is::<std::io::Error>() => {
                self.refuse(file, format!("The file cannot be read ({source})."));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn refuse(&mut self, file: &Path, reason: String) {
        self.summary.refused.push(Refused { file: file.display().to_string(), reason });
    }

    fn tick(&mut self) -> Outcome<()> {
        thread::sleep(TICK);
        self.look()
    }

    /// Polls the open jobs with one query, and a few more if many other jobs were queued after them.
    fn look(&mut self) -> Outcome<()> {
        let collection = self.collection.id;
        let newest = Page::first(i64::try_from(self.open.len() + 64).unwrap_or(i64::MAX));
        let open: Vec<JobId> = self.open.keys().copied().collect();
        let found = self.engine.db().read(self.engine.local_actor(), |conn| -> RepoResult<_> {
            let mut found = jobs::list(conn, Some(collection), None, newest)?;
            let missing = open.iter().filter(|id| !found.iter().any(|job| job.id == **id)).take(MAX_SINGLE);
            let single = missing.map(|id| jobs::find(conn, *id)).collect::<Result<Vec<_>, _>>()?;
            found.extend(single);
            Ok(found)
        });
        match found {
            Ok(found) => found.iter().for_each(|job| self.settle(job)),
            Err(RepoError::Unavailable(_) | RepoError::TooSlow) => {}
            Err(error) => return Err(error.into()),
        }
        self.show_progress();
        Ok(())
    }

    fn settle(&mut self, job: &Job) {
        if is_open(job) || !self.open.contains_key(&job.id) {
            return;
        }
        let Some(open) = self.open.remove(&job.id) else { return };
        if job.state == JobState::Done {
            self.summary.stored += u64::from(!open.duplicate);
            self.summary.chunks += job.done_units;
            return;
        }
        let detail =
            job.problem.as_ref().and_then(|problem| problem.get("detail")).and_then(|detail| detail.as_str());
        self.refuse(&open.file, detail.unwrap_or("It failed too often.").to_owned());
    }

    fn show_progress(&mut self) {
        let Summary { files, stored, chunks, .. } = self.summary;
        let text =
            format!("{files} files seen, {stored} stored, {} in work, {chunks} chunks", self.open.len());
        self.bar.set_message(text.clone());
        self.bar.tick();
        if self.bar.is_hidden() && self.noted.elapsed() > NOTE_EVERY {
            output::note(text);
            self.noted = Instant::now();
        }
    }

    fn finish(self) -> Summary {
        let seconds = self.begun.elapsed().as_secs_f64();
        let chunks = i32::try_from(self.summary.chunks).map_or(f64::MAX, f64::from);
        let interrupted = self.is_stopped();
        Summary { seconds, chunks_per_second: chunks / seconds.max(0.001), interrupted, ..self.summary }
    }
}

fn is_open(job: &Job) -> bool {
    matches!(job.state, JobState::Queued | JobState::Running)
}

fn show(summary: &Summary) {
    output::line(format!(
        "{} into collection {}: {} stored, {} known already, {} refused",
        output::count(summary.files, "file"),
        summary.collection,
        summary.stored,
        summary.duplicates,
        summary.refused.len()
    ));
    output::line(format!(
        "{} in {:.1} s ({:.0} a second)",
        output::count(summary.chunks, "chunk"),
        summary.seconds,
        summary.chunks_per_second
    ));
    for refused in &summary.refused {
        output::line(format!("  refused {}: {}", refused.file, refused.reason));
    }
    if summary.interrupted {
        output::line("Stopped early. What was queued goes on with the next `rag ingest` or `rag serve`.");
    }
}
