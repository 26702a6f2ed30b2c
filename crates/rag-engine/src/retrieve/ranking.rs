//! Turns candidates into the final list: relevant, diverse, recent if that matters, and above a cut-off.

use std::collections::HashMap;

use rag_repo::search::Passage;
use rag_schema::ids::PassageId;
use serde_json::Value;

use super::{
    fusion::{Fusion, Ranked},
    learned::Learned,
};

/// Maximum number of results that a reranker judges for one question.
const MAX_RERANKED: usize = 500;

/// The way from candidates to the final list.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// Method of fusing the legs.
    pub fusion: Fusion,
    /// Pseudo-relevance feedback from the best passages.
    pub feedback: Feedback,
    /// Number of best results that a reranker judges; `None` to not use it.
    pub rerank: Option<usize>,
    /// Maximal marginal relevance (Carbonell, Goldstein 1998): 0 ranks by relevance alone, 1 by difference alone.
    pub diversity: f64,
    /// Maximum amount that judgements of similar questions add to a score or take from it, 0 to 1; 0 to not learn from them.
    pub learned: f64,
    /// Signals apart from relevance that raise the score.
    pub boosts: Vec<Boost>,
    /// Condition at which the list ends before its limit.
    pub cutoff: Cutoff,
}

/// Pseudo-relevance feedback (Rocchio 1971) on the dense leg: the question's vector is moved towards the best passages, and the
/// candidates are compared with it again. Works only with a convex fusion, because ranks do not reflect distances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Feedback {
    /// Number of best passages that are used; 0 switches feedback off.
    pub passages: usize,
    /// Weight of the mean of their vectors against the question's 1; 0 to 1.
    pub weight: f64,
}

/// An amount that is added to a result's score.
#[derive(Debug, Clone, PartialEq)]
pub enum Boost {
    /// `weight` for a document whose version was published now, half of it for one published `half_life_days` ago.
    Recency {
        /// Age at which half of the weight is left, in days, above 0.
        half_life_days: f64,
        /// Amount for a version published now.
        weight: f64,
    },
    /// Half of `weight` for a document that answers have cited `half_citations` times, approaching `weight` with more citations.
    Popularity {
        /// Number of citations for half of the weight, above 0.
        half_citations: f64,
        /// Amount that the most cited documents approach.
        weight: f64,
    },
    /// `weight` times a number from 0 to 1 in the document's metadata, such as an importance.
    Metadata {
        /// Name of the metadata field.
        key: String,
        /// Amount for a document whose number is 1.
        weight: f64,
    },
}

/// The condition at which the list ends before its limit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Cutoff {
    /// No condition.
    #[default]
    None,
    /// Drops results whose cosine is less than this one. Results of a lexical search have no cosine, and are kept.
    Similarity(f64),
    /// Ends the list before the first result whose score is lower than the one before it by more than this part (0 to 1) of the
    /// best score.
    Gap(f64),
    /// Drops results whose score is below this percentile (0 to 1) of the scores of all candidates.
    Percentile(f64),
}

impl Default for Ranking {
    fn default() -> Self {
        Self {
            fusion: Fusion::Convex { dense_weight: 0.7 },
            feedback: Feedback { passages: 3, weight: 0.3 },
            rerank: None,
            diversity: 0.0,
            learned: 0.2,
            boosts: Vec::new(),
            cutoff: Cutoff::None,
        }
    }
}

impl Ranking {
    /// Returns whether it uses more than the fused scores, and so needs more candidates than are returned.
    pub(super) fn looks_further(&self) -> bool {
        self.diversity > 0.0 || !self.boosts.is_empty()
    }

    /// Checks that the values are in range; the error names the one that is not.
    pub fn check(&self) -> Result<(), &'static str> {
        let part = |value: f64| (0.0..=1.0).contains(&value);
        let fusion = match self.fusion {
            Fusion::Convex { dense_weight } => part(dense_weight),
            Fusion::ReciprocalRank { k } => k.is_finite() && k >= 0.0,
        };
        let boost = |boost: &Boost| match boost {
            Boost::Recency { half_life_days, weight } => *half_life_days > 0.0 && weight.is_finite(),
            Boost::Popularity { half_citations, weight } => *half_citations > 0.0 && weight.is_finite(),
            Boost::Metadata { weight, .. } => weight.is_finite(),
        };
        let cutoff = match self.cutoff {
            Cutoff::None => true,
            Cutoff::Similarity(least) => (-1.0..=1.0).contains(&least),
            Cutoff::Gap(of) | Cutoff::Percentile(of) => part(of),
        };
        let checks = [
            (fusion, "fusion: dense_weight is 0 to 1, k is 0 or more"),
            (part(self.feedback.weight), "feedback: weight is 0 to 1"),
            (
                self.rerank.is_none_or(|window| (1..=MAX_RERANKED).contains(&window)),
                "rerank is 1 to 500 results",
            ),
            (part(self.diversity), "diversity is 0 to 1"),
            (part(self.learned), "learned is 0 to 1"),
            (
                self.boosts.iter().all(boost),
                "boosts: half_life_days and half_citations are above 0, weight is a number",
            ),
            (cutoff, "cutoff: similarity is -1 to 1, gap and percentile are 0 to 1"),
        ];
        checks.into_iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, rule)| Err(rule))
    }
}

