//! Citation markers in the text of a chat model, in all the forms that models write.

/// Brackets that may enclose a marker.
const BRACKETS: [(char, char); 5] = [('[', ']'), ('【', '】'), ('〔', '〕'), ('［', '］'), ('〖', '〗')];
/// Words that models write before a number, in lower case.
const WORDS: [&str; 13] = [
    "passages",
    "passage",
    "sources",
    "source",
    "documents",
    "document",
    "docs",
    "doc",
    "citation",
    "cite",
    "quellen",
    "quelle",
    "#",
];
/// Maximum length of a marker, in bytes.
const MAX_MARKER_BYTES: usize = 80;
/// Maximum number of passages that a range such as `[1-3]` names.
const MAX_RANGE: usize = 20;

/// A piece of an answer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece<'t> {
    Text(&'t str),
    /// Between backticks, the backticks included: brackets in it are its own.
    Code(&'t str),
    /// A number in brackets.
    Marker(usize),
    /// A number in parentheses at the end of a clause, which is a marker if there is such a passage.
    Number {
        marker: usize,
        text: &'t str,
    },
}

/// Text, code and markers such as `[3]`, in order; `[2, 5]` gives two markers.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut rest, mut begin) = (text, 0);
    let is_sign = |c: char| c == '`' || c == '(' || BRACKETS.iter().any(|(open, _)| *open == c);
    while let Some(at) = rest.get(begin..).and_then(|text| text.find(is_sign)).map(|at| begin + at) {
        let (before, found) = rest.split_at(at);
        let marked = if let Some(code) = code_span(found) {
            let (code, tail) = found.split_at(code);
            Some((vec![Piece::Code(code)], tail))
        } else if let Some((numbers, tail)) = bracketed(found) {
            Some((numbers.into_iter().map(Piece::Marker).collect(), tail))
        } else {
            parenthesised(before, found)
        };
        if let Some((marked, tail)) = marked {
            pieces.push(Piece::Text(before));
            pieces.extend(marked);
            (rest, begin) = (tail, 0);
        } else {
            let ticks = found.len() - found.trim_start_matches('`').len();
            begin = at + ticks.max(found.chars().next().map_or(1, char::len_utf8));
        }
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// The length of the code that begins the text: as many backticks end it as begin it.
fn code_span(text: &str) -> Option<usize> {
    let ticks = text.len() - text.trim_start_matches('`').len();
    if ticks == 0 {
        return None;
    }
    let mut at = ticks;
    loop {
        let begin = at + text.get(at..)?.find('`')?;
        let run = text.get(begin..)?;
        let length = run.len() - run.trim_start_matches('`').len();
        at = begin + length;
        if length == ticks {
            return Some(at);
        }
    }
}

/// The numbers of the marker in brackets that begins the text, and the text after it.
fn bracketed(text: &str) -> Option<(Vec<usize>, &str)> {
    if let Some((inside, tail)) = text.strip_prefix("[[").and_then(|text| text.split_once("]]")) {
        return Some((numbers(inside)?, tail));
    }
    let first = text.chars().next()?;
    let (open, close) = BRACKETS.iter().find(|(open, _)| *open == first)?;
    let (inside, tail) = text.strip_prefix(*open)?.split_once(*close)?;
    Some((numbers(inside)?, tail))
}

/// The marker in parentheses that begins `text`: one that names a passage by a word, or a lone number at the end of a clause.
/// Other numbers in parentheses count steps or belong to a call.
fn parenthesised<'t>(before: &str, text: &'t str) -> Option<(Vec<Piece<'t>>, &'t str)> {
    let (inside, tail) = text.strip_prefix('(')?.split_once(')')?;
    let found = numbers(inside)?;
    if inside.starts_with(|c: char| c.is_alphabetic()) {
        return Some((found.into_iter().map(Piece::Marker).collect(), tail));
    }
    let line = before.rsplit('\n').next().unwrap_or_default();
    let is_after_clause = line.ends_with(' ') && line.chars().any(char::is_alphabetic);
    let is_at_end =
        tail.trim_start_matches(' ').is_empty() || tail.starts_with(['.', ',', ';', '!', '?', '\n']);
    let [marker] = found.as_slice() else { return None };
    let whole = text.get(..text.len() - tail.len())?;
    (is_after_clause && is_at_end && inside == marker.to_string())
        .then(|| (vec![Piece::Number { marker: *marker, text: whole }], tail))
}

/// The numbers between the brackets of a marker: `1`, `^1`, `1, 2`, `1-3`, `Passage 1`, `1†source`.
fn numbers(inside: &str) -> Option<Vec<usize>> {
    if inside.len() > MAX_MARKER_BYTES {
        return None;
    }
    let lower = inside.to_lowercase();
    // Some models name the lines or the file after a dagger.
    let named = lower.split('†').next()?.replace(" and ", ",").replace(" und ", ",").replace('&', ",");
    let mut found = Vec::new();
    for item in named.split([',', ';', '、', '，']) {
        let item = item.trim().trim_start_matches('^');
        let bare = WORDS.iter().find_map(|word| item.strip_prefix(word)).unwrap_or(item);
        let bare = bare.trim_start_matches([' ', ':', '#', '.']).trim_end();
        // `4:0` is the place in a list of lists: the first number is the source's.
        let bare =
            bare.split_once(':').filter(|(_, place)| place.parse::<usize>().is_ok()).map_or(bare, |(n, _)| n);
        if let Some((from, to)) = bare.split_once(['-', '–', '—']) {
            let (from, to) = (from.trim().parse::<usize>().ok()?, to.trim().parse::<usize>().ok()?);
            if to < from || to - from > MAX_RANGE {
                return None;
            }
            found.extend(from..=to);
        } else {
            found.push(bare.parse().ok()?);
        }
    }
    Some(found)
}

/// An answer's text whose markers are all written like `[3]`, with and without them.
#[derive(Debug, Default)]
pub(super) struct MarkedText {
    /// The text with markers.
    pub(super) text: String,
    /// The text without them.
    pub(super) bare: String,
    /// The markers, in order.
    pub(super) marks: Vec<Mark>,
}

/// A marker in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) marker: usize,
    /// Its place in the bare text, in bytes.
    pub(super) at: usize,
    /// Its length in the text, in bytes.
    length: usize,
}

