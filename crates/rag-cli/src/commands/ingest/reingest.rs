//! `rag collection reingest`: reads the documents of a collection again and waits until they can be found in their new form.

use std::{process::ExitCode, sync::atomic::Ordering, thread, time::Duration};

use indicatif::ProgressBar;
use rag_engine::jobs::Workers;
use rag_repo::{PgConnection, RepoError, RepoResult, jobs};
use rag_schema::{
    enums::{JobKind, JobState},
    models::Collection,
};

use crate::{
    failure::{Exit, Failure, Outcome},
    output, progress,
    runtime::Context,
    signals,
};

/// Interval at which the jobs are polled.
const TICK: Duration = Duration::from_millis(200);

/// Reads the documents again that would be read differently today, or all.
pub(crate) fn reingest(context: &Context, collection: &Collection, all: bool) -> Outcome<ExitCode> {
    let engine = &context.engine;
    let queued = engine.reingest(engine.local_actor(), collection.id, all)?;
    // With those that an earlier call, which was interrupted or paused, has queued.
    work_on_queue(context, collection)?;
    let read = output::count(i64::try_from(queued).unwrap_or(i64::MAX), "document");
    output::line(match queued {
        0 => format!("The documents of {} have all been read with these settings.", collection.name),
        _ => format!("{read} read again."),
    });
    Ok(ExitCode::SUCCESS)
}

/// Works on the jobs that read documents of the collection until each has ended. Returns a failure if it is interrupted, or if a job
/// was refused or given up.
pub(crate) fn work_on_queue(context: &Context, collection: &Collection) -> Outcome<()> {
    let stop = signals::announced_stop_flag()?;
    let engine = &context.engine;
    engine.model_of(collection)?;
    let failed_before =
        poll(context, |conn| count(conn, collection, &[JobState::Refused, JobState::Dead]))?.unwrap_or(0);
    let workers = Workers::start(engine, context.config.sections.ingest.workers)?;
    let bar =
        progress::styled(|| ProgressBar::new(0), "{bar:40} {pos}/{len} documents [{elapsed}, {eta} left]");
    let mut most = 0;
    let left = loop {
        let Some(left) =
            poll(context, |conn| count(conn, collection, &[JobState::Queued, JobState::Running]))?
        else {
            thread::sleep(TICK);
            continue;
        };
        most = left.max(most);
        bar.set_length(u64::try_from(most).unwrap_or(0));
        bar.set_position(u64::try_from(most - left).unwrap_or(0));
        if left == 0 || stop.load(Ordering::Relaxed) {
            break left;
        }
        thread::sleep(TICK);
    };
    bar.finish_and_clear();
    workers.stop();
    if left > 0 {
        return Err(Failure::new(
            Exit::Failed,
            format!("stopped with {} to read", output::count(left, "document")),
        )
        .hint("`rag serve` goes on with them, or this command"));
    }
    let paused = poll(context, |conn| count(conn, collection, &[JobState::Paused]))?.unwrap_or(0);
    if paused > 0 {
        return Err(Failure::new(
            Exit::Failed,
            format!("cannot read {}: their jobs are paused", output::count(paused, "document")),
        )
        .hint(format!("`rag job resume --collection {}` resumes them", collection.name)));
    }
    let failed = poll(context, |conn| count(conn, collection, &[JobState::Refused, JobState::Dead]))?
        .unwrap_or(0)
        - failed_before;
    if failed > 0 {
        return Err(Failure::new(Exit::Failed, format!("cannot read {}", output::count(failed, "document")))
            .hint("`rag job list` has the reasons; they keep the chunks that they have"));
    }
    Ok(())
}

fn count(conn: &mut PgConnection, collection: &Collection, states: &[JobState]) -> RepoResult<i64> {
    jobs::count(conn, collection.id, JobKind::Ingest, states)
}

/// Returns `None` if the database is away for a moment.
fn poll<T>(context: &Context, read: impl Fn(&mut PgConnection) -> RepoResult<T>) -> Outcome<Option<T>> {
    let engine = &context.engine;
    match engine.db().read(engine.local_actor(), read) {
        Ok(found) => Ok(Some(found)),
        Err(RepoError::Unavailable(_) | RepoError::TooSlow) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
