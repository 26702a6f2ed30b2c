//! Merges the result lists of the wordings of a question.

use std::collections::{HashMap, hash_map::Entry};

use rag_schema::ids::PassageId;

use super::fusion::{Ranked, sort};

/// Merges the lists into one, best first, scored by the mean. A list that lacks a passage would have scored it at most as high as
/// its last one, and counts with that score, so the merged scores keep the scale of the lists. The scores of the legs are those
/// of the first list that has the passage.
pub(super) fn merge(mut lists: Vec<Vec<Ranked>>) -> Vec<Ranked> {
    lists.retain(|list| !list.is_empty());
    if lists.len() <= 1 {
        return lists.pop().unwrap_or_default();
    }
    let floors: Vec<f64> = lists.iter().filter_map(|list| list.last()).map(|last| last.score).collect();
    let none: f64 = floors.iter().sum();
    let mut merged: HashMap<PassageId, Ranked> = HashMap::new();
    for (list, floor) in lists.iter().zip(&floors) {
        for ranked in list {
            match merged.entry(ranked.passage_id) {
                Entry::Occupied(mut known) => known.get_mut().score += ranked.score - floor,
                Entry::Vacant(new) => {
                    new.insert(Ranked { score: none + ranked.score - floor, ..*ranked });
                }
            }
        }
    }
    let count = f64::from(u32::try_from(lists.len()).unwrap_or(u32::MAX));
    let mut merged: Vec<Ranked> = merged.into_values().collect();
    for ranked in &mut merged {
        ranked.score /= count;
        ranked.fused = ranked.score;
    }
    sort(&mut merged);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(of: &[(PassageId, f64)]) -> Vec<Ranked> {
        of.iter()
            .map(|&(passage_id, score)| Ranked {
                passage_id,
                score,
                fused: score,
                rerank: None,
                learned: 0.0,
                dense: None,
                lexical: None,
            })
            .collect()
    }

    #[test]
    fn what_several_wordings_find_comes_before_what_one_finds() {
        let [a, b, c] = [PassageId::new(), PassageId::new(), PassageId::new()];
        let merged = merge(vec![list(&[(a, 0.8), (b, 0.7)]), list(&[(b, 0.7), (c, 0.4)]), Vec::new()]);
        assert_eq!(merged.iter().map(|ranked| ranked.passage_id).collect::<Vec<_>>(), [b, a, c]);
        // b is on both lists; a counts 0.4 on the second one, c 0.7 on the first.
        for (ranked, expected) in merged.iter().zip([0.7, 0.6, 0.55]) {
            assert!((ranked.score - expected).abs() < 1e-12 && (ranked.fused - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn one_list_stays_as_it_is() {
        let only = list(&[(PassageId::new(), 0.8), (PassageId::new(), 0.7)]);
        assert_eq!(merge(vec![only.clone()]), only);
        assert_eq!(merge(vec![Vec::new(), only.clone()]), only);
        assert!(merge(Vec::new()).is_empty());
    }
}
