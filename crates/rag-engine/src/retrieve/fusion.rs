//! Putting the lists of the two legs together.

use std::collections::HashMap;

use rag_repo::search::Hit;
use rag_schema::ids::PassageId;

/// How the legs are put together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fusion {
    /// Reciprocal rank fusion (Cormack, Clarke, Buettcher 2009): the sum of 1 / (k + rank).
    ReciprocalRank {
        /// Weakens the lead of the first ranks; 60 in the paper.
        k: f64,
    },
    /// Convex combination (Bruch, Gai, Ingber 2023): weight * cosine + (1 - weight) * BM25 / best BM25 of the question. Where
    /// even the best holds little of the question, it does not count as a whole match.
    Convex {
        /// Weight of the dense leg, 0 to 1.
        dense_weight: f64,
    },
}

/// What is left of the dense leg's weight for a question in a script that the model did not learn.
/// (`XQuAD` in Chinese with all-MiniLM-L6-v2: nDCG@10 of words alone .968, at this share of 0.7 .969, at 0.7 .953.)
const FOREIGN_SHARE: f64 = 0.35;

/// Part of the idf of a question's words that the best BM25 must reach to count as a whole match. Where they are of the
/// collection's language it does: less than one question in ten is below (`SciFact` .44, `XQuAD` .62 and .36, its tenth percentiles;
/// English questions on the German texts: .10, where nDCG@10 goes from .750 to .770).
const MIN_MATCH: f64 = 0.3;

impl Fusion {
    /// The fusion for a question to a model of Latin script: the less of it the model can read, the less its vectors count.
    #[must_use]
    pub(super) fn for_latin_model(self, question: &str) -> Self {
        match self {
            Self::ReciprocalRank { .. } => self,
            Self::Convex { dense_weight } => {
                let (latin, letters) =
                    question.chars().filter(|c| c.is_alphabetic()).fold((0.0, 0.0), |(latin, letters), c| {
                        (latin + f64::from(u8::from(is_latin(c))), letters + 1.0)
                    });
                let share = if letters > 0.0 { latin / letters } else { 1.0 };
                Self::Convex { dense_weight: dense_weight * (share + (1.0 - share) * FOREIGN_SHARE) }
            }
        }
    }
}

fn is_latin(letter: char) -> bool {
    matches!(letter, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

/// Rank and score that a leg gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LegHit {
    /// Place in the leg's list, from 1; none when the leg's list lacks the passage and only its score is known.
    pub rank: Option<usize>,
    /// Cosine, -1 to 1, or BM25, 0 and up.
    pub score: f64,
}

/// A passage in the fused list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// The passage.
    pub passage_id: PassageId,
    /// What it is ranked by, comparable within one answer only: the reranker's score, or the fused one, and boosts.
    pub score: f64,
    /// Fused score of the legs.
    pub fused: f64,
    /// What the reranker gave, when it was asked: 0 to 1 for most models.
    pub rerank: Option<f64>,
    /// What the dense leg gave.
    pub dense: Option<LegHit>,
    /// What the lexical leg gave.
    pub lexical: Option<LegHit>,
}

/// What one leg knows of passages for a question.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LegScores<'a> {
    /// The leg's lists, each best first with ranks of its own: several where each model's vectors give one.
    pub(super) lists: &'a [Vec<Hit>],
    /// Passages that the lists lack because they are cut off, or because they were no candidates.
    pub(super) beyond: &'a [Hit],
}

impl LegScores<'_> {
    fn hits(self) -> impl Iterator<Item = (PassageId, LegHit)> {
        let beyond = self.beyond.iter().map(|hit| (None, hit));
        let list = self.lists.iter().flat_map(|list| (1..).zip(list)).map(|(rank, hit)| (Some(rank), hit));
        beyond.chain(list).map(|(rank, hit)| (hit.passage_id, LegHit { rank, score: hit.score }))
    }
}

/// One list of both legs, best first; `asked_idf` is that of the question's words. Ties are broken by passage id, so that equal
/// questions give equal lists.
pub(super) fn fuse(
    fusion: Fusion,
    dense: LegScores<'_>,
    lexical: LegScores<'_>,
    asked_idf: f64,
) -> Vec<Ranked> {
    let mut merged: HashMap<PassageId, Ranked> = HashMap::new();
    let new =
        |passage_id| Ranked { passage_id, score: 0.0, fused: 0.0, rerank: None, dense: None, lexical: None };
    for (id, hit) in dense.hits() {
        merged.entry(id).or_insert_with(|| new(id)).dense = Some(hit);
    }
    for (id, hit) in lexical.hits() {
        merged.entry(id).or_insert_with(|| new(id)).lexical = Some(hit);
    }
    let mut ranked: Vec<Ranked> = merged.into_values().collect();
    let whole = whole_match(&ranked, asked_idf);
    for passage in &mut ranked {
        passage.score = score(fusion, passage, whole);
        passage.fused = passage.score;
    }
    sort(&mut ranked);
    ranked
}

