//! Reads plain text as paragraphs, one window at a time; never holds more than a few windows.

use std::{fs::File, io, path::Path};

use crate::{
    block::{Block, BlockKind, Language, MAX_BLOCK_BYTES, Outline},
    cut,
    decode::Decoder,
    extract::{Collector, Source, content_start, source::unreadable, trimmed},
    refusal::Refusal,
};

/// Reads a text within another document, or one that turned out to be no more than text.
pub(crate) fn read(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    match source {
        Source::File(path) => {
            let mut paragraphs = Paragraphs::open(path)?;
            paragraphs.try_for_each(|block| collector.add(BlockKind::Paragraph, &block?.text, None))
        }
        Source::Member(_) => add_paragraphs(&source.text()?, collector),
    }
}

/// Hands the paragraphs of a text, which blank lines divide, to `collector`.
pub(crate) fn add_paragraphs(text: &str, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let mut rest = text.get(content_start(text).unwrap_or(text.len())..).unwrap_or_default();
    while !rest.is_empty() {
        let (paragraph, behind) = rest.split_at(blank_line(rest).unwrap_or(rest.len()));
        collector.add(BlockKind::Paragraph, paragraph, None)?;
        rest = behind.get(content_start(behind).unwrap_or(behind.len())..).unwrap_or_default();
    }
    Ok(())
}

/// The number of bytes of a file that are no characters in its encoding.
fn count_replaced(file: &Path) -> io::Result<u64> {
    let mut decoder = Decoder::new(File::open(file)?)?;
    let (mut window, mut count) = (String::new(), 0);
    loop {
        let is_more = decoder.read_window(&mut window)?;
        count += window.matches(char::REPLACEMENT_CHARACTER).count();
        window.clear();
        if !is_more {
            return Ok(u64::try_from(count).unwrap_or(u64::MAX));
        }
    }
}

/// The paragraphs of a text file, separated by blank lines; a long paragraph is cut.
pub(crate) struct Paragraphs {
    decoder: Decoder<File>,
    buffer: String,
    /// Number of bytes of the buffer that have been returned.
    used: usize,
    at_end: bool,
    outline: Outline,
}

impl Paragraphs {
    /// Opens `file` and reads its beginning; a file without text is refused as soon as that is known.
    pub(crate) fn open(file: &Path) -> Result<Self, Refusal> {
        let input = File::open(file).map_err(|error| Refusal::internal("open the document", error))?;
        let decoder = Decoder::new(input).map_err(unreadable)?;
        let mut paragraphs =
            Self { decoder, buffer: String::new(), used: 0, at_end: false, outline: Outline::default() };
        paragraphs.skip_blanks()?;
        if paragraphs.rest().is_empty() {
            return Err(Refusal::Empty);
        }
        let (sample, _) = cut::window(paragraphs.rest(), Language::SAMPLE_BYTES);
        let language = Language::detect(sample);
        paragraphs.outline.language = language;
        paragraphs.outline.replaced_characters = count_replaced(file).map_err(unreadable)?;
        Ok(paragraphs)
    }

    /// The properties of the whole text: its language and the number of bytes that are no characters.
    pub(crate) fn outline(&self) -> Outline {
        self.outline.clone()
    }

    fn rest(&self) -> &str {
        self.buffer.get(self.used..).unwrap_or_default()
    }

    /// Reads until the buffer holds more than the longest block, so that the place to cut can be chosen, or the rest of the file.
    fn fill(&mut self) -> Result<(), Refusal> {
        while self.rest().len() <= MAX_BLOCK_BYTES && !self.at_end {
            self.buffer.drain(..self.used);
            self.used = 0;
            let more = self.decoder.read_window(&mut self.buffer);
            self.at_end = !more.map_err(unreadable)?;
        }
        Ok(())
    }

