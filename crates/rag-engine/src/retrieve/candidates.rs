//! The part of a search that needs a connection: each wording's list, merged, and what the best of it say.

use std::collections::HashMap;

use rag_repo::{
    PgConnection, RepoResult,
    search::{self, Corpus, DensePlan, Passage, Scope},
};
use rag_schema::ids::{CollectionId, PassageId};
use serde_json::json;

use super::{
    fusion::Ranked, merge::merge, search_context::SearchContext, trace::Tracer, wording_search::WordingSearch,
};

/// Results with what they say, best first.
pub(super) type Best = Vec<(Ranked, Passage)>;

/// What the database found.
pub(super) struct Candidates {
    /// The best by fused score, best first, with what they say.
    pub(super) best: Best,
    /// Scores of the candidates after them, in falling order.
    pub(super) rest: Vec<f64>,
    /// Vectors of the best, when they are to be compared with each other.
    pub(super) vectors: HashMap<PassageId, Vec<f32>>,
    /// Collections that were searched.
    pub(super) collections: Vec<CollectionId>,
    pub(super) dense_plan: Option<DensePlan>,
    pub(super) pruned_words: Vec<String>,
}

/// Searches every wording, and merges what they found.
pub(super) fn find_candidates(
    context: &SearchContext<'_>,
    conn: &mut PgConnection,
    tracer: &mut Tracer,
) -> RepoResult<Candidates> {
    let SearchContext { engine, request, ranking, query, wordings, .. } = context;
    let corpus = Corpus::find(conn, request.collections, engine.model())?;
    let Corpus { collections, .. } = &corpus;
    let rule = search::word_rule(conn, collections, &query.required, &query.excluded)?;
    let mut scope = Scope::in_collections(collections).filtered(request.filter.cloned()).with_rule(rule);
    let plan = scope.plan(conn, &corpus, &context.settings().breadth)?;
    tracer.step("scope", || json!({"collections": collections.len(), "narrowed": scope.is_narrowed(), "dense_plan": format!("{plan:?}")}));
    let mut lists = Vec::with_capacity(wordings.len());
    let mut how: Option<(Option<DensePlan>, Vec<String>)> = None;
    for wording in *wordings {
        let search = WordingSearch { context, wording, corpus: &corpus, scope: &scope, plan };
        let lexical = search.lexical(conn, tracer)?;
        let (dense, dense_plan) = search.dense(conn, tracer)?;
        lists.push(search.fused(conn, &dense, &lexical, tracer)?);
        how.get_or_insert_with(|| (dense_plan, lexical.pruned_words()));
    }
    let (dense_plan, pruned_words) = how.unwrap_or_default();
    let ranked = merge(lists);
    if wordings.len() > 1 {
        tracer.step("merge", || json!({"wordings": wordings.len(), "candidates": ranked.len()}));
    }
    let (best, rest) = with_passages(context, conn, ranked)?;
    let ids: Vec<PassageId> = best.iter().map(|(ranked, _)| ranked.passage_id).collect();
    let vectors = if ranking.diversity > 0.0 {
        search::vectors(conn, engine.model(), &ids)?.into_iter().collect()
    } else {
        HashMap::new()
    };
    tracer.step("passages", || json!({"passages": best.len(), "vectors": vectors.len()}));
    Ok(Candidates { best, rest, vectors, collections: corpus.collections, dense_plan, pruned_words })
}

/// The best of the ranked with their passages, and the scores of the others.
fn with_passages(
    context: &SearchContext<'_>,
    conn: &mut PgConnection,
    mut ranked: Vec<Ranked>,
) -> RepoResult<(Best, Vec<f64>)> {
    let count = context.result_count();
    let rest = ranked.iter().skip(count).map(|ranked| ranked.score).collect();
    ranked.truncate(count);
    let ids: Vec<PassageId> = ranked.iter().map(|ranked| ranked.passage_id).collect();
    let mut passages: HashMap<PassageId, Passage> =
        search::passages(conn, &ids)?.into_iter().map(|passage| (passage.id, passage)).collect();
    let with_passage = |ranked: Ranked| Some((ranked, passages.remove(&ranked.passage_id)?));
    Ok((ranked.into_iter().filter_map(with_passage).collect(), rest))
}
