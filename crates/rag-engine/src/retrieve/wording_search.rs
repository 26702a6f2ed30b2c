//! The search with one wording of the question: both legs, fused and refined.

use std::{collections::HashSet, slice};

use pgvector::HalfVector;
use rag_embed::ModelLanguages;
use rag_repo::{
    PgConnection, RepoResult,
    search::{self, Corpus, DensePlan, Hit, LexicalQuery, QuestionWords, Scope},
};
use rag_schema::ids::PassageId;
use serde_json::json;

use super::{
    fusion::{Blend, Fusion, LegScores, Ranked, fuse, refined},
    identifiers::Identifiers,
    ranking::before_learning,
    request::Mode,
    search_context::SearchContext,
    trace::Tracer,
    wording::{QueryVector, Wording},
    words::words,
};
use crate::{Model, words::languages};

/// A search with one wording in one scope.
pub(super) struct WordingSearch<'a> {
    pub(super) context: &'a SearchContext<'a>,
    pub(super) wording: &'a Wording<'a>,
    pub(super) corpus: &'a Corpus,
    pub(super) scope: &'a Scope,
    pub(super) areas: &'a [Area<'a>],
}

/// The part of the scope whose vectors are of one model.
pub(super) struct Area<'a> {
    pub(super) model: &'a Model,
    pub(super) scope: Scope,
    pub(super) plan: DensePlan,
}

/// Fusion by ranks for lists of several models, with the paper's k.
const BY_RANK: Fusion = Fusion::ReciprocalRank { k: 60.0 };

/// The result of the lexical leg.
#[derive(Default)]
pub(super) struct LexicalHits {
    pub(super) hits: Vec<Hit>,
    /// Sum of the inverse document frequencies of the question's words.
    asked_idf: f64,
    query: LexicalQuery,
    identifiers: Identifiers,
}

impl LexicalHits {
    /// Returns the identifiers of the question that no passage contains.
    pub(super) fn unknown_identifiers(&self) -> &[String] {
        &self.identifiers.unknown
    }

    pub(super) fn pruned_words(self) -> Vec<String> {
        self.query.pruned.into_iter().map(|word| word.lexeme).collect()
    }
}

