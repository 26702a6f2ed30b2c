//! The breadth of searches by a vector index: measured against a target of recall, and changed if the settings allow it (ADR 37).

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use rag_repo::{
    Actor, RepoError, RepoResult, clock, embedding_models, jobs,
    jobs::Lease,
    search::{DensePlan, recall},
};
use rag_schema::{
    enums::IndexKind,
    ids::PassageId,
    models::{EmbeddingModel, NewRecallMeasurement, RecallMeasurement},
};

use crate::{Engine, EngineError, EngineResult};

/// Number of stored vectors that are searched for, and the minimum for a measurement.
const SAMPLES: i32 = 50;
const MIN_SAMPLES: usize = 10;
/// Maximum time for finding the nearest passages of the samples exactly: a large table has fewer samples.
const MAX_EXACT_TIME: Duration = Duration::from_mins(1);
/// Time for which a measurement holds, in hours.
const HOLDS_HOURS: i64 = 24;
/// Breadths that are tried, in order: steps of about a third.
const EF_SEARCH: [u16; 13] = [20, 30, 40, 60, 80, 100, 150, 200, 300, 400, 600, 800, 1_000];
const PROBES: [u16; 20] =
    [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 1_024, 2_048];

/// A stored vector, and the passages that are nearest to it.
type Sample = (pgvector::HalfVector, HashSet<PassageId>);

impl Engine {
    /// Measures the part of the nearest passages that searches by the model's index find, and the smallest breadth that reaches
    /// `search.recall_target`. Records both, and changes nothing. `None` if there is nothing to choose: no index, one over bits, or so few
    /// vectors that searches compare them all.
    pub fn measure_recall(&self, model: i32) -> EngineResult<Option<RecallMeasurement>> {
        let (model, index) = self.db().read(Actor::System, |conn| -> RepoResult<_> {
            Ok((embedding_models::find(conn, model)?, recall::measured_index(conn, model)?))
        })?;
        let settings = &self.settings().search;
        let plan = index.breadth(&model, settings.breadth);
        let (Some(index_oid), Some(ladder)) = (index.index_oid, ladder(model.index.kind)) else {
            return Ok(None);
        };
        let Some(breadth) = plan.breadth().filter(|_| !index.is_small()) else { return Ok(None) };
        let samples = self.samples(&model)?;
        if samples.len() < MIN_SAMPLES {
            tracing::warn!(
                model = model.name,
                "cannot measure the recall of the vector index: comparing all vectors takes too long"
            );
            return Ok(None);
        }
        let found = self.found(&model, plan, &samples)?;
        let proposal = self.proposal(&model, ladder, &samples)?;
        let new = NewRecallMeasurement {
            model_id: model.id,
            index_oid,
            breadth: breadth.into(),
            recall: found,
            target: settings.recall_target,
            proposed_breadth: proposal.map(|(breadth, _)| breadth.into()),
            proposed_recall: proposal.map(|(_, recall)| recall),
            samples: i32::try_from(samples.len()).unwrap_or(SAMPLES),
            neighbours: i32::try_from(settings.candidates).unwrap_or(i32::MAX),
        };
        Ok(Some(self.db().transaction(Actor::System, |conn| recall::insert(conn, &new))?))
    }

    /// Has searches by the model's index use the breadth that its last measurement proposes: at once, and in every process.
    pub fn apply_breadth(&self, model: i32) -> EngineResult<RecallMeasurement> {
        let applied = self.db().transaction(Actor::System, |conn| {
            let last = recall::last(conn, model)?.ok_or(EngineError::NotFound("measurement"))?;
            if last.proposed_breadth.is_none() {
                return Err(EngineError::Conflict(format!(
                    "No breadth finds {} of the nearest passages. An index that is built with more links does: raise index.hnsw_m and \
                     index.hnsw_ef_construction, then `rag index --rebuild`.",
                    last.target
                )));
            }
            Ok(recall::apply(conn, last.id)?)
        })?;
        tracing::info!(
            model,
            before = applied.breadth,
            after = applied.proposed_breadth,
            recall = applied.proposed_recall,
            "the breadth of searches by a vector index has changed"
        );
        Ok(applied)
    }

    /// Undoes the last change of the breadth of searches by the model's index.
    pub fn undo_breadth(&self, model: i32) -> EngineResult<RecallMeasurement> {
        let undone = self.db().transaction(Actor::System, |conn| recall::undo(conn, model));
        undone.map_err(|error| EngineError::from(error).naming("change of the breadth"))
    }

