//! Detects the format of a file from its content; reads a few small parts of the file, never the whole.

use std::io::{self, Read, Seek, SeekFrom};

use super::Format;
use crate::{
    decode::{self, sniff},
    refusal::Refusal,
};

mod container;
mod text;
mod zip_names;

/// Number of bytes from the beginning of a file that [`detect`] needs.
pub const HEAD_BYTES: usize = 8 * 1024;

/// Number of bytes from the end of a zip archive in which the names of its files are searched.
const TAIL_BYTES: u64 = 64 * 1024;

/// Detects the format of a file, from its beginning and the directory of a container; its name only distinguishes kinds of text.
pub fn detect_file(file: &mut (impl Read + Seek), file_name: Option<&str>) -> Result<Format, Refusal> {
    let unreadable = |error: io::Error| Refusal::internal("read the document", error);
    file.rewind().map_err(unreadable)?;
    let head = read_up_to(file, u64::try_from(HEAD_BYTES).unwrap_or(u64::MAX)).map_err(unreadable)?;
    if container::is_zip(&head) {
        let length = file.seek(SeekFrom::End(0)).map_err(unreadable)?;
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES))).map_err(unreadable)?;
        let tail = read_up_to(file, TAIL_BYTES).map_err(unreadable)?;
        return container::zip_format(&head, &tail, file_name);
    }
    if container::is_ole(&head) {
        let directory = container::ole_directory_at(&head);
        file.seek(SeekFrom::Start(directory)).map_err(unreadable)?;
        let directory = read_up_to(file, TAIL_BYTES).map_err(unreadable)?;
        return container::ole_format(&head, &directory);
    }
    detect(&head, file_name)
}

fn read_up_to(file: &mut impl Read, bytes: u64) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    file.take(bytes).read_to_end(&mut read)?;
    Ok(read)
}

/// Detects the format of a file that begins with `head` (up to [`HEAD_BYTES`]); [`detect_file`] knows more about containers.
pub fn detect(head: &[u8], file_name: Option<&str>) -> Result<Format, Refusal> {
    if head.is_empty() {
        return Err(Refusal::Empty);
    }
    if is_pdf(head) {
        return Ok(Format::Pdf);
    }
    if container::is_zip(head) {
        return container::zip_format(head, &[], file_name);
    }
    if container::is_ole(head) {
        return container::ole_format(head, &[]);
    }
    if head.starts_with(b"\x1f\x8b\x08") {
        return Ok(Format::Gzip);
    }
    if head.get(257..262) == Some(b"ustar") {
        return Ok(Format::Tar);
    }
    let media_type = infer::get(head).map_or("", |kind| kind.mime_type());
    if let Some(image) = Format::from_media_type(media_type).filter(|format| format.descriptor().needs_ocr) {
        return Ok(image);
    }
    if !is_text(head) {
        return Err(unsupported(media_type));
    }
    let decoded =
        decode::decode_all(head).map_err(|error| Refusal::internal("decode the head of a file", error))?;
    if decoded.starts_with("%!PS") {
        return Err(unsupported("application/postscript"));
    }
    Ok(text::format(&decoded, file_name))
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

/// Whether the bytes are text, in which a few control characters do no harm.
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
    controls == 0 || (controls <= (head.len() / 50).max(1) && head.len() > 8 && !known_binary())
}

