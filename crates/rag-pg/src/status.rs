//! What a data directory holds and who runs a server on it; looks only, never waits and never changes anything.

use std::path::Path;

use crate::data_dir::DataDir;
use crate::error::Result;
use crate::init::NAME;
use crate::postmaster::Postmaster;

/// A server that somebody runs on a data directory.
#[derive(Debug, Clone)]
pub struct Running {
    /// The process of the server.
    pub pid: i32,
    /// The libpq URL of its database; it holds the password.
    pub url: String,
    /// Whether it takes connections: false while it starts or stops.
    pub ready: bool,
}

/// What a data directory holds.
#[derive(Debug, Clone)]
pub enum Status {
    /// No cluster yet.
    Absent,
    /// A cluster without a server.
    Stopped {
        /// The major version of PostgreSQL that made it.
        major: String,
    },
    /// A cluster with a server.
    Running(Running),
}

/// What `data_dir` holds.
pub fn status(data_dir: &Path) -> Result<Status> {
    let dir = DataDir::at(data_dir)?;
    let Some(major) = dir.major()? else { return Ok(Status::Absent) };
    Ok(match (Postmaster::running(&dir.cluster()), dir.password()?) {
        (Some(found), Some(password)) => {
            let url = socket_url(&password, &found.socket_dir, found.port);
            Status::Running(Running { pid: found.pid, url, ready: found.ready })
        }
        _ => Status::Stopped { major },
    })
}

/// The URL over the socket in `dir`: all but the plainest bytes of the path as %XX.
pub(crate) fn socket_url(password: &str, dir: &Path, port: u16) -> String {
    let host = dir.as_os_str().as_encoded_bytes().iter().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => char::from(*byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    format!("postgresql://{NAME}:{password}@/{NAME}?host={}&port={port}", host.collect::<String>())
}
