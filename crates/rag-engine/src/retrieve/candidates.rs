//! The part of a search that needs a connection: the list of each wording, merged, with the passages of the best results.

use std::collections::HashMap;

use rag_repo::{
    PgConnection, RepoResult,
    search::{self, Corpus, DensePlan, ModelGroup, Passage, Scope},
};
use rag_schema::ids::{CollectionId, PassageId};
use rag_text::analyse::Languages;
use serde_json::{Value, json};

use super::{
    fusion::Ranked,
    learned::{Learned, learned},
    merge::merge,
    own_language::{WINDOW, prefer_own_language},
    ranking::Vectors,
    request::Mode,
    search_context::SearchContext,
    trace::Tracer,
    wording_search::{Area, WordingSearch},
};
use crate::{
    missing_model_cure,
    words::{asked_phrases, languages},
};

/// Results with their passages, best first.
pub(super) type Best = Vec<(Ranked, Passage)>;

/// The results of the database's part of a search.
pub(super) struct Candidates {
    /// The results with the best fused scores, best first, with their passages.
    pub(super) best: Best,
    /// Scores of the remaining candidates, in descending order.
    pub(super) rest: Vec<f64>,
    /// Vectors of the best results, if they are to be compared with each other.
    pub(super) vectors: Vectors,
    /// What judgements of similar questions say about the best results.
    pub(super) learned: Learned,
    /// Collections that were searched.
    pub(super) collections: Vec<CollectionId>,
    /// Languages of the searched collections.
    pub(super) languages: Languages,
    /// Names of the models whose vectors were compared.
    pub(super) models: Vec<String>,
    /// Collections whose vectors were not searched because this process does not have their model.
    pub(super) lacking: Vec<ModelGroup>,
    pub(super) dense_plan: Option<DensePlan>,
    pub(super) pruned_words: Vec<String>,
    /// Identifiers in the question that no passage contains: codes, numbers and names.
    pub(super) unknown_identifiers: Vec<String>,
}

/// Searches with every wording and merges the results.
pub(super) fn find_candidates(
    context: &SearchContext<'_>,
    conn: &mut PgConnection,
    tracer: &mut Tracer,
) -> RepoResult<Candidates> {
    let SearchContext { request, query, wordings, .. } = context;
    let corpus = Corpus::find(conn, request.collections)?;
    let languages = languages(&corpus);
    let phrases = asked_phrases(&languages, &query.required, &query.excluded);
    let rule = search::word_rule(conn, &corpus.collections, &phrases)?;
    let mut scope = Scope::in_collections(&corpus.collections)
        .filtered(request.filter.cloned())
        .with_rule(rule)
        .as_of(request.as_of)
        .apart_from(request.apart_from)
        .with_memory_kinds(request.memory_kinds);
    scope.narrow(conn, &corpus)?;
    let areas = areas(context, &corpus, &scope);
    let lacking = lacking(context, &corpus, &areas);
    tracer.step("scope", || traced(&corpus, &scope, &areas, &lacking));
    let mut lists = Vec::with_capacity(wordings.len());
    let mut how: Option<(Option<DensePlan>, Vec<String>, Vec<String>)> = None;
    for wording in *wordings {
        let search = WordingSearch { context, wording, corpus: &corpus, scope: &scope, areas: &areas };
        let lexical = search.lexical(conn, tracer)?;
        let (dense, dense_plan) = search.dense(conn, tracer)?;
        lists.push(search.fused(conn, &dense, &lexical, tracer)?);
        let unknown = lexical.unknown_identifiers().to_vec();
        how.get_or_insert_with(|| (dense_plan, lexical.pruned_words(), unknown));
    }
    let (dense_plan, pruned_words, unknown_identifiers) = how.unwrap_or_default();
    let ranked = merge(lists);
    if wordings.len() > 1 {
        tracer.step("merge", || json!({"wordings": wordings.len(), "candidates": ranked.len()}));
    }
    let own_language = languages.own_language(&query.words);
    let learns = context.ranking.learned > 0.0 && corpus.has_judgements;
    let depth = if own_language.is_some() || learns { context.depth.max(WINDOW) } else { context.depth };
    let (mut best, rest) = with_passages(conn, ranked, depth)?;
    if let Some(language) = &own_language {
        prefer_own_language(language, &mut best);
        tracer.step("language", || json!({"question": language.code()}));
    }
    let learned = if learns { learned(context, conn, &areas, &best, tracer)? } else { Learned::new() };
    let vectors = vectors(context, conn, &areas, &best)?;
    tracer.step("passages", || json!({"passages": best.len(), "vectors": vectors.len()}));
    let models = areas.iter().map(|area| area.model.name().to_owned()).collect();
    let collections = corpus.collections;
    Ok(Candidates {
        best,
        rest,
        vectors,
        learned,
        collections,
        languages,
        models,
        lacking,
        dense_plan,
        pruned_words,
        unknown_identifiers,
    })
}

