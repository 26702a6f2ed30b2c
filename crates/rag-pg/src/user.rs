//! The system user of the server, and its access to the server's files.

use std::fs;
use std::os::unix::fs::{MetadataExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{AtPath, PgError, Result};

/// The user and group of a server that root starts: "nobody"; the number is enough, the account does not need to exist.
const UNPRIVILEGED: ServerUser = ServerUser { uid: 65534, gid: 65534 };

/// The user and group of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ServerUser {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl ServerUser {
    /// For root the owner of `data_dir`, or "nobody" if root owns it; for other users the user of this process.
    pub(crate) fn choose(data_dir: &Path) -> Result<Self> {
        let me = Self { uid: rustix::process::geteuid().as_raw(), gid: rustix::process::getegid().as_raw() };
        let owner = fs::metadata(data_dir).ok().map(|found| Self { uid: found.uid(), gid: found.gid() });
        match owner {
            Some(owner) if me.uid == 0 && owner.uid != 0 => Ok(owner),
            _ if me.uid == 0 => Ok(UNPRIVILEGED),
            Some(owner) if owner.uid != me.uid => {
                Err(PgError::WrongOwner { path: data_dir.into(), owner: owner.uid, user: me.uid })
            }
            _ => Ok(me),
        }
    }

    /// Whether this process must change its user to run the server.
    pub(crate) fn is_other(self) -> bool {
        rustix::process::geteuid().as_raw() != self.uid
    }

    /// Makes `command` run as this user, in `/`, with an empty environment.
    pub(crate) fn run(self, command: &mut Command) -> &mut Command {
        command.current_dir("/").env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C");
        if self.is_other() {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Makes this user the owner of `path`.
    pub(crate) fn take_ownership(self, path: &Path) -> Result<()> {
        if self.is_other() {
            lchown(path, Some(self.uid), Some(self.gid)).at_path("change the owner of", path)
        } else {
            Ok(())
        }
    }

    /// Makes this user the owner of `path` and everything below it; does not follow symbolic links.
    pub(crate) fn take_ownership_of_all(self, path: &Path) -> Result<()> {
        self.take_ownership(path)?;
        if fs::symlink_metadata(path).at_path("look at", path)?.is_dir() {
            for entry in path.read_dir().at_path("list", path)? {
                self.take_ownership_of_all(&entry.at_path("list", path)?.path())?;
            }
        }
        Ok(())
    }

    /// Refuses a `path` with a folder that this user cannot enter.
    pub(crate) fn check_reach(self, path: &Path) -> Result<()> {
        let closed = path.ancestors().skip(1).find(|folder| !self.may_enter(folder));
        closed.map_or(Ok(()), |folder| Err(PgError::Unreachable { path: folder.into(), user: self.uid }))
    }

    fn may_enter(self, folder: &Path) -> bool {
        let Ok(found) = fs::metadata(folder) else { return true };
        let bit = match found {
            _ if found.uid() == self.uid => 0o100,
            _ if found.gid() == self.gid => 0o010,
            _ => 0o001,
        };
        self.uid == 0 || found.mode() & bit != 0
    }
}

/// The default data directory: `rag_home/data`, or `/var/lib/rag` if the server's user
/// cannot reach that (root's home is closed to the user that PostgreSQL must run as).
pub fn default_data_dir(rag_home: &Path) -> PathBuf {
    let usual = rag_home.join("data");
    match ServerUser::choose(&usual) {
        Ok(user) if user.check_reach(&usual).is_err() => PathBuf::from("/var/lib/rag"),
        _ => usual,
    }
}