impl WordingSearch<'_> {
    /// Runs the lexical leg. If it runs alone and the candidates yield fewer rows than requested, every passage that contains a
    /// word is a candidate, so that all matches are found. Beside the dense leg, which finds them too, the cost would exceed the
    /// benefit.
    pub(super) fn lexical(&self, conn: &mut PgConnection, tracer: &mut Tracer) -> RepoResult<LexicalHits> {
        if self.context.request.mode == Mode::Dense {
            return Ok(LexicalHits::default());
        }
        let synonyms = self.context.synonyms && self.corpus.has_synonyms;
        let (QuestionWords { words, idf: asked_idf }, identifiers) =
            words(conn, self.corpus, self.wording, synonyms, tracer)?;
        let factor = self.corpus.budget_growth() / self.scope.share();
        let budget = f64::from(self.context.settings().lexical_budget) * factor;
        let wanted = self.context.candidate_count();
        let ask = |query: &LexicalQuery, conn: &mut PgConnection| {
            let leg = search::lexical_leg(self.scope, query, wanted);
            let hits: RepoResult<Vec<Hit>> = leg.as_ref().map_or(Ok(Vec::new()), |leg| leg.load(conn));
            hits.map(|hits| (leg, hits))
        };
        let mut query = LexicalQuery::within_budget(words, budget);
        let (mut leg, mut hits) = ask(&query, conn)?;
        let is_short = self.context.request.mode == Mode::Lexical && hits.len() < self.context.request.limit;
        if is_short && !query.pruned.is_empty() {
            query = query.unpruned();
            (leg, hits) = ask(&query, conn)?;
        }
        tracer.step("lexical", || {
            let words: Vec<_> = query
                .candidates
                .iter()
                .map(|word| json!({"word": word.lexeme, "passages": word.passage_count}))
                .collect();
            let pruned: Vec<_> = query
                .pruned
                .iter()
                .map(|word| json!({"word": word.lexeme, "passages": word.passage_count}))
                .collect();
            json!({"query": self.wording.words, "words": words, "pruned": pruned, "pairs": query.paired.iter().map(|(_, others)| others.len()).sum::<usize>(), "candidates": hits.len()})
        });
        if let Some(leg) = &leg {
            tracer.plan(conn, leg)?;
        }
        Ok(LexicalHits { hits, asked_idf, query, identifiers })
    }

    /// Runs the dense leg. Returns a list for each model, and the plan, which is exact if that of each list is.
    pub(super) fn dense(
        &self,
        conn: &mut PgConnection,
        tracer: &mut Tracer,
    ) -> RepoResult<(Vec<Vec<Hit>>, Option<DensePlan>)> {
        let mut lists = Vec::with_capacity(self.areas.len());
        let mut how: Option<DensePlan> = None;
        for (area, vector) in self.vectors() {
            let (hits, plan) = self.nearest(conn, area, vector, tracer)?;
            lists.push(hits);
            how = how.filter(|plan| *plan != DensePlan::Exact).or(Some(plan));
        }
        Ok((lists, how))
    }

    /// Returns the passages of one model that are nearest to the wording. If the index yields fewer rows than requested, every
    /// row is compared, so that all matches are found.
    fn nearest(
        &self,
        conn: &mut PgConnection,
        area: &Area<'_>,
        vector: &QueryVector<'_>,
        tracer: &mut Tracer,
    ) -> RepoResult<(Vec<Hit>, DensePlan)> {
        let wanted = self.context.candidate_count();
        let ask = |plan: DensePlan, conn: &mut PgConnection| {
            let leg = search::dense_leg(area.model.row(), &area.scope, &vector.half, plan, wanted);
            let hits: RepoResult<Vec<Hit>> = leg.load(conn);
            hits.map(|hits| (leg, hits))
        };
        let mut plan = area.plan;
        let (mut leg, mut hits) = ask(plan, conn)?;
        if plan != DensePlan::Exact && hits.len() < self.context.request.limit {
            plan = DensePlan::Exact;
            (leg, hits) = ask(plan, conn)?;
        }
        tracer.step(
            "dense",
            || json!({"query": self.wording.words, "model": area.model.name(), "plan": format!("{plan:?}"), "candidates": hits.len()}),
        );
        tracer.plan(conn, &leg)?;
        Ok((hits, plan))
    }

    /// Returns each area with the wording's vector of its model.
    fn vectors(&self) -> impl Iterator<Item = (&Area<'_>, &QueryVector<'_>)> {
        self.areas.iter().filter_map(|area| Some((area, self.wording.vector_by(area.model)?)))
    }

    /// Returns the way to fuse the lists. Cosines of different models, or of a model that is missing, cannot be compared; ranks
    /// can.
    fn blend(&self) -> Blend {
        let fusion = self.context.ranking.fusion;
        match (fusion, self.areas) {
            (Fusion::Convex { .. }, _) if self.is_mixed() => BY_RANK.into(),
            (_, [area]) => {
                let embedder = area.model.embedder();
                let blend = Blend { fusion, unrelated_cosine: embedder.unrelated_cosine() };
                let (question, languages) = (&self.wording.words, languages(self.corpus));
                match embedder.languages() {
                    ModelLanguages::Unknown => blend,
                    ModelLanguages::Only(known) => {
                        blend.for_known_part(languages.known_part(question, known))
                    }
                    ModelLanguages::Many => blend.for_shared_part(languages.shared_part(question)),
                }
            }
            _ => fusion.into(),
        }
    }

    /// Returns whether vectors take part and the collections have several models.
    fn is_mixed(&self) -> bool {
        self.context.request.mode != Mode::Lexical && self.corpus.groups.len() > 1
    }

    /// Fuses all lists into one. The passages of one leg get the score of the other leg, too: lists are cut off after the last
    /// candidate, and a fusion without these scores would penalise the passages beyond it.
    pub(super) fn fused(
        &self,
        conn: &mut PgConnection,
        dense: &[Vec<Hit>],
        lexical: &LexicalHits,
        tracer: &mut Tracer,
    ) -> RepoResult<Vec<Ranked>> {
        let LexicalHits { hits, asked_idf, query, identifiers } = lexical;
        let lexical = slice::from_ref(hits);
        let mut cosines = Vec::new();
        for (area, vector) in self.vectors() {
            let lacking = lacking(dense, lexical);
            cosines.extend(search::similarities(conn, area.model.row(), &vector.half, &lacking)?);
        }
        let scores = search::word_scores(conn, query, &lacking(lexical, dense))?;
        let blend = self.blend();
        let dense = LegScores { lists: dense, beyond: &cosines };
        let lexical = LegScores { lists: lexical, beyond: &scores };
        let mut ranked = fuse(blend, dense, lexical, *asked_idf);
        tracer.step("fuse", || json!({"fusion": format!("{:?}", blend.fusion), "candidates": ranked.len()}));
        let feedback = self.context.ranking.feedback;
        let learns =
            matches!(blend.fusion, Fusion::Convex { .. }) && self.context.request.mode == Mode::Hybrid;
        let learns = learns && feedback.passages > 0 && feedback.weight > 0.0;
        // Cosines are fused only if all are of one model.
        if let Some((area, vector)) = self.vectors().next().filter(|_| learns) {
            let best: Vec<PassageId> =
                ranked.iter().take(feedback.passages).map(|ranked| ranked.passage_id).collect();
            let query =
                HalfVector::from_f32_slice(&before_learning(&vector.whole, best.len(), feedback.weight));
            let all: Vec<PassageId> = ranked.iter().map(|ranked| ranked.passage_id).collect();
            let cosines = search::learned_similarities(conn, area.model.row(), &query, &best, &all)?;
            ranked = refined(blend, ranked, *asked_idf, &cosines);
            tracer.step("feedback", || json!({"passages": best.len(), "weight": feedback.weight}));
        }
        identifiers.decide(conn, &mut ranked)?;
        Ok(ranked)
    }
}

/// Returns passages of the `other` leg that are on no list.
fn lacking(lists: &[Vec<Hit>], other: &[Vec<Hit>]) -> Vec<PassageId> {
    let listed: HashSet<PassageId> = lists.iter().flatten().map(|hit| hit.passage_id).collect();
    other.iter().flatten().map(|hit| hit.passage_id).filter(|id| !listed.contains(id)).collect()
}
