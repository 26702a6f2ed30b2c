//! The reasons why a document cannot be read, in words for its sender; no recovery.

use serde::{Deserialize, Serialize};

/// The commands that install text recognition: in a checkout and of a package.
pub const OCR_SETUP: &str =
    "`make setup-ocr` (of a package: `python3 -m rag_setup ocr` or `sudo rag-setup ocr`)";

/// The reason why a document could not be turned into text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "reason")]
#[non_exhaustive]
pub enum Refusal {
    /// The file is empty or holds only white space.
    #[error("The document is empty. Send a file that contains text.")]
    Empty,
    /// The file has an unsupported format.
    #[error(
        "The document is {what}, which cannot be read here. Convert it to PDF, HTML, Markdown or plain text."
    )]
    Unsupported {
        /// The detected kind of file, with its article: "a zip archive".
        what: String,
    },
    /// The file opens only with a password.
    #[error("The document is protected by a password. Remove the password and send it again.")]
    Encrypted,
    /// The bytes of the file break the rules of its format.
    #[error(
        "The document is damaged and cannot be read ({detail}). Open it, save it again, then send the new file."
    )]
    Broken {
        /// The parser's reason.
        detail: String,
    },
    /// The file is valid but contains no text.
    #[error("The document has pages, but no text was found on them. Send a document that contains text.")]
    NoText,
    /// The file is an image or a scan, and OCR is off.
    #[error(
        "The document has no text layer, as scans and images do, and this server has no text recognition (OCR). Install it with {OCR_SETUP}, then upload the document again."
    )]
    NoOcr,
    /// The file has too many pages that only OCR can read.
    #[error(
        "The document has more than {limit_pages} pages without a text layer, which only text recognition (OCR) can read. Split it and send the parts."
    )]
    TooManyScans {
        /// The limit that was passed, in pages.
        limit_pages: u32,
    },
    /// The file, or the text in it, is longer than the limit.
    #[error(
        "The document is longer than the {limit_bytes} bytes that are allowed. Split it and send the parts."
    )]
    TooLong {
        /// The limit that was passed, in bytes.
        limit_bytes: u64,
    },
    /// Parts of the file are nested or repeated so often that reading it would take too long.
    #[error(
        "The document is too complex to be read: {detail}. Save it in a simpler form, such as its text, and send that."
    )]
    TooComplex {
        /// The part that takes too long.
        detail: String,
    },
    /// Reading the file took longer than the limit.
    #[error("The document could not be read within {limit_ms} ms. Split it and send the parts.")]
    TimedOut {
        /// The limit that was passed, in milliseconds.
        limit_ms: u64,
    },
    /// Reading the file took more memory than the limit.
    #[error(
        "The document needs more than {limit_bytes} bytes of memory to be read. Split it and send the parts."
    )]
    OutOfMemory {
        /// The limit that was passed, in bytes.
        limit_bytes: u64,
    },
    /// The fault lies with the server, not the document: a full disk, a missing program.
    #[error("The document could not be read because of a fault of this server ({detail}). Try again later.")]
    Internal {
        /// The failed operation and its cause.
        detail: String,
    },
}

impl Refusal {
    /// A stable name for machines, in `snake_case`.
    pub fn slug(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Unsupported { .. } => "unsupported",
            Self::Encrypted => "encrypted",
            Self::Broken { .. } => "broken",
            Self::NoText => "no_text",
            Self::NoOcr => "no_ocr",
            Self::TooManyScans { .. } => "too_many_scans",
            Self::TooLong { .. } => "too_long",
            Self::TooComplex { .. } => "too_complex",
            Self::TimedOut { .. } => "timed_out",
            Self::OutOfMemory { .. } => "out_of_memory",
            Self::Internal { .. } => "internal",
        }
    }

    /// Whether another attempt with the same document can succeed, because the fault lies with the server.
    pub fn is_internal(&self) -> bool {
        matches!(self, Self::Internal { .. })
    }

    pub(crate) fn broken(detail: impl std::fmt::Display) -> Self {
        Self::Broken { detail: shorten(&detail.to_string()) }
    }

    pub(crate) fn too_complex(detail: &str) -> Self {
        Self::TooComplex { detail: detail.to_owned() }
    }

    pub(crate) fn internal(doing: &str, error: impl std::fmt::Display) -> Self {
        Self::Internal { detail: shorten(&format!("{doing}: {error}")) }
    }
}

/// The first 200 characters, on one line: some parsers put whole file contents into their messages.
fn shorten(detail: &str) -> String {
    detail.chars().take(200).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_survives_the_way_from_child_to_parent() {
        for refusal in [Refusal::Empty, Refusal::broken("x\ny"), Refusal::TimedOut { limit_ms: 7 }] {
            let line = serde_json::to_string(&refusal).unwrap();
            assert_eq!(serde_json::from_str::<Refusal>(&line).unwrap(), refusal);
            assert!(line.contains(refusal.slug()), "{line}");
        }
    }

    #[test]
    fn a_detail_is_one_short_line() {
        let Refusal::Broken { detail } = Refusal::broken("a\n".repeat(500)) else { panic!() };
        assert_eq!(detail.chars().count(), 200);
        assert!(!detail.contains('\n'));
    }
}
