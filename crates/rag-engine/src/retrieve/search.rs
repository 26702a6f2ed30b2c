//! One search in three stages: the database's candidates, the models' ranking, the marks. No connection is held during work of a
//! model.

use std::time::{Duration, Instant};

use rag_embed::Reranker;
use rag_llm::Completer;
use rag_repo::{Actor, PgConnection, RepoResult, embedding_models};
use rag_schema::ids::CollectionId;
use serde_json::json;

use super::{
    candidates::{Candidates, find_candidates},
    highlight::mark,
    list::list,
    query::QueryText,
    ranking::Ranking,
    request::{EmbeddedQuestion, Found, GroupBy, Mode, SearchRequest, SearchResult, Timings},
    rerank::{NO_RERANKER, rerank},
    search_context::{SearchContext, first_depth, next_depth},
    trace::Tracer,
    understand::understand,
    understanding::{NO_CHAT, Understanding},
    wording::{Wording, wordings},
};
use crate::{
    Engine, EngineError, EngineResult, Model,
    events::{Searched, fingerprint},
    usage::{self, Spending},
};

impl Engine {
    /// Searches the documents that `actor` can see. Returns `EngineError::NotFound` if one of the named collections is not
    /// visible.
    pub fn search(&self, actor: Actor, request: &SearchRequest<'_>) -> EngineResult<SearchResult> {
        let begun = Instant::now();
        let result = self.find_passages(actor, request)?;
        self.note_search(actor, request.query, Searched::new(&result, begun.elapsed()));
        Ok(result)
    }

    /// As `search`, but records no event: an answer has an event of its own, and an evaluation is not use.
    #[tracing::instrument(name = "search", level = "debug", skip_all)]
    pub(crate) fn find_passages(
        &self,
        actor: Actor,
        request: &SearchRequest<'_>,
    ) -> EngineResult<SearchResult> {
        let helper = self.helper(actor, request)?;
        let models = self.models_for(request, |collections| {
            self.db().read(actor, |conn| embedding_models::of_collections(conn, collections))
        })?;
        let mut question = Question::understand(self, request, helper, models)?;
        if !question.spent.is_empty() {
            self.db().transaction(actor, |conn| usage::spend(conn, &question.spent))?;
        }
        let begun = Instant::now();
        let asked = self.db().read(actor, |conn| question.ask(conn));
        let mut listed = question.list(asked, begun.elapsed())?;
        if request.highlight {
            question.mark(&mut listed);
        }
        Ok(question.result(listed))
    }

    /// Returns the models to embed the question with: the models of the collections that this process has. A process with one
    /// model does not ask the database, because it can search only vectors of that model.
    fn models_for(
        &self,
        request: &SearchRequest<'_>,
        of_collections: impl FnOnce(&[CollectionId]) -> RepoResult<Vec<i32>>,
    ) -> EngineResult<Vec<&Model>> {
        if request.mode == Mode::Lexical {
            return Ok(Vec::new());
        }
        if let Some(only) = self.models().only() {
            return Ok(vec![only]);
        }
        let wanted = of_collections(request.collections)?;
        Ok(self.models().iter().filter(|model| wanted.contains(&model.id())).collect())
    }

