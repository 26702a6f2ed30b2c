//! `rag job`: lists, watches, cancels, pauses, resumes and retries the jobs of the operator's collections.

use std::{
    collections::HashMap,
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar};
use rag_engine::{EngineError, EngineResult};
use rag_repo::{Page, RepoError, jobs, jobs::JobFilter};
use rag_schema::{
    enums::{JobKind, JobState},
    ids::JobId,
    models::Job,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    args::{JobChosen, JobCommand, JobList, JobRedrive, JobWatch},
    config::Config,
    failure::{Exit, Failure, Outcome, text},
    output, progress,
    runtime::Context,
    signals,
};

/// Interval at which watched jobs are read.
const TICK: Duration = Duration::from_millis(500);
/// Maximum number of jobs that are watched, the newest ones.
const MAX_WATCHED: i64 = 1_000;
/// Maximum number of bars, one for each running job.
const MAX_BARS: usize = 8;

/// Runs a subcommand.
pub(crate) fn run(config: Config, command: &JobCommand) -> Outcome<ExitCode> {
    let context = Context::open(config)?;
    let (engine, actor) = (&context.engine, context.engine.local_actor());
    match command {
        JobCommand::List(args) => list(&context, args),
        JobCommand::Show { id, json } => show(&context, *id, *json),
        JobCommand::Watch(args) => watch(&context, args),
        JobCommand::Cancel { ids } => change(ids, "cancelled", |id| engine.cancel_job(actor, id)),
        JobCommand::Retry { ids } => change(ids, "queued", |id| engine.retry_job(actor, id)),
        JobCommand::Pause(args) => pause(&context, args),
        JobCommand::Resume(args) => resume(&context, args),
        JobCommand::Redrive(args) => redrive(&context, args),
    }
}

fn list(context: &Context, args: &JobList) -> Outcome<ExitCode> {
    let state = args.state.as_deref().map(|name| named(name, JobState::ALL, JobState::as_str)).transpose()?;
    let kind = args.kind.as_deref().map(|name| named(name, JobKind::ALL, JobKind::as_str)).transpose()?;
    let collection = args.collection.as_deref().map(|name| context.collection(name)).transpose()?;
    let collection = collection.map(|found| found.id);
    let filter = JobFilter { collection, states: state.into_iter().collect(), kind };
    let engine = &context.engine;
    let rows =
        engine.db().read(engine.local_actor(), |conn| jobs::list(conn, &filter, Page::first(args.limit)))?;
    if args.json {
        output::json(&json!({"jobs": rows.iter().map(view).collect::<Vec<_>>()}));
        return Ok(ExitCode::SUCCESS);
    }
    for job in &rows {
        output::line(line(job));
    }
    output::note(output::count(rows.len(), "job"));
    Ok(ExitCode::SUCCESS)
}

