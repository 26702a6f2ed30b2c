//! Divides blocks into the parts that can answer a question: sentences, list items, table rows, settings, program text.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{block::BlockKind, sentences::sentences};

mod lines;
mod log;

use lines::{is_comment, is_marked_heading, is_section, is_setting, is_table_line, program_pieces, rows};
use log::log_entries;

/// Maximum length of a list item that is one part, in bytes; a longer one is divided into sentences.
const MAX_ITEM_BYTES: usize = 400;
/// Maximum length of a record that is one part, in bytes; a longer one is divided into its lines.
const MAX_RECORD_BYTES: usize = 300;
/// Maximum length of a question or lead-in that governs the text after it, in bytes.
const MAX_LEAD_BYTES: usize = 300;
/// Maximum size of the leads of all parts, as a multiple of the size of the text; a part beyond it has no lead.
const MAX_LEAD_MULTIPLE: usize = 16;
/// Size of the leads that a text of any size can have besides, in bytes.
const FREE_LEAD_BYTES: usize = 64 * 1024;
/// Maximum number of words of a sentence that begins a text as its title ("Backups. They are made ..") and says nothing alone.
const MAX_TITLE_WORDS: usize = 3;

/// The form of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// A sentence of running text.
    Sentence,
    /// An item of a list, without its marker.
    Item,
    /// A row of a table, whose lead is the row of column names; a record of structured data, with its lines; an entry of a log.
    Row,
    /// A sentence in a row too long to be one part; its lead is the first cell of the row, with the name of its column if there are
    /// more than two.
    Cell,
    /// A line such as `key = value`, with the comment above it.
    Setting,
    /// Program text, with its lines.
    Code,
}

/// A part of a text that can answer a question by itself. Headings, questions and lead-ins are no parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its start in the chunk's text, in Unicode scalar values.
    #[serde(rename = "s")]
    pub start: usize,
    /// Its end in the chunk's text, in Unicode scalar values.
    #[serde(rename = "e")]
    pub end: usize,
    /// Its form.
    #[serde(rename = "k")]
    pub kind: PartKind,
    /// The page it stands on, counted from 1; `None` if the format has no pages.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// The text that it completes: the question before it, the lead-in that ends in a colon, the column names of its table.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<String>,
}

impl Part {
    /// The lead that ends in a colon: of a list, or of program text.
    pub fn lead_in(&self) -> Option<&str> {
        self.lead.as_deref().filter(|lead| ends_in_colon(lead))
    }

    /// The stretch of the chunk's `text` whose vector stands for the part, in Unicode scalar values: program text says little without
    /// the lead-in right before it.
    pub fn vector_range(&self, text: &str) -> Range<usize> {
        let with_lead = || {
            let lead = self.lead.as_deref().filter(|_| self.kind == PartKind::Code)?;
            let begin = text.char_indices().nth(self.start).map_or(text.len(), |(byte, _)| byte);
            let before = text.get(..begin)?.trim_end().strip_suffix(lead)?;
            Some(before.chars().count())
        };
        with_lead().unwrap_or(self.start)..self.end
    }
}

/// A part of a block, in bytes of the block's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BlockPart {
    pub(crate) bytes: Range<usize>,
    pub(crate) kind: PartKind,
    pub(crate) lead: Option<String>,
}

/// Divides the blocks of a document, in order.
#[derive(Debug)]
pub(crate) struct Divider {
    lead: Option<Lead>,
    /// Size of the leads that the next parts can still have, in bytes: each part stores its own.
    lead_bytes: usize,
}

impl Default for Divider {
    fn default() -> Self {
        Self { lead: None, lead_bytes: FREE_LEAD_BYTES }
    }
}

/// Text that the next parts complete.
#[derive(Debug)]
struct Lead {
    text: String,
    /// A question is answered by all text up to the next heading or question; a lead-in by the list or block after it.
    is_question: bool,
    is_used: bool,
}

