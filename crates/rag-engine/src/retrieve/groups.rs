//! Groups results by document.

use std::collections::HashMap;

use rag_repo::search::Passage;
use rag_schema::ids::PassageId;

use super::{fusion::Ranked, request::GroupBy};

/// Returns the results that a list of `limit` groups holds, in its order. `passage_of` returns the passage of a result.
pub(super) fn limit_groups<'a>(
    ranked: Vec<Ranked>,
    group_by: GroupBy,
    limit: usize,
    passage_of: impl Fn(PassageId) -> Option<&'a Passage>,
) -> Vec<Ranked> {
    let GroupBy::Document { passages } = group_by else {
        return ranked.into_iter().take(limit).collect();
    };
    let mut groups: Vec<Vec<Ranked>> = Vec::new();
    let mut places = HashMap::new();
    for result in ranked {
        let Some(passage) = passage_of(result.passage_id) else { continue };
        let place = *places.entry(group_of(passage)).or_insert(groups.len());
        if let Some(group) = groups.get_mut(place) {
            if group.len() < passages {
                group.push(result);
            }
        } else if groups.len() < limit {
            groups.push(vec![result]);
        }
    }
    groups.into_iter().flatten().collect()
}

/// Returns the number of groups that the passages belong to.
pub(super) fn count_groups<'a>(passages: impl Iterator<Item = &'a Passage>) -> usize {
    passages.map(group_of).collect::<std::collections::HashSet<_>>().len()
}

/// A key that all passages of a document share; a passage without a document is a group of its own.
fn group_of(passage: &Passage) -> uuid::Uuid {
    passage.chunk().map_or(passage.id.uuid(), |chunk| chunk.document_id.uuid())
}
