//! Turns a document into blocks: selects the parser and normalises its blocks.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use crate::{
    block::{Block, BlockKind, CutPages, Language, Links, MAX_BLOCK_BYTES, OcrPage, Outline},
    cut, decode,
    format::Format,
    names,
    ocr::{Ocr, OcrSettings},
    refusal::Refusal,
    tables::split_table,
};

pub(crate) mod archive;
pub(crate) mod code;
pub(crate) mod csv;
pub(crate) mod docx;
mod docx_parts;
pub(crate) mod epub;
pub(crate) mod html;
mod html_banners;
mod html_elements;
mod html_links;
mod html_table;
mod html_walk;
mod html_work;
pub(crate) mod images;
pub(crate) mod json;
mod json_numbers;
mod links;
pub(crate) mod mail;
mod mailbox;
pub(crate) mod markdown;
mod markdown_front;
mod members;
pub(crate) mod notebook;
pub(crate) mod odf;
mod package;
pub(crate) mod pdf;
mod pdf_bidi;
mod pdf_fields;
mod pdf_forms;
mod pdf_layout;
mod pdf_lines;
mod pdf_running;
mod pdf_scans;
mod pdf_words;
pub(crate) mod plain;
pub(crate) mod pptx;
pub(crate) mod rtf;
mod rtf_charsets;
mod rtf_tokens;
mod scan;
mod sheet_comments;
mod sheet_values;
pub(crate) mod sheets;
mod source;
pub(crate) mod subtitles;
mod table;
#[cfg(test)]
pub(crate) mod testing;
mod tiff_pages;
mod xml;
pub(crate) mod xml_text;

use pdf_lines::Line;
pub(crate) use scan::Scan;
pub(crate) use source::{Reader, Source};
use table::Table;

/// A piece of a document that is being read.
#[derive(Debug)]
pub enum Piece {
    /// The next block.
    Block(Block),
    /// OCR begins to read a page; the number of pages with this one.
    OcrPage(u32),
}

/// The receiver of the pieces; its error stops the extraction.
pub type Sink<'s> = dyn FnMut(Piece) -> Result<(), Refusal> + 's;

/// Maximum length of titles and headings, in characters.
const HEADING_CHARS: usize = 300;

/// Maximum size of all compressed parts of a document after they are expanded, in bytes.
pub(crate) const MAX_EXPANDED_BYTES: u64 = 128 << 20;

/// Reads `file` as `format` and hands its blocks to `sink` in reading order; without `ocr`, pages without text stay unread.
///
/// Parsers can crash, loop or exhaust memory on hostile files: call this only in a process that may die,
/// or use [`crate::isolate::open`].
pub fn extract(
    format: Format,
    file: &Path,
    ocr: Option<&OcrSettings>,
    sink: &mut Sink<'_>,
) -> Result<Outline, Refusal> {
    let mut collector = Collector::new(ocr, sink);
    (format.descriptor().reader)(&Source::File(file), &mut collector)?;
    collector.finish()
}

/// Turns the output of parsers into blocks: cleans text, drops blank blocks, cuts long ones, keeps the heading path.
pub(crate) struct Collector<'s, 'f> {
    sink: &'s mut Sink<'f>,
    headings: Vec<(u8, String)>,
    sample: String,
    title: Option<String>,
    /// The highest heading so far that can serve as the title, with its level.
    first_heading: Option<(u8, String)>,
    pages: Option<u32>,
    any: bool,
    /// Number of characters that stand for bytes that are no characters.
    replaced: u64,
    /// Size of all parts that have been expanded, in bytes.
    expanded: u64,
    /// Number of documents around the one that is being read.
    depth: u8,
    /// The name of a member that has no text yet.
    pending_heading: Option<String>,
    links: Links,
    ocr: Option<Ocr<'s>>,
    ocr_pages: Vec<OcrPage>,
    cut_pages: Option<CutPages>,
    /// Whether a page stayed unread because OCR is off.
    lacks_ocr: bool,
}

impl<'s, 'f> Collector<'s, 'f> {
    fn new(ocr: Option<&'s OcrSettings>, sink: &'s mut Sink<'f>) -> Self {
        Self {
            sink,
            headings: Vec::new(),
            sample: String::new(),
            title: None,
            first_heading: None,
            pages: None,
            any: false,
            replaced: 0,
            expanded: 0,
            depth: 0,
            pending_heading: None,
            links: Links::default(),
            ocr: ocr.map(Ocr::new),
            ocr_pages: Vec::new(),
            cut_pages: None,
            lacks_ocr: false,
        }
    }

