//! Shared code of the tests: the installation, a fresh data directory, psql, and waiting for a condition.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rag_pg::{Install, Settings};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// The folder that `scripts/setup` fills.
pub(crate) fn rag_home() -> PathBuf {
    let usual = || PathBuf::from(env::var_os("HOME").unwrap()).join(".cache/rag");
    env::var_os("RAG_HOME").map_or_else(usual, PathBuf::from)
}

/// The data directory of one test.
pub(crate) struct Folder {
    pub(crate) install: Install,
    temp: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let temp = tempfile::Builder::new().prefix("rag-pg-it-").tempdir().unwrap();
        // Root's temporary folders are closed; the server's user must be able to enter.
        std::fs::set_permissions(temp.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        Self { install: Install::find(&rag_home()).unwrap(), temp }
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.temp.path().join("data")
    }

    pub(crate) fn cluster(&self) -> PathBuf {
        self.data_dir().join("pgdata")
    }

    pub(crate) fn settings(&self) -> Settings {
        self.settings_at(&self.data_dir())
    }

    /// Small and without syncing: these tests crash processes, not the machine.
    pub(crate) fn settings_at(&self, data_dir: &Path) -> Settings {
        let memory_bytes = Some(256 << 20);
        Settings { memory_bytes, throw_away: true, ..Settings::new(data_dir, self.install.clone()) }
    }

    /// The output of psql for `sql`, or its error.
    pub(crate) fn psql(&self, url: &str, sql: &str) -> Result<String, String> {
        let mut command = Command::new(self.install.program("psql"));
        command.args([
            "--no-psqlrc",
            "--no-password",
            "--tuples-only",
            "--no-align",
            "--set=ON_ERROR_STOP=1",
        ]);
        let output = command.arg(url).args(["--command", sql]).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }
}

/// Kills a process at once.
pub(crate) fn kill(pid: i32) {
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
}

/// Waits until `condition` holds.
pub(crate) fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_secs(30), "waited 30 s for: {what}");
        std::thread::yield_now();
    }
}
