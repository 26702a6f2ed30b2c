//! Keeps a server running: restarts it after it dies, a bounded number of times, and logs that.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::process::Process;
use crate::server::{Server, start};
use crate::settings::Settings;

/// The supervisor gives up after more deaths than this within [`WINDOW`].
const MAX_DEATHS: usize = 5;
const WINDOW: Duration = Duration::from_mins(10);
/// The pause before the second consecutive attempt; it doubles with each further one.
const PAUSE: Duration = Duration::from_millis(250);

/// A server that is restarted after it dies. Dropping it stops the server.
#[derive(Debug)]
pub struct Supervisor {
    url: String,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    stopping: AtomicBool,
    given_up: AtomicBool,
    process: Mutex<Arc<Process>>,
}

impl Supervisor {
    /// Starts the server and the thread that watches it.
    pub fn start(settings: &Settings) -> Result<Self> {
        let server = start(settings)?;
        let url = server.url();
        let shared = Arc::new(Shared {
            stopping: AtomicBool::new(false),
            given_up: AtomicBool::new(false),
            process: Mutex::new(server.process()),
        });
        let watched = Arc::clone(&shared);
        let thread = Some(thread::spawn(move || watch(server, &watched)));
        Ok(Self { url, shared, thread })
    }

    /// The libpq URL of the database; it stays the same over restarts.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The process of the server, which changes with a restart.
    pub fn pid(&self) -> i32 {
        self.shared.process().pid()
    }

    /// Whether the server died too often and is not restarted.
    pub fn has_given_up(&self) -> bool {
        self.shared.given_up.load(Ordering::Acquire)
    }

    /// Stops the server for good.
    pub fn stop(self) {}
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Release);
        self.shared.process().stop();
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // The thread has no code that can panic; if it panics, the drop stops the server.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn process(&self) -> Arc<Process> {
        Arc::clone(&self.process.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }
}

/// Restarts the server each time it dies, until a stop is requested or no attempt is left.
fn watch(mut server: Server, shared: &Shared) {
    let mut deaths = VecDeque::new();
    loop {
        let status = server.wait();
        if shared.is_stopping() {
            return;
        }
        deaths.retain(|death: &Instant| death.elapsed() < WINDOW);
        deaths.push_back(Instant::now());
        if deaths.len() > MAX_DEATHS {
            tracing::error!(%status, attempts = MAX_DEATHS, "PostgreSQL has stopped repeatedly and is not restarted");
            return shared.given_up.store(true, Ordering::Release);
        }
        tracing::error!(%status, attempt = deaths.len(), "PostgreSQL died: starting it again");
        pause(deaths.len(), shared);
        if shared.is_stopping() {
            return;
        }
        match server.restart() {
            Ok(()) => tracing::info!(pid = server.pid(), "PostgreSQL runs again"),
            Err(error) => tracing::error!(%error, "PostgreSQL could not be started again"),
        }
        *shared.process.lock().unwrap_or_else(PoisonError::into_inner) = server.process();
        if shared.is_stopping() {
            return;
        }
    }
}

/// Waits before an attempt: not before the first, then twice as long each time; a stop ends the wait.
fn pause(attempt: usize, shared: &Shared) {
    let doublings = u32::try_from(attempt.saturating_sub(2)).unwrap_or(0);
    let end = Instant::now() + PAUSE * 2_u32.saturating_pow(doublings);
    while attempt > 1 && !shared.is_stopping() && Instant::now() < end {
        thread::park_timeout(end.saturating_duration_since(Instant::now()));
    }
}
