//! Reads `postmaster.pid`, in which a server stores its process and address, and detects files left over from a killed server.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use crate::data_dir::{DataDir, GRACE, STEP};
use crate::error::{AtPath, PgError, Result};
use crate::log::last_lines;

/// Maximum time for the last checkpoint of a server that is shutting down.
const SHUTDOWN: Duration = Duration::from_mins(1);

/// A server as described by its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Postmaster {
    pub(crate) pid: i32,
    pub(crate) port: u16,
    pub(crate) socket_dir: PathBuf,
    /// Whether it accepts connections.
    pub(crate) ready: bool,
}

impl Postmaster {
    /// The server that runs on `cluster`; `None` if the process of its file has ended or is now another program.
    pub(crate) fn running(cluster: &Path) -> Option<Self> {
        let found = Self::parse(&fs::read_to_string(cluster.join("postmaster.pid")).ok()?)?;
        // The folder may be a link to one on another disk.
        serves(found.pid, &cluster.canonicalize().ok()?).then_some(found)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().map(str::trim);
        let pid = lines.next()?.parse().ok()?;
        let port = lines.nth(2).and_then(|line| line.parse().ok()).unwrap_or(0);
        let socket_dir = PathBuf::from(lines.next().unwrap_or_default());
        let ready = lines.nth(2) == Some("ready");
        Some(Self { pid, port, socket_dir, ready })
    }

    fn signal(&self, signal: Signal) {
        // It may have ended already, which is the goal.
        let _ = Pid::from_raw(self.pid).map(|pid| rustix::process::kill_process(pid, signal));
    }
}

/// Whether process `pid` is a server on `cluster`: a server's working directory is its cluster.
#[cfg(target_os = "linux")]
fn serves(pid: i32, cluster: &Path) -> bool {
    fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == cluster)
}

/// Whether process `pid` is a PostgreSQL; for systems that do not report its cluster.
#[cfg(not(target_os = "linux"))]
fn serves(pid: i32, _: &Path) -> bool {
    let listing = std::process::Command::new("ps").args(["-o", "comm=", "-p", &pid.to_string()]).output();
    listing.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("postgres"))
}

/// Waits for the server of an owner that was killed, `ours`, to end, then removes its files. The caller holds the lock.
pub(crate) fn clear_left_overs(dir: &DataDir, ours: i32) -> Result<()> {
    let cluster = dir.cluster();
    let began = Instant::now();
    let mut told = false;
    while let Some(old) = Postmaster::running(&cluster) {
        let age = began.elapsed();
        if age > GRACE && old.ready && old.pid != ours {
            return Err(PgError::AlreadyRunning { data_dir: dir.path().into(), pid: old.pid });
        }
        if age > GRACE && !told {
            tracing::warn!(pid = old.pid, "Stopping the PostgreSQL that a killed process left behind");
            old.signal(Signal::INT);
            told = true;
        }
        if age > SHUTDOWN {
            let tail = fs::read_to_string(dir.log()).unwrap_or_default();
            let (wanted, seconds) = ("stopped", SHUTDOWN.as_secs());
            return Err(PgError::TimedOut { wanted, seconds, log: dir.log(), tail: last_lines(&tail) });
        }
        std::thread::sleep(STEP);
    }
    // PostgreSQL itself takes any living process with this number for a server.
    let left = cluster.join("postmaster.pid");
    if left.exists() { fs::remove_file(&left).at_path("remove", &left) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "4711\n/data/pgdata\n1764000000\n5432\n/data/run\n\n  1234567   32769\nready   \n";

    #[test]
    fn the_file_tells_pid_port_socket_and_state() {
        let found = Postmaster::parse(FILE).unwrap();
        assert_eq!(found, Postmaster { pid: 4711, port: 5432, socket_dir: "/data/run".into(), ready: true });
        assert!(!Postmaster::parse(&FILE.replace("ready   ", "stopping")).unwrap().ready);
        assert!(!Postmaster::parse("4711\n/data/pgdata\n").unwrap().ready);
        assert_eq!(Postmaster::parse(""), None);
    }
}
