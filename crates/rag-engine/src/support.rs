//! Words and sentences of a text, for telling how much one supports another.

use std::collections::HashSet;

use rag_text::analyse::{Analyser, Shape, tokens};
use unicode_segmentation::UnicodeSegmentation;

/// Letters of a word that count: enough to tell words apart, few enough to forgive endings.
const STEM_CHARS: usize = 6;
/// Words of fewer letters carry no content, unless they are numbers.
const CONTENT_CHARS: usize = 3;
/// English words that carry no content although they are long enough; other languages do without such a list.
const FUNCTION_WORDS: [&str; 48] = [
    "about", "after", "also", "and", "any", "are", "been", "but", "can", "could", "did", "does", "for",
    "from", "had", "has", "have", "her", "his", "how", "into", "its", "may", "not", "our", "she", "should",
    "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "was", "were", "what",
    "when", "where", "which", "who", "why", "will", "with", "would",
];

/// The content words of a text, folded and cut to stems; in scripts without spaces pairs of characters.
pub(crate) fn content_words(text: &str) -> HashSet<String> {
    let Some(analyser) = Analyser::new("und") else { return HashSet::new() };
    let parts = tokens(text).into_iter().filter(|token| token.shape != Shape::Whole);
    parts
        .flat_map(|token| analyser.lexemes(&token))
        .filter(|word| is_number(word) || is_content(word))
        .map(|word| word.chars().take(if is_number(&word) { usize::MAX } else { STEM_CHARS }).collect())
        .collect()
}

fn is_content(word: &str) -> bool {
    let is_unspaced = word.chars().any(|letter| {
        letter > '\u{2e7f}'
            || matches!(letter, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
    });
    is_unspaced || (word.chars().count() >= CONTENT_CHARS && !FUNCTION_WORDS.contains(&word))
}

/// Whether a word holds a digit: numbers must agree exactly.
pub(crate) fn is_number(word: &str) -> bool {
    word.chars().any(char::is_numeric)
}

/// The part of `wanted` that `given` has, 0 to 1; 0 when nothing is wanted.
pub(crate) fn coverage(wanted: &HashSet<String>, given: &HashSet<String>) -> f64 {
    if wanted.is_empty() {
        return 0.0;
    }
    let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    count(wanted.intersection(given).count()) / count(wanted.len())
}

/// A sentence of a text and the character at which it starts, in Unicode scalar values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sentence<'t> {
    pub(crate) start: usize,
    pub(crate) text: &'t str,
}

/// The sentences of a text. A blank line ends one too, and so does the end of a line before a list item.
pub(crate) fn sentences(text: &str) -> Vec<Sentence<'_>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for piece in text.split_inclusive("\n\n").flat_map(split_list).flat_map(|paragraph| joined(paragraph)) {
        let trimmed = piece.trim();
        if !trimmed.is_empty() {
            let lead = piece.chars().take_while(|letter| letter.is_whitespace()).count();
            sentences.push(Sentence { start: start + lead, text: trimmed });
        }
        start += piece.chars().count();
    }
    sentences
}

/// Sentence boundaries by Unicode, without the cut after an abbreviation such as "Fig." or an initial.
fn joined(paragraph: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    for (at, bound) in paragraph.split_sentence_bound_indices() {
        let end = at + bound.len();
        if !ends_in_abbreviation(bound) || end == paragraph.len() {
            pieces.extend(paragraph.get(begin..end));
            begin = end;
        }
    }
    pieces
}

fn ends_in_abbreviation(piece: &str) -> bool {
    const ABBREVIATIONS: [&str; 14] = [
        "al.", "approx.", "cf.", "dr.", "e.g.", "eq.", "fig.", "i.e.", "mr.", "mrs.", "no.", "prof.", "sec.",
        "vs.",
    ];
    let last = piece.split_whitespace().last().unwrap_or_default().to_lowercase();
    let is_line_end = piece.ends_with('\n') && !last.ends_with(['.', '!', '?', ':', '。', '！', '？']);
    is_line_end || ABBREVIATIONS.contains(&last.trim_start_matches('('))
}

fn split_list(paragraph: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    for (at, _) in paragraph.match_indices('\n') {
        let rest = paragraph.get(at + 1..).unwrap_or_default().trim_start();
        if rest.starts_with("- ") || rest.starts_with("* ") || rest.starts_with("• ") {
            pieces.extend(paragraph.get(begin..=at));
            begin = at + 1;
        }
    }
    pieces.extend(paragraph.get(begin..));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|sentence| sentence.text).collect()
    }

    #[test]
    fn sentences_end_at_full_stops_and_blank_lines() {
        assert_eq!(
            texts("One is here. Two is there.\n\nA heading\n\nThree"),
            ["One is here.", "Two is there.", "A heading", "Three"]
        );
    }

    #[test]
    fn abbreviations_end_no_sentence() {
        assert_eq!(
            texts("See Fig. 3 by Smith et al. Then read on."),
            ["See Fig. 3 by Smith et al. Then read on."]
        );
    }

    #[test]
    fn a_line_end_within_a_paragraph_ends_no_sentence() {
        assert_eq!(texts("A line that\ngoes on. And ends."), ["A line that\ngoes on.", "And ends."]);
    }

    #[test]
    fn starts_count_characters() {
        let text = "Ünïcode först. Zweiter Satz.";
        let second = &sentences(text)[1];
        assert_eq!(text.chars().skip(second.start).collect::<String>(), second.text);
    }

    #[test]
    fn coverage_counts_stems_and_whole_numbers() {
        let wanted = content_words("engines started 1998");
        assert!((coverage(&wanted, &content_words("The engine was started in 1998")) - 1.0).abs() < 1e-9);
        assert!(coverage(&wanted, &content_words("The engine was started in 1999")) < 0.7);
    }
}
