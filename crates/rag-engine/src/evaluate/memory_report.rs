//! The report of an evaluation of memory.

use std::collections::{BTreeMap, HashSet};

use serde::{Serialize, Serializer};

use super::metrics::float;

/// Sums over questions, from which the means follow; those of `LongMemEval` (Wu et al. 2024).
#[derive(Debug, Clone, Copy, Default)]
pub struct RecallMeasures {
    questions: usize,
    at_1: usize,
    any_at_5: usize,
    any_at_10: usize,
    all_at_5: usize,
    all_at_10: usize,
}

impl RecallMeasures {
    /// Counts a question with the ids of each result, best first, and those of its evidence.
    pub(super) fn add(&mut self, results: &[Vec<String>], evidence: &HashSet<String>) {
        let found = |depth: usize| -> usize {
            let ids: HashSet<&String> = results.iter().take(depth).flatten().collect();
            evidence.iter().filter(|id| ids.contains(id)).count()
        };
        self.questions += 1;
        self.at_1 += usize::from(found(1) > 0);
        self.any_at_5 += usize::from(found(5) > 0);
        self.any_at_10 += usize::from(found(10) > 0);
        self.all_at_5 += usize::from(found(5) == evidence.len());
        self.all_at_10 += usize::from(found(10) == evidence.len());
    }

    /// Number of questions.
    pub fn questions(&self) -> usize {
        self.questions
    }

    /// Share of the questions whose first result is evidence, 0 to 1.
    pub fn recall_at_1(&self) -> f64 {
        self.share(self.at_1)
    }

    /// Share of the questions with evidence among the first five results, 0 to 1.
    pub fn recall_any_at_5(&self) -> f64 {
        self.share(self.any_at_5)
    }

    /// Share of the questions with evidence among the first ten results, 0 to 1.
    pub fn recall_any_at_10(&self) -> f64 {
        self.share(self.any_at_10)
    }

    /// Share of the questions whose evidence is all among the first five results, 0 to 1.
    pub fn recall_all_at_5(&self) -> f64 {
        self.share(self.all_at_5)
    }

    /// Share of the questions whose evidence is all among the first ten results, 0 to 1.
    pub fn recall_all_at_10(&self) -> f64 {
        self.share(self.all_at_10)
    }

    fn share(&self, count: usize) -> f64 {
        float(count) / float(self.questions.max(1))
    }
}

impl Serialize for RecallMeasures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        BTreeMap::from([
            ("questions", float(self.questions)),
            ("recall_at_1", self.recall_at_1()),
            ("recall_any_at_5", self.recall_any_at_5()),
            ("recall_any_at_10", self.recall_any_at_10()),
            ("recall_all_at_5", self.recall_all_at_5()),
            ("recall_all_at_10", self.recall_all_at_10()),
        ])
        .serialize(serializer)
    }
}

/// Quality and speed of one way to find parts of conversations.
#[derive(Debug, Clone, Serialize)]
pub struct WayReport {
    /// Unit and way, such as `rounds, hybrid`.
    pub name: String,
    /// Whether turns that answer are found; only of questions whose evidence are turns.
    pub turns: RecallMeasures,
    /// Whether sessions that answer are found, each by its best unit.
    pub sessions: RecallMeasures,
    /// `turns`, by category of question.
    pub categories: BTreeMap<String, RecallMeasures>,
    /// Median time of a search or recall, embedding included, in milliseconds.
    pub p50_ms: f64,
}

/// The result of an evaluation of memory.
#[derive(Debug, Clone, Serialize)]
pub struct MemoryReport {
    /// Results of each way; the last one is that of a recall as users get it.
    pub ways: Vec<WayReport>,
    /// Number of questions.
    pub questions: usize,
    /// Number of rounds of all conversations.
    pub rounds: usize,
    /// Time from the first stored message until all rounds, and all turns by themselves, could be found, in seconds.
    pub index_s: f64,
    /// Name of the embedding model.
    pub model: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_counts_in_whichever_unit_of_the_list_it_is() {
        let result = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        let results = [result(&["x", "y"]), result(&["a", "z"]), result(&["w"])];
        let evidence = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<HashSet<_>>();
        let mut measures = RecallMeasures::default();
        measures.add(&results, &evidence(&["a"]));
        measures.add(&results, &evidence(&["y", "missing"]));
        measures.add(&results, &evidence(&["missing"]));
        let close = |value: f64, thirds: f64| (value - thirds / 3.0).abs() < 1e-12;
        assert!(close(measures.recall_at_1(), 1.0));
        assert!(close(measures.recall_any_at_5(), 2.0));
        assert!(close(measures.recall_all_at_5(), 1.0));
        assert!(close(measures.recall_all_at_10(), 1.0));
    }

    #[test]
    fn only_the_first_results_count() {
        let results: Vec<Vec<String>> = (0..12).map(|place| vec![place.to_string()]).collect();
        let mut measures = RecallMeasures::default();
        measures.add(&results, &HashSet::from(["0".to_owned(), "7".to_owned()]));
        assert!((measures.recall_any_at_5() - 1.0).abs() < 1e-12);
        assert!(measures.recall_all_at_5().abs() < 1e-12);
        assert!((measures.recall_all_at_10() - 1.0).abs() < 1e-12);
    }
}
