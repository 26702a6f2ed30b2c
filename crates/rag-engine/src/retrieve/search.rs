//! One search in three stages: the database's candidates, the models' order, the marks; no connection is held for a model.

use std::time::{Duration, Instant};

use pgvector::HalfVector;
use rag_embed::Reranker;
use rag_repo::{PgConnection, RepoResult};
use rag_schema::ids::UserId;
use serde_json::json;

use super::{
    Found, Mode, SearchRequest, SearchResult, Timings,
    context::leaning,
    highlight::mark,
    legs::{Candidates, Legs},
    list::list,
    query::QueryText,
    ranking::Ranking,
    rerank::{NO_RERANKER, rerank},
    trace::Tracer,
};
use crate::{Engine, EngineError, EngineResult};

impl Engine {
    /// Searches what `user` may see. `EngineError::NotFound` when a collection named is not among that.
    pub fn search(&self, user: UserId, request: &SearchRequest<'_>) -> EngineResult<SearchResult> {
        let mut question = Question::understand(self, request)?;
        let begun = Instant::now();
        let asked = self.db().transaction(|conn| question.ask(conn, user));
        let mut listed = question.list(asked, begun.elapsed())?;
        if request.highlight {
            self.db().run(|conn| question.mark(conn, &mut listed))?;
        }
        Ok(question.result(listed))
    }

    /// As `search`, on a connection and in a transaction of the caller's, which a reranker keeps waiting.
    pub fn search_on(
        &self,
        conn: &mut PgConnection,
        user: UserId,
        request: &SearchRequest<'_>,
    ) -> EngineResult<SearchResult> {
        let mut question = Question::understand(self, request)?;
        let begun = Instant::now();
        let asked = question.ask(conn, user);
        let mut listed = question.list(asked, begun.elapsed())?;
        if request.highlight {
            question.mark(conn, &mut listed)?;
        }
        Ok(question.result(listed))
    }
}

/// A question that is ready to be asked of the database.
struct Question<'a> {
    engine: &'a Engine,
    request: &'a SearchRequest<'a>,
    ranking: &'a Ranking,
    /// How many results it judges, and by what.
    reranker: Option<(usize, &'a dyn Reranker)>,
    query: QueryText,
    vector: Option<Vec<f32>>,
    timings: Timings,
    tracer: Tracer,
}

/// What is to be shown, and the candidates it was taken from.
struct Listed {
    found: Vec<Found>,
    reranked: bool,
    no_good_match: bool,
    candidates: Candidates,
}

impl<'a> Question<'a> {
    fn understand(engine: &'a Engine, request: &'a SearchRequest<'a>) -> EngineResult<Self> {
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
            (Some(_), None) => return Err(EngineError::Invalid(NO_RERANKER.to_owned())),
        };
        let mut tracer = Tracer::new(request.explain);
        let begun = Instant::now();
        let vector = match request.mode {
            Mode::Lexical => None,
            Mode::Hybrid | Mode::Dense => Some(embed(engine, &query.words, request.context)?),
        };
        tracer.step("embed", || json!({"words": query.words, "context": request.context, "model": engine.embedder().model().name, "embedded": vector.is_some()}));
        let timings = Timings { embed_ms: ms(begun.elapsed()), ..Timings::default() };
        Ok(Self { engine, request, ranking, reranker, query, vector, timings, tracer })
    }

    /// The database's part, with a tracer of its own: a collision makes the transaction run again.
    fn ask(&self, conn: &mut PgConnection, user: UserId) -> RepoResult<(Candidates, Tracer)> {
        let mut tracer = self.tracer.clone();
        let half = self.vector.as_deref().map(HalfVector::from_f32_slice);
        let legs = Legs {
            engine: self.engine,
            user,
            request: self.request,
            ranking: self.ranking,
            query: &self.query,
            vector: self.vector.as_deref(),
            half: half.as_ref(),
        };
        let candidates = legs.run(conn, &mut tracer)?;
        Ok((candidates, tracer))
    }

    /// The models' part.
    fn list(&mut self, asked: RepoResult<(Candidates, Tracer)>, database: Duration) -> EngineResult<Listed> {
        let (mut candidates, tracer) =
            asked.map_err(|error| EngineError::from(error).naming("collection"))?;
        self.tracer = tracer;
        self.timings.database_ms = ms(database);
        let any = !candidates.best.is_empty();
        let mut reranked = false;
        if let Some((window, reranker)) = self.reranker.filter(|_| any) {
            let begun = Instant::now();
            reranked = rerank(reranker, &self.query.words, window, &mut candidates, &mut self.tracer);
            self.timings.rerank_ms = ms(begun.elapsed());
        }
        let found = list(&mut candidates, self.ranking, self.request.limit, &mut self.tracer);
        Ok(Listed { no_good_match: any && found.is_empty(), found, reranked, candidates })
    }

    fn mark(&mut self, conn: &mut PgConnection, listed: &mut Listed) -> RepoResult<()> {
        let begun = Instant::now();
        mark(conn, &listed.candidates.collections, &self.query.words, &mut listed.found)?;
        self.timings.database_ms += ms(begun.elapsed());
        self.tracer.step("mark", || json!({"results": listed.found.len()}));
        Ok(())
    }

    fn result(self, listed: Listed) -> SearchResult {
        SearchResult {
            found: listed.found,
            no_good_match: listed.no_good_match,
            reranked: listed.reranked,
            dense_plan: listed.candidates.dense_plan,
            pruned_words: listed.candidates.pruned_words,
            query_vector: self.vector,
            timings: self.timings,
            trace: self.tracer.finish(),
        }
    }
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// The vector of a question, leaning on the one before it when there is one.
fn embed(engine: &Engine, words: &str, context: Option<&str>) -> EngineResult<Vec<f32>> {
    let mut vector = engine.embedder().embed_query(words)?;
    if let Some(before) = context {
        leaning(&mut vector, &engine.embedder().embed_query(before)?);
    }
    Ok(vector)
}
