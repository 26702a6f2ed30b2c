//! Putting the lists of the two legs together.

use std::collections::HashMap;

use rag_repo::search::Hit;
use rag_schema::ids::ChunkId;

/// How the legs are put together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fusion {
    /// Reciprocal rank fusion (Cormack, Clarke, Buettcher 2009): the sum of 1 / (k + rank).
    ReciprocalRank {
        /// Weakens the lead of the first ranks; 60 in the paper.
        k: f64,
    },
    /// Convex combination (Bruch, Gai, Ingber 2023): weight * cosine + (1 - weight) * BM25 / best BM25 of the question.
    Convex {
        /// Weight of the dense leg, 0 to 1.
        dense_weight: f64,
    },
}

/// Rank and score that a leg gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LegHit {
    /// Place in the leg's list, from 1; none when the leg's list lacks the chunk and only its score is known.
    pub rank: Option<usize>,
    /// Cosine, -1 to 1, or BM25, 0 and up.
    pub score: f64,
}

/// A chunk in the fused list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// The chunk.
    pub chunk_id: ChunkId,
    /// Fused score: comparable within one answer only.
    pub score: f64,
    /// What the dense leg gave.
    pub dense: Option<LegHit>,
    /// What the lexical leg gave.
    pub lexical: Option<LegHit>,
}

/// One list of both legs, best first. Each leg's hits come best first; `known_cosines` are those of chunks that only the
/// lexical leg found. Ties are broken by chunk id, so that equal questions give equal lists.
pub fn fuse(fusion: Fusion, dense: &[Hit], lexical: &[Hit], known_cosines: &[Hit]) -> Vec<Ranked> {
    let mut merged: HashMap<ChunkId, Ranked> = HashMap::new();
    let entry = |chunk_id| Ranked { chunk_id, score: 0.0, dense: None, lexical: None };
    for hit in known_cosines {
        merged.entry(hit.chunk_id).or_insert_with(|| entry(hit.chunk_id)).dense =
            Some(LegHit { rank: None, score: hit.score });
    }
    for (rank, hit) in (1..).zip(dense) {
        merged.entry(hit.chunk_id).or_insert_with(|| entry(hit.chunk_id)).dense =
            Some(LegHit { rank: Some(rank), score: hit.score });
    }
    for (rank, hit) in (1..).zip(lexical) {
        merged.entry(hit.chunk_id).or_insert_with(|| entry(hit.chunk_id)).lexical =
            Some(LegHit { rank: Some(rank), score: hit.score });
    }
    let best_bm25 = lexical.first().map_or(1.0, |hit| hit.score).max(f64::MIN_POSITIVE);
    let mut ranked: Vec<Ranked> = merged
        .into_values()
        .map(|chunk| Ranked { score: score(fusion, &chunk, best_bm25), ..chunk })
        .collect();
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.chunk_id.cmp(&b.chunk_id)));
    ranked
}

fn score(fusion: Fusion, chunk: &Ranked, best_bm25: f64) -> f64 {
    match fusion {
        Fusion::ReciprocalRank { k } => [chunk.dense, chunk.lexical]
            .into_iter()
            .flatten()
            .filter_map(|hit| hit.rank)
            .map(|rank| 1.0 / (k + f64::from(u32::try_from(rank).unwrap_or(u32::MAX))))
            .sum(),
        Fusion::Convex { dense_weight } => {
            let cosine = chunk.dense.map_or(0.0, |hit| hit.score);
            let bm25 = chunk.lexical.map_or(0.0, |hit| hit.score);
            dense_weight * cosine + (1.0 - dense_weight) * bm25 / best_bm25
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(ids: &[ChunkId], scores: &[f64]) -> Vec<Hit> {
        ids.iter().zip(scores).map(|(&chunk_id, &score)| Hit { chunk_id, score }).collect()
    }

    #[test]
    fn reciprocal_rank_prefers_what_both_legs_found() {
        let [a, b, c] = [ChunkId::new(), ChunkId::new(), ChunkId::new()];
        let fused = fuse(
            Fusion::ReciprocalRank { k: 60.0 },
            &hits(&[a, b], &[0.9, 0.8]),
            &hits(&[c, b], &[9.0, 8.0]),
            &[],
        );
        assert_eq!(fused[0].chunk_id, b);
        assert_eq!(fused[0].dense.unwrap().rank, Some(2));
        assert_eq!(fused[0].lexical.unwrap().rank, Some(2));
    }

    #[test]
    fn convex_counts_the_true_cosine_of_what_only_words_found() {
        let [a, b] = [ChunkId::new(), ChunkId::new()];
        let fused = fuse(
            Fusion::Convex { dense_weight: 0.7 },
            &hits(&[a], &[0.5]),
            &hits(&[b], &[4.0]),
            &hits(&[b], &[0.4]),
        );
        assert_eq!(fused[0].chunk_id, b);
        assert!((fused[0].score - (0.7 * 0.4 + 0.3)).abs() < 1e-12);
        assert!((fused[1].score - 0.7 * 0.5).abs() < 1e-12);
    }

    #[test]
    fn one_empty_leg_leaves_the_order_of_the_other() {
        let ids: Vec<ChunkId> = (0..5).map(|_| ChunkId::new()).collect();
        let dense = hits(&ids, &[0.9, 0.8, 0.7, 0.6, 0.5]);
        for fusion in [Fusion::ReciprocalRank { k: 60.0 }, Fusion::Convex { dense_weight: 0.7 }] {
            let fused: Vec<ChunkId> =
                fuse(fusion, &dense, &[], &[]).iter().map(|ranked| ranked.chunk_id).collect();
            assert_eq!(fused, ids);
        }
    }
}
