//! Sentences of running text: boundaries by Unicode, without a cut after an abbreviation, an initial or an ordinal number.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// Words before a full stop that never end a sentence, in lower case; several languages, because texts mix them.
const ABBREVIATIONS: &[&str] = &[
    "abb", "abs", "al", "allg", "anm", "approx", "art", "aufl", "ausschl", "bd", "begr", "bes", "bgbl",
    "bspw", "bzgl", "bzw", "ca", "cap", "capt", "cf", "col", "dept", "dipl", "dr", "dra", "ed", "eds",
    "ehem", "einschl", "entspr", "eq", "evtl", "exc", "ff", "fig", "figs", "fn", "fr", "frl", "geb", "gegr",
    "gem", "gen", "gest", "ggf", "gov", "hl", "hon", "hr", "hrsg", "ing", "inkl", "ital", "jg", "jährl",
    "kap", "lfd", "lt", "m.a", "max", "mgr", "mind", "mio", "mlle", "mme", "monatl", "mr", "mrd", "mrs",
    "ms", "mt", "no", "nr", "núm", "op", "pag", "par", "pkt", "pp", "pres", "prof", "rd", "rep", "rev", "rn",
    "rz", "sec", "sen", "sgt", "sog", "sr", "sra", "st", "str", "tab", "tel", "tägl", "urspr", "verh",
    "versch", "vgl", "viz", "vol", "vs", "ziff", "zw", "zzgl", "§",
];

/// Words before a full stop that may end a sentence: they do if a word follows that often begins one.
const OPEN_ABBREVIATIONS: &[&str] =
    &["a.m", "co", "corp", "etc", "inc", "jr", "ltd", "p.m", "u.a", "u.k", "u.s", "usw"];

/// Words that often begin a sentence.
const OPENERS: &[&str] = &[
    "A", "After", "All", "An", "As", "At", "But", "Das", "Der", "Die", "Dies", "Diese", "Du", "Ein", "Eine",
    "El", "Er", "Es", "For", "He", "I", "If", "Im", "In", "It", "La", "Le", "Les", "On", "She", "Sie",
    "That", "The", "Then", "There", "These", "They", "This", "We", "You",
];

/// Words after which a number with a full stop is an ordinal in German.
const BEFORE_ORDINALS: &[&str] = &[
    "ab", "am", "beim", "bis", "das", "dem", "den", "der", "des", "die", "im", "ins", "jeder", "seit",
    "seinem", "vom", "und", "zum", "zur",
];

/// Words that a number with a full stop numbers.
const AFTER_ORDINALS: &[&str] = &[
    "Januar",
    "Jänner",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
    "Auflage",
    "Etage",
    "Jahrhundert",
    "Kapitel",
    "Klasse",
    "Mal",
    "Platz",
    "Stock",
];

/// Maximum length of the rest of a quotation whose sentences are one with the sentence around it, in bytes.
const MAX_QUOTE_BYTES: usize = 200;

/// Length of the text before and after a mark that decides whether a sentence ends there, in bytes: with the whole text, the time
/// would grow with the square of its length.
const BYTES_BEFORE: usize = 1_000;
const BYTES_AFTER: usize = MAX_QUOTE_BYTES + '“'.len_utf8();

/// The byte ranges of the sentences of `text`, in order, without the blanks around them. A blank line ends a sentence, a line end
/// alone does not.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for paragraph in text.split_inclusive("\n\n") {
        for length in sentence_lengths(paragraph) {
            let sentence = text.get(start..start + length).unwrap_or_default();
            let begin = start + (sentence.len() - sentence.trim_start().len());
            let end = start + sentence.trim_end().len();
            if begin < end {
                found.push(begin..end);
            }
            start += length;
        }
    }
    found
}

/// The length in bytes of every sentence of a paragraph with the blanks after it.
pub(crate) fn sentence_lengths(paragraph: &str) -> Vec<usize> {
    let mut lengths = Vec::new();
    // A hard-wrapped line does not end its sentence.
    let flat = paragraph.replace('\n', " ");
    let (mut begin, mut end) = (0, 0);
    for part in flat.split_sentence_bounds() {
        end += part.len();
        // Nor does a mark inside a word, such as an address; but some scripts have no blanks.
        let may_end = part.ends_with(|c: char| c.is_whitespace() || "。！？｡".contains(c));
        let before = flat.ceil_char_boundary(end.saturating_sub(BYTES_BEFORE)).max(begin)..end;
        let after = end..flat.floor_char_boundary(end + BYTES_AFTER);
        if may_end && !goes_on(flat.get(before).unwrap_or_default(), flat.get(after).unwrap_or_default()) {
            lengths.push(end - begin);
            begin = end;
        }
    }
    lengths.push(end - begin);
    lengths
}