impl Cutoff {
    /// Returns the results that pass the cut-off; `candidates` are the scores of all candidates, in any order.
    pub(super) fn apply(self, mut results: Vec<Ranked>, mut candidates: Vec<f64>) -> Vec<Ranked> {
        match self {
            Self::None => {}
            Self::Similarity(least) => {
                results.retain(|ranked| ranked.dense.is_none_or(|hit| hit.score >= least));
            }
            Self::Gap(part) => {
                let most = part * results.first().map_or(0.0, |best| best.score.abs());
                let falls =
                    |pair: &[Ranked]| matches!(pair, [before, after] if before.score - after.score > most);
                if let Some(place) = results.windows(2).position(falls) {
                    results.truncate(place + 1);
                }
            }
            Self::Percentile(part) => {
                candidates.sort_by(f64::total_cmp);
                let least = candidates.get(place(part, candidates.len())).copied().unwrap_or(f64::MIN);
                results.retain(|ranked| ranked.score >= least);
            }
        }
        results
    }
}

/// Returns the index of the value below which `part` of `count` sorted values lie.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "part is 0 to 1, and lists of results are short"
)]
fn place(part: f64, count: usize) -> usize {
    ((part * count as f64) as usize).min(count.saturating_sub(1))
}

/// Returns the question's vector, scaled so that its sum with the vectors of the `count` best passages has the direction of q +
/// weight * mean, of unit vectors.
pub(super) fn before_learning(query: &[f32], count: usize, weight: f64) -> Vec<f32> {
    let length = (narrow_count(count) / narrow(weight)).min(MAX_LENGTH);
    query.iter().map(|value| length * value).collect()
}

/// Maximum scale factor: next to longer vectors those of the passages vanish at half precision, which ends at 65,504.
const MAX_LENGTH: f32 = 1e4;

/// Vectors of passages, each with its model.
pub(super) type Vectors = HashMap<PassageId, (i32, Vec<f32>)>;

/// Orders results by maximal marginal relevance: the next result is always the one that is most relevant and least similar to
/// those before it. Scores are scaled to the range of the results; results without a vector of the same model have similarity 0.
pub(super) fn diversify(results: Vec<Ranked>, vectors: &Vectors, diversity: f64) -> Vec<Ranked> {
    let lowest = results.iter().map(|ranked| ranked.score).fold(f64::INFINITY, f64::min);
    let highest = results.iter().map(|ranked| ranked.score).fold(f64::NEG_INFINITY, f64::max);
    let range = (highest - lowest).max(f64::EPSILON);
    let mut left: Vec<(Ranked, f64)> = results.into_iter().map(|ranked| (ranked, 0.0)).collect();
    let mut chosen: Vec<Ranked> = Vec::with_capacity(left.len());
    let value = |(ranked, likeness): &(Ranked, f64)| {
        (1.0 - diversity) * (ranked.score - lowest) / range - diversity * likeness
    };
    while let Some(next) = (0..left.len()).reduce(|best, other| match (left.get(best), left.get(other)) {
        (Some(a), Some(b)) if value(b) > value(a) => other,
        _ => best,
    }) {
        let (ranked, _) = left.remove(next);
        if let Some((model, vector)) = vectors.get(&ranked.passage_id) {
            for (other, likeness) in &mut left {
                let other = vectors.get(&other.passage_id).filter(|(other_model, _)| other_model == model);
                let alike = other.map_or(0.0, |(_, other)| cosine(vector, other));
                *likeness = likeness.max(alike);
            }
        }
        chosen.push(ranked);
    }
    chosen
}

/// Returns the cosine of unit vectors.
fn cosine(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "vectors hold 32-bit floats")]
fn narrow(value: f64) -> f32 {
    value as f32
}

fn narrow_count(count: usize) -> f32 {
    f32::from(u16::try_from(count.max(1)).unwrap_or(u16::MAX))
}

/// Adds the boosts and what was learned to the scores, and sorts by the sums.
pub(super) fn boost(
    mut found: Vec<(Ranked, Passage)>,
    ranking: &Ranking,
    learned: &Learned,
) -> Vec<(Ranked, Passage)> {
    for (ranked, passage) in &mut found {
        ranked.learned = ranking.learned * learned.get(&ranked.passage_id).copied().unwrap_or(0.0);
        ranked.score += ranked.learned;
        ranked.score += ranking.boosts.iter().map(|boost| boost.score_of(passage)).sum::<f64>();
    }
    found.sort_by(|(a, _), (b, _)| b.score.total_cmp(&a.score).then(a.passage_id.cmp(&b.passage_id)));
    found
}

impl Boost {
    fn score_of(&self, passage: &Passage) -> f64 {
        match self {
            Self::Recency { half_life_days, weight } => {
                weight * (-passage.age_s.max(0.0) / 86_400.0 / half_life_days).exp2()
            }
            Self::Popularity { half_citations, weight } => {
                let citations = f64::from(u32::try_from(passage.citation_count).unwrap_or(u32::MAX));
                weight * citations / (citations + half_citations)
            }
            Self::Metadata { key, weight } => {
                weight
                    * passage
                        .metadata
                        .get(key)
                        .and_then(Value::as_f64)
                        .map_or(0.0, |number| number.clamp(0.0, 1.0))
            }
        }
    }
}
