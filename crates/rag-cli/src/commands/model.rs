//! `rag model`: lists, adds and removes embedding models, and moves collections from one to another.

use std::{
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use indicatif::ProgressBar;
use rag_engine::{Engine, Move, jobs::Workers};
use rag_repo::{Actor, Page, RepoError, RepoResult, collections, embedding_models, jobs, reembedding};
use rag_schema::{
    enums::JobState,
    ids::JobId,
    models::{Collection, Job},
};
use serde_json::json;

use crate::{
    args::{ModelCommand, Switch},
    config::{Config, find_local_model},
    failure::{Exit, Failure, Outcome},
    output, progress,
    runtime::Context,
    signals,
};

/// Maximum number of collections that are moved by one command.
const MAX_COLLECTIONS: i64 = 1000;
/// Interval at which the jobs are polled.
const TICK: Duration = Duration::from_millis(200);
/// Number of texts that are embedded to estimate the duration of a move.
const SAMPLE_CHUNKS: i64 = 16;

/// Runs a subcommand.
pub(crate) fn run(config: Config, command: &ModelCommand) -> Outcome<ExitCode> {
    match command {
        ModelCommand::List(args) => list(&Context::open(config)?, args.json),
        ModelCommand::Add { name } => add(config, name),
        ModelCommand::Switch(args) => switch(config, args),
        ModelCommand::Remove { name } => {
            Context::open(config)?.engine.remove_model(name)?;
            output::line(format!("{name} and its vectors are removed."));
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn list(context: &Context, as_json: bool) -> Outcome<ExitCode> {
    let engine = &context.engine;
    let uses = engine.db().read(Actor::System, embedding_models::uses)?;
    let is_here = |name: &str| engine.models().iter().any(|model| model.name() == name);
    let of_new = engine.models().for_new_collections().name();
    if as_json {
        let models = uses.iter().map(|used| {
            json!({
                "name": used.name, "collections": used.collections, "queued_jobs": used.queued_jobs,
                "is_here": is_here(&used.name), "is_of_new_collections": used.name == of_new,
            })
        });
        output::json(&models.collect::<Vec<_>>());
        return Ok(ExitCode::SUCCESS);
    }
    for used in &uses {
        let place = match (used.name == of_new, is_here(&used.name)) {
            (true, _) => "the model of new collections",
            (false, true) => "ready",
            (false, false) => "not on this machine: its collections are searched by words alone",
        };
        output::line(format!("{}  {}, {place}", used.name, output::count(used.collections, "collection")));
    }
    Ok(ExitCode::SUCCESS)
}

/// Registers a local model, after loading it in this process.
fn add(config: Config, name: &str) -> Outcome<ExitCode> {
    let model = find_local_model(name).ok_or_else(|| {
        Failure::new(Exit::Usage, format!("{name} is no model that runs in this process"))
            .hint("a model of a server is added by the settings of section [embedding]")
    })?;
    let context = Context::open_with(config, &[model])?;
    let is_of_new = context.engine.models().for_new_collections().name() == name;
    output::line(if is_of_new {
        format!("{name} is the model of the settings.")
    } else {
        format!("{name} is added. Servers that run have it after their next start.")
    });
    Ok(ExitCode::SUCCESS)
}

/// Queues the moves, works on them, and waits for their end.
fn switch(config: Config, args: &Switch) -> Outcome<ExitCode> {
    let stop = signals::stop_flag()?;
    let added: Vec<_> = find_local_model(&args.name).into_iter().collect();
    let context = Context::open_with(config, &added)?;
    let engine = &context.engine;
    let mut open = Vec::new();
    for collection in to_move(&context, args)? {
        match engine.move_collection(engine.local_actor(), collection.id, &args.name)? {
            Move::Queued(job) => {
                estimate(engine, &collection, &args.name)?;
                open.push(job);
            }
            Move::Stays => output::line(format!("{} has the model {} already.", collection.name, args.name)),
            Move::Cancelled => {
                output::line(format!(
                    "{} keeps the model {}; its move has ended.",
                    collection.name, args.name
                ));
            }
        }
    }
    if open.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let workers = Workers::start(engine, context.config.sections.ingest.workers)?;
    let ended = wait(engine, &mut open, &stop);
    workers.stop();
    match ended? {
        0 if open.is_empty() => Ok(ExitCode::SUCCESS),
        0 => {
            output::line("Stopped early. The move goes on with the next `rag serve`, or with this command.");
            Ok(Exit::Failed.into())
        }
        failed => Err(Failure::new(
            Exit::Failed,
            format!("cannot move {}", output::count(failed, "collection")),
        )
        .hint("the log has the cause; the collections keep their model, and the same command tries again")),
    }
}

/// Returns the named collection, or all of the operator's collections with another model.
fn to_move(context: &Context, args: &Switch) -> Outcome<Vec<Collection>> {
    if let Some(name) = &args.collection {
        return Ok(vec![context.collection(name)?]);
    }
    let engine = &context.engine;
    let id = engine.models().iter().find(|model| model.name() == args.name).map(rag_engine::Model::id);
    let mut all = engine
        .db()
        .read(engine.local_actor(), |conn| collections::list(conn, Page::first(MAX_COLLECTIONS)))?;
    all.retain(|collection| Some(collection.model_id) != id);
    Ok(all)
}

/// Prints the number of passages to embed and the estimated duration, based on the time of a sample.
fn estimate(engine: &Engine, collection: &Collection, name: &str) -> Outcome<()> {
    let Some(model) = engine.models().iter().find(|model| model.name() == name) else { return Ok(()) };
    let (count, sample) = engine.db().read(Actor::System, |conn| -> RepoResult<_> {
        let count = reembedding::chunk_count(conn, collection.id)?
            - embedding_models::vector_count(conn, model.id(), collection.id)?;
        Ok((count.max(0), reembedding::lacking(conn, collection.id, model.id(), None, SAMPLE_CHUNKS)?))
    })?;
    let texts: Vec<&str> = sample.iter().map(|chunk| chunk.text.as_str()).collect();
    let begun = Instant::now();
    model.embedder().embed_documents(&texts)?;
    let each = begun.elapsed() / u32::try_from(texts.len().max(1)).unwrap_or(1);
    let seconds = each.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX)).as_secs();
    output::line(format!("{}: {count} passages, about {}", collection.name, progress::duration(seconds)));
    Ok(())
}

/// Waits until the jobs have finished or `stop` is set; the unfinished ones stay in `open`. Returns the number of failed jobs.
fn wait(engine: &Engine, open: &mut Vec<JobId>, stop: &AtomicBool) -> Outcome<usize> {
    let bar =
        progress::styled(|| ProgressBar::new(0), "{bar:40} {pos}/{len} passages [{elapsed}, {eta} left]");
    let mut failed = 0;
    while !open.is_empty() && !stop.load(Ordering::Relaxed) {
        thread::sleep(TICK);
        let found = engine.db().read(engine.local_actor(), |conn| -> RepoResult<Vec<Job>> {
            open.iter().map(|id| jobs::find(conn, *id)).collect()
        });
        let found = match found {
            Ok(found) => found,
            Err(RepoError::Unavailable(_) | RepoError::TooSlow) => continue,
            Err(error) => return Err(error.into()),
        };
        bar.set_length(found.iter().filter_map(|job| u64::try_from(job.total_units?).ok()).sum());
        bar.set_position(found.iter().filter_map(|job| u64::try_from(job.done_units).ok()).sum());
        failed += found.iter().filter(|job| !job.state.is_open() && job.state != JobState::Done).count();
        open.retain(|id| {
            let job = found.iter().find(|job| job.id == *id);
            job.is_some_and(|job| job.state.is_open())
        });
    }
    bar.finish_and_clear();
    if failed == 0 && open.is_empty() {
        output::line("Done: every passage has its vector, and searches use the new model.");
    }
    Ok(failed)
}
