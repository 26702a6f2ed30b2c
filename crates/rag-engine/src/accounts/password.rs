//! Passwords: their length, hashing and verification. Verification reveals nothing but whether the password is right.

use std::sync::OnceLock;

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};

use crate::{EngineError, EngineResult};

/// Minimum and maximum length of a password, in characters (NIST SP 800-63B: length counts, composition does not).
const LENGTH: std::ops::RangeInclusive<usize> = 12..=200;

/// Hashes a password with Argon2id, 19 MiB, two passes (OWASP's choice and the crate's default). Takes tens of milliseconds: call
/// it on a thread that may block, a few at a time.
pub(super) fn hash(password: &str) -> EngineResult<String> {
    let length = password.chars().count();
    if !LENGTH.contains(&length) {
        return Err(EngineError::Invalid(format!(
            "a password has {} to {} characters, not {length}",
            LENGTH.start(),
            LENGTH.end()
        )));
    }
    let hashed = Argon2::default().hash_password(password.as_bytes());
    Ok(hashed.map_err(|error| EngineError::Bug(Box::new(error)))?.to_string())
}

/// Returns whether the password is the one that was hashed. Takes as long if there is no hash, so the time does not reveal
/// whether an account exists.
pub(super) fn is_right(password: &str, hash: Option<&str>) -> bool {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let nobody = || {
        let hashed = Argon2::default().hash_password(b"nobody has this password");
        hashed.map(|hash| hash.to_string()).unwrap_or_default()
    };
    let expected = hash.unwrap_or_else(|| NOBODY.get_or_init(nobody));
    let Ok(parsed) = PasswordHash::new(expected) else { return false };
    let matches = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    matches && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_is_right() {
        let stored = hash("a good long password").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(is_right("a good long password", Some(&stored)));
        assert!(!is_right("a good long passwore", Some(&stored)));
        assert!(!is_right("nobody has this password", None));
        assert!(!is_right("a good long password", Some("no hash at all")));
    }

    #[test]
    fn short_passwords_are_refused() {
        assert!(matches!(hash("too short"), Err(EngineError::Invalid(_))));
    }
}