    /// Refuses a document with more scanned pages than OCR may read.
    pub(crate) fn expect_scans(&self, pages: u32) -> Result<(), Refusal> {
        self.ocr.as_ref().map_or(Ok(()), |ocr| ocr.check_count(pages))
    }

    /// The lines of a scanned page, which `image` makes; none if OCR is off.
    pub(crate) fn read_scan(
        &mut self,
        page: u32,
        image: impl FnOnce() -> Result<Scan, Refusal>,
    ) -> Result<Vec<Line>, Refusal> {
        let Some(ocr) = &mut self.ocr else {
            self.lacks_ocr = true;
            return Ok(Vec::new());
        };
        (self.sink)(Piece::OcrPage(ocr.begin_page()?))?;
        let Scan { image, is_incomplete } = image()?;
        let text = ocr.read(image)?;
        if !text.lines.is_empty() {
            let page = Some(page).filter(|_| self.depth == 0);
            self.ocr_pages.push(OcrPage { page, confidence: text.confidence, is_incomplete });
        }
        Ok(scan::lines_of(&text))
    }

    /// Counts the size of an expanded part; refuses a document whose parts are too large together.
    pub(crate) fn spend(&mut self, bytes: usize) -> Result<(), Refusal> {
        self.expanded = self.expanded.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        if self.expanded > MAX_EXPANDED_BYTES {
            return Err(Refusal::TooLong { limit_bytes: MAX_EXPANDED_BYTES });
        }
        Ok(())
    }

    /// The size of the parts that can still be expanded, in bytes.
    pub(crate) fn expandable(&self) -> u64 {
        MAX_EXPANDED_BYTES.saturating_sub(self.expanded)
    }

    /// The number of documents around the one that is being read.
    pub(crate) fn depth(&self) -> u8 {
        self.depth
    }

    /// Reads a document within the document; its name is the heading of its text. Refuses one without text and one whose parser panics.
    pub(crate) fn nest(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let any = std::mem::replace(&mut self.any, false);
        let lacks_ocr = std::mem::replace(&mut self.lacks_ocr, false);
        let above = self.pending_heading.replace(name.to_owned());
        self.depth += 1;
        // Caught here, because the state of the document around it is restored below.
        let result = catch_unwind(AssertUnwindSafe(|| read(self)))
            .unwrap_or_else(|_| Err(Refusal::broken("the parser stopped unexpectedly")));
        self.depth -= 1;
        let is_empty = !self.any;
        self.any |= any;
        self.pending_heading = if is_empty { above } else { None };
        let no_text = self.no_text();
        self.lacks_ocr |= lacks_ocr;
        result?;
        if is_empty { Err(no_text) } else { Ok(()) }
    }

    /// Adds a table; its first row names the columns.
    pub(crate) fn table(&mut self, table: Table, page: Option<u32>) -> Result<(), Refusal> {
        self.add(BlockKind::Table, &table.render(), page)
    }

    /// Sets the title unless it is blank or already set.
    pub(crate) fn title(&mut self, title: &str) {
        let title = names::clean(&one_line(title));
        if self.depth == 0 && self.title.is_none() && !title.is_empty() {
            self.title = Some(title);
        }
    }

    /// Sets the links.
    pub(crate) fn links(&mut self, links: Links) {
        if self.depth == 0 {
            self.links = links;
        }
    }

    /// Sets the number of pages.
    pub(crate) fn pages(&mut self, pages: u32) {
        if self.depth == 0 {
            self.pages = Some(pages);
        }
    }

    /// Adds one block; a heading becomes part of the path of the blocks after it.
    pub(crate) fn add(&mut self, kind: BlockKind, text: &str, page: Option<u32>) -> Result<(), Refusal> {
        if text.trim().is_empty() {
            return Ok(());
        }
        if let Some(name) = self.pending_heading.take() {
            self.heading(self.depth, &name, None)?;
        }
        match kind {
            BlockKind::Heading { level } => self.heading(level.saturating_add(self.depth), text, page),
            _ => self.body(kind, text, page),
        }
    }

    fn body(&mut self, kind: BlockKind, text: &str, page: Option<u32>) -> Result<(), Refusal> {
        let text = decode::clean(text);
        let page = page.filter(|_| self.depth == 0);
        let path: Vec<String> = self.headings.iter().map(|(_, heading)| heading.clone()).collect();
        let pieces = match kind {
            BlockKind::Table => split_table(&text, MAX_BLOCK_BYTES, |line| line.len() + 1),
            _ => vec![text],
        };
        let mut windows = pieces.iter().flat_map(|piece| cut::windows(piece, MAX_BLOCK_BYTES));
        windows.try_for_each(|window| self.emit(kind, window, page, &path))
    }

