//! Ctrl-C and its kin: told once and remembered, so that a command can end in good order.

use std::{io, sync::mpsc, thread};

use tokio::signal::unix::{SignalKind, signal};

/// A signal that asks us to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Ctrl-C.
    Interrupt,
    /// `kill`, or the end of a service manager's patience.
    Terminate,
    /// The terminal was closed.
    HangUp,
}

impl Stop {
    /// The signal itself.
    pub(crate) fn signal(self) -> rustix::process::Signal {
        match self {
            Self::Interrupt => rustix::process::Signal::INT,
            Self::Terminate => rustix::process::Signal::TERM,
            Self::HangUp => rustix::process::Signal::HUP,
        }
    }
}

/// From now on these signals do not end the process but are sent to `told`.
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
