//! The context of a search: the engine, the request, and the question as it is searched.

use super::{
    candidates::Best,
    groups::count_groups,
    query::QueryText,
    ranking::Ranking,
    request::{GroupBy, SearchRequest},
    wording::Wording,
};
use crate::{Engine, Model, SearchSettings};

/// Minimum number of results to rank if they are grouped or if the ranking uses more than the fused score.
const WINDOW: usize = 50;

/// Number of passages to rank for each requested document: in a collection of PDF files, ten passages belong to about six documents.
const PASSAGES_PER_DOCUMENT: usize = 2;

/// Factor by which a search for documents looks further if its passages belong to too few of them.
const FURTHER: usize = 4;

/// Number of passages beyond which a search for documents does not look further.
const MAX_PASSAGES: usize = 1_000;

/// The data that every part of a search reads and none changes.
pub(super) struct SearchContext<'a> {
    pub(super) engine: &'a Engine,
    pub(super) request: &'a SearchRequest<'a>,
    pub(super) ranking: &'a Ranking,
    pub(super) query: &'a QueryText,
    /// Models with which the question is embedded.
    pub(super) models: &'a [&'a Model],
    /// The question and its other wordings, each of which is searched.
    pub(super) wordings: &'a [Wording<'a>],
    /// Whether synonyms are used.
    pub(super) synonyms: bool,
    /// Number of results to rank: more than requested if the ranking uses more than the fused score.
    pub(super) depth: usize,
}

impl SearchContext<'_> {
    pub(super) fn settings(&self) -> &SearchSettings {
        &self.engine.settings().search
    }

    /// Returns the number of candidates of each leg.
    pub(super) fn candidate_count(&self) -> i64 {
        self.settings().candidates.max(i64::try_from(self.depth).unwrap_or(i64::MAX))
    }
}

/// Returns the number of results to rank first.
pub(super) fn first_depth(request: &SearchRequest<'_>, ranking: &Ranking) -> usize {
    let limit = match request.group_by {
        GroupBy::Passage => request.limit,
        GroupBy::Document { .. } => request.limit.saturating_mul(PASSAGES_PER_DOCUMENT).min(MAX_PASSAGES),
    };
    let looks_further = ranking.looks_further() || request.group_by != GroupBy::Passage;
    let further = if looks_further { WINDOW } else { 0 };
    limit.max(further).max(ranking.rerank.unwrap_or(0))
}

/// Returns the next number of results to rank, if `best` are fewer documents than requested and more passages may exist.
pub(super) fn next_depth(request: &SearchRequest<'_>, depth: usize, best: &Best) -> Option<usize> {
    let is_short = request.group_by != GroupBy::Passage
        && depth < MAX_PASSAGES
        && best.len() >= depth
        && count_groups(best.iter().map(|(_, passage)| passage)) < request.limit;
    is_short.then(|| depth.saturating_mul(FURTHER).min(MAX_PASSAGES))
}