/// Names a kind of file for a person; an empty media type is an unknown one. A kind that is read is damaged if it is not text.
fn unsupported(media_type: &str) -> Refusal {
    if let Some(format) = Format::from_media_type(media_type) {
        let title = format.descriptor().title;
        return Refusal::broken(format!("it begins like {title}, but holds bytes that are no text"));
    }
    let what = match media_type {
        "" => "binary data of an unknown kind".to_owned(),
        "application/postscript" => "a PostScript file".to_owned(),
        "application/vnd.rar" | "application/x-7z-compressed" => {
            format!("an archive of a kind that is not supported ({media_type})")
        }
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
        let cases: [(&[u8], &str, Format); 20] = [
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.txt", Format::Png),
            (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "a.png", Format::Jpeg),
            (b"II*\0\x08\0\0\0\x0e\0\0\x01\x04\0\x01\0", "a", Format::Tiff),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "a", Format::Webp),
            (b"%PDF-1.7\n", "a.txt", Format::Pdf),
            (b"\n\n%PDF-1.4\n1 0 obj", "a", Format::Pdf),
            (b"<!DOCTYPE html><p>x", "a.md", Format::Html),
            (b"<!-- saved --> <HTML lang=en>", "a", Format::Html),
            (b"{\\rtf1\\ansi hello}", "a.doc", Format::Rtf),
            (b"\x1f\x8b\x08\0\0\0\0\0", "a.txt", Format::Gzip),
            (b"{\"cells\": [], \"nbformat\": 4}", "a", Format::Notebook),
            (b"{\"a\": 1}", "x", Format::Json),
            (b"{\"a\": 1}\n{\"a\": 2}\n", "x.json", Format::JsonLines),
            (b"WEBVTT\n\n00:00.000 --> 00:01.000\nhi", "a.txt", Format::WebVtt),
            (b"1\n00:00:01,000 --> 00:00:02,000\nhi\n", "a.txt", Format::SubRip),
            (b"<?xml version='1.0'?><feed><title>x</title></feed>", "a.txt", Format::Xml),
            (b"Received: by x\nFrom: a@b.example\nSubject: hi\n\nbody", "a", Format::Email),
            (b"From a@b.example Sat Nov 28\nFrom: a@b.example\nSubject: hi\n\nbody", "a", Format::Mailbox),
            (b"#!/bin/sh\necho", "run", Format::Code),
            (b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "a", Format::Zip),
        ];
        for (head, name, format) in cases {
            assert_eq!(detect(head, Some(name)), Ok(format), "{name} {}", String::from_utf8_lossy(head));
        }
        let utf16: Vec<u8> = "<html><body>x".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(detect(&utf16, None), Ok(Format::Html));
    }

    #[test]
    fn the_name_distinguishes_texts() {
        let cases: [(&[u8], &str, Format); 16] = [
            (b"# Title", "a.md", Format::Markdown),
            (b"# Title", "a.yaml", Format::PlainText),
            (b"no tags", "A.HTM", Format::Html),
            (b"<div align=center>logo</div>\n\n# Title", "README.md", Format::Markdown),
            (b"<script> is a tag of HTML.", "note.txt", Format::PlainText),
            (b"<p>A saved page</p>", "page.txt", Format::Html),
            (b"a,b\n1,2", "a.csv", Format::Csv),
            (b"a\tb\n1\t2", "a.tsv", Format::Tsv),
            (b"fn main() {}", "a.rs", Format::Code),
            (b"a,b\n1,2", "x", Format::PlainText),
            (b"From: the start to the end,\nit is a poem", "x", Format::PlainText),
            (b"{not json", "a.json", Format::PlainText),
            (b"{\"a\": 1}\n", "a.jsonl", Format::JsonLines),
            (b"{\"a\": 1}\n{\"a\": 2}", "a.jsonl", Format::JsonLines),
            (b"{\"a\": \"longer than the head", "a.jsonl", Format::JsonLines),
            (b"{\n  \"title\": \"Backup guide\",\n  \"a\": 2\n}\n", "a.jsonl", Format::Json),
        ];
        for (head, name, format) in cases {
            assert_eq!(detect(head, Some(name)), Ok(format), "{name}");
        }
        for text in [
            "BMW and MZ are words",
            "the %PDF-1.4 header",
            "[1] A reference",
            "{curly} words",
            "one odd \0 byte",
        ] {
            assert_eq!(detect(text.as_bytes(), Some("x")), Ok(Format::PlainText), "{text}");
        }
        assert_eq!(detect(b"caf\xe9 au lait", None), Ok(Format::PlainText));
    }

    #[test]
    fn containers_are_told_apart_by_their_directory() {
        let cases = [
            ("word/document.xml", Format::Docx),
            ("ppt/presentation.xml", Format::Pptx),
            ("xl/workbook.xml", Format::Xlsx),
            ("xl/workbook.bin", Format::Xlsx),
            ("notes/word.txt", Format::Zip),
        ];
        for (name, format) in cases {
            // The file before fills the head, so that only the directory has the name.
            let zip = archive(&[("[Content_Types].xml", &[b'x'; HEAD_BYTES]), (name, b"x")]);
            assert_eq!(detect_file(&mut io::Cursor::new(zip), None), Ok(format), "{name}");
        }
        for (media_type, format) in [
            ("application/epub+zip", Format::Epub),
            ("application/vnd.oasis.opendocument.text", Format::Odt),
            ("application/vnd.oasis.opendocument.spreadsheet", Format::Ods),
        ] {
            let zip = archive(&[("mimetype", media_type.as_bytes()), ("content.xml", b"x")]);
            assert_eq!(detect(&zip, None), Ok(format), "{media_type}");
        }
    }

    /// A zip archive that holds the files as they are.
    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        use io::Write;
        let stored =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for (name, content) in files {
            zip.start_file(*name, stored).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn an_archive_is_not_the_document_that_it_holds_uncompressed() {
        let documents = [
            archive(&[("[Content_Types].xml", b"x"), ("word/document.xml", b"x")]),
            archive(&[("mimetype", b"application/vnd.oasis.opendocument.text")]),
            archive(&[("META-INF/container.xml", b"x")]),
        ];
        for document in documents {
            let zip = archive(&[("report", &document), ("notes.txt", b"x")]);
            assert_eq!(detect_file(&mut io::Cursor::new(&zip), None), Ok(Format::Zip));
            assert_eq!(detect(&zip, Some("a.docx")), Ok(Format::Zip));
            let last = archive(&[("notes.txt", b"x"), ("report", &document)]);
            assert_eq!(detect_file(&mut io::Cursor::new(last), None), Ok(Format::Zip));
        }
    }

    #[test]
    fn a_few_bytes_with_a_zero_are_no_text() {
        assert_eq!(what(&[0, 1, 2, 3, 4, 5, 6, 7]), "binary data of an unknown kind");
        let short: Vec<u8> = "hi".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(detect(&short, None), Ok(Format::PlainText));
    }

    #[test]
    fn a_text_with_a_run_of_zero_bytes_is_damaged_and_not_of_another_kind() {
        let zeros = "\0".repeat(1000);
        for (begin, name, title) in [
            ("<!DOCTYPE html><p>x", "a.html", "HTML"),
            ("{\\rtf1\\ansi hello", "a.rtf", "Rich text (RTF)"),
            ("<?xml version='1.0'?><a>", "a.xml", "XML"),
        ] {
            let refusal = detect(format!("{begin}{zeros}").as_bytes(), Some(name)).unwrap_err();
            let text = refusal.to_string();
            assert!(text.contains("damaged") && text.contains(&format!("begins like {title}")), "{text}");
            assert!(!text.contains("Convert"), "{text}");
        }
    }

    #[test]
    fn what_is_not_text_is_named() {
        assert_eq!(detect(b"", Some("a.txt")), Err(Refusal::Empty));
        assert_eq!(what(b"GIF89a\x01\0\x01\0\0\0\0"), "an image (image/gif)");
        assert_eq!(what(b"\x01\x02\x00\x00\x07\x07 random \x00\x01\x05"), "binary data of an unknown kind");
        let mut ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
        ole.extend(vec![0; 504]);
        ole.extend("WordDocument".encode_utf16().flat_map(u16::to_le_bytes));
        assert!(what(&ole).contains("Word 97"), "{}", what(&ole));
        ole.truncate(512);
        ole.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(detect(&ole, None), Err(Refusal::Encrypted));
    }
}
