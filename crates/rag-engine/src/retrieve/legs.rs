//! The part of a search that needs a connection: both legs, fused, refined, and what the best of them say.

use std::collections::{HashMap, HashSet};

use pgvector::HalfVector;
use rag_repo::{
    PgConnection, RepoError, RepoResult, collections,
    search::{self, DensePlan, Hit, LexicalQuery, Passage, QueryWord, Scope},
};
use rag_schema::ids::{ChunkId, CollectionId, UserId};
use serde_json::json;

use super::{
    Fusion, Mode, Ranked, SearchRequest, context, fuse,
    query::QueryText,
    ranking::{Ranking, learned},
    trace::Tracer,
};
use crate::{Engine, SearchSettings};

/// Results that are looked at when more counts than the fused score.
const WINDOW: usize = 50;

pub(super) struct Legs<'a> {
    pub(super) engine: &'a Engine,
    pub(super) user: UserId,
    pub(super) request: &'a SearchRequest<'a>,
    pub(super) ranking: &'a Ranking,
    pub(super) query: &'a QueryText,
    pub(super) vector: Option<&'a [f32]>,
    pub(super) half: Option<&'a HalfVector>,
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
        let visible = collections::visible_ids(conn, self.user, self.request.collections)?;
        if visible.len() < self.request.collections.len() {
            return Err(RepoError::NotFound);
        }
        let rule = search::word_rule(conn, &visible, &self.query.required, &self.query.excluded)?;
        let mut scope = Scope::of(&visible).filtered(self.request.filter.cloned()).with_rule(rule);
        let plan = scope.plan(conn, self.engine.model(), &self.settings().breadth)?;
        tracer.step("scope", || json!({"collections": visible.len(), "narrowed": scope.is_narrowed(), "dense_plan": format!("{plan:?}")}));
        let (lexical, pruned_words) = self.lexical(conn, &visible, &scope, tracer)?;
        let (dense, dense_plan) = self.dense(conn, &scope, plan, tracer)?;
        let ranked = self.fused(conn, &dense, &lexical, tracer)?;
        let (best, rest) = self.best(conn, ranked)?;
        let ids: Vec<ChunkId> = best.iter().map(|(ranked, _)| ranked.chunk_id).collect();
        let vectors = if self.ranking.diversity > 0.0 {
            search::vectors(conn, self.engine.model(), &ids)?.into_iter().collect()
        } else {
            HashMap::new()
        };
        tracer.step("passages", || json!({"passages": best.len(), "vectors": vectors.len()}));
        Ok(Candidates { best, rest, vectors, collections: visible, dense_plan, pruned_words })
    }

    fn settings(&self) -> &SearchSettings {
        &self.engine.settings().search
    }

    fn candidates(&self) -> i64 {
        self.settings().candidates.max(i64::try_from(self.request.limit).unwrap_or(i64::MAX))
    }

    fn lexical(
        &self,
        conn: &mut PgConnection,
        visible: &[CollectionId],
        scope: &Scope,
        tracer: &mut Tracer,
    ) -> RepoResult<(Vec<Hit>, Vec<String>)> {
        if self.request.mode == Mode::Dense {
            return Ok((Vec::new(), Vec::new()));
        }
        let mut words = search::parse_words(conn, visible, &self.query.words)?;
        if let Some(before) = self.request.context {
            let own: HashSet<i32> = words.iter().map(|word| word.id).collect();
            let others = search::parse_words(conn, visible, before)?;
            let others = others.into_iter().filter(|word| !own.contains(&word.id));
            words.extend(others.map(|word| QueryWord { idf: word.idf * f64::from(context::WEIGHT), ..word }));
        }
        let query = LexicalQuery::within_budget(words, self.settings().lexical_budget);
        let leg = search::lexical_leg(scope, &query, self.candidates());
        let hits = leg.as_ref().map_or(Ok(Vec::new()), |leg| leg.load(conn))?;
        tracer.step("lexical", || {
            let words: Vec<_> = query
                .candidates
                .iter()
                .map(|word| json!({"word": word.lexeme, "chunks": word.chunk_count}))
                .collect();
            let pruned: Vec<_> = query
                .pruned
                .iter()
                .map(|word| json!({"word": word.lexeme, "chunks": word.chunk_count}))
                .collect();
            json!({"words": words, "pruned": pruned, "candidates": hits.len()})
        });
        if let Some(leg) = &leg {
            tracer.plan(conn, leg)?;
        }
        Ok((hits, query.pruned.into_iter().map(|word| word.lexeme).collect()))
    }

    /// The dense leg. When the index gives fewer rows than are wanted, every row is compared: what exists is found.
    fn dense(
        &self,
        conn: &mut PgConnection,
        scope: &Scope,
        plan: DensePlan,
        tracer: &mut Tracer,
    ) -> RepoResult<(Vec<Hit>, Option<DensePlan>)> {
        let Some(half) = self.half else { return Ok((Vec::new(), None)) };
        let wanted = self.candidates();
        let mut plan = plan;
        let mut leg = search::dense_leg(self.engine.model(), scope, half, plan, wanted);
        let mut hits: Vec<Hit> = plan.run(conn, |conn| leg.load(conn))?;
        if plan != DensePlan::Exact && hits.len() < self.request.limit {
            plan = DensePlan::Exact;
            leg = search::dense_leg(self.engine.model(), scope, half, plan, wanted);
            hits = plan.run(conn, |conn| leg.load(conn))?;
        }
        tracer.step("dense", || json!({"plan": format!("{plan:?}"), "candidates": hits.len()}));
        plan.run(conn, |conn| tracer.plan(conn, &leg))?;
        Ok((hits, Some(plan)))
    }

    fn fused(
        &self,
        conn: &mut PgConnection,
        dense: &[Hit],
        lexical: &[Hit],
        tracer: &mut Tracer,
    ) -> RepoResult<Vec<Ranked>> {
        let cosines = self.missing_cosines(conn, dense, lexical)?;
        let fusion = if self.engine.embedder().reads_only_latin() {
            self.ranking.fusion.for_latin_model(&self.query.words)
        } else {
            self.ranking.fusion
        };
        let mut ranked = fuse(fusion, dense, lexical, &cosines);
        tracer.step("fuse", || json!({"fusion": format!("{fusion:?}"), "candidates": ranked.len()}));
        let feedback = self.ranking.feedback;
        let learns = matches!(fusion, Fusion::Convex { .. }) && self.request.mode == Mode::Hybrid;
        if let Some(vector) = self.vector.filter(|_| learns && feedback.passages > 0 && feedback.weight > 0.0)
        {
            let best: Vec<ChunkId> =
                ranked.iter().take(feedback.passages).map(|ranked| ranked.chunk_id).collect();
            let model = self.engine.model();
            let best: Vec<Vec<f32>> =
                search::vectors(conn, model, &best)?.into_iter().map(|(_, vector)| vector).collect();
            let learned = HalfVector::from_f32_slice(&learned(vector, &best, feedback.weight));
            let all: Vec<ChunkId> = ranked.iter().map(|ranked| ranked.chunk_id).collect();
            let cosines = search::similarities(conn, model, &learned, &all)?;
            ranked = super::fusion::refined(fusion, ranked, &cosines);
            tracer.step("feedback", || json!({"passages": best.len(), "weight": feedback.weight}));
        }
        Ok(ranked)
    }

    /// The cosine of what only the lexical leg found: fusing without it would punish a passage for a cut-off list.
    fn missing_cosines(
        &self,
        conn: &mut PgConnection,
        dense: &[Hit],
        lexical: &[Hit],
    ) -> RepoResult<Vec<Hit>> {
        let Some(half) = self.half else { return Ok(Vec::new()) };
        let known: HashSet<ChunkId> = dense.iter().map(|hit| hit.chunk_id).collect();
        let missing: Vec<ChunkId> =
            lexical.iter().map(|hit| hit.chunk_id).filter(|id| !known.contains(id)).collect();
        if missing.is_empty() {
            return Ok(Vec::new());
        }
        search::similarities(conn, self.engine.model(), half, &missing)
    }

    /// The best of the ranked with their passages, and the scores of the others.
    fn best(&self, conn: &mut PgConnection, mut ranked: Vec<Ranked>) -> RepoResult<(Best, Vec<f64>)> {
        let further = if self.ranking.looks_further() { WINDOW } else { 0 };
        let width = self.request.limit.max(further).max(self.ranking.rerank.unwrap_or(0));
        let rest = ranked.iter().skip(width).map(|ranked| ranked.score).collect();
        ranked.truncate(width);
        let ids: Vec<ChunkId> = ranked.iter().map(|ranked| ranked.chunk_id).collect();
        let mut passages: HashMap<ChunkId, Passage> =
            search::passages(conn, &ids)?.into_iter().map(|passage| (passage.chunk_id, passage)).collect();
        let with_passage = |ranked: Ranked| Some((ranked, passages.remove(&ranked.chunk_id)?));
        Ok((ranked.into_iter().filter_map(with_passage).collect(), rest))
    }
}
