//! A child process with a thread that watches it; it dies with this process, and its end is reported.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal};

/// Maximum time for disconnecting clients and the last checkpoint; a longer shutdown is cut short, and the next start does a recovery.
const FAST_STOP: Duration = Duration::from_mins(1);
/// Maximum time of a shutdown without a checkpoint.
const IMMEDIATE_STOP: Duration = Duration::from_secs(10);

/// A running or ended child.
#[derive(Debug)]
pub(crate) struct Process {
    pid: Pid,
    exit: Arc<Exit>,
}

/// The exit status, set by the watching thread.
#[derive(Debug, Default)]
struct Exit {
    status: Mutex<Option<ExitStatus>>,
    changed: Condvar,
}

impl Process {
    /// Starts `command` in a process group of its own, so that a Ctrl-C for this process does not reach it.
    pub(crate) fn spawn(mut command: Command) -> io::Result<Self> {
        command.process_group(0);
        let (started, start) = mpsc::channel();
        let exit = Arc::<Exit>::default();
        let seen = Arc::clone(&exit);
        // The kernel signals the child when the thread that spawned it ends, so that thread must live as long as the child.
        thread::Builder::new().name("postgres".into()).spawn(move || watch(command, &started, &seen))?;
        let pid = start.recv().map_err(io::Error::other)??;
        Ok(Self { pid, exit })
    }

    pub(crate) fn pid(&self) -> i32 {
        self.pid.as_raw_pid()
    }

    /// The exit status; `None` while the child runs.
    pub(crate) fn try_wait(&self) -> Option<ExitStatus> {
        *self.exit.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the end.
    pub(crate) fn wait(&self) -> ExitStatus {
        loop {
            if let Some(status) = self.wait_for(Duration::from_hours(1)) {
                return status;
            }
        }
    }

    /// Waits for the end, up to `limit`.
    pub(crate) fn wait_for(&self, limit: Duration) -> Option<ExitStatus> {
        let status = self.exit.status.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.exit.changed.wait_timeout_while(status, limit, |status| status.is_none());
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Ends a PostgreSQL: first with a checkpoint, then without one if that takes too long, then by SIGKILL.
    pub(crate) fn stop(&self) -> ExitStatus {
        for (signal, limit) in [(Signal::INT, FAST_STOP), (Signal::QUIT, IMMEDIATE_STOP)] {
            self.signal(signal);
            if let Some(status) = self.wait_for(limit) {
                return status;
            }
        }
        self.signal(Signal::KILL);
        self.wait()
    }

    fn signal(&self, signal: Signal) {
        if self.try_wait().is_none() {
            // The process may end at this moment, which is the goal.
            let _ = rustix::process::kill_process(self.pid, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Starts the child, reports its number, waits for its end and stores its status.
fn watch(mut command: Command, started: &Sender<io::Result<Pid>>, exit: &Exit) {
    let spawned = command.spawn().and_then(|child| {
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        Ok((pid.ok_or_else(|| io::Error::other("the child has no number"))?, child))
    });
    let mut child = match spawned {
        Ok((pid, child)) => {
            // The other side waits for this message.
            let _ = started.send(Ok(pid));
            child
        }
        Err(error) => {
            let _ = started.send(Err(error));
            return;
        }
    };
    // Waiting for a child fails only if other code has waited for it: the child has ended with an unknown status.
    let status = child.wait().unwrap_or_default();
    *exit.status.lock().unwrap_or_else(PoisonError::into_inner) = Some(status);
    exit.changed.notify_all();
}