/// Returns the collections of each model that the question was embedded with: those whose vectors are compared.
fn areas<'a>(context: &SearchContext<'a>, corpus: &Corpus, scope: &Scope) -> Vec<Area<'a>> {
    let breadth = &context.settings().breadth;
    let area = |group: &ModelGroup| {
        let model = context.models.iter().find(|model| model.id() == group.model_id)?;
        let scope = scope.within(group);
        Some(Area { model, plan: scope.dense_plan(group, breadth), scope })
    };
    corpus.groups.iter().filter_map(area).collect()
}

/// Returns the collections whose vectors should be searched but cannot be.
fn lacking(context: &SearchContext<'_>, corpus: &Corpus, areas: &[Area<'_>]) -> Vec<ModelGroup> {
    let is_lacking = |group: &&ModelGroup| areas.iter().all(|area| area.model.id() != group.model_id);
    let wanted = context.request.mode != Mode::Lexical;
    corpus.groups.iter().filter(|_| wanted).filter(is_lacking).cloned().collect()
}

fn traced(corpus: &Corpus, scope: &Scope, areas: &[Area<'_>], lacking: &[ModelGroup]) -> Value {
    let plans: Vec<Value> = areas
        .iter()
        .map(|area| json!({"model": area.model.name(), "dense_plan": format!("{:?}", area.plan)}))
        .collect();
    let words_only: Vec<Value> = lacking
        .iter()
        .map(|group| json!({"model": group.model_name, "collections": group.collections.len()}))
        .collect();
    json!({
        "collections": corpus.collections.len(), "narrowed": scope.is_narrowed(), "models": plans, "words_only": words_only,
    })
}

/// Returns the vectors of the best results, if they are to be compared with each other.
fn vectors(
    context: &SearchContext<'_>,
    conn: &mut PgConnection,
    areas: &[Area<'_>],
    best: &Best,
) -> RepoResult<Vectors> {
    let mut vectors = Vectors::new();
    if context.ranking.diversity > 0.0 {
        let ids: Vec<PassageId> = best.iter().map(|(ranked, _)| ranked.passage_id).collect();
        for area in areas {
            let found = search::vectors(conn, area.model.row(), &ids)?;
            vectors.extend(found.into_iter().map(|(id, vector)| (id, (area.model.id(), vector))));
        }
    }
    Ok(vectors)
}

impl Candidates {
    /// Returns the reason why a search by vectors alone cannot search any of the collections; `None` if it can.
    pub(super) fn refusal(&self, mode: Mode) -> Option<String> {
        let is_refused = mode == Mode::Dense && self.models.is_empty() && !self.lacking.is_empty();
        let names: Vec<&str> = self.lacking.iter().map(|group| group.model_name.as_str()).collect();
        let names = names.join(", ");
        is_refused.then(|| {
            format!(
                "mode dense cannot search these collections: their embedding model is {names}, which this process does not have. \
                 Search in mode hybrid or lexical. {}",
                missing_model_cure(&names)
            )
        })
    }

    /// Returns warnings about collections whose model this process does not have, one sentence for each model.
    pub(super) fn warnings(&self, mode: Mode) -> Vec<String> {
        let all = self.collections.len();
        let how = if mode == Mode::Dense { "not searched" } else { "searched by words alone" };
        let warning = |group: &ModelGroup| {
            let (count, name) = (group.collections.len(), &group.model_name);
            format!(
                "{count} of {all} collections were {how}: their embedding model is {name}, which this process does not have. {}",
                missing_model_cure(name)
            )
        };
        let unknown = self.unknown_identifiers.iter().map(|name| format!("No passage holds {name}."));
        self.lacking.iter().map(warning).chain(unknown).collect()
    }
}

/// Returns the best `count` of the ranked results with their passages, and the scores of the others.
fn with_passages(
    conn: &mut PgConnection,
    mut ranked: Vec<Ranked>,
    count: usize,
) -> RepoResult<(Best, Vec<f64>)> {
    let rest = ranked.iter().skip(count).map(|ranked| ranked.score).collect();
    ranked.truncate(count);
    let ids: Vec<PassageId> = ranked.iter().map(|ranked| ranked.passage_id).collect();
    let mut passages: HashMap<PassageId, Passage> =
        search::passages(conn, &ids)?.into_iter().map(|passage| (passage.id, passage)).collect();
    let with_passage = |ranked: Ranked| Some((ranked, passages.remove(&ranked.passage_id)?));
    Ok((ranked.into_iter().filter_map(with_passage).collect(), rest))
}
