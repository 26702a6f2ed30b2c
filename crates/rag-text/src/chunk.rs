//! Turns a stream of blocks into chunks that a model can embed: packs, cuts and overlaps them; stores nothing.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{
    block::{Block, BlockKind},
    cut,
    parts::{BlockPart, Divider, Part},
    tables::split_table,
    tokens::Tokenize,
};

mod atoms;

use atoms::{Atoms, Piece};

/// The separator between two blocks in a document's stored text.
pub const SEPARATOR: &str = "\n\n";

/// Sizes of chunks, in tokens of the model; without the special tokens that the model adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkSettings {
    /// Maximum number of tokens of a chunk, including the title and headings put before it.
    pub max_tokens: usize,
    /// Maximum number of tokens that a chunk repeats from the end of the previous one, in whole sentences.
    pub overlap_tokens: usize,
    /// Number of tokens kept free in every chunk for the title and headings that are embedded with it.
    pub reserve_tokens: usize,
}

impl Default for ChunkSettings {
    /// For models that read 256 tokens, two of them special tokens.
    fn default() -> Self {
        Self { max_tokens: 254, overlap_tokens: 32, reserve_tokens: 48 }
    }
}

/// A part of a document's stored text, which is the text of its blocks joined by [`SEPARATOR`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Its index among the document's chunks, counted from 0.
    pub ordinal: u32,
    /// The stored text from `start` to `end`.
    pub text: String,
    /// Its start in the stored text, in Unicode scalar values.
    pub start: u64,
    /// Its end in the stored text, in Unicode scalar values.
    pub end: u64,
    /// Its first page, counted from 1; `None` if the format has no pages.
    pub page: Option<u32>,
    /// Its last page.
    pub last_page: Option<u32>,
    /// The headings above its first text that is not a heading, highest first.
    pub heading_path: Vec<String>,
    /// The parts of its text that can answer a question, in order.
    pub parts: Vec<Part>,
    /// Its number of tokens; a token of more than 64 bytes counts once for every 64 bytes begun.
    pub token_count: u32,
}

/// The result of one block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The next piece of the stored text: the separator, except at the start, and the block's text.
    pub text: String,
    /// The chunks that are now complete.
    pub chunks: Vec<Chunk>,
}

/// Makes chunks from the blocks of one document, in one pass and with memory for one block and one chunk.
///
/// A heading starts a chunk and stays with the text after it; blocks under the same heading are packed together;
/// a table or program text is kept whole when it fits; otherwise chunks end after a sentence, else after a word.
pub struct Chunker<'t> {
    tokenizer: &'t dyn Tokenize,
    max: usize,
    overlap: usize,
    /// The stored text from byte `base` on; the text before it is in no open chunk.
    text: String,
    base: usize,
    chars: u64,
    ordinal: u32,
    open: Open,
    path: Vec<String>,
    divider: Divider,
    /// Parts of the text from `base` on, at positions in the stored text.
    parts: Vec<Part>,
}

/// The open chunk.
#[derive(Default)]
struct Open {
    atoms: Vec<Atom>,
    tokens: usize,
    /// Whether it holds anything but headings.
    has_body: bool,
}

/// A piece of text that is never cut.
#[derive(Clone)]
struct Atom {
    bytes: Range<usize>,
    chars: Range<u64>,
    /// The tokens of the blanks before it, which count unless it starts a chunk.
    gap: usize,
    tokens: usize,
    /// Whether it may be repeated at the start of the next chunk.
    repeats: bool,
    page: Option<u32>,
}

impl<'t> Chunker<'t> {
    /// Creates a chunker for one document.
    pub fn new(settings: ChunkSettings, tokenizer: &'t dyn Tokenize) -> Self {
        let max = settings.max_tokens.saturating_sub(settings.reserve_tokens).max(1);
        Self {
            tokenizer,
            max,
            overlap: settings.overlap_tokens,
            text: String::new(),
            base: 0,
            chars: 0,
            ordinal: 0,
            open: Open::default(),
            path: Vec::new(),
            divider: Divider::default(),
            parts: Vec::new(),
        }
    }