fn show(context: &Context, id: Uuid, as_json: bool) -> Outcome<ExitCode> {
    let engine = &context.engine;
    let job = engine.db().read(engine.local_actor(), |conn| jobs::find(conn, JobId::from(id)));
    let job = job.map_err(|error| EngineError::from(error).naming("job"))?;
    if as_json {
        output::json(&view(&job));
        return Ok(ExitCode::SUCCESS);
    }
    output::line(line(&job));
    if let Some(detail) = detail(&job) {
        output::line(format!("  {detail}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the word of that name.
fn named<T: Copy>(name: &str, all: &[T], word: fn(T) -> &'static str) -> Outcome<T> {
    all.iter().copied().find(|value| word(*value) == name).ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|value| word(*value)).collect();
        Failure::new(Exit::Usage, format!("{name} is not one of {}", known.join(", ")))
    })
}

/// Changes jobs one by one. One that cannot be changed does not keep the others from it.
fn change(ids: &[Uuid], done: &str, change: impl Fn(JobId) -> EngineResult<Job>) -> Outcome<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    for id in ids {
        match change(JobId::from(*id)) {
            Ok(job) => output::line(format!("{id}  {done}  {}", output::short(&job.title, 100))),
            Err(
                error @ (EngineError::Conflict(_) | EngineError::NotFound(_) | EngineError::Forbidden(_)),
            ) => {
                output::note(format!("{id}: {}", text(&error)));
                code = Exit::Failed.into();
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(code)
}

fn pause(context: &Context, args: &JobChosen) -> Outcome<ExitCode> {
    let (engine, actor) = (&context.engine, context.engine.local_actor());
    let Some(name) = &args.collection else {
        return change(&args.ids, "paused", |id| engine.pause_job(actor, id));
    };
    engine.pause_ingest(actor, context.collection(name)?.id)?;
    output::line(format!(
        "Ingest into {name} is paused: files are stored and wait. `rag job resume --collection {name}` goes on."
    ));
    Ok(ExitCode::SUCCESS)
}

fn resume(context: &Context, args: &JobChosen) -> Outcome<ExitCode> {
    let (engine, actor) = (&context.engine, context.engine.local_actor());
    let Some(name) = &args.collection else {
        return change(&args.ids, "queued", |id| engine.resume_job(actor, id));
    };
    engine.resume_ingest(actor, context.collection(name)?.id)?;
    output::line(format!("Ingest into {name} goes on with `rag serve` or `rag ingest`."));
    Ok(ExitCode::SUCCESS)
}

fn redrive(context: &Context, args: &JobRedrive) -> Outcome<ExitCode> {
    let collection = context.collection(&args.collection)?.id;
    let engine = &context.engine;
    let queued = engine.redrive_jobs(engine.local_actor(), collection, args.code.as_deref())?;
    output::line(format!("{} queued.", output::count(queued, "job")));
    Ok(ExitCode::SUCCESS)
}

fn watch(context: &Context, args: &JobWatch) -> Outcome<ExitCode> {
    let stop = signals::stop_flag()?;
    let collection = args.collection.as_deref().map(|name| context.collection(name)).transpose()?;
    let filter = JobFilter {
        collection: collection.map(|found| found.id),
        states: JobState::OPEN.into(),
        ..JobFilter::default()
    };
    let engine = &context.engine;
    let mut open: Vec<JobId> = args.ids.iter().copied().map(JobId::from).collect();
    if open.is_empty() {
        let found = engine
            .db()
            .read(engine.local_actor(), |conn| jobs::list(conn, &filter, Page::first(MAX_WATCHED)))?;
        open = found.iter().map(|job| job.id).collect();
    }
    let failed = follow(context, open, &stop)?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { Exit::Failed.into() })
}

/// Shows jobs until all have ended or `stop` is set. Returns the number of those that ended otherwise than done.
fn follow(context: &Context, mut open: Vec<JobId>, stop: &AtomicBool) -> Outcome<usize> {
    let engine = &context.engine;
    let mut bars = Bars::default();
    let mut failed = 0;
    while !open.is_empty() && !stop.load(Ordering::Relaxed) {
        let found = engine.db().read(engine.local_actor(), |conn| jobs::find_all(conn, &open));
        let found = match found {
            Ok(found) if !open.iter().all(|id| found.iter().any(|job| job.id == *id)) => {
                return Err(EngineError::NotFound("job").into());
            }
            Ok(found) => found,
            Err(RepoError::Unavailable(_) | RepoError::TooSlow) => {
                thread::sleep(TICK);
                continue;
            }
            Err(error) => return Err(EngineError::from(error).naming("job").into()),
        };
        for job in found.iter().filter(|job| !job.state.is_open()) {
            bars.remove(job.id);
            output::line(line(job));
            failed += usize::from(job.state != JobState::Done);
        }
        open.retain(|id| found.iter().any(|job| job.id == *id && job.state.is_open()));
        bars.show(&found);
        thread::sleep(TICK);
    }
    bars.clear();
    Ok(failed)
}

/// Bars of running jobs, on a terminal.
#[derive(Default)]
struct Bars {
    all: MultiProgress,
    bars: HashMap<JobId, ProgressBar>,
}

impl Bars {
    fn show(&mut self, found: &[Job]) {
        if !output::is_watched() {
            return;
        }
        for job in found.iter().filter(|job| job.state == JobState::Running) {
            if self.bars.len() >= MAX_BARS && !self.bars.contains_key(&job.id) {
                continue;
            }
            let all = &self.all;
            let bar = self.bars.entry(job.id).or_insert_with(|| {
                let style = "{bar:30} {pos}/{len} {msg}";
                all.add(progress::styled(|| ProgressBar::new(0), style))
            });
            bar.set_length(job.total_units.and_then(|total| u64::try_from(total).ok()).unwrap_or(0));
            bar.set_position(u64::try_from(job.done_units).unwrap_or(0));
            bar.set_message(format!("{} {}{}", job.stage, output::short(&job.title, 40), pace(job)));
        }
        let running: Vec<JobId> =
            found.iter().filter(|job| job.state == JobState::Running).map(|job| job.id).collect();
        let gone: Vec<JobId> = self.bars.keys().copied().filter(|id| !running.contains(id)).collect();
        for id in gone {
            self.remove(id);
        }
    }

    fn remove(&mut self, id: JobId) {
        if let Some(bar) = self.bars.remove(&id) {
            bar.finish_and_clear();
        }
    }

    fn clear(&mut self) {
        self.bars.drain().for_each(|(_, bar)| bar.finish_and_clear());
    }
}

/// Returns a job on one line.
fn line(job: &Job) -> String {
    let progress = match job.total_units {
        Some(total) => format!("{}/{total}", job.done_units),
        None if job.done_units > 0 => job.done_units.to_string(),
        None => String::new(),
    };
    let state = if job.state == JobState::Running { job.stage.as_str() } else { job.state.as_str() };
    let code = job.problem.as_ref().and_then(|problem| problem.get("code")?.as_str()).unwrap_or_default();
    let title = output::short(&job.title, 80);
    let all = format!("{}  {state:10} {progress:>11}  {title}{}  {code}", job.id, pace(job));
    all.trim_end().to_owned()
}

/// Returns the rate of a running job and its remaining time, as far as they are known.
fn pace(job: &Job) -> String {
    let Some(pace) = job.pace() else { return String::new() };
    let eta = pace.eta_s.map(|eta_s| format!(", {} left", progress::duration(eta_s)));
    format!("  {:.1} a second{}", pace.units_per_second, eta.unwrap_or_default())
}

fn detail(job: &Job) -> Option<&str> {
    job.problem.as_ref()?.get("detail")?.as_str()
}

fn view(job: &Job) -> Value {
    let pace = job.pace();
    json!({
        "id": job.id, "kind": job.kind.as_str(), "state": job.state.as_str(), "stage": job.stage.as_str(), "title": job.title,
        "done": job.done_units, "total": job.total_units, "units_per_second": pace.map(|pace| pace.units_per_second),
        "eta_s": pace.and_then(|pace| pace.eta_s), "problem": job.problem, "collection_id": job.collection_id,
        "document_id": job.document_id, "failures": job.failures, "created_at": job.created_at, "finished_at": job.finished_at,
    })
}
