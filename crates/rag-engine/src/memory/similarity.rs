//! Compares a new memory with a stored one by rule: the same, nearly the same, or another.

use std::collections::HashSet;

use rag_text::analyse::Analyser;

use super::signs::signed_words;

/// The relation of two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// The same words in the same order.
    Same,
    /// The same statement in slightly different words; the stored text is as complete.
    StoredSaysAll,
    /// The same statement; the new text is more complete.
    NewSaysMore,
}

/// Minimum cosine at which texts of nearly the same words count as the same statement.
const MIN_COSINE: f64 = 0.9;
/// Minimum share of common words among the words of both texts, 0 to 1.
const MIN_COMMON: f64 = 0.75;
/// Words that negate or reverse a statement, in English and German.
const NEGATIONS: &[&str] = &[
    "not", "no", "never", "don't", "doesn't", "didn't", "isn't", "aren't", "wasn't", "won't", "can't",
    "cannot", "hate", "dislike", "nicht", "kein", "keine", "keinen", "nie", "niemals", "hasse", "without",
    "ohne", "stopped",
];

/// Compares the new text with the stored one; `None` if they are different statements. Numbers, negations and words that contain signs must be equal: texts that differ in
/// them state different things, however near their vectors are.
pub(super) fn compare(new: &str, stored: &str, cosine: f64, language: &str) -> Option<Likeness> {
    let (new_words, stored_words) = (signed_words(new), signed_words(stored));
    if new_words == stored_words {
        return Some(Likeness::Same);
    }
    let deciding = |words: &[String]| -> HashSet<String> {
        let decides = |word: &&String| {
            NEGATIONS.contains(&word.as_str())
                || word.chars().any(|c| !c.is_alphabetic() && c != '\'' && c != '’')
        };
        words.iter().filter(decides).cloned().collect()
    };
    if cosine < MIN_COSINE || deciding(&new_words) != deciding(&stored_words) {
        return None;
    }
    let (new_order, stored_order) = (stems(new, language), stems(stored, language));
    // "Anna likes Bob" is not "Bob likes Anna".
    if !is_subsequence(&new_order, &stored_order) && !is_subsequence(&stored_order, &new_order) {
        return None;
    }
    let [new_stems, stored_stems] =
        [&new_order, &stored_order].map(|order| order.iter().collect::<HashSet<_>>());
    let common = new_stems.intersection(&stored_stems).count();
    let all = new_stems.union(&stored_stems).count();
    if common == stored_stems.len() && common == new_stems.len() {
        return Some(Likeness::StoredSaysAll);
    }
    if ratio(common, all) < MIN_COMMON {
        return None;
    }
    let says_more = new_stems.len() > stored_stems.len();
    Some(if says_more { Likeness::NewSaysMore } else { Likeness::StoredSaysAll })
}

/// Returns whether `all` holds these words in this order, with others between them.
fn is_subsequence(part: &[String], all: &[String]) -> bool {
    let mut all = all.iter();
    part.iter().all(|word| all.any(|other| other == word))
}

fn stems(text: &str, language: &str) -> Vec<String> {
    let words = Analyser::new(language).map(|analyser| analyser.words(text)).unwrap_or_default();
    words.into_iter().filter_map(|word| word.lexemes.into_iter().next()).collect()
}

fn ratio(part: usize, whole: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    number(part) / number(whole.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(new: &str, stored: &str) -> Option<Likeness> {
        compare(new, stored, 0.95, "eng")
    }

    #[test]
    fn the_same_words_are_the_same() {
        assert_eq!(compare("I like tea.", "i like  tea", 0.0, "eng"), Some(Likeness::Same));
        assert_eq!(compare("My \"dog\" - Rex!", "my dog Rex", 0.0, "eng"), Some(Likeness::Same));
    }

    #[test]
    fn other_wordings_are_nearly_the_same() {
        assert_eq!(likeness("I am liking green tea", "I like green tea"), Some(Likeness::StoredSaysAll));
        assert_eq!(
            likeness("I like strong green tea with honey", "I like strong green tea"),
            Some(Likeness::NewSaysMore)
        );
    }

    #[test]
    fn numbers_negations_and_other_values_are_different_statements() {
        for (new, stored) in [
            ("I do not like green tea", "I like green tea"),
            ("The meeting is at 10", "The meeting is at 11"),
            ("My sister lives in Rome", "My sister lives in Oslo"),
            ("Tom owes me ten euros", "I owe Tom ten euros"),
            ("Bob likes Anna", "Anna likes Bob"),
            ("The train from Köln to Bonn leaves at nine", "The train from Bonn to Köln leaves at nine"),
            ("I program in C++ at work", "I program in C at work"),
            ("I program in C# at work", "I program in C++ at work"),
            ("My account balance is -300", "My account balance is 300"),
            ("My favourite emoji is 🔥", "My favourite emoji is 🙂"),
        ] {
            assert_eq!(likeness(new, stored), None, "{new}");
        }
        assert_eq!(compare("I like green tea a lot", "I like green tea", 0.5, "eng"), None);
    }
}
