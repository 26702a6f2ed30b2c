//! Words of a text, for measuring how well one text supports another.

use std::collections::HashSet;

use unicode_segmentation::UnicodeSegmentation;

/// Number of letters of a stem that count: enough to distinguish words, few enough to ignore derivation.
const STEM_CHARS: usize = 7;
/// Minimum number of letters of a stem.
const MIN_STEM_CHARS: usize = 3;
/// Endings of words, longest first: those of English, and some of German and French.
const ENDINGS: &[&str] = &[
    "ations", "ation", "ments", "ment", "ings", "ing", "ies", "ern", "ers", "est", "ed", "es", "en", "er",
    "em", "et", "ly", "al", "s", "e", "y",
];
/// Words without content, of the most common languages. A word with content in another language is rarely the only one of a
/// question.
const FUNCTION_WORDS: &[&str] = &[
    // English
    "a", "about", "after", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "being", "but",
    "by", "can", "could", "did", "do", "does", "doing", "for", "from", "get", "gets", "had", "has", "have",
    "he", "her", "him", "his", "how", "i", "if", "in", "into", "is", "it", "its", "long", "many", "may",
    "me", "mine", "much", "my", "no", "not", "of", "often", "on", "or", "our", "s", "she", "should", "so",
    "such", "t", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those",
    "to", "up", "us", "was", "we", "were", "what", "when", "where", "which", "who", "whom", "whose", "why",
    "will", "with", "would", "you", "your", // German
    "aber", "als", "am", "auch", "auf", "aus", "bei", "bin", "bis", "da", "das", "dass", "dem", "den", "der",
    "des", "die", "dies", "diese", "dieser", "du", "ein", "eine", "einem", "einen", "einer", "eines", "er",
    "es", "für", "haben", "hat", "hatte", "ich", "ihr", "im", "in", "ist", "kann", "können", "lange", "man",
    "mein", "mit", "muss", "nach", "nicht", "noch", "ob", "oder", "oft", "sein", "seine", "sich", "sie",
    "sind", "so", "um", "und", "uns", "viel", "viele", "vom", "von", "vor", "wann", "war", "waren", "warum",
    "was", "welche", "welchem", "welchen", "welcher", "welches", "wem", "wen", "wer", "werden", "wie",
    "wird", "wir", "wo", "wurde", "wurden", "zu", "zum", "zur", "über", // French and Spanish
    "au", "aux", "avec", "ce", "cette", "comment", "combien", "como", "con", "cual", "cuál", "cuando",
    "cuándo", "cuanto", "cuánto", "d", "dans", "de", "del", "donde", "dónde", "du", "el", "elle", "en", "es",
    "est", "et", "il", "j", "l", "la", "las", "le", "les", "lo", "los", "m", "n", "ne", "nous", "on", "où",
    "para", "par", "pas", "por", "pour", "qu", "quand", "que", "qué", "quel", "quelle", "quelles", "quels",
    "qui", "quién", "sa", "se", "ses", "son", "sont", "sur", "un", "una", "une", "uno", "vous", "y", "à",
];

/// Words that complete an English verb.
const PARTICLES: &[&str] = &["away", "back", "down", "in", "off", "on", "out", "over", "up"];

/// Returns the content words of a text, folded and stemmed; pairs of characters for scripts without spaces.
pub(crate) fn content_words(text: &str) -> HashSet<String> {
    content_word_list(text).into_iter().collect()
}

/// As `content_words`, in order and with repetitions.
fn content_word_list(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut unspaced: Vec<char> = Vec::new();
    for word in text.unicode_words() {
        let first = word.chars().next().unwrap_or_default();
        if is_unspaced(first) {
            unspaced.extend(word.chars());
            continue;
        }
        take_pairs(&mut unspaced, &mut words);
        let lower = word.to_lowercase();
        let lower = lower.strip_suffix("'s").or_else(|| lower.strip_suffix("’s")).unwrap_or(&lower);
        if is_number(lower) {
            words.push(lower.to_owned());
        } else if lower.contains(['_', '.']) {
            // An identifier: its first letters do not say which.
            words.push(lower.to_owned());
        } else if !FUNCTION_WORDS.contains(&lower) && (lower.chars().count() > 1) {
            words.push(stem(lower));
        }
    }
    take_pairs(&mut unspaced, &mut words);
    words
}

