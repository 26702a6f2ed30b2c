//! Fusion of the lists of the two legs.

use std::collections::HashMap;

use rag_repo::search::Hit;
use rag_schema::ids::PassageId;

/// The method of fusing the legs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fusion {
    /// Reciprocal rank fusion (Cormack, Clarke, Buettcher 2009): the sum of 1 / (k + rank).
    ReciprocalRank {
        /// Constant that reduces the advantage of the first ranks; 60 in the paper.
        k: f64,
    },
    /// Convex combination (Bruch, Gai, Ingber 2023): weight * cosine + (1 - weight) * BM25 / best BM25 of the question. If even
    /// the best BM25 covers little of the question, it does not count as a whole match.
    Convex {
        /// Weight of the dense leg, 0 to 1.
        dense_weight: f64,
    },
}

/// Factor of the dense leg's weight for a question in a language that the model was not trained on. (`XQuAD` in Chinese with
/// all-MiniLM-L6-v2: nDCG@10 of words alone .968, with this factor of 0.7 .969, with 0.7 .953.)
const FOREIGN_SHARE: f64 = 0.35;

/// Factor of the lexical leg's weight for passages in languages other than the question's, with a multilingual model. (English
/// questions on the German and the Chinese texts of `XQuAD` with multilingual-e5-small: nDCG@10 of vectors .918, .856; fused with
/// the full weight .889, .822, with this factor .926, .857.)
const STRANGE_SHARE: f64 = 0.35;

/// Minimum best BM25 that counts as a whole match, as a share of the idf of the question's words. If the question is in the
/// language of the collection, fewer than one question in ten is below it (tenth percentiles: `SciFact` .44, `XQuAD` .62 and .36;
/// English questions on the German texts: .10, where nDCG@10 rises from .750 to .770).
const MIN_MATCH: f64 = 0.3;

/// The fusion of the scores of one search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Blend {
    /// Method, as set.
    pub(super) fusion: Fusion,
    /// Cosine that counts as zero: that of unrelated texts by the model.
    pub(super) unrelated_cosine: f64,
}

impl Blend {
    /// Returns the blend for a question that shares its language with this part of the passages, 0 to 1. Its vector is near its
    /// answer in any language.
    #[must_use]
    pub(super) fn for_shared_part(self, part: f64) -> Self {
        match self.fusion {
            Fusion::ReciprocalRank { .. } => self,
            Fusion::Convex { dense_weight } => {
                let lexical_weight = (1.0 - dense_weight) * (part + (1.0 - part) * STRANGE_SHARE);
                Self { fusion: Fusion::Convex { dense_weight: 1.0 - lexical_weight }, ..self }
            }
        }
    }

    /// Returns the blend if the model was trained on the language of this part of the question, 0 to 1: the smaller the part, the
    /// less the vectors count.
    #[must_use]
    pub(super) fn for_known_part(self, part: f64) -> Self {
        match self.fusion {
            Fusion::ReciprocalRank { .. } => self,
            Fusion::Convex { dense_weight } => {
                let dense_weight = dense_weight * (part + (1.0 - part) * FOREIGN_SHARE);
                Self { fusion: Fusion::Convex { dense_weight }, ..self }
            }
        }
    }
}

impl From<Fusion> for Blend {
    fn from(fusion: Fusion) -> Self {
        Self { fusion, unrelated_cosine: 0.0 }
    }
}

/// Rank and score in the list of a leg.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LegHit {
    /// Rank in the leg's list, from 1; `None` if the passage is not on the list and only its score is known.
    pub rank: Option<usize>,
    /// Cosine, -1 to 1, or BM25, at least 0.
    pub score: f64,
}

/// A passage in the fused list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// The passage.
    pub passage_id: PassageId,
    /// Score by which it is ranked, comparable within one result list only: the reranker's score or the fused score, plus boosts.
    pub score: f64,
    /// Fused score of the legs.
    pub fused: f64,
    /// Score of the reranker, if it judged the passage: 0 to 1 for most models.
    pub rerank: Option<f64>,
    /// Part of the score that was learned from judgements, negative for a passage that misled; 0 without judgements.
    pub learned: f64,
    /// Rank and score of the dense leg.
    pub dense: Option<LegHit>,
    /// Rank and score of the lexical leg.
    pub lexical: Option<LegHit>,
}

