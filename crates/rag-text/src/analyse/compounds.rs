//! Words joined by signs, digits or capitals: `ORA-01555`, `TCP/IP`, `anna.meier@firm.example`, `v2.10.3`, `1,250`, `camelCase`.

use std::ops::Range;

use super::{
    characters::{Class, digit_joiner, joiner},
    normalise::surface,
    tokens::Scan,
};

/// A compound's parts, and what is found whole beside them. One part alone is a word.
pub(super) struct Compound {
    pub(super) parts: Vec<Part>,
    pub(super) wholes: Vec<Whole>,
}

pub(super) struct Part {
    pub(super) range: Range<usize>,
    pub(super) surface: String,
    pub(super) is_identifier: bool,
}

pub(super) struct Whole {
    /// The parts that it consists of.
    pub(super) parts: Range<usize>,
    pub(super) range: Range<usize>,
    pub(super) surface: String,
    pub(super) is_identifier: bool,
}

/// Parts of one compound at most: a longer one goes on as another.
const MAX_PARTS: usize = 24;
/// Characters of a whole at most; a longer one is found by its parts only.
const MAX_WHOLE_CHARS: usize = 120;
/// Letters of a name such as `C++` at most.
const MAX_SIGNED_LETTERS: usize = 3;
/// A plain number of so many digits names something.
const MIN_LONG_NUMBER: usize = 4;

/// Reads the compound that begins with the word at a place, and says where it ends.
pub(super) fn read(scan: &Scan<'_>, from: usize) -> (Compound, usize) {
    let mut words = Vec::new();
    let mut signs = Vec::new();
    let mut at = from;
    let end = loop {
        let end = scan.word_end(at);
        words.push((at, end));
        match sign(scan, at, end) {
            Some(sign) if words.len() < MAX_PARTS => signs.push(sign),
            _ => break end,
        }
        at = end + 1;
    };
    let range = scan.range(from, end);
    if let Some(letters) = acronym(scan, &words, &signs) {
        let part = Part { range, surface: letters, is_identifier: false };
        return (Compound { parts: vec![part], wholes: Vec::new() }, end);
    }
    let (compound, is_signed) = build(scan, &words, &signs);
    (compound, if is_signed { end + signed(scan, end) } else { end })
}

/// The sign that joins the word before `end` to another one behind it.
fn sign(scan: &Scan<'_>, from: usize, end: usize) -> Option<char> {
    let (_, c) = scan.get(end)?;
    (scan.class(end + 1)? == Class::Word).then_some(())?;
    joiner(c).or_else(|| {
        let is_digit = |at: usize| scan.get(at).is_some_and(|(_, c)| c.is_numeric());
        let sign = digit_joiner(c).filter(|_| is_digit(end - 1) && is_digit(end + 1))?;
        // Spaces and apostrophes join groups of three only.
        let next = scan.word_end(end + 1);
        let is_group =
            next - end == 4 && (end + 1..next).all(is_digit) && (from..end).all(is_digit) && end - from <= 3;
        (sign == ',' || is_group).then_some(sign)
    })
}

/// `U.S.A.` without its full stops.
fn acronym(scan: &Scan<'_>, words: &[(usize, usize)], signs: &[char]) -> Option<String> {
    let is_acronym = words.len() > 1
        && signs.iter().all(|sign| *sign == '.')
        && words
            .iter()
            .all(|(from, to)| to - from == 1 && scan.get(*from).is_some_and(|(_, c)| c.is_alphabetic()));
    let letters = || words.iter().filter_map(|(from, _)| scan.get(*from)).map(|(_, c)| c).collect::<String>();
    is_acronym.then(|| surface(&letters()))
}

/// Characters of the signs behind a short name: `C++`, `C#`; 0 when there are none.
fn signed(scan: &Scan<'_>, end: usize) -> usize {
    let is = |at: usize, sign: char| scan.get(at).and_then(|(_, c)| joiner(c)) == Some(sign);
    let count = if is(end, '+') && is(end + 1, '+') { 2 } else { usize::from(is(end, '#')) };
    if scan.class(end + count) == Some(Class::Word) { 0 } else { count }
}

