//! The settings of a server, shared by `conf`, `init` and `server`; starts nothing itself.

use std::path::PathBuf;
use std::process::Command;

use crate::install::Install;
use crate::shim;
use crate::user::ServerUser;

/// The name of the cluster's superuser and of its database.
pub const NAME: &str = "rag";

/// The settings of the server of one data directory.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The data directory; it is created if missing.
    pub data_dir: PathBuf,
    /// The installation of PostgreSQL.
    pub install: Install,
    /// A TCP port on 127.0.0.1 to listen on in addition to the Unix socket.
    pub port: Option<u16>,
    /// Bytes of memory that the server may use, including the system's cache of its files; `None` for half of the machine's.
    pub memory_bytes: Option<u64>,
    /// Maximum number of connections.
    pub max_connections: u16,
    /// A program that calls [`shim_main`](crate::shim_main) under [`SHIM_COMMAND`](crate::SHIM_COMMAND), usually
    /// this one (`std::env::current_exe()`). Without it the server outlives a killed parent until the next start.
    pub shim: Option<PathBuf>,
    /// Whether a crash of the machine may lose data: faster, for tests.
    pub throw_away: bool,
}

impl Settings {
    /// A durable server on a Unix socket only.
    pub fn new(data_dir: impl Into<PathBuf>, install: Install) -> Self {
        let (port, memory_bytes, shim) = (None, None, None);
        Self {
            data_dir: data_dir.into(),
            install,
            port,
            memory_bytes,
            max_connections: 100,
            shim,
            throw_away: false,
        }
    }

    /// The command that runs a program of PostgreSQL as `user`.
    pub(crate) fn command(&self, program: &str, user: ServerUser) -> Command {
        let program = self.install.program(program);
        if let Some(shim) = &self.shim {
            return shim::command(shim, &program, user);
        }
        let mut command = Command::new(program);
        user.run(&mut command);
        command
    }
}
