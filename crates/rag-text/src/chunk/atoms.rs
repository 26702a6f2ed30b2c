//! Divides a text into the pieces of chunks: sentences, or smaller pieces if a sentence is too long.

use std::ops::Range;

use crate::{sentences::sentence_lengths, tokens::Tokenize};

/// Maximum number of bytes that count as one token, so that a tokenizer that returns one token for a megabyte does no harm.
const TOKEN_BYTES: usize = 64;

/// A part of the text with its number of tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) bytes: Range<usize>,
    /// The tokens between the piece before and this one.
    pub(super) gap: usize,
    pub(super) tokens: usize,
    /// Whether it is a whole sentence.
    pub(super) is_sentence: bool,
}

/// Places where a text can be divided, best first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Sentence,
    Line,
    Word,
    Token,
}

/// A text and the starts of its tokens.
pub(super) struct Atoms<'a> {
    text: &'a str,
    /// In order; each counts as one token.
    marks: Vec<usize>,
}

impl<'a> Atoms<'a> {
    pub(super) fn new(tokenizer: &dyn Tokenize, text: &'a str) -> Self {
        let mut spans = tokenizer.spans(text);
        spans.sort_by_key(|span| span.start);
        let mut marks = Vec::with_capacity(spans.len());
        let mut done = 0;
        for span in spans {
            marks.extend((done + TOKEN_BYTES..span.start).step_by(TOKEN_BYTES));
            marks.push(span.start);
            marks.extend((span.start + TOKEN_BYTES..span.end).step_by(TOKEN_BYTES));
            done = done.max(span.end);
        }
        marks.extend((done + TOKEN_BYTES..text.len()).step_by(TOKEN_BYTES));
        marks.sort_unstable();
        Self { text, marks }
    }

    /// The pieces, none blank and none of more than `limit` tokens; sentences, or lines when `by_line`.
    pub(super) fn divide(&self, by_line: bool, limit: usize) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let level = if by_line { Level::Line } else { Level::Sentence };
        for part in self.parts(0..self.text.len(), level) {
            if !by_line && self.cost(&part) <= limit && !self.is_list(&part, limit) {
                self.add(part, true, &mut pieces);
                continue;
            }
            for line in self.parts(part, Level::Line) {
                self.divide_line(line, limit, &mut pieces);
            }
        }
        pieces
    }

    /// Whether a sentence is really lines of a table, a log or a program, which end without a full stop.
    fn is_list(&self, sentence: &Range<usize>, limit: usize) -> bool {
        self.cost(sentence) > limit / 2
            && self.text.get(sentence.clone()).is_some_and(|text| text.contains('\n'))
    }

    fn divide_line(&self, line: Range<usize>, limit: usize, pieces: &mut Vec<Piece>) {
        if self.cost(&line) <= limit {
            self.add(line, false, pieces);
        } else {
            self.divide_finer(line, Level::Word, limit, pieces);
        }
    }

    /// Divides a long piece at `level`, into runs as long as `limit` allows.
    fn divide_finer(&self, range: Range<usize>, level: Level, limit: usize, pieces: &mut Vec<Piece>) {
        let mut run: Option<Range<usize>> = None;
        for part in self.parts(range, level) {
            let longer = run.as_ref().map_or(part.start, |run| run.start)..part.end;
            if self.cost(&longer) <= limit {
                run = Some(longer);
                continue;
            }
            if let Some(run) = run.take() {
                self.add(run, false, pieces);
            }
            if self.cost(&part) <= limit || level == Level::Token {
                run = Some(part);
            } else {
                self.divide_finer(part, Level::Token, limit, pieces);
            }
        }
        if let Some(run) = run {
            self.add(run, false, pieces);
        }
    }

    fn add(&self, bytes: Range<usize>, is_sentence: bool, pieces: &mut Vec<Piece>) {
        let done = pieces.last().map_or(0, |piece| piece.bytes.end);
        let (gap, tokens) = (self.cost(&(done..bytes.start)), self.cost(&bytes));
        pieces.push(Piece { bytes, gap, tokens, is_sentence });
    }

    /// The number of tokens of the whole text.
    pub(super) fn tokens(&self) -> usize {
        self.marks.len()
    }

    /// The tokens that begin in `range`.
    fn cost(&self, range: &Range<usize>) -> usize {
        let before = |at: usize| self.marks.partition_point(|mark| *mark < at);
        before(range.end).saturating_sub(before(range.start))
    }

    /// The parts of `range` at `level` without the blanks around them.
    fn parts(&self, range: Range<usize>, level: Level) -> Vec<Range<usize>> {
        let text = self.text.get(range.clone()).unwrap_or_default();
        let lengths: Vec<usize> = match level {
            Level::Sentence => sentence_lengths(text),
            Level::Line => text.split_inclusive('\n').map(str::len).collect(),
            Level::Word => text.split_inclusive(char::is_whitespace).map(str::len).collect(),
            Level::Token => return self.between_marks(range),
        };
        let mut at = range.start;
        let mut parts = Vec::with_capacity(lengths.len());
        for length in lengths {
            let part = self.text.get(at..at + length).unwrap_or_default();
            let content = part.trim_end();
            // The indentation is part of a line of program text.
            let skip = if level == Level::Line { 0 } else { content.len() - content.trim_start().len() };
            if !content.trim_start().is_empty() {
                parts.push(at + skip..at + content.len());
            }
            at += length;
        }
        parts
    }

    fn between_marks(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let inside = self.marks.iter().map(|mark| self.text.floor_char_boundary(*mark));
        let mut cuts: Vec<usize> = inside.filter(|mark| *mark > range.start && *mark < range.end).collect();
        cuts.push(range.end);
        cuts.dedup();
        let mut start = range.start;
        cuts.into_iter().map(|end| std::mem::replace(&mut start, end)..end).collect()
    }
}