    /// Takes the next block and returns the stored text that it adds and the chunks that it completes.
    ///
    /// A table that does not fit in a chunk is stored as several tables that each begin with the column names.
    pub fn push(&mut self, block: Block) -> Step {
        if block.kind != BlockKind::Table {
            return self.push_whole(block);
        }
        let beside_heading = if self.open.has_body { 0 } else { self.open.tokens };
        let limit = self.max.saturating_sub(beside_heading).max(self.max / 2).max(1);
        let cost = |line: &str| Atoms::new(self.tokenizer, line).tokens();
        let pieces = split_table(&block.text, limit, cost);
        let mut step = Step { text: String::new(), chunks: Vec::new() };
        for text in pieces {
            let next = self.push_whole(Block { text, ..block.clone() });
            step.text.push_str(&next.text);
            step.chunks.extend(next.chunks);
        }
        step
    }

    fn push_whole(&mut self, block: Block) -> Step {
        let mut chunks = Vec::new();
        let separator = if self.chars == 0 { "" } else { SEPARATOR };
        self.chars += count(separator);
        let mut at = self.base + self.text.len() + separator.len();
        self.text.push_str(separator);
        self.text.push_str(&block.text);
        if matches!(block.kind, BlockKind::Heading { .. }) {
            if self.open.has_body {
                self.close(0, &mut chunks);
            }
            // Text below the heading sets the path again; without such text the chunk's path is that of the heading itself.
            self.path.clone_from(&block.heading_path);
            self.path.push(block.text.clone());
        }
        self.divide(&block);
        for window in cut::windows(&block.text, cut::WINDOW_BYTES) {
            self.place(window, at, &block, &mut chunks);
            at += window.len();
        }
        self.forget_closed();
        let text = if separator.is_empty() { block.text } else { separator.to_owned() + &block.text };
        Step { text, chunks }
    }