/// The text without markers.
pub(crate) fn without_markers(text: &str) -> String {
    MarkedText::read(text, |_| false).text
}

impl MarkedText {
    /// Reads a text and removes the markers that are not wanted. A bracket right behind a word, such as `list[0]`, is removed only if
    /// it is a marker.
    pub(super) fn read(text: &str, is_wanted: impl Fn(usize) -> bool) -> Self {
        let mut marked = Self::default();
        for piece in pieces(text) {
            match piece {
                Piece::Marker(number) | Piece::Number { marker: number, .. } if is_wanted(number) => {
                    marked.mark(number);
                }
                Piece::Marker(number) if marked.text.ends_with(|c: char| c.is_alphanumeric() || c == '_') => {
                    marked.push(&format!("[{number}]"));
                }
                Piece::Marker(_) => marked.trim_blanks(),
                // A number in parentheses that names no passage is one of the text.
                Piece::Number { text, .. } | Piece::Text(text) | Piece::Code(text) => marked.push(text),
            }
        }
        marked
    }

    /// A text that has no markers.
    pub(super) fn unmarked(text: &str) -> Self {
        Self { text: text.to_owned(), bare: text.to_owned(), marks: Vec::new() }
    }

    /// The place in the text of a place in the bare text, behind the markers that stand before it and before those that stand at it.
    pub(super) fn place_in_text(&self, bare: usize) -> usize {
        bare + self.marks.iter().take_while(|mark| mark.at < bare).map(|mark| mark.length).sum::<usize>()
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.bare.push_str(text);
    }

    fn mark(&mut self, marker: usize) {
        let written = format!("[{marker}]");
        self.marks.push(Mark { marker, at: self.bare.len(), length: written.len() });
        self.text.push_str(&written);
    }

    /// Removes the blanks at the end, unless a marker follows them.
    fn trim_blanks(&mut self) {
        let blanks = self.text.len() - self.text.trim_end_matches(' ').len();
        self.text.truncate(self.text.len() - blanks);
        self.bare.truncate(self.bare.len() - blanks);
    }
}
