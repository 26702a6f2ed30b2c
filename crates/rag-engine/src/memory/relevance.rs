//! Decides which candidates of a recall are relevant: the others are left out, because nothing is better than noise.

use std::collections::HashSet;

use rag_repo::search::Origin;

use super::{dates::TimeSpan, recall::RecallRequest};
use crate::{retrieve::Found, support::content_words};

/// Part of the best candidate's cosine that the others need.
const SIMILAR_PART: f64 = 0.6;

/// The rule of one recall.
pub(super) struct Relevance {
    requested: f64,
    /// Minimum cosine of a passage: the requested one, or less if another candidate has that.
    relative: f64,
    words: HashSet<String>,
    asked: Option<TimeSpan>,
}

impl Relevance {
    /// Creates the rule for the candidates of a request, which names the time `asked`.
    pub(super) fn new(request: &RecallRequest<'_>, found: &[Found], asked: Option<TimeSpan>) -> Self {
        let cosines = found.iter().filter_map(|found| found.ranked.dense).map(|dense| dense.score);
        let best = cosines.fold(f64::NEG_INFINITY, f64::max);
        let requested = request.min_similarity;
        let relative = if best >= requested { requested.min(best * SIMILAR_PART) } else { requested };
        Self { requested, relative, words: content_words(request.query), asked }
    }

    /// Returns whether a candidate is relevant. A long passage is about much else and the question "what happened on 4 May?" about
    /// little, so their cosine is low: a passage with every word of the question is relevant, and one from the time that it names. A
    /// tool must be similar by itself.
    pub(super) fn holds(&self, found: &Found) -> bool {
        let is_similar = |minimum: f64| found.ranked.dense.is_none_or(|dense| dense.score >= minimum);
        let since = match &found.passage.origin {
            Origin::Tool(_) => return is_similar(self.requested),
            Origin::Chunk(_) => None,
            Origin::Memory(origin) => Some(origin.memory.content.valid_from),
            Origin::Round(origin) => Some(origin.said_at),
        };
        is_similar(self.relative)
            || (self.words.len() > 1 && self.words.is_subset(&content_words(&found.passage.text)))
            || self.asked.zip(since).is_some_and(|(asked, since)| asked.holds(since))
    }
}