/// Whether the full stop at the end of `before` does not end its sentence.
fn goes_on(before: &str, after: &str) -> bool {
    if is_quotation(before, after) {
        return true;
    }
    let mut words = before.split_whitespace().rev();
    let last = words.next().unwrap_or_default();
    let Some(word) = last.strip_suffix('.') else { return false };
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '§');
    let next = after.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).unwrap_or_default();
    let previous = words.next();
    if next.is_empty() {
        return false;
    }
    if word.chars().all(|c| c.is_ascii_digit()) && (1..=2).contains(&word.len()) {
        return is_ordinal(previous, next);
    }
    let lower = word.to_lowercase();
    if OPEN_ABBREVIATIONS.contains(&lower.as_str()) {
        return !OPENERS.contains(&next);
    }
    let is_street = lower.ends_with("str") && next.starts_with(|c: char| c.is_ascii_digit());
    ABBREVIATIONS.contains(&lower.as_str()) || is_initial(word) || is_street
}

/// Whether a short quotation in German marks is open, as in `He said: „Come in. Sit down.“`: its sentences are one statement.
fn is_quotation(before: &str, after: &str) -> bool {
    let is_open =
        before.rfind('„').and_then(|at| before.get(at..)).is_some_and(|quote| !quote.contains(['“', '”']));
    let rest = after.find(['“', '”', '„']).and_then(|end| after.get(end..).map(|rest| (end, rest)));
    is_open && rest.is_some_and(|(end, rest)| end <= MAX_QUOTE_BYTES && !rest.starts_with('„'))
}

/// A number at the start of a sentence numbers a list; elsewhere its neighbours decide.
fn is_ordinal(previous: Option<&str>, next: &str) -> bool {
    let Some(previous) = previous else { return true };
    AFTER_ORDINALS.contains(&next) || BEFORE_ORDINALS.contains(&previous.to_lowercase().as_str())
}

/// Whether the word is one letter, as in "J. Smith", or several with full stops or a hyphen between them, as in "z.B.", "J.-P.".
fn is_initial(word: &str) -> bool {
    let is_short = |part: &str| {
        let mut letters = part.chars();
        letters.next().is_none_or(char::is_alphabetic) && letters.next().is_none()
    };
    word.starts_with(char::is_alphabetic) && word.split(['.', '-']).all(is_short)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn sentences_end_at_marks_and_blank_lines() {
        assert_eq!(
            texts("One is here. Two is there!\n\nA heading\n\nThree? Four"),
            ["One is here.", "Two is there!", "A heading", "Three?", "Four"]
        );
        assert_eq!(texts("A line that\ngoes on. And ends."), ["A line that\ngoes on.", "And ends."]);
        assert_eq!(texts("東京は首都です。大阪は違います。"), ["東京は首都です。", "大阪は違います。"]);
        assert!(texts(" \n\n ").is_empty());
    }

    #[test]
    fn abbreviations_initials_and_ordinals_end_no_sentence() {
        for one in [
            "See Fig. 3 by Smith et al. Then read on.",
            "Das gilt z. B. Für Kinder, d. h. Alle unter 12.",
            "Sie traf Dr. E. Müller am 3. Mai in St. Gallen.",
            "Der Vertrag endet am 31. Dezember.",
            "Im 19. Jahrhundert war das anders.",
            "J. R. R. Tolkien and J.-P. Sartre never met Mr. Smith.",
            "Vgl. Art. 5 Abs. 2 Nr. 3 der Satzung.",
            "M. Dupont et Mme. Curie habitent ici.",
            "The U.S. Army moved at 5 p.m. Eastern time.",
            "Kinder bis einschl. 6 Jahre zahlen rd. 5 Euro.",
            "Das Gesetz (BGBl. I S. 42) regelt das.",
            "Im 3. Stock, Goethestr. 5, wohnt Fr. Meier.",
            "Er sagte: „Bei uns ist jeder willkommen. Auch Hunde.“",
            "„Parken ist nicht erlaubt! Gar nicht.“, steht auf dem Schild.",
        ] {
            assert_eq!(texts(one), [one]);
        }
    }

    /// With a time that grows with the square of the length, each of these takes many minutes.
    #[test]
    fn the_time_grows_with_the_length_of_the_text() {
        assert_eq!(sentences(&"Größe counts. ".repeat(30_000)).len(), 30_000);
        assert_eq!(sentences(&format!("„{}", "a. ".repeat(150_000))).len(), 1);
        assert_eq!(sentences(&"§. ".repeat(150_000)).len(), 150_000);
    }

    #[test]
    fn a_full_stop_after_a_number_or_an_open_abbreviation_may_end_a_sentence() {
        assert_eq!(
            texts("Sie rief: „Komm!“ Er kam. „Offen. Ende"),
            ["Sie rief: „Komm!“", "Er kam.", "„Offen.", "Ende"]
        );
        assert_eq!(
            texts("Er wohnt in der Hauptstr. Dort ist es laut."),
            ["Er wohnt in der Hauptstr.", "Dort ist es laut."]
        );
        assert_eq!(texts("It was built in 1990. Nobody came."), ["It was built in 1990.", "Nobody came."]);
        assert_eq!(texts("It costs 5 €. Wait... Then go."), ["It costs 5 €.", "Wait...", "Then go."]);
        assert_eq!(texts("He has 12. Others have 13."), ["He has 12.", "Others have 13."]);
        assert_eq!(texts("It opens at 5 p.m. The bar closes."), ["It opens at 5 p.m.", "The bar closes."]);
        assert_eq!(texts("Pears, plums etc. They are ripe."), ["Pears, plums etc.", "They are ripe."]);
    }
}
