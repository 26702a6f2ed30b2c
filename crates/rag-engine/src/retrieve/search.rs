//! One search: embed the question without a connection, then ask PostgreSQL everything with one.

use std::time::{Duration, Instant};

use pgvector::HalfVector;
use rag_repo::{PgConnection, RepoResult};
use rag_schema::ids::UserId;
use serde_json::json;

use super::{
    Mode, SearchRequest, SearchResult, Timings,
    legs::{Legs, Listed},
    query::QueryText,
    ranking::Ranking,
    trace::Tracer,
};
use crate::{Engine, EngineError, EngineResult};

impl Engine {
    /// Searches what `user` may see. `EngineError::NotFound` when a collection named is not among that.
    pub fn search(&self, user: UserId, request: &SearchRequest<'_>) -> EngineResult<SearchResult> {
        let question = Question::understand(self, request)?;
        let begun = Instant::now();
        let listed = self.db().transaction(|conn| question.ask(conn, user));
        question.result(listed, begun.elapsed())
    }

    /// As `search`, on a connection and in a transaction of the caller's.
    pub fn search_on(
        &self,
        conn: &mut PgConnection,
        user: UserId,
        request: &SearchRequest<'_>,
    ) -> EngineResult<SearchResult> {
        let question = Question::understand(self, request)?;
        let begun = Instant::now();
        let listed = question.ask(conn, user);
        question.result(listed, begun.elapsed())
    }
}

/// A question that is ready to be asked of the database.
struct Question<'a> {
    engine: &'a Engine,
    request: &'a SearchRequest<'a>,
    ranking: &'a Ranking,
    query: QueryText,
    vector: Option<Vec<f32>>,
    embedding: Duration,
    tracer: Tracer,
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
        let mut tracer = Tracer::new(request.explain);
        let begun = Instant::now();
        let vector = match request.mode {
            Mode::Lexical => None,
            Mode::Hybrid | Mode::Dense => Some(engine.embedder().embed_query(&query.words)?),
        };
        tracer.step("embed", || json!({"words": query.words, "model": engine.embedder().model().name, "embedded": vector.is_some()}));
        Ok(Self { engine, request, ranking, query, vector, embedding: begun.elapsed(), tracer })
    }

    /// The database's part, with a tracer of its own: a collision makes the transaction run again.
    fn ask(&self, conn: &mut PgConnection, user: UserId) -> RepoResult<(Listed, Tracer)> {
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
        let listed = legs.run(conn, &mut tracer)?;
        Ok((listed, tracer))
    }

    fn result(self, asked: RepoResult<(Listed, Tracer)>, database: Duration) -> EngineResult<SearchResult> {
        let (listed, tracer) = asked.map_err(|error| EngineError::from(error).naming("collection"))?;
        Ok(SearchResult {
            found: listed.found,
            no_good_match: listed.no_good_match,
            dense_plan: listed.dense_plan,
            pruned_words: listed.pruned_words,
            query_vector: self.vector,
            timings: Timings { embed_ms: ms(self.embedding), database_ms: ms(database) },
            trace: tracer.finish(),
        })
    }
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
