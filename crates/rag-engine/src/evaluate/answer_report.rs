//! The report of an evaluation of answers, and its computation from the judged questions.

use std::collections::BTreeMap;

use serde::Serialize;

use super::metrics::{float, percentile};
use crate::answer::Signals;

/// A question with the judgement of its answer.
#[derive(Debug, Clone, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a judgement of its own")]
pub struct JudgedAnswer {
    /// Id of the question.
    pub id: String,
    /// Group of the question.
    pub group: String,
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// Whether the corpus answers the question.
    pub is_answerable: bool,
    /// Whether the answer is not a refusal.
    pub is_answered: bool,
    /// Whether the answer contains a gold answer.
    pub has_gold: bool,
    /// Whether the first sentence of the answer contains a gold answer.
    pub first_has_gold: bool,
    /// Whether the answer cites a gold document.
    pub cites_gold: bool,
    /// Number of sentences of the answer; 0 for a refusal.
    pub sentences: usize,
    /// Number of citations of the answer.
    pub quotes: usize,
    /// Number of citations whose quote is the document's text at its offsets.
    pub verbatim_quotes: usize,
    /// Time of the whole turn, in milliseconds.
    pub ask_ms: f64,
    /// Time of a search with the same question and number of passages, in milliseconds.
    pub search_ms: f64,
    /// Signals of the best part of the passages; `None` if there are no passages.
    pub signals: Option<Signals>,
    /// Probability that this part answers the question, estimated by the extractive answerer.
    pub confidence: Option<f64>,
}

/// Results of one group of questions; the shares are from 0 to 1.
#[derive(Debug, Clone, Serialize)]
pub struct GroupReport {
    /// Number of questions in the group.
    pub questions: usize,
    /// Share of the questions that were answered.
    pub answered: f64,
    /// Share of the questions whose answer contains a gold answer.
    pub gold_string: f64,
    /// Share of the questions whose answer contains a gold answer in its first sentence.
    pub gold_in_first_sentence: f64,
    /// Share of the questions whose answer cites a gold document.
    pub gold_cited: f64,
    /// Mean number of sentences of an answer, refusals excluded.
    pub sentences: f64,
}

/// The result of an evaluation of answers.
#[derive(Debug, Clone, Serialize)]
pub struct AnswerReport {
    /// Number of documents of the corpus.
    pub documents: usize,
    /// Number of stored chunks.
    pub chunks: i64,
    /// Name of the embedding model.
    pub model: String,
    /// Name of the chat model, or `extractive`.
    pub answered_by: String,
    /// Results of the answerable questions.
    pub answerable: GroupReport,
    /// Share of the answerable questions that were refused, 0 to 1.
    pub wrong_refusals: f64,
    /// Share of the unanswerable questions that were refused, 0 to 1; `None` if there are none.
    pub right_refusals: Option<f64>,
    /// Results of each group, by its name.
    pub groups: BTreeMap<String, GroupReport>,
    /// Share of the quotes that are the document's text at their offsets, 0 to 1.
    pub verbatim_quotes: f64,
    /// Median time of a turn, in milliseconds.
    pub ask_p50_ms: f64,
    /// Median time of a search, in milliseconds.
    pub search_p50_ms: f64,
    /// `ask_p50_ms` divided by `search_p50_ms`.
    pub ask_to_search: f64,
    /// The questions with their judged answers.
    pub judged: Vec<JudgedAnswer>,
}

impl AnswerReport {
    /// Summarises the judged questions. The caller sets the corpus, the model and the answerer.
    pub(super) fn summarise(judged: Vec<JudgedAnswer>) -> Self {
        let mut names: Vec<&str> = judged.iter().map(|row| row.group.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let groups = names.iter().map(|name| ((*name).to_owned(), group(&judged, |row| row.group == *name)));
        let answerable = group(&judged, |row| row.is_answerable);
        let unanswerable = group(&judged, |row| !row.is_answerable);
        let quotes = judged.iter().map(|row| row.quotes).sum();
        let verbatim = judged.iter().map(|row| row.verbatim_quotes).sum();
        let median = |time: fn(&JudgedAnswer) -> f64| {
            percentile(&mut judged.iter().map(time).collect::<Vec<_>>(), 0.5)
        };
        let (ask_p50_ms, search_p50_ms) = (median(|row| row.ask_ms), median(|row| row.search_ms));
        Self {
            documents: 0,
            chunks: 0,
            model: String::new(),
            answered_by: String::new(),
            wrong_refusals: if answerable.questions == 0 { 0.0 } else { 1.0 - answerable.answered },
            right_refusals: (unanswerable.questions > 0).then_some(1.0 - unanswerable.answered),
            answerable,
            groups: groups.collect(),
            verbatim_quotes: share(verbatim, quotes),
            ask_p50_ms,
            search_p50_ms,
            ask_to_search: if search_p50_ms > 0.0 { ask_p50_ms / search_p50_ms } else { 0.0 },
            judged,
        }
    }
}

fn group(judged: &[JudgedAnswer], is_member: impl Fn(&JudgedAnswer) -> bool) -> GroupReport {
    let rows: Vec<&JudgedAnswer> = judged.iter().filter(|row| is_member(row)).collect();
    let part =
        |holds: fn(&JudgedAnswer) -> bool| share(rows.iter().filter(|row| holds(row)).count(), rows.len());
    let answered = rows.iter().filter(|row| row.is_answered).count();
    GroupReport {
        questions: rows.len(),
        answered: part(|row| row.is_answered),
        gold_string: part(|row| row.has_gold),
        gold_in_first_sentence: part(|row| row.first_has_gold),
        gold_cited: part(|row| row.cites_gold),
        sentences: share(rows.iter().map(|row| row.sentences).sum(), answered),
    }
}

fn share(count: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { float(count) / float(of) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(group: &str, is_answerable: bool, is_answered: bool, has_gold: bool) -> JudgedAnswer {
        JudgedAnswer {
            id: String::new(),
            group: group.to_owned(),
            question: String::new(),
            answer: String::new(),
            is_answerable,
            is_answered,
            has_gold,
            first_has_gold: false,
            cites_gold: has_gold,
            sentences: if is_answered { 2 } else { 0 },
            quotes: 4,
            verbatim_quotes: 3,
            ask_ms: 6.0,
            search_ms: 4.0,
            signals: None,
            confidence: None,
        }
    }

    #[test]
    fn shares_are_of_the_group_and_refusals_have_no_sentences() {
        let report = AnswerReport::summarise(vec![
            row("a", true, true, true),
            row("a", true, false, false),
            row("b", false, true, false),
            row("b", false, false, false),
            row("b", false, false, false),
            row("b", false, false, false),
        ]);
        assert_eq!((report.answerable.questions, report.groups["b"].questions), (2, 4));
        let near = |found: f64, right: f64| assert!((found - right).abs() < 1e-9, "{found} is not {right}");
        near(report.answerable.gold_string, 0.5);
        near(report.answerable.sentences, 2.0);
        near(report.wrong_refusals, 0.5);
        near(report.right_refusals.unwrap(), 0.75);
        near(report.verbatim_quotes, 0.75);
        near(report.ask_to_search, 1.5);
    }
}