impl Divider {
    /// The parts of the next block.
    pub(crate) fn divide(&mut self, kind: BlockKind, text: &str) -> Vec<BlockPart> {
        let is_marked = kind == BlockKind::Paragraph && is_marked_heading(text);
        let kind = if is_marked { BlockKind::Heading { level: 1 } } else { kind };
        if !matches!(kind, BlockKind::ListItem) {
            // A lead-in governs one block, or the items of one list.
            self.lead.take_if(|lead| lead.is_used && !lead.is_question);
        }
        let mut parts = match kind {
            BlockKind::Heading { .. } => {
                self.lead = None;
                if is_question(text) {
                    self.lead_by(text, true);
                }
                Vec::new()
            }
            BlockKind::Table => rows(text),
            BlockKind::Code => {
                let pieces = program_pieces(text).into_iter();
                self.settings(text)
                    .unwrap_or_else(|| pieces.map(|piece| self.part(piece, PartKind::Code)).collect())
            }
            BlockKind::ListItem => self.item(text),
            BlockKind::Record if trimmed(text).len() <= MAX_RECORD_BYTES => {
                vec![BlockPart { bytes: trimmed(text), kind: PartKind::Row, lead: None }]
            }
            BlockKind::Record | BlockKind::Paragraph | BlockKind::Quote => {
                let lines = self.settings(text).or_else(|| log_entries(text));
                lines.unwrap_or_else(|| self.prose(text, 0))
            }
        };
        if !parts.is_empty()
            && let Some(lead) = &mut self.lead
        {
            lead.is_used |= parts.iter().any(|part| part.lead.as_ref() == Some(&lead.text));
        }
        self.bound_leads(&mut parts, text.len());
        parts
    }

    /// Removes leads beyond the limit: short parts under a long lead would take many times the size of the text.
    fn bound_leads(&mut self, parts: &mut [BlockPart], text_bytes: usize) {
        self.lead_bytes = self.lead_bytes.saturating_add(text_bytes.saturating_mul(MAX_LEAD_MULTIPLE));
        for part in parts {
            let bytes = part.lead.as_ref().map_or(0, String::len);
            match self.lead_bytes.checked_sub(bytes) {
                Some(left) => self.lead_bytes = left,
                None => part.lead = None,
            }
        }
    }

    fn part(&self, bytes: Range<usize>, kind: PartKind) -> BlockPart {
        BlockPart { bytes, kind, lead: self.lead.as_ref().map(|lead| lead.text.clone()) }
    }

    fn lead_by(&mut self, text: &str, is_question: bool) {
        let text = one_line(text);
        self.lead = (text.len() <= MAX_LEAD_BYTES).then_some(Lead { text, is_question, is_used: false });
    }

    /// Sentences, but for questions and lead-ins. `offset` is added to all positions.
    fn prose(&mut self, text: &str, offset: usize) -> Vec<BlockPart> {
        let mut parts = Vec::new();
        let all = with_title(text, sentences(text));
        let count = all.len();
        for (place, range) in all.into_iter().enumerate() {
            let sentence = text.get(range.clone()).unwrap_or_default();
            let is_last = place + 1 == count;
            if is_question(sentence) {
                self.lead_by(sentence, true);
            } else if is_last && ends_in_colon(sentence) {
                self.lead_by(sentence, false);
            } else {
                parts.push(self.part(range.start + offset..range.end + offset, PartKind::Sentence));
            }
        }
        parts
    }

    fn item(&mut self, text: &str) -> Vec<BlockPart> {
        let body = trimmed(text);
        let item = text.get(body.clone()).unwrap_or_default();
        let marker = item.find(' ').filter(|at| is_marker(item.get(..*at).unwrap_or_default()));
        let start = body.start + marker.map_or(0, |at| at + 1);
        let item = text.get(start..body.end).unwrap_or_default();
        if item.len() > MAX_ITEM_BYTES || is_question(item) || ends_in_colon(item) || item.contains("? ") {
            return self.prose(item, start);
        }
        vec![self.part(start..body.end, PartKind::Item)]
    }

