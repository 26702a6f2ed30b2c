//! A replica of a server: copies its cluster with `pg_basebackup`, and starts a server on the copy that follows the first one.

use std::path::Path;
use std::process::Stdio;

use crate::data_dir::DataDir;
use crate::error::{AtPath, Result};
use crate::init::succeeded;
use crate::server::{self, Server};
use crate::settings::Settings;

/// Starts a replica of `primary` in `data_dir`, with the settings of `primary`. It has no TCP port.
pub(crate) fn start(primary: &Server, data_dir: &Path) -> Result<Server> {
    let settings = Settings { data_dir: data_dir.into(), port: None, ..primary.settings().clone() };
    let (dir, user) = DataDir::prepare(&settings.data_dir)?;
    let lock = dir.lock(user)?;
    let address = primary.address();
    dir.write_password(&address.password, user)?;
    let mut command = settings.command("pg_basebackup", user);
    command
        .args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--no-password", "--pgdata"])
        .arg(dir.cluster())
        .envs(address.environment())
        .stdin(Stdio::null());
    succeeded("pg_basebackup", command.output().at_path("start pg_basebackup for", data_dir)?)?;
    drop(lock);
    server::start(&settings)
}
