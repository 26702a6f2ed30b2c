//! How well a part answers a question: by meaning, by words, by its passage.

use std::collections::{HashMap, HashSet};

use super::{confidence::Signals, types::Evidence, units::Unit};
use crate::support::{content_words, float, is_number};

/// Weights of a part's score against the 1 of its cosine: of the words that it covers, and of its passage's score.
const WORDS_WEIGHT: f64 = 1.0;
const PASSAGE_WEIGHT: f64 = 0.4;
/// The margin where all parts are of one passage and nothing can be compared: a usual one, which speaks neither for nor against the answer.
const MARGIN_ALONE: f64 = 0.1;
/// Weight of a word that stands in the lead or nearest heading, and of one in the title, other headings or the part before.
const NEAR_WEIGHT: f64 = 0.8;
const FAR_WEIGHT: f64 = 0.5;

/// A unit with its score.
#[derive(Debug, Clone)]
pub(super) struct Weighed<'e> {
    pub(super) unit: Unit<'e>,
    /// Part of the question's words that it covers, 0 to 1.
    pub(super) covered: f64,
    /// Its score; only the order and differences mean something.
    pub(super) score: f64,
}

/// A question's words with their weights.
#[derive(Debug)]
pub(super) struct Wanted {
    weights: HashMap<String, f64>,
    total: f64,
    names: HashSet<String>,
}

impl Wanted {
    /// A word weighs more the fewer of the texts hold it.
    pub(super) fn new(question: &str, units: &[Unit<'_>]) -> Self {
        let count = float(units.len());
        let weight = |word: &String| {
            let holding = units.iter().filter(|unit| unit.words.contains(word)).count();
            ((count + 1.0) / (float(holding) + 0.5)).ln().max(0.1)
        };
        let weights: HashMap<String, f64> =
            content_words(question).into_iter().map(|word| (word.clone(), weight(&word))).collect();
        // In a fixed order: sums of floats depend on it.
        let mut all: Vec<f64> = weights.values().copied().collect();
        all.sort_unstable_by(f64::total_cmp);
        Self { total: all.iter().sum(), weights, names: names(question) }
    }

    /// The part of the question's weight that a text with these words has; `share` says how much a word counts.
    fn coverage(&self, share: impl Fn(&String) -> f64) -> f64 {
        let mut found: Vec<f64> = self.weights.iter().map(|(word, weight)| weight * share(word)).collect();
        found.sort_unstable_by(f64::total_cmp);
        if self.total > 0.0 { found.iter().sum::<f64>() / self.total } else { 0.0 }
    }

    fn by_unit(&self, unit: &Unit<'_>) -> f64 {
        self.coverage(|word| {
            if unit.words.contains(word) {
                1.0
            } else if unit.near.contains(word) {
                NEAR_WEIGHT
            } else if unit.far.contains(word) {
                FAR_WEIGHT
            } else {
                0.0
            }
        })
    }

    /// Whether the question has a word that stands above a part and not in it.
    pub(super) fn needs(&self, above: &HashSet<String>, words: &HashSet<String>) -> bool {
        self.weights.keys().any(|word| above.contains(word) && !words.contains(word))
    }

    /// The part that the words of a text cover.
    pub(super) fn by_words(&self, words: &HashSet<String>) -> f64 {
        self.coverage(|word| f64::from(u8::from(words.contains(word))))
    }
}

/// Names and numbers of a question: words with a capital letter that do not begin it, and words with a digit.
fn names(question: &str) -> HashSet<String> {
    let mut names = HashSet::new();
    for (place, word) in question.split_whitespace().enumerate() {
        let is_name = place > 0 && word.chars().next().is_some_and(char::is_uppercase);
        if is_name || is_number(word) {
            let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
            names.insert(bare.trim_end_matches("'s").trim_end_matches("’s").to_owned());
        }
    }
    names
}

/// The units with their scores, best first.
pub(super) fn weigh<'e>(wanted: &Wanted, units: Vec<Unit<'e>>) -> Vec<Weighed<'e>> {
    let mut weighed: Vec<Weighed<'e>> = units
        .into_iter()
        .filter(Unit::says_something)
        .map(|unit| {
            let covered = wanted.by_unit(&unit);
            let passage = unit.given.found.ranked.score.clamp(0.0, 1.0);
            let score = unit.cosine.unwrap_or(0.0) + WORDS_WEIGHT * covered + PASSAGE_WEIGHT * passage;
            Weighed { unit, covered, score }
        })
        .collect();
    weighed.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then((a.unit.passage, a.unit.place).cmp(&(b.unit.passage, b.unit.place)))
    });
    weighed
}

/// The words of a passage, its title and its headings.
/// The text of a passage with its title and headings.
fn passage_text(given: &Evidence) -> String {
    let passage = &given.found.passage;
    let mut text: Vec<&str> = passage.headings().iter().map(String::as_str).collect();
    text.extend([passage.title.as_str(), passage.text.as_str()]);
    text.join("\n")
}

/// All that is known about the best unit.
pub(super) fn signals(wanted: &Wanted, weighed: &[Weighed<'_>], evidence: &[Evidence]) -> Option<Signals> {
    let best = weighed.first()?;
    let words = content_words(&passage_text(best.unit.given));
    // Compared as they are written: the stems of France and francs are one.
    let written = passage_text(best.unit.given).to_lowercase();
    let missing = wanted.names.iter().filter(|name| !written.contains(name.as_str())).count();
    let others = weighed.iter().find(|other| other.unit.passage != best.unit.passage);
    Some(Signals {
        cosine: best.unit.cosine.unwrap_or(0.0),
        covered: best.covered,
        covered_by_passage: wanted.by_words(&words),
        covered_alone: wanted.by_words(&best.unit.words),
        passage: evidence.iter().map(|given| given.found.ranked.score).fold(0.0, f64::max).clamp(0.0, 1.0),
        names_missing: if wanted.names.is_empty() { 0.0 } else { float(missing) / float(wanted.names.len()) },
        margin: others.map_or(MARGIN_ALONE, |other| (best.score - other.score).clamp(0.0, 1.0)),
    })
}
