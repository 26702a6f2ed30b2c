//! Measures of a ranked list, as `trec_eval` defines them.

use std::collections::HashMap;

/// Judgements of one query: grade by document id; a grade above 0 means relevant.
pub type Judgements = HashMap<String, u32>;

/// Returns the normalised discounted cumulative gain of the first `depth` documents, 0 to 1 (Järvelin, Kekäläinen 2002; gain =
/// grade).
pub fn ndcg(ranking: &[String], judged: &Judgements, depth: usize) -> f64 {
    let gain = |rank: usize, grade: u32| f64::from(grade) / (float(rank) + 2.0).log2();
    let found: f64 = ranking
        .iter()
        .take(depth)
        .enumerate()
        .map(|(rank, id)| gain(rank, judged.get(id).copied().unwrap_or(0)))
        .sum();
    let mut grades: Vec<u32> = judged.values().copied().collect();
    grades.sort_unstable_by(|a, b| b.cmp(a));
    let ideal: f64 = grades.into_iter().take(depth).enumerate().map(|(rank, grade)| gain(rank, grade)).sum();
    if ideal > 0.0 { found / ideal } else { 0.0 }
}

/// Returns the share of the relevant documents that are among the first `depth`, 0 to 1.
pub fn recall(ranking: &[String], judged: &Judgements, depth: usize) -> f64 {
    let is_relevant = |id: &String| judged.get(id).is_some_and(|grade| *grade > 0);
    let relevant = judged.values().filter(|grade| **grade > 0).count();
    if relevant == 0 {
        return 0.0;
    }
    float(ranking.iter().take(depth).filter(|id| is_relevant(id)).count()) / float(relevant)
}

/// Returns the reciprocal of the rank of the first relevant document among the first `depth`; 0 if there is none.
pub fn reciprocal_rank(ranking: &[String], judged: &Judgements, depth: usize) -> f64 {
    let is_relevant = |id: &String| judged.get(id).is_some_and(|grade| *grade > 0);
    ranking.iter().take(depth).position(is_relevant).map_or(0.0, |place| 1.0 / (float(place) + 1.0))
}

/// Returns the value below which the given part (0 to 1) of the values lies; 0 if there are no values.
pub fn percentile(values: &mut [f64], part: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let place = (part * float(values.len().saturating_sub(1))).round();
    (0..values.len()).find(|at| float(*at) >= place).and_then(|at| values.get(at)).copied().unwrap_or(0.0)
}

/// Converts a count to a float; counts here are far below the maximum of a 32-bit integer.
pub(super) fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn judged(grades: &[(&str, u32)]) -> Judgements {
        grades.iter().map(|(id, grade)| ((*id).to_owned(), *grade)).collect()
    }

    #[test]
    fn a_perfect_ranking_has_ndcg_one() {
        assert!((ndcg(&ids(&["a", "b", "x"]), &judged(&[("a", 2), ("b", 1)]), 10) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn ndcg_discounts_by_the_logarithm_of_the_rank() {
        let value = ndcg(&ids(&["x", "a"]), &judged(&[("a", 1)]), 10);
        assert!((value - 1.0 / 3_f64.log2()).abs() < 1e-12);
    }

    #[test]
    fn recall_counts_relevant_documents_only() {
        assert!(
            (recall(&ids(&["a", "x", "z"]), &judged(&[("a", 1), ("b", 1), ("z", 0)]), 10) - 0.5).abs()
                < 1e-12
        );
    }

    #[test]
    fn reciprocal_rank_looks_at_the_first_relevant_document() {
        assert!(
            (reciprocal_rank(&ids(&["x", "a", "b"]), &judged(&[("a", 1), ("b", 1)]), 10) - 0.5).abs() < 1e-12
        );
        assert!(reciprocal_rank(&ids(&["x"]), &judged(&[("a", 1)]), 10).abs() < 1e-12);
    }

    #[test]
    fn percentiles_pick_measured_values() {
        assert!((percentile(&mut [3.0, 1.0, 2.0], 0.5) - 2.0).abs() < 1e-12);
        assert!((percentile(&mut [3.0, 1.0, 2.0], 0.95) - 3.0).abs() < 1e-12);
    }
}
