//! Follows changes of folders: after each change, once it is quiet, another run looks at them.

use std::{
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use notify::{Event, EventKind, RecursiveMode, Watcher};

use super::files::Root;
use crate::{
    failure::{Exit, Failure, Outcome},
    output,
};

/// Time without a change after which a run begins.
const QUIET: Duration = Duration::from_millis(500);
/// Maximum time that a run waits while changes continue.
const MAX_DELAY: Duration = Duration::from_secs(5);
/// Interval of runs without a change: network file systems report none.
const EVERY: Duration = Duration::from_mins(10);
/// Interval at which Ctrl-C is looked for.
const TICK: Duration = Duration::from_millis(200);

/// Calls `pass` after every change in the folders until `stop` is set. A pass for which the database cannot be reached is repeated.
pub(super) fn follow(
    roots: &[Root],
    stop: &AtomicBool,
    mut pass: impl FnMut() -> Outcome<()>,
) -> Outcome<()> {
    let (sender, events) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // Reading a file changes nothing; of everything else, and of errors, the next pass finds out.
        if !event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_))) {
            // The receiver is gone only when the command ends.
            let _ = sender.send(());
        }
    })
    .map_err(|error| cannot_watch(&error))?;
    for root in roots {
        watcher.watch(&root.path, RecursiveMode::Recursive).map_err(|error| cannot_watch(&error))?;
    }
    output::note("Following changes. Ctrl-C ends it.");
    let mut changed_at: Option<Instant> = None;
    let mut passed_at = Instant::now();
    let mut noticed_at = passed_at;
    while !stop.load(Ordering::Relaxed) {
        match events.recv_timeout(TICK) {
            Ok(()) => {
                noticed_at = Instant::now();
                changed_at.get_or_insert(noticed_at);
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Failure::new(Exit::Failed, "the watch of the folders has ended"));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        let is_quiet = noticed_at.elapsed() >= QUIET;
        let is_due = changed_at.is_some_and(|at| is_quiet || at.elapsed() >= MAX_DELAY);
        if !is_due && passed_at.elapsed() < EVERY {
            continue;
        }
        match pass() {
            Ok(()) => changed_at = None,
            Err(failure) if failure.exit == Exit::Unreachable => {
                output::failure(&failure);
                changed_at.get_or_insert_with(Instant::now);
                noticed_at = Instant::now();
            }
            Err(failure) => return Err(failure),
        }
        passed_at = Instant::now();
    }
    Ok(())
}

fn cannot_watch(error: &notify::Error) -> Failure {
    Failure::new(Exit::Failed, format!("cannot watch the folders: {error}")).hint(
        "for more folders, raise fs.inotify.max_user_watches; `rag ingest --sync` works without a watch",
    )
}