/// Puts the compound together, and says whether it ends in signs such as `++`.
fn build(scan: &Scan<'_>, words: &[(usize, usize)], signs: &[char]) -> (Compound, bool) {
    let mut parts: Vec<Part> = Vec::new();
    // For each word, its first part, and for the end of all.
    let mut firsts = Vec::with_capacity(words.len() + 1);
    for (from, to) in words {
        firsts.push(parts.len());
        parts.extend(pieces(scan, *from, *to));
    }
    firsts.push(parts.len());
    let compound = Words { scan, places: words, signs, firsts };
    let mut wholes = compound.segments();
    let all = 0..words.len();
    if parts.len() > 1 && wholes.iter().all(|whole| whole.parts != (0..parts.len())) {
        wholes.push(compound.whole(&all));
    }
    wholes.extend(compound.version());
    let named = compound.named();
    let is_signed = named.as_ref().is_some_and(|(_, is_signed)| *is_signed);
    wholes.extend(named.map(|(whole, _)| whole));
    wholes.retain(|whole| whole.surface.chars().count() <= MAX_WHOLE_CHARS);
    (Compound { parts, wholes }, is_signed)
}

struct Words<'s, 't> {
    scan: &'s Scan<'t>,
    places: &'s [(usize, usize)],
    signs: &'s [char],
    firsts: Vec<usize>,
}

impl Words<'_, '_> {
    /// The stretches between the signs that separate more than others do, of several parts each: `retention.yaml` of a path.
    fn segments(&self) -> Vec<Whole> {
        let mut segments = Vec::new();
        let mut first = 0;
        for (at, sign) in self.signs.iter().enumerate() {
            if matches!(sign, '/' | '@' | ':' | '\\') {
                segments.push(first..at + 1);
                first = at + 1;
            }
        }
        segments.push(first..self.places.len());
        let wholes = segments.iter().map(|segment| self.whole(segment));
        wholes.filter(|whole| whole.parts.len() > 1).collect()
    }

    /// `2.10.3` of `v2.10.3`.
    fn version(&self) -> Option<Whole> {
        let (from, to) = *self.places.first()?;
        let rest = self.scan.range(from + 1, to);
        let is_version = self.places.len() > 1
            && self.scan.get(from).is_some_and(|(_, c)| matches!(c, 'v' | 'V'))
            && self
                .scan
                .text
                .get(rest.clone())
                .is_some_and(|rest| !rest.is_empty() && rest.chars().all(char::is_numeric));
        let whole = is_version.then(|| self.whole(&(0..self.places.len())))?;
        let surface = whole.surface.get(1..)?.to_owned();
        Some(Whole { range: rest.start..whole.range.end, surface, ..whole })
    }

    /// A name with signs before or behind it: `.NET`, `C++`, `C#`. Says whether they are behind it.
    fn named(&self) -> Option<(Whole, bool)> {
        let [(from, to)] = *self.places else { return None };
        let word = self.scan.text.get(self.scan.range(from, to))?;
        let behind = signed(self.scan, to);
        if behind > 0 && to - from <= MAX_SIGNED_LETTERS && word.chars().all(char::is_alphabetic) {
            let range = self.scan.range(from, to + behind);
            let surface = surface(self.scan.text.get(range.clone())?);
            return Some((Whole { parts: 0..self.parts(), range, surface, is_identifier: false }, true));
        }
        let before = |back: usize| from.checked_sub(back).and_then(|at| self.scan.get(at)).map(|(_, c)| c);
        let is_dotted = before(1) == Some('.')
            && before(2).is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '"' | '`'));
        (is_dotted && word.starts_with(char::is_alphabetic)).then(|| {
            let surface = format!(".{}", surface(word));
            (
                Whole {
                    parts: 0..self.parts(),
                    range: self.scan.range(from - 1, to),
                    surface,
                    is_identifier: false,
                },
                false,
            )
        })
    }

    fn parts(&self) -> usize {
        self.firsts.last().copied().unwrap_or(0)
    }

    /// Some of the words as one. Signs between digits tell numbers apart, so a full stop stands for them; others are left out, as
    /// people write `e-mail` and `email`, `snake_case` and `snakeCase`. Groups of thousands are one number.
    fn whole(&self, which: &Range<usize>) -> Whole {
        let words = self.places.get(which.clone()).unwrap_or_default();
        let signs = self.signs.get(which.start..which.end.saturating_sub(1)).unwrap_or_default();
        let texts: Vec<String> = words
            .iter()
            .map(|(from, to)| surface(self.scan.text.get(self.scan.range(*from, *to)).unwrap_or_default()))
            .collect();
        let is_grouped = is_grouped(&texts, signs);
        let mut surface = String::new();
        for text in &texts {
            let meets = surface.ends_with(char::is_numeric) && text.starts_with(char::is_numeric);
            if meets && !is_grouped {
                surface.push('.');
            }
            surface.push_str(text);
        }
        let place = |word: usize| self.firsts.get(word).copied().unwrap_or(0);
        let start = words.first().map_or(0, |(from, _)| *from);
        let end = words.last().map_or(start, |(_, to)| *to);
        Whole {
            parts: place(which.start)..place(which.end),
            range: self.scan.range(start, end),
            is_identifier: !is_grouped && is_identifier(&texts, signs),
            surface,
        }
    }
}

