//! Ctrl-C and similar signals: received once and recorded, so that a command can end gracefully.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

use tokio::signal::unix::{SignalKind, signal};

use crate::output;

/// A signal that asks the process to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Ctrl-C.
    Interrupt,
    /// `kill`, or a service manager's request to stop.
    Terminate,
    /// The terminal was closed.
    HangUp,
}

impl Stop {
    /// Returns the signal.
    pub(crate) fn signal(self) -> rustix::process::Signal {
        match self {
            Self::Interrupt => rustix::process::Signal::INT,
            Self::Terminate => rustix::process::Signal::TERM,
            Self::HangUp => rustix::process::Signal::HUP,
        }
    }
}

/// Catches these signals from now on, and returns a flag that the first one sets.
pub(crate) fn stop_flag() -> io::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&flag);
    listen(move |_| told.store(true, Ordering::Relaxed))?;
    Ok(flag)
}

/// As `stop_flag`, for work that ends after the step in progress: the first signal is acknowledged.
pub(crate) fn announced_stop_flag() -> io::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&flag);
    listen(move |_| {
        if !told.swap(true, Ordering::Relaxed) {
            output::note("Stopping .. The chunks in progress are stored first.");
        }
    })?;
    Ok(flag)
}

/// Catches these signals from now on, so that they are passed to `told` instead of ending the process.
pub(crate) fn listen(told: impl Fn(Stop) + Send + 'static) -> io::Result<()> {
    let (ready, is_ready) = mpsc::channel();
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return drop(ready.send(Err(error))),
        };
        runtime.block_on(async move {
            let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(signal);
            let [Ok(mut interrupt), Ok(mut terminate), Ok(mut hang_up)] = kinds else {
                return drop(ready.send(Err(io::Error::other("signals cannot be received"))));
            };
            drop(ready.send(Ok(())));
            loop {
                let stop = tokio::select! {
                    _ = interrupt.recv() => Stop::Interrupt,
                    _ = terminate.recv() => Stop::Terminate,
                    _ = hang_up.recv() => Stop::HangUp,
                };
                told(stop);
            }
        });
    })?;
    is_ready.recv().map_err(io::Error::other)?
}
