//! How probable it is that the best part answers the question: logistic regression on a few signals.
//!
//! `scripts/evaluation/fit_confidence.py` fits the coefficients on the answers of `rag eval --answers --json`.

use serde::Serialize;

/// All that is known about the best part, each from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Signals {
    /// Cosine of the question and the part.
    pub cosine: f64,
    /// Weighted share of the question's words that the part covers, with its headings at less weight.
    pub covered: f64,
    /// The same of its whole passage.
    pub covered_by_passage: f64,
    /// The same of the part alone, without its headings.
    pub covered_alone: f64,
    /// Score of the best passage.
    pub passage: f64,
    /// Share of the question's names and numbers that the passage does not have.
    pub names_missing: f64,
    /// Distance of the best part's score from that of the best part of another passage.
    pub margin: f64,
}

/// Coefficients of the signals in their order, and the constant last.
type Coefficients = [f64; 8];

/// For all-MiniLM-L6-v2.
const MINILM: Coefficients = [4.19, 1.60, 1.40, 2.01, 2.18, -1.50, 3.56, -6.59];
/// For multilingual-e5-small, fitted on German and English questions.
const E5: Coefficients = [3.84, 1.50, 0.73, 1.90, 7.35, -1.25, 4.37, -9.73];
/// For models whose cosines were not measured: by words alone.
const WORDS: Coefficients = [0.00, 2.93, 3.09, 3.24, 0.00, -2.02, 0.00, -3.58];

impl Signals {
    /// The probability, 0 to 1. Cosines of different models differ, so those of other models do not count.
    pub(crate) fn confidence(&self, model: &str) -> f64 {
        let coefficients = if model == rag_embed::MINILM.name {
            MINILM
        } else if model == rag_embed::MULTILINGUAL_E5_SMALL.name {
            E5
        } else {
            WORDS
        };
        let Self { cosine, covered, covered_by_passage, covered_alone, passage, names_missing, margin } =
            *self;
        let values =
            [cosine, covered, covered_by_passage, covered_alone, passage, names_missing, margin, 1.0];
        let sum: f64 = coefficients.iter().zip(values).map(|(weight, value)| weight * value).sum();
        1.0 / (1.0 + (-sum).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_covers_the_question_is_probable_and_one_that_does_not_is_not() {
        let good = Signals {
            cosine: 0.88,
            covered: 0.9,
            covered_by_passage: 0.9,
            covered_alone: 0.8,
            passage: 0.8,
            names_missing: 0.0,
            margin: 0.3,
        };
        let bad = Signals {
            cosine: 0.1,
            covered: 0.1,
            covered_by_passage: 0.1,
            covered_alone: 0.1,
            passage: 0.2,
            names_missing: 1.0,
            margin: 0.0,
        };
        for model in [rag_embed::MINILM.name, rag_embed::MULTILINGUAL_E5_SMALL.name, "another"] {
            assert!(good.confidence(model) > 0.9 && bad.confidence(model) < 0.1, "{model}");
        }
    }
}