    /// The lines of a text that consists of settings and comments, each setting with the comment above it; `None` for other texts.
    fn settings(&mut self, text: &str) -> Option<Vec<BlockPart>> {
        let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
        let count = lines().filter(|line| is_setting(line)).count();
        let is_settings = lines().all(|line| is_setting(line) || is_comment(line) || is_section(line));
        if count == 0 || !is_settings {
            return None;
        }
        let mut parts = Vec::new();
        let mut at = 0;
        let mut begin = None;
        for line in text.split_inclusive('\n') {
            let content = line.trim();
            let start = at + (line.len() - line.trim_start().len());
            at += line.len();
            if is_section(content) {
                self.lead_by(content, false);
                begin = None;
            } else if is_setting(content) {
                parts
                    .push(self.part(begin.take().unwrap_or(start)..start + content.len(), PartKind::Setting));
            } else if is_comment(content) {
                begin = begin.or(Some(start));
            } else {
                begin = None;
            }
        }
        Some(parts)
    }
}

/// The parts of a chunk that was stored without them: its blocks are guessed from its text and headings.
pub fn parts_of_text(text: &str, headings: &[String], page: Option<u32>) -> Vec<Part> {
    let mut divider = Divider::default();
    let mut parts = Vec::new();
    let (mut byte, mut scalar) = (0, 0);
    for block in text.split("\n\n") {
        let lines = || block.lines().filter(|line| !line.trim().is_empty());
        let marker = block.split(' ').next().unwrap_or_default();
        let kind = if headings.iter().any(|heading| heading == block) {
            BlockKind::Heading { level: 1 }
        } else if is_marker(marker) {
            BlockKind::ListItem
        } else if lines().count() > 1 && lines().all(is_table_line) {
            BlockKind::Table
        } else {
            BlockKind::Paragraph
        };
        for part in divider.divide(kind, block) {
            let position = |at: usize| {
                let to = byte + at;
                let between =
                    |from: usize, to: usize| text.get(from..to).map_or(0, |text| text.chars().count());
                scalar + between(byte, to)
            };
            let (start, end) = (position(part.bytes.start), position(part.bytes.end));
            parts.push(Part { start, end, kind: part.kind, page, lead: part.lead });
        }
        scalar += block.chars().count() + 2;
        byte += block.len() + 2;
    }
    parts
}

/// The sentences, of which the first, if it is only a title, is joined with the second.
fn with_title(text: &str, mut all: Vec<Range<usize>>) -> Vec<Range<usize>> {
    if let [first, second, ..] = all.as_mut_slice() {
        let title = text.get(first.clone()).unwrap_or_default();
        let next = text.get(second.clone()).unwrap_or_default();
        let is_title = title.ends_with('.') && title.split_whitespace().count() <= MAX_TITLE_WORDS;
        if is_title && !is_question(next) && !ends_in_colon(next) {
            second.start = first.start;
            all.remove(0);
        }
    }
    all
}

/// The range of the text without the blanks around it.
fn trimmed(text: &str) -> Range<usize> {
    let start = text.len() - text.trim_start().len();
    start..text.trim_end().len().max(start)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_question(text: &str) -> bool {
    let end = text.trim_end_matches(|c: char| !c.is_alphanumeric() && !"?？؟;".contains(c));
    end.ends_with(['?', '？', '؟'])
}

fn ends_in_colon(text: &str) -> bool {
    text.ends_with([':', '：'])
}

/// Whether a word marks a list item: a bullet or a number.
fn is_marker(word: &str) -> bool {
    let number = word.trim_end_matches(['.', ')']);
    ["-", "*", "•", "–"].contains(&word)
        || (number.len() < word.len() && number.len() <= 3 && number.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests;