/// Returns the verbs of a text that a particle completes ("back up"), as the verb's content word and as that of the noun that is written
/// as one word ("backup").
pub(crate) fn phrasal_verbs(text: &str) -> Vec<(String, String)> {
    let words: Vec<&str> = text.unicode_words().collect();
    let pairs = words.iter().zip(words.iter().skip(1));
    pairs
        .filter(|(_, particle)| PARTICLES.contains(&particle.to_lowercase().as_str()))
        .filter_map(|(verb, particle)| {
            let [verb] = <[String; 1]>::try_from(content_word_list(verb)).ok()?;
            let noun = format!("{verb}{}", particle.to_lowercase());
            Some((verb, noun.chars().take(STEM_CHARS).collect()))
        })
        .collect()
}

/// Returns whether the character's script writes words without spaces between them.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

/// Moves the characters into `words` as pairs of neighbours, which replace the words of a script without spaces.
fn take_pairs(characters: &mut Vec<char>, words: &mut Vec<String>) {
    match characters.as_slice() {
        [] => {}
        [one] => words.push(one.to_string()),
        many => words.extend(many.windows(2).map(|pair| pair.iter().collect::<String>())),
    }
    characters.clear();
}

/// Returns the word without one ending and a doubled consonant, cut to its first letters.
fn stem(word: &str) -> String {
    let is_long_enough = |stem: &&str| stem.chars().count() >= MIN_STEM_CHARS;
    let without = ENDINGS.iter().find_map(|ending| {
        let stem = word.strip_suffix(ending).filter(is_long_enough)?;
        // "class" has no ending.
        (*ending != "s" || !stem.ends_with('s')).then_some(stem)
    });
    let mut letters: Vec<char> = without.unwrap_or(word).chars().collect();
    if let [.., before, last] = letters.as_slice()
        && before == last
        && without.is_some()
        && !"lsz".contains(*last)
    {
        letters.pop();
    }
    letters.into_iter().take(STEM_CHARS).collect()
}

/// Returns whether a word contains a digit: numbers must match exactly.
pub(crate) fn is_number(word: &str) -> bool {
    word.chars().any(char::is_numeric)
}

/// Returns the part of `wanted` that is in `given`, 0 to 1; 0 if `wanted` is empty.
pub(crate) fn coverage(wanted: &HashSet<String>, given: &HashSet<String>) -> f64 {
    if wanted.is_empty() {
        return 0.0;
    }
    float(wanted.intersection(given).count()) / float(wanted.len())
}

/// Converts a count to a float; counts here are far below 2³².
pub(crate) fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        content_word_list(text)
    }

    #[test]
    fn coverage_counts_stems_and_whole_numbers() {
        let wanted = content_words("engines started 1998");
        assert!((coverage(&wanted, &content_words("The engine was started in 1998")) - 1.0).abs() < 1e-9);
        assert!(coverage(&wanted, &content_words("The engine was started in 1999")) < 0.7);
    }

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for forms in [
            ["book", "books", "booked", "booking"],
            ["train", "trains", "training", "trained"],
            ["class", "classes", "class", "classes"],
            ["stop", "stops", "stopped", "stopping"],
            ["deposit", "deposits", "deposited", "deposit"],
            ["party", "parties", "party", "party's"],
        ] {
            let stems: HashSet<String> = forms.iter().flat_map(|form| words(form)).collect();
            assert_eq!(stems.len(), 1, "{stems:?}");
        }
    }

    #[test]
    fn a_verb_with_a_particle_is_a_noun_in_one_word() {
        for (phrase, noun) in [("backing up", "backups"), ("log in", "login"), ("roll back", "rollbacks")] {
            let found = phrasal_verbs(phrase);
            assert_eq!(vec![found[0].1.clone()], words(noun), "{found:?}");
        }
        assert_eq!(phrasal_verbs("What is it on?"), []);
    }

    #[test]
    fn identifiers_that_begin_alike_differ() {
        assert_eq!(words("ingest.max_failures, as_of"), ["ingest.max_failures", "as_of"]);
    }

    #[test]
    fn short_names_count_and_function_words_do_not() {
        assert_eq!(words("Is the EU in it?"), ["eu"]);
        assert_eq!(words("Wie lange ist die Frist?"), ["frist"]);
    }

    #[test]
    fn scripts_without_blanks_have_pairs() {
        assert_eq!(words("東京都 in 2020"), ["東京", "京都", "2020"]);
        assert_eq!(words("ราคา").len(), 3);
    }
}