/// The list reordered by other cosines than those it shows, such as those to a question moved by feedback.
pub(super) fn refined(
    fusion: Fusion,
    mut ranked: Vec<Ranked>,
    asked_idf: f64,
    cosines: &[Hit],
) -> Vec<Ranked> {
    let cosines: HashMap<PassageId, f64> = cosines.iter().map(|hit| (hit.passage_id, hit.score)).collect();
    let whole = whole_match(&ranked, asked_idf);
    for passage in &mut ranked {
        let other = cosines.get(&passage.passage_id).map(|score| LegHit { rank: None, score: *score });
        passage.score = score(fusion, &Ranked { dense: other.or(passage.dense), ..*passage }, whole);
        passage.fused = passage.score;
    }
    sort(&mut ranked);
    ranked
}

/// The BM25 that counts as a whole match, above 0.
fn whole_match(ranked: &[Ranked], asked_idf: f64) -> f64 {
    let scores = ranked.iter().filter_map(|passage| passage.lexical).map(|hit| hit.score);
    scores.fold((MIN_MATCH * asked_idf).max(f64::MIN_POSITIVE), f64::max)
}

pub(super) fn sort(ranked: &mut [Ranked]) {
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.passage_id.cmp(&b.passage_id)));
}

fn score(fusion: Fusion, passage: &Ranked, whole: f64) -> f64 {
    match fusion {
        Fusion::ReciprocalRank { k } => [passage.dense, passage.lexical]
            .into_iter()
            .flatten()
            .filter_map(|hit| hit.rank)
            .map(|rank| 1.0 / (k + f64::from(u32::try_from(rank).unwrap_or(u32::MAX))))
            .sum(),
        Fusion::Convex { dense_weight } => {
            let cosine = passage.dense.map_or(0.0, |hit| hit.score);
            let bm25 = passage.lexical.map_or(0.0, |hit| hit.score);
            dense_weight * cosine + (1.0 - dense_weight) * bm25 / whole
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
        let fused =
            fuse(Fusion::ReciprocalRank { k: 60.0 }, found(from_ref(&dense)), found(from_ref(&lexical)), 9.0);
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
            Fusion::Convex { dense_weight: 0.7 },
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
            Fusion::Convex { dense_weight: 0.7 },
            found(from_ref(&dense)),
            found(from_ref(&lexical)),
            80.0,
        );
        assert_eq!(fused[0].passage_id, a);
        assert!((fused[1].score - (0.7 * 0.4 + 0.3 * 4.0 / (MIN_MATCH * 80.0))).abs() < 1e-12);
    }

    #[test]
    fn vectors_count_less_for_a_script_that_the_model_cannot_read() {
        let weight = |question: &str| match (Fusion::Convex { dense_weight: 0.7 }).for_latin_model(question) {
            Fusion::Convex { dense_weight } => dense_weight,
            Fusion::ReciprocalRank { .. } => unreachable!(),
        };
        assert!((weight("Wer hat Äpfel? 42") - 0.7).abs() < 1e-12);
        assert!((weight("42?") - 0.7).abs() < 1e-12);
        assert!((weight("东京在哪里") - 0.7 * FOREIGN_SHARE).abs() < 1e-12);
        let mixed = weight("iPhone 电池");
        assert!(mixed > 0.5 && mixed < 0.7, "{mixed}");
    }

    #[test]
    fn one_empty_leg_leaves_the_order_of_the_other() {
        let ids: Vec<PassageId> = (0..5).map(|_| PassageId::new()).collect();
        let dense = hits(&ids, &[0.9, 0.8, 0.7, 0.6, 0.5]);
        for fusion in [Fusion::ReciprocalRank { k: 60.0 }, Fusion::Convex { dense_weight: 0.7 }] {
            let fused = fuse(fusion, found(from_ref(&dense)), LegScores::default(), 0.0);
            assert_eq!(fused.iter().map(|ranked| ranked.passage_id).collect::<Vec<_>>(), ids);
        }
    }
}
