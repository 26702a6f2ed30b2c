//! Detects the format of a file from its content; reads only the given head.

use serde::{Deserialize, Serialize};

use crate::{
    decode::{self, sniff},
    refusal::Refusal,
};

/// Number of bytes from the beginning of a file that [`detect`] needs.
pub const HEAD_BYTES: usize = 8 * 1024;

/// A format that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Text without markup; program text, JSON, CSV and logs are read as such.
    PlainText,
    /// `CommonMark` with tables and a front matter.
    Markdown,
    /// HTML of any age.
    Html,
    /// PDF with a text layer.
    Pdf,
}

impl Format {
    /// Every format, in no particular order.
    pub const ALL: [Self; 4] = [Self::PlainText, Self::Markdown, Self::Html, Self::Pdf];

    /// The name used in arguments and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::PlainText => "plain_text",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Pdf => "pdf",
        }
    }

    /// The format with this [`Format::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The registered media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::PlainText => "text/plain",
            Self::Markdown => "text/markdown",
            Self::Html => "text/html",
            Self::Pdf => "application/pdf",
        }
    }

    /// The format of a media type; parameters such as `charset` are ignored, other `text/*` is plain text.
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "text/markdown" | "text/x-markdown" => Some(Self::Markdown),
            "text/html" | "application/xhtml+xml" => Some(Self::Html),
            "application/pdf" => Some(Self::Pdf),
            "application/json" | "application/xml" | "application/yaml" => Some(Self::PlainText),
            other => other.starts_with("text/").then_some(Self::PlainText),
        }
    }

    fn of_extension(file_name: &str) -> Self {
        let extension =
            file_name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
        match extension.as_str() {
            "md" | "markdown" | "mdown" | "mkd" | "mdx" => Self::Markdown,
            "html" | "htm" | "xhtml" => Self::Html,
            _ => Self::PlainText,
        }
    }
}

/// Detects the format of a file that begins with `head` (up to [`HEAD_BYTES`]); its name only distinguishes kinds of text.
pub fn detect(head: &[u8], file_name: Option<&str>) -> Result<Format, Refusal> {
    if head.is_empty() {
        return Err(Refusal::Empty);
    }
    if is_pdf(head) {
        return Ok(Format::Pdf);
    }
    if !is_text(head) {
        return Err(unsupported(infer::get(head).map_or("", |kind| kind.mime_type())));
    }
    let text =
        decode::decode_all(head).map_err(|error| Refusal::internal("decode the head of a file", error))?;
    if text.starts_with("{\\rtf") {
        return Err(unsupported("text/rtf"));
    }
    if text.starts_with("%!PS") {
        return Err(unsupported("application/postscript"));
    }
    let by_name = file_name.map_or(Format::PlainText, Format::of_extension);
    // A README in Markdown can begin with a tag, but never with a document type.
    Ok(if by_name != Format::Markdown && opens_as_html(&text) || has_doctype(&text) {
        Format::Html
    } else {
        by_name
    })
}

/// Whether the first KiB has a header at a line's start with a version; prose that mentions `%PDF` does not count.
fn is_pdf(head: &[u8]) -> bool {
    let start = head.get(..1024 + 8).unwrap_or(head);
    sniff::find(start, b"%PDF-").is_some_and(|at| {
        let version = start.get(at + 5).is_some_and(u8::is_ascii_digit);
        let text_before = start.get(..at).is_some_and(|before| before.iter().any(u8::is_ascii_alphabetic));
        version && (!text_before || !is_text(start))
    })
}

fn is_text(head: &[u8]) -> bool {
    if sniff::marked(head).or_else(|| sniff::wide(head)).is_some() {
        return true;
    }
    // ESC begins the shift sequences of ISO-2022-JP and the colours of terminal logs.
    let is_control =
        |byte: &&u8| (**byte < 0x20 && !b"\t\n\r\x0b\x0c\x08\x1b".contains(byte)) || **byte == 0x7f;
    let controls = head.iter().filter(is_control).count();
    let known_binary =
        || infer::get(head).is_some_and(|kind| kind.matcher_type() != infer::MatcherType::Text);
    controls == 0 || (!head.contains(&0) && controls * 100 <= head.len() && !known_binary())
}

fn has_doctype(text: &str) -> bool {
    starts_with_ignoring_case(text.trim_start(), "<!doctype html")
}

