//! Recall of the true top ten: vectors compared with an exact scan, words with BM25 of every candidate.

use pgvector::HalfVector;
use rag_engine::{
    retrieve::{Found, Mode, SearchRequest, SearchResult},
    words::question_words,
};
use rag_repo::search::{self, DensePlan, Hit, LexicalQuery, Scope};
use rag_schema::ids::PassageId;
use serde::Serialize;

use super::{
    base::Question,
    serve::{LIMIT, Place},
};
use crate::{
    BenchResult,
    measure::{ms, number, percentile, progress, timed},
};

/// Number of questions that are also answered exactly.
pub(crate) const QUESTIONS: usize = 100;
/// Scores that differ by less are equal: neither chunk is the better answer.
const TIE: f64 = 1e-6;

/// Recall compared with exact results, and the time of these.
#[derive(Debug, Serialize)]
pub(crate) struct Quality {
    /// Questions compared.
    pub(crate) questions: usize,
    /// The plan of the dense leg.
    pub(crate) dense_plan: String,
    /// Recall of the ten nearest chunks by the dense leg.
    pub(crate) dense_recall_at_10: f64,
    /// Milliseconds of an exact scan, median.
    pub(crate) exact_p50_ms: f64,
    /// Recall of the ten best chunks by unpruned BM25 by the lexical leg.
    pub(crate) pruned_agreement_at_10: f64,
    /// Share of the questions that lost words to pruning.
    pub(crate) pruned_questions: f64,
    /// Milliseconds of unpruned BM25, median.
    pub(crate) unpruned_p50_ms: f64,
    /// As above.
    pub(crate) unpruned_p95_ms: f64,
}

/// The nearest chunks of the first questions, and the time of a scan of all vectors for them.
pub(crate) struct Truth {
    hits: Vec<Vec<Hit>>,
    exact_p50_ms: f64,
}

impl Truth {
    /// Compares every vector with each question.
    pub(crate) fn measure(place: &Place<'_>, questions: &[Question]) -> BenchResult<Self> {
        progress("comparing every vector with each question");
        let scope = Scope::in_collections(&[place.collection]);
        let (mut hits, mut times) = (Vec::new(), Vec::new());
        for question in questions.iter().take(QUESTIONS) {
            let (found, took) = timed(|| nearest_exactly(place, &scope, question));
            hits.push(some(found?)?);
            times.push(ms(took));
        }
        Ok(Self { hits, exact_p50_ms: percentile(&mut times, 50) })
    }

    /// Recall of the dense leg, and its plan.
    pub(crate) fn recall(&self, place: &Place<'_>, questions: &[Question]) -> BenchResult<(f64, String)> {
        let (mut shares, mut plan) = (Vec::new(), None);
        for (question, truth) in questions.iter().zip(&self.hits) {
            let found = find(place, &question.text, Mode::Dense)?;
            shares.push(share(truth, &found.found));
            plan = found.dense_plan.or(plan);
        }
        Ok((mean(&shares), plan.map_or_else(|| "none".to_owned(), |plan| format!("{plan:?}"))))
    }
}

/// Measures recall on the first questions.
pub(crate) fn run(place: &Place<'_>, questions: &[Question], truth: &Truth) -> BenchResult<Quality> {
    progress("comparing with exact answers");
    let questions = questions.get(..QUESTIONS).unwrap_or(questions);
    let (dense_recall_at_10, dense_plan) = truth.recall(place, questions)?;
    let (mut lexical, mut unpruned, mut pruned) = (Vec::new(), Vec::new(), 0);
    let scope = Scope::in_collections(&[place.collection]);
    for question in questions {
        let found = find(place, &question.text, Mode::Lexical)?;
        pruned += usize::from(!found.pruned_words.is_empty());
        let (truth, took) = timed(|| best_unpruned(place, &scope, question));
        lexical.push(share(&some(truth?)?, &found.found));
        unpruned.push(ms(took));
    }
    Ok(Quality {
        questions: questions.len(),
        dense_plan,
        dense_recall_at_10,
        exact_p50_ms: truth.exact_p50_ms,
        pruned_agreement_at_10: mean(&lexical),
        pruned_questions: number(pruned) / number(questions.len().max(1)),
        unpruned_p50_ms: percentile(&mut unpruned, 50),
        unpruned_p95_ms: percentile(&mut unpruned, 95),
    })
}

fn find(place: &Place<'_>, query: &str, mode: Mode) -> BenchResult<SearchResult> {
    let collections = &[place.collection];
    let request = SearchRequest { query, collections, limit: LIMIT, mode, ..SearchRequest::default() };
    Ok(place.engine.search(place.engine.local_actor(), &request)?)
}

/// The nearest passages of the scope by a scan of all its vectors.
pub(crate) fn nearest_exactly(
    place: &Place<'_>,
    scope: &Scope,
    question: &Question,
) -> BenchResult<Vec<Hit>> {
    let vector = HalfVector::from_f32_slice(&question.vector);
    let limit = i64::try_from(LIMIT)?;
    let leg = search::dense_leg(
        place.engine.models().for_new_collections().row(),
        scope,
        &vector,
        DensePlan::Exact,
        limit,
    );
    Ok(place.engine.db().transaction(place.engine.local_actor(), |conn| leg.load(conn))?)
}

/// The best passages of the scope by BM25, none pruned.
pub(crate) fn best_unpruned(place: &Place<'_>, scope: &Scope, question: &Question) -> BenchResult<Vec<Hit>> {
    let limit = i64::try_from(LIMIT)?;
    Ok(place.engine.db().transaction(place.engine.local_actor(), |conn| -> rag_repo::RepoResult<_> {
        let words = question_words(conn, &[place.collection], &question.text)?.words;
        let query = LexicalQuery::within_budget(words, f64::INFINITY);
        let leg = search::lexical_leg(scope, &query, limit);
        leg.map_or(Ok(Vec::new()), |leg| leg.load(conn))
    })?)
}

/// Refuses empty exact results, with which every result would agree.
fn some(hits: Vec<Hit>) -> BenchResult<Vec<Hit>> {
    if hits.is_empty() {
        return Err("there is nothing to compare with: the exact search finds no passage".into());
    }
    Ok(hits)
}

/// Share of the true hits that were found, or hits with the same score; 1 if there are no true hits.
pub(crate) fn share(truth: &[Hit], found: &[Found]) -> f64 {
    let Some(worst) = truth.last() else { return 1.0 };
    let ids: Vec<PassageId> = truth.iter().map(|hit| hit.passage_id).collect();
    let score = |found: &Found| found.ranked.lexical.or(found.ranked.dense).map_or(0.0, |hit| hit.score);
    let good = found
        .iter()
        .filter(|found| ids.contains(&found.ranked.passage_id) || score(found) >= worst.score - TIE);
    number(good.count()) / number(truth.len())
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / number(values.len().max(1))
}
