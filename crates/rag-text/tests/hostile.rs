//! Documents that expand, nest or repeat without end: each is read or refused within the limits, and none ends the parent.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like tests")]

use std::{
    fs,
    io::{Cursor, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rag_text::{Block, ReadLimits, ReadSettings, Refusal, detect_file, open};
use zip::{ZipWriter, write::SimpleFileOptions};

fn child_program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().and_then(Path::parent).unwrap().join("examples/extract_child")
}

/// Reads a document in a child with 512 MiB of memory.
fn read(name: &str, content: &[u8]) -> Result<Vec<Block>, Refusal> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join(name);
    fs::write(&file, content).unwrap();
    let limits = ReadLimits {
        wall_ms: 30_000,
        memory_bytes: 512 << 20,
        output_bytes: 64 << 20,
        input_bytes: 64 << 20,
    };
    let format = detect_file(&mut Cursor::new(content), Some(name))?;
    let started = Instant::now();
    let settings =
        ReadSettings { program: child_program(), scratch: dir.path().to_owned(), limits, ocr: None };
    let read =
        open(&settings, format, &file, &|_| true).and_then(|read| read.blocks.collect::<Result<Vec<_>, _>>());
    assert!(started.elapsed() < Duration::from_mins(1), "{name} took {:?}", started.elapsed());
    read
}

fn slug(name: &str, content: &[u8]) -> &'static str {
    read(name, content).map_or_else(|refusal| refusal.slug(), |_| "read")
}

fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_document_that_expands_too_far_is_refused() {
    let zeros = vec![b' '; 300 << 20];
    assert_eq!(slug("bomb.zip", &package(&[("a.txt", &zeros)])), "too_long");
    assert_eq!(slug("bomb.docx", &package(&[("word/document.xml", &zeros)])), "too_long");
    let sheet = package(&[("xl/workbook.xml", b"<workbook/>"), ("xl/sharedStrings.xml", &zeros)]);
    assert_eq!(slug("bomb.xlsx", &sheet), "too_long");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&zeros).unwrap();
    assert_eq!(slug("bomb.gz", &gzip.finish().unwrap()), "too_long");
}

#[test]
fn archives_within_archives_end() {
    let mut zip = package(&[("a.txt", b"words")]);
    for _ in 0..2 {
        zip = package(&[("inner.zip", &zip)]);
    }
    assert_eq!(slug("nested.zip", &zip), "read");
    for _ in 0..5 {
        zip = package(&[("inner.zip", &zip)]);
    }
    assert_eq!(slug("nested.zip", &zip), "too_complex");
}

#[test]
fn entities_are_neither_expanded_nor_loaded() {
    let laughs = (1..30).fold("<!ENTITY e0 'ha'>".to_owned(), |all, n| {
        format!("{all}<!ENTITY e{n} '&e{0};&e{0};&e{0};&e{0};'>", n - 1)
    });
    let secret = tempfile::NamedTempFile::new().unwrap();
    fs::write(secret.path(), "secret").unwrap();
    let outside = format!("<!ENTITY x SYSTEM 'file://{}'>", secret.path().display());
    let document = format!(
        "<!DOCTYPE w:document [{laughs}{outside}]><w:document><w:body><w:p><w:r><w:t>seen &e29; &x;</w:t></w:r></w:p></w:body></w:document>"
    );
    let text =
        read("laughs.docx", &package(&[("word/document.xml", document.as_bytes())])).unwrap().remove(0).text;
    assert!(text.starts_with("seen") && text.len() < 20, "{text}");
    let xml = format!("<?xml version='1.0'?><!DOCTYPE d [{laughs}{outside}]><d><p>seen &e29; &x;</p></d>");
    assert_eq!(read("laughs.xml", xml.as_bytes()).unwrap().remove(0).text, "seen");
}

#[test]
fn deep_and_endless_structures_are_refused_or_read() {
    let document = |body: &str| format!("<w:document><w:body>{body}</w:body></w:document>");
    let deep = document(&"<w:tbl><w:tr><w:tc><w:p>".repeat(50_000));
    let wide = document(&format!(
        "<w:tbl>{}</w:tbl>",
        "<w:tr><w:tc><w:tcPr><w:gridSpan w:val='1000000'/></w:tcPr><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc></w:tr>".repeat(1000)
    ));
    assert_eq!(slug("deep.docx", &package(&[("word/document.xml", deep.as_bytes())])), "too_complex");
    let text: usize = read("wide.docx", &package(&[("word/document.xml", wide.as_bytes())]))
        .unwrap()
        .iter()
        .map(|block| block.text.len())
        .sum();
    assert!(text < 1 << 20, "{text} bytes");
    let cases: [(&str, Vec<u8>); 7] = [
        ("deep.rtf", format!("{{\\rtf1 {}", "{".repeat(1_000_000)).into_bytes()),
        ("deep.xml", format!("<?xml version='1.0'?>{}", "<a>".repeat(1_000_000)).into_bytes()),
        ("deep.json", "{\"a\":".repeat(500_000).into_bytes()),
        ("deep.ipynb", format!("{{\"nbformat\": 4, \"cells\": {}", "[".repeat(500_000)).into_bytes()),
        ("wide.csv", format!("{}\n", ",".repeat(4_000_000)).into_bytes()),
        ("wide.html", format!("<table>{}", "<tr><td colspan=1000 rowspan=65534>x".repeat(5000)).into_bytes()),
        (
            "parts.eml",
            format!(
                "From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n{}",
                "--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n".repeat(50_000)
            )
            .into_bytes(),
        ),
    ];
    for (name, content) in cases {
        assert_ne!(slug(name, &content), "internal", "{name}");
    }
}

#[test]
fn mutations_of_every_format_are_read_or_refused() {
    let html = b"<html><body><h1>Top</h1><table><tr><td>a<td>b</table></body></html>";
    let document = b"<w:document><w:body><w:p><w:r><w:t>text</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl></w:body></w:document>";
    let content = b"<o><office:text><text:h>Top</text:h><table:table><table:table-row><table:table-cell/></table:table-row></table:table></office:text></o>";
    let ordinary: [(&str, Vec<u8>); 8] = [
        ("a.docx", package(&[("word/document.xml", document)])),
        (
            "a.odt",
            package(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", content)]),
        ),
        ("a.zip", package(&[("a.html", html), ("b.csv", b"a,b\n1,2")])),
        ("a.rtf", br"{\rtf1{\fonttbl{\f0 Arial;}}\pard caf\'e9 \u26085?\par\trowd a\cell\row}".to_vec()),
        ("a.html", html.to_vec()),
        ("a.json", br#"[{"a": [1, 2.5, "x"]}, {"b": null}]"#.to_vec()),
        (
            "a.eml",
            b"From: a@b.example\nTo: c@d.example\nSubject: x\nContent-Type: text/html\n\n<p>text".to_vec(),
        ),
        ("a.md", b"# Top\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[x](http://y) [^1]\n\n[^1]: note".to_vec()),
    ];
    for (name, content) in ordinary {
        // Each byte in turn becomes another, or the file ends there.
        for at in (0..content.len()).step_by(content.len() / 6 + 1) {
            let mut changed = content.clone();
            changed[at] ^= 0x55;
            assert_ne!(slug(name, &changed), "internal", "{name} changed at {at}");
            assert_ne!(slug(name, &content[..at]), "internal", "{name} cut at {at}");
        }
    }
}
