//! Turns a document into blocks: selects the parser and normalises its blocks.

use std::{fs::File, path::Path};

use crate::{
    block::{Block, BlockKind, Language, MAX_BLOCK_BYTES, Outline},
    cut,
    decode::{self, decode_all},
    format::Format,
    names,
    refusal::Refusal,
};

mod html;
mod html_walk;
mod html_work;
mod markdown;
mod pdf;
mod pdf_bidi;
mod pdf_forms;
mod pdf_layout;
mod pdf_lines;
pub(crate) mod plain;

/// The receiver of the blocks; its error stops the extraction.
pub type Sink<'s> = dyn FnMut(Block) -> Result<(), Refusal> + 's;

/// Maximum length of titles and headings, in characters.
const HEADING_CHARS: usize = 300;

/// Reads `file` as `format` and hands its blocks to `sink` in reading order.
///
/// Parsers can crash, loop or exhaust memory on hostile files: call this only in a process that may die,
/// or use [`crate::isolate::open`].
pub fn extract(format: Format, file: &Path, sink: &mut Sink<'_>) -> Result<Outline, Refusal> {
    if format == Format::PlainText {
        let mut paragraphs = plain::Paragraphs::open(file)?;
        let outline = paragraphs.outline();
        paragraphs.try_for_each(|block| sink(block?))?;
        return Ok(outline);
    }
    let mut collector = Collector::new(sink);
    match format {
        Format::PlainText => {}
        Format::Markdown => markdown::extract(&read_text(file)?, &mut collector)?,
        Format::Html => html::extract(&read_text(file)?, &mut collector)?,
        Format::Pdf => pdf::extract(file, &mut collector)?,
    }
    collector.finish()
}

fn read_text(file: &Path) -> Result<String, Refusal> {
    File::open(file).and_then(decode_all).map_err(|error| Refusal::internal("read the document", error))
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
}

impl<'s, 'f> Collector<'s, 'f> {
    fn new(sink: &'s mut Sink<'f>) -> Self {
        Self {
            sink,
            headings: Vec::new(),
            sample: String::new(),
            title: None,
            first_heading: None,
            pages: None,
            any: false,
        }
    }

    /// Sets the title unless it is blank or already set.
    pub(crate) fn title(&mut self, title: &str) {
        let title = names::clean(&one_line(title));
        if self.title.is_none() && !title.is_empty() {
            self.title = Some(title);
        }
    }

    /// Sets the number of pages.
    pub(crate) fn pages(&mut self, pages: u32) {
        self.pages = Some(pages);
    }

    /// Adds one block; a heading becomes part of the path of the blocks after it.
    pub(crate) fn add(&mut self, kind: BlockKind, text: &str, page: Option<u32>) -> Result<(), Refusal> {
        let mut text = decode::clean(text);
        if let BlockKind::Heading { level } = kind {
            text = one_line(&text);
            self.headings.retain(|(above, _)| *above < level);
        }
        let heading_path: Vec<String> = self.headings.iter().map(|(_, heading)| heading.clone()).collect();
        for piece in cut::windows(&text, MAX_BLOCK_BYTES) {
            self.emit(kind, piece, page, &heading_path)?;
        }
        if let BlockKind::Heading { level } = kind
            && !text.is_empty()
        {
            let heading: String = text.chars().take(HEADING_CHARS).collect();
            let may_be_title = if self.pages.is_some() { page == Some(1) } else { level == 1 };
            if may_be_title && self.first_heading.as_ref().is_none_or(|(first, _)| *first > level) {
                self.first_heading = Some((level, heading.clone()));
            }
            self.headings.push((level, heading));
        }
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
        if self.sample.len() < Language::SAMPLE_BYTES && kind != BlockKind::Code {
            self.sample.push_str(text);
            self.sample.push('\n');
        }
        (self.sink)(Block { kind, text: text.to_owned(), page, heading_path: path.to_vec() })
    }

    fn finish(self) -> Result<Outline, Refusal> {
        if !self.any {
            return Err(if self.pages.is_some() { Refusal::NoText } else { Refusal::Empty });
        }
        let title = self.title.or(self.first_heading.map(|(_, heading)| names::clean(&heading)));
        Ok(Outline { title, pages: self.pages, language: Language::detect(&self.sample) })
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
pub(crate) mod testing {
    //! Runs a parser over a string and shows its blocks as text.

    use super::*;

    /// The outline and blocks that `parse` finds.
    pub(crate) fn collect(
        parse: impl FnOnce(&mut Collector<'_, '_>) -> Result<(), Refusal>,
    ) -> Result<(Outline, Vec<Block>), Refusal> {
        let mut blocks = Vec::new();
        let mut sink = |block| {
            blocks.push(block);
            Ok(())
        };
        let mut collector = Collector::new(&mut sink);
        parse(&mut collector)?;
        let outline = collector.finish()?;
        Ok((outline, blocks))
    }

    /// One line per block: the kind, the path and the text.
    pub(crate) fn shown(blocks: &[Block]) -> Vec<String> {
        let kind = |block: &Block| match block.kind {
            BlockKind::Heading { level } => format!("h{level}"),
            other => format!("{other:?}").to_lowercase(),
        };
        blocks.iter().map(|b| format!("{} [{}] {}", kind(b), b.heading_path.join("/"), b.text)).collect()
    }
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