    fn heading(&mut self, level: u8, text: &str, page: Option<u32>) -> Result<(), Refusal> {
        let level = level.clamp(1, 6);
        let text = one_line(&decode::clean(text));
        let page = page.filter(|_| self.depth == 0);
        self.headings.retain(|(above, _)| *above < level);
        let path: Vec<String> = self.headings.iter().map(|(_, heading)| heading.clone()).collect();
        self.emit(BlockKind::Heading { level }, &text, page, &path)?;
        if text.is_empty() {
            return Ok(());
        }
        let may_be_title = if self.pages.is_some() { page == Some(1) } else { level == 1 };
        if may_be_title && self.first_heading.as_ref().is_none_or(|(first, _)| *first > level) {
            self.first_heading = Some((level, text.clone()));
        }
        self.headings.push((level, text));
        Ok(())
    }

    fn emit(
        &mut self,
        kind: BlockKind,
        text: &str,
        page: Option<u32>,
        path: &[String],
    ) -> Result<(), Refusal> {
        let Some(text) = trimmed(text) else { return Ok(()) };
        self.any = true;
        let replaced = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
        self.replaced += u64::try_from(replaced).unwrap_or(u64::MAX);
        if self.sample.len() < Language::SAMPLE_BYTES && kind != BlockKind::Code {
            self.sample.push_str(text);
            self.sample.push('\n');
        }
        (self.sink)(Piece::Block(Block { kind, text: text.to_owned(), page, heading_path: path.to_vec() }))
    }

    /// The reason why a document with pages has no text.
    fn no_text(&self) -> Refusal {
        if self.lacks_ocr { Refusal::NoOcr } else { Refusal::NoText }
    }

    fn finish(self) -> Result<Outline, Refusal> {
        if !self.any {
            return Err(if self.pages.is_some() { self.no_text() } else { Refusal::Empty });
        }
        let title = self.title.or(self.first_heading.map(|(_, heading)| names::clean(&heading)));
        Ok(Outline {
            title,
            pages: self.pages,
            language: Language::detect(&self.sample),
            replaced_characters: self.replaced,
            links: self.links,
            ocr_pages: self.ocr_pages,
            cut_pages: self.cut_pages,
        })
    }
}

/// `text` without blank lines around it and blanks at its end, `None` if nothing is left; indentation is kept.
pub(crate) fn trimmed(text: &str) -> Option<&str> {
    text.get(content_start(text)?..).map(str::trim_end)
}

/// The start of the first line that is not blank.
pub(crate) fn content_start(text: &str) -> Option<usize> {
    let (blank, _) = text.split_at(text.find(|c: char| !c.is_whitespace())?);
    Some(blank.rfind('\n').map_or(0, |at| at + 1))
}

fn one_line(text: &str) -> String {
    // Some site generators put zero-width spaces after headings.
    let line = text.trim_matches('\u{200b}').split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(HEADING_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_blocks_are_dropped_and_long_ones_cut() {
        let long = "word ".repeat(30_000);
        let (_, blocks) = testing::collect(|c| {
            c.add(BlockKind::Paragraph, " \n\t", None)?;
            c.add(BlockKind::Paragraph, &long, None)
        })
        .unwrap();
        assert_eq!(blocks.len(), 3);
        assert!(
            blocks.iter().all(|block| block.text.len() <= MAX_BLOCK_BYTES && block.text.starts_with("word"))
        );
    }

    #[test]
    fn nothing_but_blanks_is_a_refusal() {
        assert_eq!(testing::collect(|c| c.add(BlockKind::Code, "\n", None)), Err(Refusal::Empty));
        let scan = testing::collect(|c| {
            c.pages(3);
            Ok(())
        });
        assert_eq!(scan, Err(Refusal::NoText));
    }

    #[test]
    fn the_heading_path_forgets_what_is_deeper() {
        let (outline, blocks) = testing::collect(|c| {
            for (level, text) in [(1, "A"), (2, "B"), (3, "C"), (2, "D")] {
                c.add(BlockKind::Heading { level }, text, None)?;
            }
            c.add(BlockKind::Paragraph, "text", None)
        })
        .unwrap();
        assert_eq!(outline.title.as_deref(), Some("A"));
        assert_eq!(
            testing::shown(&blocks),
            ["h1 [] A", "h2 [A] B", "h3 [A/B] C", "h2 [A] D", "paragraph [A/D] text"]
        );
    }

    #[test]
    fn trimming_keeps_the_first_indentation() {
        assert_eq!(trimmed("\n \n  a\n b \n"), Some("  a\n b"));
        assert_eq!(trimmed(" \n"), None);
    }
}
