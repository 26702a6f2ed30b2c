//! The state of a data directory and the server that runs on it; never waits and never changes anything.

use std::path::Path;

use crate::address::Address;
use crate::data_dir::DataDir;
use crate::error::Result;
use crate::postmaster::Postmaster;

/// A server that runs on a data directory.
#[derive(Debug, Clone)]
pub struct Running {
    /// The process of the server.
    pub pid: i32,
    /// The address of the server.
    pub address: Address,
    /// Whether it accepts connections; false while it starts or stops.
    pub ready: bool,
}

/// The state of a data directory.
#[derive(Debug, Clone)]
pub enum Status {
    /// No cluster yet.
    Absent,
    /// A cluster without a server.
    Stopped {
        /// The major version of PostgreSQL that created it.
        major: String,
    },
    /// A cluster with a server.
    Running(Running),
}

/// Returns the state of `data_dir`.
pub fn status(data_dir: &Path) -> Result<Status> {
    let dir = DataDir::locate(data_dir)?;
    let Some(major) = dir.major()? else { return Ok(Status::Absent) };
    Ok(match (Postmaster::running(&dir.cluster()), dir.password()?) {
        (Some(found), Some(password)) => {
            let address = Address { password, socket_dir: found.socket_dir, port: found.port };
            Status::Running(Running { pid: found.pid, address, ready: found.ready })
        }
        _ => Status::Stopped { major },
    })
}
