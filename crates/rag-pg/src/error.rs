//! The errors of the embedded server, each with its cure.

use std::io;
use std::path::{Path, PathBuf};

use crate::version::Version;

/// An error in finding, preparing, starting or reaching the embedded PostgreSQL.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PgError {
    /// No PostgreSQL below the folder.
    #[error("no PostgreSQL is installed under {}: run the setup", root.display())]
    NotInstalled {
        /// The folder that was searched.
        root: PathBuf,
    },
    /// Another major version created the cluster.
    #[error(
        "the data in {} are of PostgreSQL {found}, the installed program is {installed}: start them with PostgreSQL {found}, \
         save them with pg_dump, and restore into a new data directory", data_dir.display()
    )]
    OtherMajor {
        /// The data directory.
        data_dir: PathBuf,
        /// The major version in the cluster's `PG_VERSION`.
        found: String,
        /// The version of the installed program.
        installed: Version,
    },
    /// A server already runs on the data directory.
    #[error("PostgreSQL is already running on {} (process {pid}): stop it first, or use another data directory", data_dir.display())]
    AlreadyRunning {
        /// The data directory.
        data_dir: PathBuf,
        /// The process that holds the directory: the `rag` that started the server, or the server itself.
        pid: i32,
    },
    /// No server runs on the data directory.
    #[error("no PostgreSQL is running on {}", data_dir.display())]
    NotRunning {
        /// The data directory.
        data_dir: PathBuf,
    },
    /// The server's user cannot enter a folder of the path.
    #[error(
        "PostgreSQL runs as user {user}, which has no permission to enter {path}: use a folder elsewhere, such as /var/lib/rag, or allow \
         it with `chmod o+x {path}`", path = path.display()
    )]
    Unreachable {
        /// The closed folder.
        path: PathBuf,
        /// The number of the server's user.
        user: u32,
    },
    /// The data directory belongs to somebody else.
    #[error("{} belongs to user {owner}, but this program runs as user {user}: run it as that user, or change the owner", path.display())]
    WrongOwner {
        /// The folder.
        path: PathBuf,
        /// Its owner.
        owner: u32,
        /// The user of this process.
        user: u32,
    },
    /// The path of the data folder is that of a file.
    #[error("{} is a file, not a folder", path.display())]
    NotAFolder {
        /// The file.
        path: PathBuf,
    },
    /// The data folder holds files of another program.
    #[error("{} holds files of something else: name a new or an empty folder for the data", path.display())]
    NotOurs {
        /// The folder.
        path: PathBuf,
    },
    /// The disk has too little space for a cluster.
    #[error("{} MB are free where {} lies, {} MB are needed", free >> 20, path.display(), needed >> 20)]
    NoSpace {
        /// The data directory.
        path: PathBuf,
        /// The free bytes.
        free: u64,
        /// The bytes needed.
        needed: u64,
    },
    /// A file or a process operation failed.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// The operation, a verb.
        action: &'static str,
        /// The file or folder of the operation.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// One of PostgreSQL's programs failed.
    #[error("{program} failed ({status}):\n{output}")]
    Program {
        /// The program's name.
        program: &'static str,
        /// Its exit status.
        status: String,
        /// The last lines of its output.
        output: String,
    },
    /// The server ended before it was ready.
    #[error("PostgreSQL ended while starting ({status}); the end of {}:\n{tail}", log.display())]
    Ended {
        /// Its exit status.
        status: String,
        /// The log file.
        log: PathBuf,
        /// The last lines of this start.
        tail: String,
    },
    /// The server did not get ready or did not stop in time.
    #[error("PostgreSQL was not {wanted} within {seconds} s; the end of {}:\n{tail}", log.display())]
    TimedOut {
        /// The state waited for: `ready` or `stopped`.
        wanted: &'static str,
        /// The time limit, in seconds.
        seconds: u64,
        /// The log file.
        log: PathBuf,
        /// The last lines of this start.
        tail: String,
    },
}

/// The result of this crate's functions.
pub(crate) type Result<T> = std::result::Result<T, PgError>;

/// Names the operation and the path of a failed system call.
pub(crate) trait AtPath<T> {
    fn at_path(self, action: &'static str, path: &Path) -> Result<T>;
}

impl<T, E: Into<io::Error>> AtPath<T> for std::result::Result<T, E> {
    fn at_path(self, action: &'static str, path: &Path) -> Result<T> {
        self.map_err(|source| PgError::Io { action, path: path.to_path_buf(), source: source.into() })
    }
}
