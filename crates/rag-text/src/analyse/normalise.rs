//! One spelling for the many ways in which Unicode writes the same word.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::characters::{ascii_digit, is_hebrew_quote, is_invisible, is_point};

/// Characters of a word that count.
const MAX_CHARS: usize = 80;

/// The word in composed, compatible characters (NFKC), without invisible ones and points, its digits those of ASCII; case is kept.
pub(super) fn surface(word: &str) -> String {
    if word.is_ascii() {
        return word.chars().take(MAX_CHARS).collect();
    }
    let compatible =
        word.chars().filter(|c| !is_invisible(*c) && !is_point(*c) && !is_hebrew_quote(*c)).nfkc();
    // A character may stand for a space and a mark, which then belongs to the letter before.
    // Catalan has one letter for an `l` with the dot that parts it from the next.
    let is_empty = |c: &char| is_invisible(*c) || is_point(*c) || c.is_whitespace() || *c == '\u{b7}';
    let counting = compatible.filter(|c| !is_empty(c)).nfc();
    counting.map(|c| ascii_digit(c).unwrap_or(c)).take(MAX_CHARS).collect()
}

/// Lower case; Turkish and Azerbaijani have a letter `I` without a dot.
pub(super) fn lower(word: &str, has_dotless_i: bool) -> String {
    if has_dotless_i {
        word.replace('I', "ı").replace('İ', "i").to_lowercase()
    } else {
        word.to_lowercase()
    }
}

/// Without accents and variants of letters: `resume` for `résumé`, `strasse` for `straße`, one letter for the forms of alef.
/// Marks of scripts that cannot do without them stay.
pub(super) fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word.to_owned();
    }
    let mut folded = String::with_capacity(word.len());
    let mut base = '\0';
    for c in word.nfd() {
        if is_combining_mark(c) {
            if !is_accent(base, c) && !is_point(c) {
                folded.push(c);
            }
        } else {
            base = c;
            push_letter(&mut folded, c);
        }
    }
    folded.nfc().collect()
}

/// Whether the mark on the letter may be left out. Of Cyrillic only the dots of `ё` and marks of stress: `й` is a letter.
fn is_accent(base: char, mark: char) -> bool {
    let is_general = matches!(mark, '\u{300}'..='\u{36f}');
    match base {
        '\u{400}'..='\u{52f}' => {
            matches!(mark, '\u{300}' | '\u{301}') || (mark == '\u{308}' && matches!(base, 'е' | 'Е'))
        }
        // The hamza above and below.
        '\u{600}'..='\u{6ff}' => matches!(mark, '\u{653}'..='\u{655}'),
        _ => is_general,
    }
}

fn push_letter(folded: &mut String, c: char) {
    match c {
        'ß' | 'ẞ' => folded.push_str("ss"),
        'æ' => folded.push_str("ae"),
        'œ' => folded.push_str("oe"),
        'þ' => folded.push_str("th"),
        'ø' => folded.push('o'),
        'đ' | 'ð' => folded.push('d'),
        'ł' => folded.push('l'),
        'ħ' => folded.push('h'),
        'ı' => folded.push('i'),
        'ς' => folded.push('σ'),
        'ٱ' => folded.push('ا'),
        'ى' | 'ی' | 'ې' => folded.push('ي'),
        'ة' | 'ہ' | 'ۃ' | 'ە' => folded.push('ه'),
        'ک' => folded.push('ك'),
        _ => folded.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_variants_are_folded_and_letters_stay() {
        for (word, folded) in [
            ("résumé", "resume"),
            ("straße", "strasse"),
            ("œuvre", "oeuvre"),
            ("ёлка", "елка"),
            ("йод", "йод"),
            ("أحمد", "احمد"),
            ("مدرسة", "مدرسه"),
            ("ガラス", "ガラス"),
            ("हिन्दी", "हिन्दी"),
            ("hà", "ha"),
            ("ΐ", "ι"),
        ] {
            assert_eq!(fold(word), folded, "{word}");
        }
    }

    #[test]
    fn forms_of_compatibility_and_invisible_characters_are_gone() {
        for (word, expected) in [
            ("ＡＢＣ１２３", "ABC123"),
            ("ﬁne", "fine"),
            ("Donau\u{ad}dampf\u{ad}schiff", "Donaudampfschiff"),
            ("e\u{301}te\u{301}", "été"),
            ("شَمْس", "شمس"),
            ("عـــربي", "عربي"),
            ("שָׁלוֹם", "שלום"),
            ("١٢٣", "123"),
            ("ｶﾞﾗｽ", "ガラス"),
            ("co\u{140}lega", "collega"),
        ] {
            assert_eq!(surface(word), expected, "{word}");
        }
    }
}
