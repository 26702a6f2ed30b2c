//! A folder in which `rag` runs with a data directory of its own.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Far more than any step takes; reached only when something hangs.
pub(crate) const PATIENCE: Duration = Duration::from_mins(4);

pub(crate) struct Scene {
    dir: tempfile::TempDir,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn rag(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rag"));
        let home = env::var_os("HOME").unwrap();
        let rag_home = env::var_os("RAG_HOME").unwrap_or_else(|| Path::new(&home).join(".cache/rag").into());
        command
            .args(args)
            .current_dir(self.dir.path())
            .env_remove("DATABASE_URL")
            .env("RAG_HOME", rag_home)
            .env("RAG_POSTGRES__DATA_DIR", self.path("data"))
            // So that several sections, and so several transactions, make a document.
            .env("RAG_INGEST__MAX_TOKENS", "80")
            .env("RAG_INGEST__OVERLAP_TOKENS", "8")
            .env("RAG_INGEST__RESERVE_TOKENS", "30")
            .env("RAG_INGEST__LEASE_S", "3");
        command
    }

    /// Process id of the server on the data directory, once there is one.
    pub(crate) fn postgres_pid(&self) -> Option<u32> {
        let pid = fs::read_to_string(self.path("data/pgdata/postmaster.pid")).ok()?;
        pid.lines().next()?.trim().parse().ok()
    }
}

pub(crate) fn kill_9(pid: u32) {
    assert!(signal_9(pid), "process {pid} has ended");
}

/// Sends SIGKILL, and tells whether there was such a process.
pub(crate) fn signal_9(pid: u32) -> bool {
    Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success()
}
