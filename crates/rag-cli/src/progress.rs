//! Shows how far long work is, to people; programs that read the standard error see nothing.

use std::{panic, thread, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

/// How often work is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// A spinner before a message, with the time that has passed.
pub(crate) fn spinner() -> ProgressBar {
    styled(ProgressBar::new_spinner, "{spinner} {msg} [{elapsed}]")
}

/// A bar of this style, hidden from programs.
pub(crate) fn styled(bar: impl FnOnce() -> ProgressBar, template: &str) -> ProgressBar {
    let bar = if output::is_watched() { bar() } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// Does the work, and looks at it again and again until it ends; then the bar is gone.
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
