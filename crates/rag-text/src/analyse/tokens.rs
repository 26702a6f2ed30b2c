//! Cuts a text into tokens: words, compounds whole and in parts, and pairs of characters in scripts without spaces.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::{
    characters::{Class, class, is_flag_letter, is_hebrew, is_hebrew_quote, is_invisible},
    compounds::{self, Compound},
    normalise::surface,
};

/// How a token stands to its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A word, or a part of a compound.
    Word,
    /// Two characters that follow each other in a script without spaces, or one that stands alone.
    Pair,
    /// A compound as a whole; its parts are tokens, too.
    Whole,
}

/// A token of a text; it is the same for every language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its place among the tokens that are not whole compounds, from 1; a compound has that of its first part.
    pub position: u32,
    /// The places that it takes, at least 1: the parts of a compound.
    pub span: u32,
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// What it is.
    pub shape: Shape,
    /// Its characters in one form of Unicode; case and accents are kept.
    pub surface: String,
    /// Whether it names one thing among many: a code, a file, an address, a long number.
    pub is_identifier: bool,
}

/// The tokens of a text by position; a compound follows its parts.
pub fn tokens(text: &str) -> Vec<Token> {
    let scan = Scan { text, characters: text.char_indices().collect() };
    let mut found = Found::default();
    let mut at = 0;
    while let Some((_, c)) = scan.get(at) {
        at = match class(c) {
            Class::Word => scan.compound(at, &mut found),
            Class::Unspaced => scan.pairs(at, &mut found),
            Class::Picture => scan.picture(at, &mut found),
            Class::Invisible | Class::Other => at + 1,
        };
    }
    found.tokens
}

/// The tokens found so far.
#[derive(Default)]
pub(super) struct Found {
    tokens: Vec<Token>,
    position: u32,
}

impl Found {
    fn push(&mut self, text: &str, range: Range<usize>, shape: Shape) {
        let surface = surface(text.get(range.clone()).unwrap_or_default());
        self.push_surface(range, shape, surface, false);
    }

    fn push_surface(&mut self, range: Range<usize>, shape: Shape, surface: String, is_identifier: bool) {
        if !surface.is_empty() {
            self.position += 1;
            self.tokens.push(Token {
                position: self.position,
                span: 1,
                range,
                shape,
                surface,
                is_identifier,
            });
        }
    }

    fn push_compound(&mut self, compound: &Compound) {
        let first = self.position + 1;
        let mut kept = 0;
        let mut places = Vec::with_capacity(compound.parts.len());
        for part in &compound.parts {
            places.push(kept);
            let before = self.position;
            self.push_surface(part.range.clone(), Shape::Word, part.surface.clone(), part.is_identifier);
            kept += self.position - before;
        }
        if kept == 0 {
            // Points without a letter.
            return;
        }
        for whole in &compound.wholes {
            let from = places.get(whole.parts.start).copied().unwrap_or(0);
            let to = places.get(whole.parts.end).copied().unwrap_or(kept);
            self.tokens.push(Token {
                position: first + from,
                span: (to - from).max(1),
                range: whole.range.clone(),
                shape: Shape::Whole,
                surface: whole.surface.clone(),
                is_identifier: whole.is_identifier,
            });
        }
    }
}

/// A text by characters.
pub(super) struct Scan<'t> {
    pub(super) text: &'t str,
    characters: Vec<(usize, char)>,
}

impl Scan<'_> {
    pub(super) fn get(&self, at: usize) -> Option<(usize, char)> {
        self.characters.get(at).copied()
    }

    pub(super) fn class(&self, at: usize) -> Option<Class> {
        self.get(at).map(|(_, c)| class(c))
    }

    /// The bytes of the characters from one place to another.
    pub(super) fn range(&self, from: usize, to: usize) -> Range<usize> {
        let byte = |at: usize| self.get(at).map_or(self.text.len(), |(byte, _)| byte);
        byte(from)..byte(to)
    }

    /// Where a run of one class ends that begins at a place; it does not end in invisible characters.
    fn run(&self, from: usize, wanted: Class) -> usize {
        let mut end = from;
        let mut at = from;
        while let Some(class) = self.class(at) {
            if class == wanted {
                end = at + 1;
            } else if class != Class::Invisible {
                break;
            }
            at += 1;
        }
        end
    }

    /// Where the word ends that begins at a place. Quotation marks within a Hebrew word are part of it.
    pub(super) fn word_end(&self, from: usize) -> usize {
        let mut end = self.run(from, Class::Word);
        while self.is_hebrew_quote(end) {
            end = self.run(end + 1, Class::Word);
        }
        end
    }

    fn is_hebrew_quote(&self, at: usize) -> bool {
        let is = |at: Option<usize>, test: fn(char) -> bool| {
            at.and_then(|at| self.get(at)).is_some_and(|(_, c)| test(c))
        };
        is(Some(at), is_hebrew_quote) && is(at.checked_sub(1), is_hebrew) && is(Some(at + 1), is_hebrew)
    }

    fn compound(&self, from: usize, found: &mut Found) -> usize {
        let (compound, end) = compounds::read(self, from);
        found.push_compound(&compound);
        end
    }

    /// Overlapping pairs of the characters that readers see: `東京都` is `東京` and `京都`. So every part of a run is found, however
    /// its words are told apart.
    fn pairs(&self, from: usize, found: &mut Found) -> usize {
        let end = self.run(from, Class::Unspaced);
        let run = self.range(from, end);
        let text = self.text.get(run.clone()).unwrap_or_default();
        let mut bounds: Vec<usize> = Vec::new();
        for (at, cluster) in text.grapheme_indices(true) {
            // Half-width marks of voice stand apart, and belong to the character before them as the others do.
            let joins = cluster.chars().all(|c| is_voice_mark(c) || is_invisible(c));
            if !joins || bounds.is_empty() {
                bounds.push(run.start + at);
            }
        }
        bounds.push(run.end);
        if let [one, end] = bounds.as_slice() {
            found.push(self.text, *one..*end, Shape::Pair);
        }
        for three in bounds.windows(3) {
            if let [one, _, end] = three {
                found.push(self.text, *one..*end, Shape::Pair);
            }
        }
        end
    }

    /// A pictograph; two letters of a flag are one.
    fn picture(&self, from: usize, found: &mut Found) -> usize {
        let is_flag = |at: usize| self.get(at).is_some_and(|(_, c)| is_flag_letter(c));
        let end = if is_flag(from) && is_flag(from + 1) { from + 2 } else { from + 1 };
        found.push(self.text, self.range(from, end), Shape::Word);
        end
    }
}

fn is_voice_mark(c: char) -> bool {
    matches!(c, '\u{3099}' | '\u{309a}' | '\u{ff9e}' | '\u{ff9f}')
}
