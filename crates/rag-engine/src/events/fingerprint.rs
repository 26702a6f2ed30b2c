//! A fingerprint of settings: equal for equal settings, different for different ones.

use std::fmt::{Debug, Write};

use sha2::{Digest, Sha256};

/// Length of the truncated hash, in bytes: enough to distinguish all settings that a server ever has.
const BYTES: usize = 6;

/// Returns the fingerprint of `settings`, 12 hexadecimal digits. It may differ between versions of the program.
pub(crate) fn fingerprint(settings: &impl Debug) -> String {
    let hash = Sha256::digest(format!("{settings:?}"));
    hash.iter().take(BYTES).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_settings_have_equal_fingerprints_and_others_do_not() {
        assert_eq!(fingerprint(&(0.7, "a")), fingerprint(&(0.7, "a")));
        assert_ne!(fingerprint(&(0.7, "a")), fingerprint(&(0.8, "a")));
        assert_eq!(fingerprint(&()).len(), 12);
    }
}
