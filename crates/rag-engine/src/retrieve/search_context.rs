//! What one search works with: the engine, the request, and the question as it is searched.

use super::{query::QueryText, ranking::Ranking, request::SearchRequest, wording::Wording};
use crate::{Engine, Model, SearchSettings};

/// Results that are looked at when more counts than the fused score.
const WINDOW: usize = 50;

/// What every part of one search reads and none changes.
pub(super) struct SearchContext<'a> {
    pub(super) engine: &'a Engine,
    pub(super) request: &'a SearchRequest<'a>,
    pub(super) ranking: &'a Ranking,
    pub(super) query: &'a QueryText,
    /// Models that the question is embedded by.
    pub(super) models: &'a [&'a Model],
    /// The question and its other wordings; each is searched.
    pub(super) wordings: &'a [Wording<'a>],
    /// Whether synonyms count.
    pub(super) synonyms: bool,
}

impl SearchContext<'_> {
    pub(super) fn settings(&self) -> &SearchSettings {
        &self.engine.settings().search
    }

    /// Rows that each leg brings.
    pub(super) fn candidate_count(&self) -> i64 {
        self.settings().candidates.max(i64::try_from(self.result_count()).unwrap_or(i64::MAX))
    }

    /// Results that are looked at, which are more than are wanted where more counts than the fused score.
    pub(super) fn result_count(&self) -> usize {
        let further = if self.ranking.looks_further() { WINDOW } else { 0 };
        self.request.limit.max(further).max(self.ranking.rerank.unwrap_or(0))
    }
}