    /// Skips to the next line that is not blank, over any number of windows.
    fn skip_blanks(&mut self) -> Result<(), Refusal> {
        loop {
            self.fill()?;
            if let Some(start) = content_start(self.rest()) {
                self.used += start;
                return Ok(());
            }
            self.used = self.buffer.len();
            if self.at_end {
                return Ok(());
            }
        }
    }
}

impl Iterator for Paragraphs {
    type Item = Result<Block, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Err(refusal) = self.skip_blanks() {
            self.at_end = true;
            self.buffer.clear();
            self.used = 0;
            return Some(Err(refusal));
        }
        let paragraph = first_paragraph(self.rest());
        let length = paragraph.len();
        let text = trimmed(paragraph)?.to_owned();
        self.used += length;
        Some(Ok(Block { kind: BlockKind::Paragraph, text, page: None, heading_path: Vec::new() }))
    }
}

/// The text up to the first blank line; if that is too far away, up to a good place to cut. That place is not searched otherwise: with a
/// short paragraph, the search takes far longer than the paragraph.
fn first_paragraph(text: &str) -> &str {
    let window = text.get(..text.floor_char_boundary(MAX_BLOCK_BYTES)).unwrap_or(text);
    match blank_line(window) {
        Some(end) => window.get(..end).unwrap_or(window),
        None => cut::window(text, MAX_BLOCK_BYTES).0,
    }
}

/// The start of the first blank line after the first line.
fn blank_line(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if at > 0 && line.ends_with('\n') && line.trim().is_empty() {
            return Some(at);
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        time::{Duration, Instant},
    };

    use super::*;

    fn texts(content: &[u8]) -> Vec<String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        Paragraphs::open(file.path()).unwrap().map(|block| block.unwrap().text).collect()
    }

    #[test]
    fn blank_lines_divide_paragraphs() {
        assert_eq!(texts(b"\n\none\ntwo\n \n\nthree\r\n\r\n  four\n"), ["one\ntwo", "three", "  four"]);
    }

    #[test]
    fn a_file_of_blanks_is_empty() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(" \n".repeat(200_000).as_bytes()).unwrap();
        assert_eq!(Paragraphs::open(file.path()).map(|_| ()), Err(Refusal::Empty));
    }

    #[test]
    fn far_apart_paragraphs_are_found() {
        let gap = "\n".repeat(300_000);
        assert_eq!(texts(format!("one{gap}two{gap}").as_bytes()), ["one", "two"]);
    }

    #[test]
    fn a_text_of_one_line_is_cut_at_words_and_loses_none() {
        let line: String = "some words, ".repeat(30_000);
        let blocks = texts(line.as_bytes());
        assert!(blocks.len() > 4 && blocks.iter().all(|text| text.len() <= MAX_BLOCK_BYTES));
        assert!(blocks.join(" ") == line.trim_end());
    }

    #[test]
    fn short_paragraphs_before_a_text_without_spaces_take_no_time() {
        // Before each of the paragraphs, half a window of `x` is in reach of the search for a place to cut.
        let unit = "a\n\n".repeat(MAX_BLOCK_BYTES / 6) + &"x".repeat(MAX_BLOCK_BYTES * 2) + "\n\n";
        let content = unit.repeat(32);
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content.as_bytes()).unwrap();
        let started = Instant::now();
        let (mut short, mut long) = (0, 0);
        for block in Paragraphs::open(file.path()).unwrap() {
            let text = block.unwrap().text;
            if text == "a" {
                short += 1;
            } else {
                long += text.len();
            }
            assert!(started.elapsed() < Duration::from_secs(30), "{short} paragraphs");
        }
        assert_eq!((short, long), (32 * (MAX_BLOCK_BYTES / 6), 32 * 2 * MAX_BLOCK_BYTES));
    }

    #[test]
    fn the_language_is_told_from_the_beginning() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(
            "Der Hund schläft heute den ganzen Tag unter dem Tisch in der Küche. ".repeat(9).as_bytes(),
        )
        .unwrap();
        let outline = Paragraphs::open(file.path()).unwrap().outline();
        assert_eq!(outline.language.unwrap().code, "deu");
    }
}
