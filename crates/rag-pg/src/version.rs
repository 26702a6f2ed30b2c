//! Versions of PostgreSQL, in the format of its programs.

use std::fmt;

/// A version of PostgreSQL, such as 18.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The major version, on which data files depend.
    pub major: u16,
    /// The minor version, which only fixes bugs.
    pub minor: u16,
}

impl Version {
    /// Parses `postgres (PostgreSQL) 18.6` or `18.6`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
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
