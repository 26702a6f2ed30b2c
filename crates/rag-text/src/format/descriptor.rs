//! The facts about a format, of which the table has a row for each.

use super::Format;
use crate::extract::{self, Reader};

/// The facts about a format.
#[derive(Debug)]
pub struct Descriptor {
    /// The format.
    pub format: Format,
    /// The name used in arguments and JSON.
    pub name: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// Its media types; documents are stored under the first one.
    pub media_types: &'static [&'static str],
    /// The extensions of its files, in lower case.
    pub extensions: &'static [&'static str],
    /// The parts of a file that become text.
    pub reads: &'static str,
    /// The parts of a file that are left out, and the files that are refused.
    pub leaves_out: &'static str,
    /// Whether its length says little about the work of reading it, because parts of it are compressed.
    pub is_compressed: bool,
    /// Whether its reader works on windows of the file and is safe in the process of the server.
    pub is_streamed: bool,
    /// Whether nothing of it can be read without OCR.
    pub needs_ocr: bool,
    /// Its reader.
    pub(crate) reader: Reader,
}

/// The facts that most formats share.
pub(super) const BASE: Descriptor = Descriptor {
    format: Format::PlainText,
    name: "plain_text",
    title: "Plain text",
    media_types: &["text/plain"],
    extensions: &[],
    reads: "",
    leaves_out: "",
    is_compressed: false,
    is_streamed: false,
    needs_ocr: false,
    reader: extract::plain::read,
};
