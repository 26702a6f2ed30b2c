//! The part of a search that needs a connection: each wording's list, merged, and what the best of it say.

use std::collections::HashMap;

use rag_repo::{
    PgConnection, RepoResult,
    search::{self, Corpus, DensePlan, Passage, Scope},
};
use rag_schema::ids::{ChunkId, CollectionId};
use serde_json::json;

use super::{
    Ranked, SearchRequest, leg::Leg, merge::merge, query::QueryText, ranking::Ranking, trace::Tracer,
    wording::Wording,
};
use crate::{Engine, SearchSettings};

/// Results that are looked at when more counts than the fused score.
const WINDOW: usize = 50;

pub(super) struct Legs<'a> {
    pub(super) engine: &'a Engine,
    pub(super) request: &'a SearchRequest<'a>,
    pub(super) ranking: &'a Ranking,
    pub(super) query: &'a QueryText,
    /// The question and its other wordings; each is searched.
    pub(super) wordings: &'a [Wording<'a>],
    /// What is left of the dense leg's weight for this kind of query.
    pub(super) share: f64,
    /// Whether synonyms count.
    pub(super) synonyms: bool,
}

/// Results with what they say, best first.
pub(super) type Best = Vec<(Ranked, Passage)>;

/// What the database gave.
pub(super) struct Candidates {
    /// The best by fused score, best first, with what they say.
    pub(super) best: Best,
    /// Scores of the candidates after them, in falling order.
    pub(super) rest: Vec<f64>,
    /// Vectors of the best, when they are to be compared with each other.
    pub(super) vectors: HashMap<ChunkId, Vec<f32>>,
    /// Collections that were searched.
    pub(super) collections: Vec<CollectionId>,
    pub(super) dense_plan: Option<DensePlan>,
    pub(super) pruned_words: Vec<String>,
}

impl Legs<'_> {
    pub(super) fn run(&self, conn: &mut PgConnection, tracer: &mut Tracer) -> RepoResult<Candidates> {
        let corpus = Corpus::find(conn, self.request.collections, self.engine.model())?;
        let Corpus { collections, .. } = &corpus;
        let rule = search::word_rule(conn, collections, &self.query.required, &self.query.excluded)?;
        let mut scope = Scope::of(collections).filtered(self.request.filter.cloned()).with_rule(rule);
        let plan = scope.plan(conn, &corpus, &self.settings().breadth)?;
        tracer.step("scope", || json!({"collections": collections.len(), "narrowed": scope.is_narrowed(), "dense_plan": format!("{plan:?}")}));
        let mut lists = Vec::with_capacity(self.wordings.len());
        let mut how: Option<(Option<DensePlan>, Vec<String>)> = None;
        for wording in self.wordings {
            let leg = Leg { legs: self, wording, corpus: &corpus, scope: &scope, plan };
            let lexical = leg.lexical(conn, tracer)?;
            let (dense, dense_plan) = leg.dense(conn, tracer)?;
            lists.push(leg.fused(conn, &dense, &lexical, tracer)?);
            how.get_or_insert_with(|| (dense_plan, lexical.pruned_words()));
        }
        let (dense_plan, pruned_words) = how.unwrap_or_default();
        let ranked = merge(lists);
        if self.wordings.len() > 1 {
            tracer.step("merge", || json!({"wordings": self.wordings.len(), "candidates": ranked.len()}));
        }
        let (best, rest) = self.best(conn, ranked)?;
        let ids: Vec<ChunkId> = best.iter().map(|(ranked, _)| ranked.chunk_id).collect();
        let vectors = if self.ranking.diversity > 0.0 {
            search::vectors(conn, self.engine.model(), &ids)?.into_iter().collect()
        } else {
            HashMap::new()
        };
        tracer.step("passages", || json!({"passages": best.len(), "vectors": vectors.len()}));
        Ok(Candidates { best, rest, vectors, collections: corpus.collections, dense_plan, pruned_words })
    }

    pub(super) fn settings(&self) -> &SearchSettings {
        &self.engine.settings().search
    }

    /// Rows that each leg brings.
    pub(super) fn candidates(&self) -> i64 {
        self.settings().candidates.max(i64::try_from(self.width()).unwrap_or(i64::MAX))
    }

    /// Results that are looked at, which are more than are wanted where more counts than the fused score.
    fn width(&self) -> usize {
        let further = if self.ranking.looks_further() { WINDOW } else { 0 };
        self.request.limit.max(further).max(self.ranking.rerank.unwrap_or(0))
    }

    /// The best of the ranked with their passages, and the scores of the others.
    fn best(&self, conn: &mut PgConnection, mut ranked: Vec<Ranked>) -> RepoResult<(Best, Vec<f64>)> {
        let width = self.width();
        let rest = ranked.iter().skip(width).map(|ranked| ranked.score).collect();
        ranked.truncate(width);
        let ids: Vec<ChunkId> = ranked.iter().map(|ranked| ranked.chunk_id).collect();
        let mut passages: HashMap<ChunkId, Passage> =
            search::passages(conn, &ids)?.into_iter().map(|passage| (passage.chunk_id, passage)).collect();
        let with_passage = |ranked: Ranked| Some((ranked, passages.remove(&ranked.chunk_id)?));
        Ok((ranked.into_iter().filter_map(with_passage).collect(), rest))
    }
}