/// The scores of one leg for a question.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LegScores<'a> {
    /// The leg's lists, each best first with its own ranks; there are several if there are several models.
    pub(super) lists: &'a [Vec<Hit>],
    /// Scores of passages that are not on the lists, because they are cut off or were not candidates.
    pub(super) beyond: &'a [Hit],
}

impl LegScores<'_> {
    fn hits(self) -> impl Iterator<Item = (PassageId, LegHit)> {
        let beyond = self.beyond.iter().map(|hit| (None, hit));
        let list = self.lists.iter().flat_map(|list| (1..).zip(list)).map(|(rank, hit)| (Some(rank), hit));
        beyond.chain(list).map(|(rank, hit)| (hit.passage_id, LegHit { rank, score: hit.score }))
    }
}

/// Fuses both legs into one list, best first; `asked_idf` is the idf of the question's words. Ties are broken by passage id, so
/// that equal questions yield equal lists.
pub(super) fn fuse(
    blend: Blend,
    dense: LegScores<'_>,
    lexical: LegScores<'_>,
    asked_idf: f64,
) -> Vec<Ranked> {
    let mut merged: HashMap<PassageId, Ranked> = HashMap::new();
    let new = |passage_id| Ranked {
        passage_id,
        score: 0.0,
        fused: 0.0,
        rerank: None,
        learned: 0.0,
        dense: None,
        lexical: None,
    };
    for (id, hit) in dense.hits() {
        merged.entry(id).or_insert_with(|| new(id)).dense = Some(hit);
    }
    for (id, hit) in lexical.hits() {
        merged.entry(id).or_insert_with(|| new(id)).lexical = Some(hit);
    }
    let mut ranked: Vec<Ranked> = merged.into_values().collect();
    let whole = whole_match(&ranked, asked_idf);
    for passage in &mut ranked {
        passage.score = score(blend, passage, whole);
        passage.fused = passage.score;
    }
    sort(&mut ranked);
    ranked
}

/// Returns the list reordered by other cosines than those it shows, such as those to a question moved by feedback.
pub(super) fn refined(blend: Blend, mut ranked: Vec<Ranked>, asked_idf: f64, cosines: &[Hit]) -> Vec<Ranked> {
    let cosines: HashMap<PassageId, f64> = cosines.iter().map(|hit| (hit.passage_id, hit.score)).collect();
    let whole = whole_match(&ranked, asked_idf);
    for passage in &mut ranked {
        let other = cosines.get(&passage.passage_id).map(|score| LegHit { rank: None, score: *score });
        passage.score = score(blend, &Ranked { dense: other.or(passage.dense), ..*passage }, whole);
        passage.fused = passage.score;
    }
    sort(&mut ranked);
    ranked
}

/// Returns the BM25 that counts as a whole match, above 0.
fn whole_match(ranked: &[Ranked], asked_idf: f64) -> f64 {
    let scores = ranked.iter().filter_map(|passage| passage.lexical).map(|hit| hit.score);
    scores.fold((MIN_MATCH * asked_idf).max(f64::MIN_POSITIVE), f64::max)
}

pub(super) fn sort(ranked: &mut [Ranked]) {
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.passage_id.cmp(&b.passage_id)));
}

