//! Turns the candidates into the final list: boosted, diversified, cut. Uses neither database nor model.

use std::collections::HashMap;

use rag_repo::search::Passage;
use rag_schema::ids::PassageId;
use serde_json::json;

use super::{
    candidates::Candidates,
    fusion::Ranked,
    groups::limit_groups,
    ranking::{Ranking, boost, diversify},
    request::{Found, SearchRequest},
    trace::Tracer,
};

/// Takes the results out of the candidates, best first, as many as the request's limit.
pub(super) fn list(
    candidates: &mut Candidates,
    ranking: &Ranking,
    request: &SearchRequest<'_>,
    tracer: &mut Tracer,
) -> Vec<Found> {
    let mut best = std::mem::take(&mut candidates.best);
    let mut scores: Vec<f64> = best.iter().map(|(ranked, _)| ranked.score).collect();
    scores.append(&mut candidates.rest);
    if !(candidates.learned.is_empty() && ranking.boosts.is_empty()) {
        best = boost(best, ranking, &candidates.learned);
        tracer.step("boost", || json!({"boosts": ranking.boosts.len(), "learned": candidates.learned.len()}));
    }
    let (mut ranked, mut passages): (Vec<Ranked>, HashMap<PassageId, Passage>) =
        best.into_iter().map(|(ranked, passage)| (ranked, (ranked.passage_id, passage))).unzip();
    if ranking.diversity > 0.0 {
        ranked = diversify(ranked, &candidates.vectors, ranking.diversity);
        tracer.step("diversify", || json!({"diversity": ranking.diversity}));
    }
    let ranked = ranking.cutoff.apply(ranked, scores);
    let ranked = limit_groups(ranked, request.group_by, request.limit, |id| passages.get(&id));
    tracer.step("cut", || json!({"cutoff": format!("{:?}", ranking.cutoff), "results": ranked.len()}));
    let found = |ranked: Ranked| {
        Some(Found { ranked, passage: passages.remove(&ranked.passage_id)?, highlights: Vec::new() })
    };
    ranked.into_iter().filter_map(found).collect()
}