    /// Samples with their nearest passages; fewer, or none, if comparing all vectors takes too long.
    fn samples(&self, model: &EmbeddingModel) -> EngineResult<Vec<Sample>> {
        let queries = self.db().read(Actor::System, |conn| recall::samples(conn, model.id, SAMPLES));
        let queries = if matches!(queries, Err(RepoError::TooSlow)) { Vec::new() } else { queries? };
        let begun = Instant::now();
        let mut samples = Vec::new();
        for query in queries {
            let nearest = self.nearest(model, &query, DensePlan::Exact);
            if begun.elapsed() > MAX_EXACT_TIME || matches!(nearest, Err(RepoError::TooSlow)) {
                break;
            }
            samples.push((query, nearest?));
        }
        Ok(samples)
    }

    /// The smallest breadth that reaches the target, and its recall; `None` if none of those tried does.
    fn proposal(
        &self,
        model: &EmbeddingModel,
        ladder: fn(u16) -> DensePlan,
        samples: &[Sample],
    ) -> EngineResult<Option<(u16, f64)>> {
        let breadths: &[u16] = if model.index.kind == IndexKind::Ivfflat { &PROBES } else { &EF_SEARCH };
        for breadth in breadths {
            let recall = self.found(model, ladder(*breadth), samples)?;
            if recall >= self.settings().search.recall_target {
                return Ok(Some((*breadth, recall)));
            }
        }
        Ok(None)
    }

    /// The part of the nearest passages that searches with the plan find, 0 to 1.
    fn found(&self, model: &EmbeddingModel, plan: DensePlan, samples: &[Sample]) -> EngineResult<f64> {
        let (mut found, mut all) = (0, 0);
        for (query, nearest) in samples {
            all += nearest.len();
            found += self.nearest(model, query, plan)?.intersection(nearest).count();
        }
        let [found, all] = [found, all].map(|count| u32::try_from(count).map_or(f64::INFINITY, f64::from));
        Ok(if all > 0.0 { found / all } else { 1.0 })
    }

    fn nearest(
        &self,
        model: &EmbeddingModel,
        query: &pgvector::HalfVector,
        plan: DensePlan,
    ) -> RepoResult<HashSet<PassageId>> {
        let limit = self.settings().search.candidates;
        self.db().read(Actor::System, |conn| recall::nearest(conn, model, query, plan, limit))
    }
}

fn ladder(kind: IndexKind) -> Option<fn(u16) -> DensePlan> {
    match kind {
        IndexKind::Hnsw => Some(|ef_search| DensePlan::Hnsw { ef_search }),
        IndexKind::Ivfflat => Some(|probes| DensePlan::Ivfflat { probes }),
        // The number of rows that are compared exactly counts as much as the breadth.
        IndexKind::HnswBinary | IndexKind::None => None,
    }
}

/// The step of upkeep: measures each index once a day, and applies what is proposed if `search.tune_breadth` says so.
pub(crate) fn keep_recall(engine: &Engine, lease: Lease, is_stopping: &dyn Fn() -> bool) -> EngineResult<()> {
    let settings = &engine.settings().search;
    if settings.recall_target <= 0.0 {
        return Ok(());
    }
    for model in engine.db().read(Actor::System, embedding_models::list)? {
        if is_stopping() {
            break;
        }
        engine.db().transaction(Actor::System, |conn| jobs::hold(conn, lease))?;
        let (last, now) = engine.db().read(Actor::System, |conn| -> RepoResult<_> {
            Ok((recall::last(conn, model.id)?, clock::now(conn)?))
        })?;
        if last.is_some_and(|last| now - last.measured_at < TimeDelta::hours(HOLDS_HOURS)) {
            continue;
        }
        let Some(measured) = engine.measure_recall(model.id)? else { continue };
        tracing::info!(
            model = model.name,
            breadth = measured.breadth,
            recall = measured.recall,
            target = measured.target,
            proposed = measured.proposed_breadth,
            "measured the recall of a vector index"
        );
        let is_change = measured.proposed_breadth.is_some_and(|proposed| proposed != measured.breadth);
        if settings.tunes_breadth && is_change {
            engine.apply_breadth(model.id)?;
        }
    }
    Ok(())
}