fn score(blend: Blend, passage: &Ranked, whole: f64) -> f64 {
    match blend.fusion {
        Fusion::ReciprocalRank { k } => [passage.dense, passage.lexical]
            .into_iter()
            .flatten()
            .filter_map(|hit| hit.rank)
            .map(|rank| 1.0 / (k + f64::from(u32::try_from(rank).unwrap_or(u32::MAX))))
            .sum(),
        Fusion::Convex { dense_weight } => {
            let nothing = blend.unrelated_cosine;
            let likeness = passage.dense.map_or(0.0, |hit| (hit.score - nothing) / (1.0 - nothing));
            let bm25 = passage.lexical.map_or(0.0, |hit| hit.score);
            dense_weight * likeness + (1.0 - dense_weight) * bm25 / whole
        }
    }
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use super::*;

    fn hits(ids: &[PassageId], scores: &[f64]) -> Vec<Hit> {
        ids.iter().zip(scores).map(|(&passage_id, &score)| Hit { passage_id, score }).collect()
    }

    fn found(lists: &[Vec<Hit>]) -> LegScores<'_> {
        LegScores { lists, beyond: &[] }
    }

    #[test]
    fn reciprocal_rank_prefers_what_both_legs_found() {
        let [a, b, c] = [PassageId::new(), PassageId::new(), PassageId::new()];
        let (dense, lexical) = (hits(&[a, b], &[0.9, 0.8]), hits(&[c, b], &[9.0, 8.0]));
        let fused = fuse(
            Fusion::ReciprocalRank { k: 60.0 }.into(),
            found(from_ref(&dense)),
            found(from_ref(&lexical)),
            9.0,
        );
        assert_eq!(fused[0].passage_id, b);
        assert_eq!(fused[0].dense.unwrap().rank, Some(2));
        assert_eq!(fused[0].lexical.unwrap().rank, Some(2));
    }

    #[test]
    fn convex_counts_what_a_leg_knows_beyond_its_list() {
        let [a, b] = [PassageId::new(), PassageId::new()];
        let [dense, lexical] = [hits(&[a], &[0.5]), hits(&[b], &[4.0])];
        let [cosines, scores] = [hits(&[b], &[0.4]), hits(&[a], &[1.0])];
        let fused = fuse(
            Fusion::Convex { dense_weight: 0.7 }.into(),
            LegScores { lists: from_ref(&dense), beyond: &cosines },
            LegScores { lists: from_ref(&lexical), beyond: &scores },
            5.0,
        );
        assert_eq!(fused[0].passage_id, b);
        assert!((fused[0].score - (0.7 * 0.4 + 0.3)).abs() < 1e-12);
        assert!((fused[1].score - (0.7 * 0.5 + 0.3 / 4.0)).abs() < 1e-12);
        assert_eq!((fused[0].dense.unwrap().rank, fused[1].lexical.unwrap().rank), (None, None));
    }

    #[test]
    fn one_word_of_many_is_no_whole_match() {
        let [a, b] = [PassageId::new(), PassageId::new()];
        let (dense, lexical) = (hits(&[a, b], &[0.5, 0.4]), hits(&[b], &[4.0]));
        let fused = fuse(
            Fusion::Convex { dense_weight: 0.7 }.into(),
            found(from_ref(&dense)),
            found(from_ref(&lexical)),
            80.0,
        );
        assert_eq!(fused[0].passage_id, a);
        assert!((fused[1].score - (0.7 * 0.4 + 0.3 * 4.0 / (MIN_MATCH * 80.0))).abs() < 1e-12);
    }

    #[test]
    fn vectors_count_less_for_a_language_that_the_model_does_not_know() {
        let blend = Blend::from(Fusion::Convex { dense_weight: 0.7 });
        assert_eq!((blend.for_known_part(1.0), blend.for_shared_part(1.0)), (blend, blend));
        assert_eq!(blend.for_known_part(0.0), Fusion::Convex { dense_weight: 0.7 * FOREIGN_SHARE }.into());
        let by_rank = Blend::from(Fusion::ReciprocalRank { k: 60.0 });
        assert_eq!((by_rank.for_known_part(0.0), by_rank.for_shared_part(0.0)), (by_rank, by_rank));
        let Fusion::Convex { dense_weight } = blend.for_shared_part(0.0).fusion else { unreachable!() };
        assert!((dense_weight - (1.0 - 0.3 * STRANGE_SHARE)).abs() < 1e-12);
    }

    #[test]
    fn the_cosine_of_unrelated_texts_counts_as_nothing() {
        let [a, b] = [PassageId::new(), PassageId::new()];
        let (dense, lexical) = (hits(&[a, b], &[0.85, 0.75]), hits(&[b], &[4.0]));
        let blend = Blend { fusion: Fusion::Convex { dense_weight: 0.7 }, unrelated_cosine: 0.7 };
        let fused = fuse(blend, found(from_ref(&dense)), found(from_ref(&lexical)), 80.0);
        assert_eq!(fused[0].passage_id, a);
        assert!((fused[0].score - 0.7 * 0.5).abs() < 1e-12);
        assert!((fused[0].dense.unwrap().score - 0.85).abs() < 1e-12);
    }

    #[test]
    fn one_empty_leg_leaves_the_order_of_the_other() {
        let ids: Vec<PassageId> = (0..5).map(|_| PassageId::new()).collect();
        let dense = hits(&ids, &[0.9, 0.8, 0.7, 0.6, 0.5]);
        for fusion in [Fusion::ReciprocalRank { k: 60.0 }, Fusion::Convex { dense_weight: 0.7 }] {
            let fused = fuse(fusion.into(), found(from_ref(&dense)), LegScores::default(), 0.0);
            assert_eq!(fused.iter().map(|ranked| ranked.passage_id).collect::<Vec<_>>(), ids);
        }
    }
}
