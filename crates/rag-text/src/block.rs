//! The output of extraction: blocks of text in reading order and an outline; independent of the format.

use serde::{Deserialize, Serialize};

use crate::cut;

/// Maximum length of a block, in bytes of text; a longer one is cut at a line end, sentence end or space.
pub const MAX_BLOCK_BYTES: usize = cut::WINDOW_BYTES;

/// The role of a block in its document.
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
    /// A table, one row per line, cells separated by ` | `.
    Table,
    /// A record of structured data, one `key: value` per line.
    Record,
    /// Quoted text.
    Quote,
}

/// One piece of a document, in reading order; its text is never blank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The kind of the block.
    pub kind: BlockKind,
    /// The text, at most [`MAX_BLOCK_BYTES`] long.
    pub text: String,
    /// The page number, counted from 1; `None` if the format has no pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// The headings above the block, highest first; does not include a heading's own text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heading_path: Vec<String>,
}

/// Properties of the whole document, known after it has been read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// The title from the document itself.
    pub title: Option<String>,
    /// The number of pages; `None` if the format has no pages.
    pub pages: Option<u32>,
    /// The language of the beginning; `None` if the detection is not reliable.
    pub language: Option<Language>,
    /// The number of U+FFFD in the text, which stand for bytes that are no characters in the file's encoding.
    #[serde(default)]
    pub replaced_characters: u64,
    /// The links of an HTML page; empty for other formats.
    #[serde(default)]
    pub links: Links,
    /// The pages whose text comes from OCR, in the order of the document.
    #[serde(default)]
    pub ocr_pages: Vec<OcrPage>,
    /// The pages that were found of a file whose end is missing; `None` if it has its end.
    #[serde(default)]
    pub cut_pages: Option<CutPages>,
}

/// The pages of a file whose end is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutPages {
    /// The number of pages that were found.
    pub found: u32,
    /// The number of those that have text.
    pub with_text: u32,
}

/// The links of an HTML page, as it has them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    /// The address to which they are relative, if the page gives one.
    pub base: Option<String>,
    /// Their targets in the order of the page, at most 5,000.
    pub targets: Vec<String>,
}

/// A page whose text comes from OCR.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OcrPage {
    /// The page number, counted from 1; `None` in a document within the document.
    pub page: Option<u32>,
    /// The mean probability of its characters, 0 to 1.
    pub confidence: f32,
    /// Whether the end of its image is missing, and with it perhaps a part of the text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_incomplete: bool,
}

/// A natural language, detected from a sample of text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Language {
    /// The ISO 639-3 code, such as `eng`.
    pub code: String,
    /// Confidence of the detection, from 0 to 1.
    pub confidence: f64,
}

impl Language {
    /// Number of bytes of text that are enough to detect a language.
    pub(crate) const SAMPLE_BYTES: usize = 16 * 1024;

    /// Detects the language of `sample`; `None` if the detection is not reliable.
    pub fn detect(sample: &str) -> Option<Self> {
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
        assert_eq!(Language::detect(english).unwrap().code, "eng");
        assert_eq!(Language::detect("42 17 a"), None);
    }
}
