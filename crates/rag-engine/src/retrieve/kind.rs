//! What kind of query somebody typed, by rules that can be read off the text.

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

/// A kind of query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Looks for one known thing: stands in quotation marks, holds an identifier, or is written like a title.
    Navigational,
    /// A few words with nothing between them.
    Keyword,
    /// A question or a sentence; whatever is neither of the others.
    Question,
}

/// What is left of the dense leg's weight for each kind of query: 1 changes nothing, 0 leaves words alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// Of navigational queries.
    pub navigational: f64,
    /// Of keywords.
    pub keyword: f64,
    /// Of questions.
    pub question: f64,
}

impl Default for Shares {
    fn default() -> Self {
        Self { navigational: 1.0, keyword: 1.0, question: 1.0 }
    }
}

impl Shares {
    pub(super) fn of(&self, kind: Kind) -> f64 {
        match kind {
            Kind::Navigational => self.navigational,
            Kind::Keyword => self.keyword,
            Kind::Question => self.question,
        }
    }
}

/// Keywords are so many at most, and titles too.
const FEW_WORDS: usize = 8;

/// Words that hold sentences together, in English, German, French and Spanish; keywords have none.
const FUNCTION_WORDS: [&str; 105] = [
    "a", "an", "the", "is", "are", "was", "were", "be", "do", "does", "did", "has", "have", "had", "can",
    "could", "should", "will", "would", "may", "i", "my", "we", "you", "your", "it", "its", "this", "that",
    "there", "to", "what", "when", "where", "which", "who", "whom", "whose", "why", "how", "from", "with",
    "by", "at", "on", "than", "if", "not", "ist", "sind", "war", "waren", "wird", "werden", "hat", "haben",
    "kann", "können", "muss", "soll", "ich", "wir", "der", "die", "das", "den", "dem", "ein", "eine",
    "einen", "wer", "wie", "wo", "wann", "warum", "welche", "welcher", "welches", "wieviel", "mit", "von",
    "zu", "est", "sont", "était", "le", "la", "les", "un", "une", "qui", "que", "quand", "où", "pourquoi",
    "comment", "quel", "quelle", "es", "son", "el", "los", "cuándo", "cómo", "quién",
];

/// Words that may stand small in a title.
const TITLE_WORDS: [&str; 12] = ["of", "and", "the", "in", "for", "on", "to", "a", "und", "der", "de", "y"];

impl Kind {
    /// The kind of a query, by the first rule that holds.
    pub fn of(query: &str) -> Self {
        let words: Vec<&str> = query.unicode_words().collect();
        let asks = query.trim_end().ends_with(['?', '？']);
        let is_short = words.len() <= FEW_WORDS && query.chars().count() <= FEW_WORDS * 12;
        if is_quoted(query) || (is_short && !asks && (has_identifier(query) || is_title(&words))) {
            Self::Navigational
        } else if is_short && !asks && !words.iter().any(|word| holds_sentences(word)) {
            Self::Keyword
        } else {
            Self::Question
        }
    }
}

/// Whether all of it stands in quotation marks.
fn is_quoted(query: &str) -> bool {
    let query = query.trim();
    let inside = |open: char, close: char| query.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    inside('"', '"').or_else(|| inside('\u{201c}', '\u{201d}')).is_some_and(|inside| !inside.is_empty())
}

/// Whether a word mixes digits with letters, or joins parts as programs do: `E-4012`, `read_only`, `std::fmt`, `rag.toml`.
fn has_identifier(query: &str) -> bool {
    query.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric())).any(|word| {
        let has = |wanted: fn(char) -> bool| word.chars().any(wanted);
        (has(|c| c.is_ascii_digit()) && has(char::is_alphabetic))
            || (has(char::is_alphabetic)
                && (word.contains(['_', '.', '/', '\\', '@']) || word.contains("::")))
    })
}

/// Two words or more that all begin with a capital, but for the small ones that titles allow.
fn is_title(words: &[&str]) -> bool {
    let is_capital = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
    words.first().is_some_and(is_capital)
        && words.iter().filter(|word| is_capital(word)).count() >= 2
        && words.iter().all(|word| is_capital(word) || TITLE_WORDS.contains(word))
}

fn holds_sentences(word: &str) -> bool {
    FUNCTION_WORDS.contains(&word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_tells_its_kind() {
        for query in [
            "\"notice period\"",
            "error E-4012",
            "read_only",
            "std::fmt",
            "rag.toml",
            "War and Peace",
            "Sox9b",
        ] {
            assert_eq!(Kind::of(query), Kind::Navigational, "{query}");
        }
        for query in
            ["notice period", "zirconium corrosion", "Kündigungsfrist probezeit", "东京 人口", "melt 1855"]
        {
            assert_eq!(Kind::of(query), Kind::Keyword, "{query}");
        }
        for query in [
            "How long is the notice period?",
            "notice period?",
            "What does E-4012 mean?",
            "Wie hoch ist der Turm",
            "0-dimensional biomaterials show inductive properties in most of the tested animals here",
            "东京的人口是多少？",
        ] {
            assert_eq!(Kind::of(query), Kind::Question, "{query}");
        }
    }
}