fn opens_as_html(text: &str) -> bool {
    let mut rest = text.trim_start();
    while let Some((_, after)) = rest
        .strip_prefix("<!--")
        .and_then(|r| r.split_once("-->"))
        .or_else(|| rest.strip_prefix("<?xml")?.split_once("?>"))
    {
        rest = after.trim_start();
    }
    let tags = [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<title",
        "<meta",
        "<script",
        "<div",
        "<p>",
        "<h1",
        "<table",
    ];
    tags.iter().any(|tag| starts_with_ignoring_case(rest, tag))
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Names a kind of file for a person; an empty media type is an unknown one.
fn unsupported(media_type: &str) -> Refusal {
    let what = match media_type {
        "" => "binary data of an unknown kind".to_owned(),
        "application/zip" => "a zip archive".to_owned(),
        "application/msword" | "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => {
            "a Word document".to_owned()
        }
        "application/vnd.ms-excel" | "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => {
            "an Excel workbook".to_owned()
        }
        "application/vnd.ms-powerpoint"
        | "application/vnd.openxmlformats-officedocument.presentationml.presentation" => {
            "a PowerPoint presentation".to_owned()
        }
        "application/x-ole-storage" => "an old or encrypted Office document".to_owned(),
        "application/epub+zip" => "an EPUB book".to_owned(),
        "text/rtf" => "a rich text (RTF) document".to_owned(),
        other if other.starts_with("application/vnd.oasis.opendocument") => "an OpenDocument file".to_owned(),
        other => match other.split_once('/') {
            Some(("image", _)) => format!("an image ({other})"),
            Some(("audio", _)) => format!("a sound recording ({other})"),
            Some(("video", _)) => format!("a video ({other})"),
            Some(("font", _)) => format!("a font ({other})"),
            _ => format!("a file of type {other}"),
        },
    };
    Refusal::Unsupported { what }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(head: &[u8]) -> String {
        match detect(head, Some("notes.txt")) {
            Err(Refusal::Unsupported { what }) => what,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn content_decides_over_the_name() {
        assert_eq!(detect(b"%PDF-1.7\n", Some("a.txt")), Ok(Format::Pdf));
        assert_eq!(detect(b"\n\n%PDF-1.4\n1 0 obj", None), Ok(Format::Pdf));
        assert_eq!(detect(b"<!DOCTYPE html><p>x", Some("a.md")), Ok(Format::Html));
        assert_eq!(detect(b"<!-- saved --> <HTML lang=en>", None), Ok(Format::Html));
        let utf16: Vec<u8> = "<html><body>x".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(detect(&utf16, None), Ok(Format::Html));
    }

    #[test]
    fn the_name_tells_texts_apart() {
        assert_eq!(detect(b"# Title", Some("a.md")), Ok(Format::Markdown));
        assert_eq!(detect(b"# Title", Some("a.yaml")), Ok(Format::PlainText));
        assert_eq!(detect(b"no tags", Some("A.HTM")), Ok(Format::Html));
        assert_eq!(
            detect(b"<div align=center>logo</div>\n\n# Title", Some("README.md")),
            Ok(Format::Markdown)
        );
        for text in
            ["{\"a\": 1}", "a,b\n1,2", "#!/bin/sh\necho", "BMW and MZ are words", "the %PDF-1.4 header"]
        {
            assert_eq!(detect(text.as_bytes(), Some("x")), Ok(Format::PlainText), "{text}");
        }
        assert_eq!(detect(b"caf\xe9 au lait", None), Ok(Format::PlainText));
    }

    #[test]
    fn what_is_not_text_is_named() {
        assert_eq!(detect(b"", Some("a.txt")), Err(Refusal::Empty));
        assert_eq!(what(b"PK\x03\x04\x14\x00\x00\x00\x08\x00stuff"), "a zip archive");
        assert_eq!(what(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "an image (image/png)");
        assert_eq!(what(b"{\\rtf1\\ansi hello}"), "a rich text (RTF) document");
        assert_eq!(what(b"\x01\x02\x00\x00\x07\x07 random \x00\x01\x05"), "binary data of an unknown kind");
    }

    #[test]
    fn media_types_go_both_ways() {
        for format in Format::ALL {
            assert_eq!(Format::from_media_type(format.media_type()), Some(format));
            assert_eq!(Format::from_name(format.name()), Some(format));
        }
        assert_eq!(Format::from_media_type("Text/CSV; charset=utf-8"), Some(Format::PlainText));
        assert_eq!(Format::from_media_type("image/png"), None);
    }
}
