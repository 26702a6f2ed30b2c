//! Shows the progress of long work on a terminal; nothing is shown if standard error is not a terminal.

use std::{panic, thread, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

/// Interval at which work is polled.
const LOOK: Duration = Duration::from_millis(250);

/// Returns a spinner with a message and the elapsed time.
pub(crate) fn spinner() -> ProgressBar {
    styled(ProgressBar::new_spinner, "{spinner} {msg} [{elapsed}]")
}

/// Returns a bar of this style, hidden if standard error is not a terminal.
pub(crate) fn styled(bar: impl FnOnce() -> ProgressBar, template: &str) -> ProgressBar {
    let bar = if output::is_watched() { bar() } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// Returns a duration as people say it.
pub(crate) fn duration(seconds: u64) -> String {
    match seconds {
        0..=90 => format!("{} s", seconds.max(1)),
        91..=5400 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3600)),
    }
}

/// Runs the work and calls `look` repeatedly until it ends; then removes the bar.
pub(crate) fn watch<T: Send>(bar: &ProgressBar, look: impl Fn(), work: impl FnOnce() -> T + Send) -> T {
    let done = thread::scope(|scope| {
        let work = scope.spawn(work);
        while !work.is_finished() {
            look();
            thread::sleep(LOOK);
        }
        work.join().unwrap_or_else(|panic| panic::resume_unwind(panic))
    });
    bar.finish_and_clear();
    done
}
