//! Classes of characters: which of them make words, join words, or count for nothing.

use unicode_normalization::char::is_combining_mark;

/// What a character is to the analyser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A letter, digit or mark of a script that separates words.
    Word,
    /// Of a script that does not separate words: Han, kana, Hangul, Thai, Lao, Khmer, Burmese.
    Unspaced,
    /// A pictograph, which is a word by itself.
    Picture,
    /// Has no meaning and no width; a word goes on behind it.
    Invisible,
    /// Everything else.
    Other,
}

/// The class of a character.
pub(super) fn class(c: char) -> Class {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Class::Word,
        '\0'..='\x7f' => Class::Other,
        _ if is_invisible(c) => Class::Invisible,
        _ if is_decimal_digit(c) => Class::Word,
        '\u{e00}'..='\u{eff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17d3}'
        | '\u{17dd}'
        | '\u{aa60}'..='\u{aa7f}'
            if c.is_alphanumeric() || is_combining_mark(c) =>
        {
            Class::Unspaced
        }
        _ if is_dense(c) => Class::Unspaced,
        _ if is_picture(c) => Class::Picture,
        _ if c.is_alphanumeric() || is_combining_mark(c) => Class::Word,
        _ => Class::Other,
    }
}

fn is_dense(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{3096}' | '\u{3099}' | '\u{309a}' | '\u{309d}'..='\u{309f}'
        | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{3130}'..='\u{318e}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ffdc}'
        | '\u{20000}'..='\u{3fffd}')
}

/// Emoji and other pictographs, without those that only change the one before.
fn is_picture(c: char) -> bool {
    let is_modifier = matches!(c, '\u{1f3fb}'..='\u{1f3ff}');
    !is_modifier && matches!(c, '\u{2600}'..='\u{27bf}' | '\u{2b50}' | '\u{2b55}' | '\u{1f000}'..='\u{1faff}')
}

/// Letters of flags, two of which make one.
pub(super) fn is_flag_letter(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

/// Soft hyphens, joiners and non-joiners, marks of direction, variation selectors and Arabic's line that stretches a word.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{640}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0001}'..='\u{e01ef}')
}

/// Vowel points and marks of recitation, which readers of Hebrew and Arabic add and leave out.
pub(super) fn is_point(c: char) -> bool {
    matches!(c, '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}' | '\u{8d3}'..='\u{8ff}'
        | '\u{fb1e}')
}

/// Marks that stand within Hebrew abbreviations (`צה"ל`).
pub(super) fn is_hebrew_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '\u{5f3}' | '\u{5f4}' | '\u{2019}' | '\u{201d}')
}

/// A letter of Hebrew.
pub(super) fn is_hebrew(c: char) -> bool {
    matches!(c, '\u{5d0}'..='\u{5ea}')
}

/// A sign that joins two words into one, as ASCII has it.
pub(super) fn joiner(c: char) -> Option<char> {
    Some(match c {
        '-' | '_' | '.' | '/' | '@' | '+' | '&' | ':' | '\\' | '#' => c,
        '\u{2010}' | '\u{2011}' | '\u{5be}' | '\u{fe63}' | '\u{ff0d}' => '-',
        '\u{ff3f}' => '_',
        '\u{ff0e}' => '.',
        '\u{ff0f}' => '/',
        '\u{ff20}' => '@',
        '\u{ff0b}' => '+',
        '\u{ff06}' => '&',
        '\u{ff1a}' => ':',
        '\u{ff03}' => '#',
        _ => return None,
    })
}

/// A sign that joins digits to a number (`1,250`, `1'250`, and narrow spaces).
pub(super) fn digit_joiner(c: char) -> Option<char> {
    match c {
        ',' | '\u{66b}' | '\u{66c}' | '\u{ff0c}' => Some(','),
        '\'' | '\u{2019}' | '\u{a0}' | '\u{2009}' | '\u{202f}' => Some('\''),
        _ => None,
    }
}

/// The first digit of each script that has its own ten.
const ZEROS: [u32; 37] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
    0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0,
];

/// The ASCII digit of the same value.
pub(super) fn ascii_digit(c: char) -> Option<char> {
    if c.is_ascii_digit() {
        return Some(c);
    }
    let code = u32::from(c);
    let zero = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code))?;
    char::from_digit(code - zero, 10)
}

fn is_decimal_digit(c: char) -> bool {
    ascii_digit(c).is_some()
}
