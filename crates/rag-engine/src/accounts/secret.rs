//! Secrets that are shown once and stored as hashes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::EngineResult;

/// Number of characters of an API key that stay visible: `rag_` and six more.
const PREFIX_CHARS: usize = 10;

/// The kind of a secret. Its first letters show the kind, so that people and scanners recognise a leaked secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    ApiKey,
    Access,
    Refresh,
    Invitation,
    Link,
    PasswordReset,
}

impl Kind {
    fn letters(self) -> &'static str {
        match self {
            Self::ApiKey => "rag_",
            Self::Access => "raga_",
            Self::Refresh => "ragr_",
            Self::Invitation => "ragi_",
            Self::Link => "ragl_",
            Self::PasswordReset => "ragp_",
        }
    }
}

/// A new secret of 256 random bits. It cannot be guessed, so a plain hash is enough to verify it.
pub(super) struct Secret {
    pub(super) text: String,
    pub(super) sha256: [u8; 32],
}

impl Secret {
    pub(super) fn new(kind: Kind) -> EngineResult<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        let text = format!("{}{}", kind.letters(), URL_SAFE_NO_PAD.encode(bytes));
        Ok(Self { sha256: digest(&text), text })
    }

    /// Returns the first characters, by which the owner recognises the secret.
    pub(super) fn prefix(&self) -> String {
        self.text.chars().take(PREFIX_CHARS).collect()
    }
}

/// Returns the SHA-256 of a secret, which is the stored form.
pub fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_are_long() {
        let (one, other) = (Secret::new(Kind::ApiKey).unwrap(), Secret::new(Kind::ApiKey).unwrap());
        assert_ne!(one.text, other.text);
        assert_eq!(one.text.len(), "rag_".len() + 43);
        assert_eq!(one.sha256, digest(&one.text));
        assert!(one.text.starts_with(&one.prefix()) && one.prefix().len() == PREFIX_CHARS);
    }
}