    /// Returns the last chunk; `None` if no text is left.
    pub fn finish(mut self) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        self.close(0, &mut chunks);
        chunks
    }

    /// Notes the parts of the block, which begins at the current position.
    fn divide(&mut self, block: &Block) {
        let (mut byte, mut scalar) = (0, self.chars);
        for BlockPart { bytes, kind, lead } in self.divider.divide(block.kind, &block.text) {
            scalar += count(block.text.get(byte..bytes.start).unwrap_or_default());
            let end = scalar + count(block.text.get(bytes.clone()).unwrap_or_default());
            self.parts.push(Part { start: index(scalar), end: index(end), kind, page: block.page, lead });
            (byte, scalar) = (bytes.end, end);
        }
    }

    /// The parts of the stored text from `start` to `end`, at positions in that text; a part that is cut there loses its rest.
    fn parts_between(&self, start: u64, end: u64) -> Vec<Part> {
        let (start, end) = (index(start), index(end));
        let inside = self.parts.iter().filter(|part| part.start < end && part.end > start);
        inside
            .map(|part| Part {
                start: part.start.max(start) - start,
                end: part.end.min(end) - start,
                ..part.clone()
            })
            .collect()
    }

    /// Adds a part of `block`, which begins at byte `at` of the stored text, to the open chunk and to new ones.
    fn place(&mut self, window: &str, at: usize, block: &Block, chunks: &mut Vec<Chunk>) {
        let is_heading = matches!(block.kind, BlockKind::Heading { .. });
        let is_unit = matches!(block.kind, BlockKind::Code | BlockKind::Table | BlockKind::Record);
        // After a lone heading the first piece must leave room for it, or the chunk would hold only the heading.
        let beside_heading = if self.open.has_body { 0 } else { self.open.tokens };
        let limit = self.max.saturating_sub(beside_heading).max(self.max / 2).max(1);
        let pieces = Atoms::new(self.tokenizer, window).divide(is_unit, limit);
        let atoms = self.locate(window, at, pieces, block.page, !is_heading && !is_unit);
        let total: usize =
            atoms.iter().enumerate().map(|(n, atom)| atom.tokens + if n > 0 { atom.gap } else { 0 }).sum();
        let fits_alone = total <= self.max;
        let half_full = self.open.tokens * 2 >= self.max;
        if self.open.has_body && self.open.tokens + total > self.max && (half_full || (is_unit && fits_alone))
        {
            let first = atoms.first().map_or(0, |atom| atom.tokens);
            self.close(self.max.saturating_sub(if fits_alone { total } else { first }), chunks);
        }
        for atom in atoms {
            if self.open.tokens + atom.gap + atom.tokens > self.max {
                self.close(self.max.saturating_sub(atom.gap + atom.tokens), chunks);
            }
            if !is_heading && !self.open.has_body {
                self.open.has_body = true;
                self.path.clone_from(&block.heading_path);
            }
            self.open.add(atom);
        }
    }

    /// Converts `pieces` of `window` to positions in the stored text.
    fn locate(
        &mut self,
        window: &str,
        at: usize,
        pieces: Vec<Piece>,
        page: Option<u32>,
        is_prose: bool,
    ) -> Vec<Atom> {
        let mut done = 0;
        let mut atoms = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let start = self.chars + count(window.get(done..piece.bytes.start).unwrap_or_default());
            let end = start + count(window.get(piece.bytes.clone()).unwrap_or_default());
            done = piece.bytes.end;
            self.chars = end;
            atoms.push(Atom {
                bytes: at + piece.bytes.start..at + piece.bytes.end,
                chars: start..end,
                gap: piece.gap,
                tokens: piece.tokens,
                repeats: is_prose && piece.is_sentence,
                page,
            });
        }
        self.chars += count(window.get(done..).unwrap_or_default());
        atoms
    }

    /// Completes the open chunk and starts the next with the repeated sentences, within `room` tokens.
    fn close(&mut self, room: usize, chunks: &mut Vec<Chunk>) {
        let Open { atoms, tokens, has_body } = std::mem::take(&mut self.open);
        let (Some(first), Some(last)) = (atoms.first(), atoms.last()) else { return };
        let text =
            self.text.get(first.bytes.start - self.base..last.bytes.end - self.base).unwrap_or_default();
        chunks.push(Chunk {
            ordinal: self.ordinal,
            text: text.to_owned(),
            start: first.chars.start,
            end: last.chars.end,
            page: first.page,
            last_page: last.page,
            heading_path: self.path.clone(),
            parts: self.parts_between(first.chars.start, last.chars.end),
            token_count: u32::try_from(tokens).unwrap_or(u32::MAX),
        });
        self.ordinal += 1;
        if !has_body {
            return;
        }
        let mut left = room.min(self.overlap);
        let repeats = atoms.iter().skip(1).rev().take_while(|atom| {
            let cost = atom.gap + atom.tokens;
            let fits = atom.repeats && cost <= left;
            left = left.saturating_sub(cost);
            fits
        });
        let repeated = repeats.count();
        for atom in atoms.into_iter().rev().take(repeated).rev() {
            self.open.add(atom);
        }
        self.open.has_body = repeated > 0;
    }

    /// Drops the stored text before the open chunk.
    fn forget_closed(&mut self) {
        let end = self.base + self.text.len();
        let keep = self.open.atoms.first().map_or(end, |atom| atom.bytes.start);
        self.text.drain(..keep - self.base);
        self.base = keep;
        let first = self.open.atoms.first().map_or(self.chars, |atom| atom.chars.start);
        self.parts.retain(|part| part.end > index(first));
    }
}

impl Open {
    fn add(&mut self, atom: Atom) {
        self.tokens += atom.tokens + if self.atoms.is_empty() { 0 } else { atom.gap };
        self.atoms.push(atom);
    }
}

fn index(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

fn count(text: &str) -> u64 {
    u64::try_from(text.chars().count()).unwrap_or(u64::MAX)
}
