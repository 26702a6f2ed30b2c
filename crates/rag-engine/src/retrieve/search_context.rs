//! The context of a search: the engine, the request, and the question as it is searched.

use super::{query::QueryText, ranking::Ranking, request::SearchRequest, wording::Wording};
use crate::{Engine, Model, SearchSettings};

/// Minimum number of results to rank if the ranking uses more than the fused score.
const WINDOW: usize = 50;

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
}

impl SearchContext<'_> {
    pub(super) fn settings(&self) -> &SearchSettings {
        &self.engine.settings().search
    }

    /// Returns the number of candidates of each leg.
    pub(super) fn candidate_count(&self) -> i64 {
        self.settings().candidates.max(i64::try_from(self.result_count()).unwrap_or(i64::MAX))
    }

    /// Returns the number of results to rank: more than requested if the ranking uses more than the fused score.
    pub(super) fn result_count(&self) -> usize {
        let further = if self.ranking.looks_further() { WINDOW } else { 0 };
        self.request.limit.max(further).max(self.ranking.rerank.unwrap_or(0))
    }
}
