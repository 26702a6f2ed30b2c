//! What one wording of the question finds: its words, its vector, both fused and refined.

use std::collections::HashSet;

use pgvector::HalfVector;
use rag_repo::{
    PgConnection, RepoResult,
    search::{self, Corpus, DensePlan, Hit, LexicalQuery, QuestionWords, Scope},
};
use rag_schema::ids::PassageId;
use serde_json::json;

use super::{
    fusion::{Fusion, LegScores, Ranked, fuse, refined},
    ranking::before_learning,
    request::Mode,
    search_context::SearchContext,
    trace::Tracer,
    wording::Wording,
    words::words,
};

/// One wording in one scope.
pub(super) struct WordingSearch<'a> {
    pub(super) context: &'a SearchContext<'a>,
    pub(super) wording: &'a Wording<'a>,
    pub(super) corpus: &'a Corpus,
    pub(super) scope: &'a Scope,
    pub(super) plan: DensePlan,
}

/// What the lexical leg found.
#[derive(Default)]
pub(super) struct LexicalHits {
    pub(super) hits: Vec<Hit>,
    /// Sum of the inverse document frequencies of the question's words.
    asked_idf: f64,
    query: LexicalQuery,
}

impl LexicalHits {
    pub(super) fn pruned_words(self) -> Vec<String> {
        self.query.pruned.into_iter().map(|word| word.lexeme).collect()
    }
}

impl WordingSearch<'_> {
    /// The lexical leg. When it is asked alone and the candidates give fewer rows than are wanted, whatever holds a word is one:
    /// what exists is found. Beside the dense leg, which finds it, that would cost more than it tells.
    pub(super) fn lexical(&self, conn: &mut PgConnection, tracer: &mut Tracer) -> RepoResult<LexicalHits> {
        if self.context.request.mode == Mode::Dense {
            return Ok(LexicalHits::default());
        }
        let Corpus { collections, has_synonyms, .. } = self.corpus;
        let synonyms = self.context.synonyms && *has_synonyms;
        let QuestionWords { words, idf: asked_idf } =
            words(conn, collections, self.wording, synonyms, tracer)?;
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
        Ok(LexicalHits { hits, asked_idf, query })
    }

    /// The dense leg. When the index gives fewer rows than are wanted, every row is compared: what exists is found.
    pub(super) fn dense(
        &self,
        conn: &mut PgConnection,
        tracer: &mut Tracer,
    ) -> RepoResult<(Vec<Hit>, Option<DensePlan>)> {
        let Some((_, half)) = &self.wording.vector else { return Ok((Vec::new(), None)) };
        let wanted = self.context.candidate_count();
        let ask = |plan: DensePlan, conn: &mut PgConnection| {
            let leg = search::dense_leg(self.context.engine.model(), self.scope, half, plan, wanted);
            let hits: RepoResult<Vec<Hit>> = leg.load(conn);
            hits.map(|hits| (leg, hits))
        };
        let mut plan = self.plan;
        let (mut leg, mut hits) = ask(plan, conn)?;
        if plan != DensePlan::Exact && hits.len() < self.context.request.limit {
            plan = DensePlan::Exact;
            (leg, hits) = ask(plan, conn)?;
        }
        tracer.step(
            "dense",
            || json!({"query": self.wording.words, "plan": format!("{plan:?}"), "candidates": hits.len()}),
        );
        tracer.plan(conn, &leg)?;
        Ok((hits, Some(plan)))
    }

    /// Both lists as one. What one leg found gets the other's score, too: a list is cut off where the candidates end, and fusing
    /// without it would punish a passage for that.
    pub(super) fn fused(
        &self,
        conn: &mut PgConnection,
        dense: &[Hit],
        lexical: &LexicalHits,
        tracer: &mut Tracer,
    ) -> RepoResult<Vec<Ranked>> {
        let LexicalHits { hits: lexical, asked_idf, query } = lexical;
        let model = self.context.engine.model();
        let cosines = match &self.wording.vector {
            Some((_, half)) => search::similarities(conn, model, half, &lacking(dense, lexical))?,
            None => Vec::new(),
        };
        let scores = search::word_scores(conn, query, &lacking(lexical, dense))?;
        let mut fusion = self.context.ranking.fusion;
        if self.context.engine.embedder().reads_only_latin() {
            fusion = fusion.for_latin_model(&self.wording.words);
        }
        let dense = LegScores { list: dense, beyond: &cosines };
        let lexical = LegScores { list: lexical, beyond: &scores };
        let mut ranked = fuse(fusion, dense, lexical, *asked_idf);
        tracer.step("fuse", || json!({"fusion": format!("{fusion:?}"), "candidates": ranked.len()}));
        let feedback = self.context.ranking.feedback;
        let learns = matches!(fusion, Fusion::Convex { .. }) && self.context.request.mode == Mode::Hybrid;
        let learns = learns && feedback.passages > 0 && feedback.weight > 0.0;
        if let Some((vector, _)) = self.wording.vector.as_ref().filter(|_| learns) {
            let best: Vec<PassageId> =
                ranked.iter().take(feedback.passages).map(|ranked| ranked.passage_id).collect();
            let query = HalfVector::from_f32_slice(&before_learning(vector, best.len(), feedback.weight));
            let all: Vec<PassageId> = ranked.iter().map(|ranked| ranked.passage_id).collect();
            let cosines = search::learned_similarities(conn, model, &query, &best, &all)?;
            ranked = refined(fusion, ranked, *asked_idf, &cosines);
            tracer.step("feedback", || json!({"passages": best.len(), "weight": feedback.weight}));
        }
        Ok(ranked)
    }
}

/// Passages of the `other` leg that are not on the list.
fn lacking(list: &[Hit], other: &[Hit]) -> Vec<PassageId> {
    let listed: HashSet<PassageId> = list.iter().map(|hit| hit.passage_id).collect();
    other.iter().map(|hit| hit.passage_id).filter(|id| !listed.contains(id)).collect()
}
