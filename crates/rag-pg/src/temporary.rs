//! A server for tests in a new folder under the system's temporary folder; dropping it removes everything.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::data_dir::DataDir;
use crate::error::{AtPath, Result};
use crate::install::Install;
use crate::postmaster;
use crate::replica;
use crate::server::{Server, start};
use crate::settings::Settings;
use crate::user::ServerUser;

const PREFIX: &str = "rag-pg-temporary-";
/// A folder without a lock that was not changed for this time is left over from a killed process.
const ABANDONED: Duration = Duration::from_mins(1);

/// A throw-away server and its data.
#[derive(Debug)]
pub struct Temporary {
    // Dropped in this order: the server ends before its folder goes.
    server: Server,
    _dir: TempDir,
}

impl Temporary {
    /// Starts an empty server; for `shim` see [`Settings::shim`].
    pub fn start(install: Install, shim: Option<PathBuf>) -> Result<Self> {
        let dir = new_folder()?;
        let settings = Settings { throw_away: true, shim, ..Settings::new(dir.path(), install) };
        Ok(Self { server: start(&settings)?, _dir: dir })
    }

    /// Starts a replica that follows `primary`, with its settings.
    pub fn follow(primary: &Server) -> Result<Self> {
        let dir = new_folder()?;
        Ok(Self { server: replica::start(primary, dir.path())?, _dir: dir })
    }

    /// The server.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The server, to restart it.
    pub fn server_mut(&mut self) -> &mut Server {
        &mut self.server
    }
}

fn new_folder() -> Result<TempDir> {
    remove_abandoned();
    let parent = std::env::temp_dir();
    tempfile::Builder::new().prefix(PREFIX).tempdir().at_path("create a folder in", &parent)
}

/// Removes one folder, unless its server is in use.
fn remove(path: &Path) -> Result<()> {
    let dir = DataDir::locate(path)?;
    let lock = dir.lock(ServerUser::choose(path)?)?;
    postmaster::clear_left_overs(&dir, lock.last_server)?;
    std::fs::remove_dir_all(path).at_path("remove", path)
}

/// Removes the folders of killed processes that belong to this user.
fn remove_abandoned() {
    for entry in std::env::temp_dir().read_dir().into_iter().flatten().flatten() {
        let path = entry.path();
        let old = path.join("lock").metadata().and_then(|found| found.modified());
        let abandoned = old.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > ABANDONED));
        if abandoned && entry.file_name().to_string_lossy().starts_with(PREFIX) {
            // Best effort: a remaining folder only takes space.
            let _ = remove(&path);
        }
    }
}