    /// Returns the chat model, if the question may need its help. Its tokens count against the quota of the actor's organisation,
    /// and a link cannot use it; a question that can be searched without the model is then searched without it.
    fn helper(&self, actor: Actor, request: &SearchRequest<'_>) -> EngineResult<Option<&Completer>> {
        let how = request.understanding.unwrap_or(self.settings().search.understanding);
        let Some(model) = self.completer().filter(|_| how.may_chat(request.said)) else { return Ok(None) };
        let allowed = match actor {
            Actor::Link(_) => {
                Err(EngineError::Forbidden("A link asks no chat model. Search without its help."))
            }
            _ => self.check_tokens(actor),
        };
        match allowed {
            Ok(()) => Ok(Some(model)),
            Err(EngineError::Forbidden(_) | EngineError::Exhausted(_)) if !how.needs_chat() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// As `search` without a chat model's help, in a transaction of the caller's that has its actor set and that stays open
    /// during reranking.
    pub fn search_on(
        &self,
        conn: &mut PgConnection,
        request: &SearchRequest<'_>,
    ) -> EngineResult<SearchResult> {
        let models =
            self.models_for(request, |collections| embedding_models::of_collections(conn, collections))?;
        let mut question = Question::understand(self, request, None, models)?;
        let begun = Instant::now();
        let asked = question.ask(conn);
        let mut listed = question.list(asked, begun.elapsed())?;
        if request.highlight {
            question.mark(&mut listed);
        }
        Ok(question.result(listed))
    }
}

/// A question that is ready to be searched.
struct Question<'a> {
    engine: &'a Engine,
    request: &'a SearchRequest<'a>,
    ranking: &'a Ranking,
    /// Number of results to rerank, and the reranker.
    reranker: Option<(usize, &'a dyn Reranker)>,
    query: QueryText,
    how: Understanding,
    /// Models that embed the question.
    models: Vec<&'a Model>,
    wordings: Vec<Wording<'a>>,
    /// Requests to a chat model that understanding it took.
    spent: Vec<Spending>,
    timings: Timings,
    tracer: Tracer,
}

/// The results, and the candidates from which they were taken.
struct Listed {
    found: Vec<Found>,
    reranked: bool,
    no_good_match: bool,
    candidates: Candidates,
}

impl<'a> Question<'a> {
    fn understand(
        engine: &'a Engine,
        request: &'a SearchRequest<'a>,
        helper: Option<&Completer>,
        models: Vec<&'a Model>,
    ) -> EngineResult<Self> {
        let query =
            if request.plain { QueryText::plain(request.query) } else { QueryText::parse(request.query) };
        if query.words.is_empty() {
            return Err(EngineError::Invalid("the query names nothing to look for".to_owned()));
        }
        let ranking = request.ranking.as_ref().unwrap_or(&engine.settings().search.ranking);
        ranking.check().map_err(|rule| EngineError::Invalid(rule.to_owned()))?;
        let reranker = match (ranking.rerank, engine.reranker()) {
            (None, _) => None,
            (Some(window), Some(reranker)) => Some((window, reranker)),
            (Some(_), None) => return Err(EngineError::Conflict(NO_RERANKER.to_owned())),
        };
        let how = request.understanding.unwrap_or(engine.settings().search.understanding);
        how.check().map_err(|rule| EngineError::Invalid(rule.to_owned()))?;
        if how.needs_chat() && helper.is_none() {
            return Err(EngineError::Conflict(NO_CHAT.to_owned()));
        }
        let mut question = Self {
            engine,
            request,
            ranking,
            reranker,
            query,
            how,
            models,
            wordings: Vec::new(),
            spent: Vec::new(),
            timings: Timings::default(),
            tracer: Tracer::new(request.explain),
        };
        question.word(helper)?;
        Ok(question)
    }

    /// Determines the wordings to search, and embeds them.
    #[tracing::instrument(name = "embed", level = "debug", skip_all)]
    fn word(&mut self, helper: Option<&Completer>) -> EngineResult<()> {
        let begun = Instant::now();
        // The imagined passage is used only for its vector.
        let how = Understanding { hyde: self.how.hyde && !self.models.is_empty(), ..self.how };
        let helper = helper.map(|model| (model, self.engine.settings().search.help_time));
        let understood = understand(self.request, &self.query.words, how, helper, &mut self.tracer);
        self.timings.understand_ms = ms(begun.elapsed());
        let begun = Instant::now();
        self.wordings = wordings(&understood, self.engine.settings().search.context_weight, &self.models)?;
        self.timings.embed_ms = ms(begun.elapsed());
        let names: Vec<&str> = self.models.iter().map(|model| model.name()).collect();
        self.tracer.step("embed", || json!({"models": names, "texts": self.wordings.len()}));
        self.spent = understood.spent;
        self.query.words = understood.words;
        Ok(())
    }

    /// Runs the database's part, with a tracer of its own: after a collision the transaction runs again.
    #[tracing::instrument(name = "find", level = "debug", skip_all)]
    fn ask(&self, conn: &mut PgConnection) -> RepoResult<(Candidates, Tracer)> {
        let mut tracer = self.tracer.clone();
        let mut context = SearchContext {
            engine: self.engine,
            request: self.request,
            ranking: self.ranking,
            query: &self.query,
            models: &self.models,
            wordings: &self.wordings,
            synonyms: self.how.synonyms,
            depth: first_depth(self.request, self.ranking),
        };
        loop {
            let candidates = find_candidates(&context, conn, &mut tracer)?;
            match next_depth(self.request, context.depth, &candidates.best) {
                Some(depth) => context.depth = depth,
                None => return Ok((candidates, tracer)),
            }
        }
    }

    /// Runs the models' part.
    #[tracing::instrument(name = "rank", level = "debug", skip_all)]
    fn list(&mut self, asked: RepoResult<(Candidates, Tracer)>, database: Duration) -> EngineResult<Listed> {
        let (mut candidates, tracer) =
            asked.map_err(|error| EngineError::from(error).naming("collection"))?;
        if let Some(refusal) = candidates.refusal(self.request.mode) {
            return Err(EngineError::Invalid(refusal));
        }
        self.tracer = tracer;
        self.timings.database_ms = ms(database);
        let any = !candidates.best.is_empty();
        let mut reranked = false;
        if let Some((window, reranker)) = self.reranker.filter(|_| any) {
            let begun = Instant::now();
            reranked = rerank(reranker, &self.query.words, window, &mut candidates, &mut self.tracer);
            self.timings.rerank_ms = ms(begun.elapsed());
        }
        let found = list(&mut candidates, self.ranking, self.request, &mut self.tracer);
        Ok(Listed { no_good_match: any && found.is_empty(), found, reranked, candidates })
    }

    fn mark(&mut self, listed: &mut Listed) {
        mark(&listed.candidates.languages, &self.query.words, &mut listed.found);
        self.tracer.step("mark", || json!({"results": listed.found.len()}));
    }

    /// Returns the fingerprint of everything that determines the order of the results, apart from the question and the documents.
    fn ranking_version(&self) -> String {
        let settings = &self.engine.settings().search;
        let ranking = (
            (self.ranking, self.request.mode, self.how),
            (settings.candidates, settings.breadth, settings.lexical_budget),
            settings.context_weight,
        );
        match self.request.group_by {
            GroupBy::Passage => fingerprint(&ranking),
            GroupBy::Document { .. } => fingerprint(&(ranking, self.request.group_by)),
        }
    }

    fn result(self, listed: Listed) -> SearchResult {
        SearchResult {
            ranking_version: self.ranking_version(),
            tokens: usage::total_tokens(&self.spent),
            warnings: listed.candidates.warnings(self.request.mode),
            models: listed.candidates.models,
            collections: listed.candidates.collections,
            found: listed.found,
            no_good_match: listed.no_good_match,
            reranked: listed.reranked,
            dense_plan: listed.candidates.dense_plan,
            pruned_words: listed.candidates.pruned_words,
            searched: self.query.words,
            query_vector: self
                .wordings
                .into_iter()
                .next()
                .and_then(|own| own.vectors.into_iter().next())
                .map(|found| EmbeddedQuestion { model_id: found.model.id(), vector: found.whole }),
            timings: self.timings,
            trace: self.tracer.finish(),
        }
    }
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
