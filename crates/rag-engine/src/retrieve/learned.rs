//! Learning from judgements: passages that helped with similar questions move up, those that misled move down, by a bounded amount.

use std::collections::HashMap;

use rag_repo::{
    PgConnection, RepoResult,
    search::{self, Judged, Passage},
};
use rag_schema::ids::{DocumentId, PassageId, UserId};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{candidates::Best, search_context::SearchContext, trace::Tracer, wording_search::Area};

/// What judgements say about passages: from -1, all misled, to 1, all helped, both excluded.
pub(super) type Learned = HashMap<PassageId, f64>;

/// Similarity of two questions, as part of the way from unrelated texts (0) to the same text (1), from which a judgement of one says
/// something about the other.
const MIN_ALIKE: f64 = 0.6;

/// Similarity from which a judgement counts in full, because the questions ask the same.
const SAME: f64 = 0.85;

/// Maximum number of judgements that are considered for one question, those of the most similar questions.
const MAX_JUDGED: i64 = 1_000;

/// Finds what judgements of similar questions say about the best results. A question is compared by its own vector, not by those of
/// its other wordings.
pub(super) fn learned(
    context: &SearchContext<'_>,
    conn: &mut PgConnection,
    areas: &[Area<'_>],
    best: &Best,
    tracer: &mut Tracer,
) -> RepoResult<Learned> {
    let mut documents: Vec<DocumentId> =
        best.iter().filter_map(|(_, passage)| passage.chunk()).map(|chunk| chunk.document_id).collect();
    documents.sort_unstable();
    documents.dedup();
    let mut votes = Votes::default();
    let mut count = 0;
    for area in areas {
        let Some(question) = context.wordings.first().and_then(|own| own.vector_by(area.model)) else {
            continue;
        };
        let unrelated = area.model.embedder().unrelated_cosine();
        let min_cosine = unrelated + (1.0 - unrelated) * MIN_ALIKE;
        let model = area.model.row();
        let judged = search::judged(conn, model, &question.half, &documents, min_cosine, MAX_JUDGED)?;
        count += judged.len();
        for judged in judged {
            votes.add(judged, unrelated);
        }
    }
    let learned = votes.learned(best);
    tracer.step("learned", || json!({"judgements": count, "passages": learned.len()}));
    Ok(learned)
}

/// The votes of users about passages, which are known by their document and the SHA-256 of their text.
#[derive(Default)]
struct Votes(HashMap<(DocumentId, Vec<u8>), HashMap<UserId, f64>>);

impl Votes {
    fn add(&mut self, judged: Judged, unrelated: f64) {
        let likeness = (judged.score - unrelated) / (1.0 - unrelated);
        let part = ((likeness - MIN_ALIKE) / (SAME - MIN_ALIKE)).clamp(0.0, 1.0);
        let passage = self.0.entry((judged.document_id, judged.passage_sha256)).or_default();
        *passage.entry(judged.user_id).or_default() += part * f64::from(judged.weight);
    }

    /// Returns what the votes say about the results. A user has one vote about a passage, however many judgements; each further vote
    /// moves the sum less.
    fn learned(&self, best: &Best) -> Learned {
        if self.0.is_empty() {
            return Learned::new();
        }
        let of_passage = |passage: &Passage| {
            let key = (passage.chunk()?.document_id, passage_digest(&passage.text).to_vec());
            self.0.get(&key).map(sum_of)
        };
        best.iter().filter_map(|(ranked, passage)| Some((ranked.passage_id, of_passage(passage)?))).collect()
    }
}

/// Returns what the votes of users about one passage say together, -1 to 1.
fn sum_of(votes: &HashMap<UserId, f64>) -> f64 {
    let sum: f64 = votes.values().map(|vote| vote.clamp(-1.0, 1.0)).sum();
    sum / (1.0 + sum.abs())
}

/// Returns the SHA-256 by which judgements know a passage.
pub(crate) fn passage_digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn judged(document: DocumentId, user: UserId, weight: f32, score: f64) -> Judged {
        Judged { document_id: document, passage_sha256: vec![0; 32], user_id: user, weight, score }
    }

    /// What these votes say about the one passage that they are about.
    fn said(votes: &[(UserId, f32, f64)], unrelated: f64) -> f64 {
        let document = DocumentId::new();
        let mut all = Votes::default();
        for &(user, weight, score) in votes {
            all.add(judged(document, user, weight, score), unrelated);
        }
        all.0.values().map(sum_of).sum()
    }

    #[test]
    fn a_question_that_is_only_related_counts_in_part() {
        let user = UserId::new();
        let of = |score| said(&[(user, 1.0, score)], 0.0);
        assert!((of(1.0) - 0.5).abs() < 1e-6 && (of(SAME) - 0.5).abs() < 1e-6);
        assert!(of(MIN_ALIKE).abs() < 1e-6 && of(0.7) > 0.0 && of(0.7) < of(0.8));
        // For a model whose unrelated texts are similar, the same cosine says less.
        assert!(said(&[(user, 1.0, 0.8)], 0.78).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn votes_are_bounded_symmetric_and_one_for_each_user(
            votes in proptest::collection::vec((0_usize..4, -1.0_f32..=1.0, 0.6_f64..=1.0), 0..40),
        ) {
            let users: Vec<UserId> = (0..4).map(|_| UserId::new()).collect();
            let votes: Vec<_> = votes.into_iter().map(|(user, weight, score)| (users[user], weight, score)).collect();
            let up = said(&votes, 0.0);
            prop_assert!(up.abs() <= 4.0 / 5.0 + 1e-9);
            let turned: Vec<_> = votes.iter().map(|&(user, weight, score)| (user, -weight, score)).collect();
            prop_assert!((said(&turned, 0.0) + up).abs() < 1e-9);
            let alone: Vec<_> = votes.iter().map(|&(_, weight, score)| (users[0], weight, score)).collect();
            prop_assert!(said(&alone, 0.0).abs() <= 0.5 + 1e-9);
        }
    }
}
