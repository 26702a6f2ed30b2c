//! What extraction yields: blocks of text in reading order and an outline; knows no format.

use serde::{Deserialize, Serialize};

use crate::cut;

/// The most bytes of text one block holds; longer ones are cut at a line end, sentence end or space.
pub const MAX_BLOCK_BYTES: usize = cut::WINDOW_BYTES;

/// What a block is in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// A heading; 1 is the highest level, 6 the lowest.
    Heading {
        /// The level, 1 to 6.
        level: u8,
    },
    /// Running text.
    Paragraph,
    /// One item of a list, with its marker.
    ListItem,
    /// Program text, verbatim.
    Code,
    /// A table, one row a line, cells divided by ` | `.
    Table,
    /// Text quoted from elsewhere.
    Quote,
}

/// One piece of a document, in reading order; its text is never blank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// What the block is.
    pub kind: BlockKind,
    /// The text, at most [`MAX_BLOCK_BYTES`] long.
    pub text: String,
    /// The page it stands on, counted from 1, where the format has pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// The headings above it, highest first; a heading's own text is not among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heading_path: Vec<String>,
}

/// What is known of a document as a whole once it has been read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// The title the document gives itself.
    pub title: Option<String>,
    /// The number of pages, where the format has pages.
    pub pages: Option<u32>,
    /// The language of its beginning, when it could be told reliably.
    pub language: Option<Language>,
}

/// A natural language, as told from a sample of text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Language {
    /// The ISO 639-3 code, such as `eng`.
    pub code: String,
    /// How sure the guess is, from 0 to 1.
    pub confidence: f64,
}

impl Language {
    /// The bytes of text that are enough to tell a language.
    pub(crate) const SAMPLE_BYTES: usize = 16 * 1024;

    /// The language of `sample`, or `None` when the guess is not reliable.
    pub fn of(sample: &str) -> Option<Self> {
        let info = whatlang::detect(sample).filter(whatlang::Info::is_reliable)?;
        Some(Self { code: info.lang().code().to_owned(), confidence: info.confidence() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_given_only_when_reliable() {
        let english = "The cat sat on the mat while the dog was sleeping near the warm fireplace all day.";
        assert_eq!(Language::of(english).unwrap().code, "eng");
        assert_eq!(Language::of("42 17 a"), None);
    }
}