/// Whether the parts are the groups of a number: `1,250`, `2.000.000`.
fn is_grouped(texts: &[String], signs: &[char]) -> bool {
    let Some((first, rest)) = texts.split_first() else { return false };
    let is_number = |text: &String| text.chars().all(|c| c.is_ascii_digit());
    !rest.is_empty()
        && first.len() <= 3
        && is_number(first)
        && !first.starts_with('0')
        && rest.iter().all(|text| text.len() == 3 && is_number(text))
        && signs.iter().all(|sign| matches!(sign, ',' | '.' | '\'') && Some(sign) == signs.first())
}

/// Whether a compound names one thing among many: letters with a number, an address, a file, a version.
fn is_identifier(texts: &[String], signs: &[char]) -> bool {
    let digits = texts.iter().flat_map(|text| text.chars()).filter(char::is_ascii_digit).count();
    let letters = texts.iter().flat_map(|text| text.chars()).filter(|c| c.is_alphabetic()).count();
    let has = |sign: char| signs.contains(&sign);
    let is_name = |text: &String| text.chars().count() > 1 && text.chars().all(char::is_alphanumeric);
    let is_file = has('.')
        && letters > 0
        && texts.iter().all(is_name)
        && texts.last().is_some_and(|text| text.chars().count() <= 5);
    let is_version = digits > 2 && letters < 2 && signs.len() > 1 && signs.iter().all(|sign| *sign == '.');
    has('@')
        || has('_')
        || has('\\')
        || is_file
        || is_version
        || (letters > 1 && digits > 1 && (has('-') || has('/') || has('#') || has(':') || digits > 2))
}

/// The pieces of one word: at capitals within it (`camelCase`), and where letters meet digits (`SKU88213`).
fn pieces(scan: &Scan<'_>, from: usize, to: usize) -> Vec<Part> {
    let mut cuts = vec![from];
    cuts.extend((from + 1..to).filter(|at| is_cut(scan, from, to, *at)));
    cuts.push(to);
    let part = |pair: &[usize]| {
        let [from, to] = pair else { return None };
        let range = scan.range(*from, *to);
        let surface = surface(scan.text.get(range.clone())?);
        let is_identifier = is_long_number(&surface);
        Some(Part { range, surface, is_identifier })
    };
    cuts.windows(2).filter_map(part).collect()
}

/// A number that is no year and no quantity of a few digits.
fn is_long_number(surface: &str) -> bool {
    let is_year = surface.len() == 4 && ("1000".."2100").contains(&surface);
    surface.len() >= MIN_LONG_NUMBER && !is_year && surface.chars().all(|c| c.is_ascii_digit())
}

/// Whether a word is cut before the character. What is cut has two characters at least on each side, as `mRNA`, `pH` and `p53` are
/// words; digits are not cut off from letters behind them, as `20th` is one.
/// (nDCG@10 of words on `HotpotQA`, where every other question has an ordinal or a `Mc`: .814 with such cuts, .818 without.)
fn is_cut(scan: &Scan<'_>, from: usize, to: usize, at: usize) -> bool {
    let test = |at: usize, is: fn(char) -> bool| {
        (from..to).contains(&at) && scan.get(at).is_some_and(|(_, c)| is(c))
    };
    let both = |a: usize, b: usize, is: fn(char) -> bool| test(a, is) && test(b, is);
    if at < from + 2 || at + 2 > to {
        return false;
    }
    // `McBride` is one name, `isOpen` two words.
    let is_head = at > from + 2 || test(from, char::is_lowercase);
    let is_camel =
        is_head && to - from > 4 && test(at - 1, char::is_lowercase) && test(at, char::is_uppercase);
    let is_named = both(at - 2, at - 1, char::is_uppercase)
        && test(at, char::is_uppercase)
        && both(at + 1, at + 2, char::is_lowercase);
    let to_digits = both(at - 2, at - 1, char::is_alphabetic) && both(at, at + 1, char::is_numeric);
    is_camel || is_named || to_digits
}
