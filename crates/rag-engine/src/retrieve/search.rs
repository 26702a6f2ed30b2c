//! One search: embed the question without a connection, then ask PostgreSQL everything with one.

use std::time::Instant;

use pgvector::HalfVector;
use rag_repo::{
    PgConnection, RepoResult, collections,
    search::{self, DensePlan, Hit, LexicalQuery, Passage},
};
use rag_schema::ids::{ChunkId, CollectionId, UserId};
use serde::Serialize;

use super::fusion::{Ranked, fuse};
use crate::{Engine, EngineError, EngineResult, SearchSettings};

/// Which legs take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Both, fused.
    #[default]
    Hybrid,
    /// Vectors only.
    Dense,
    /// Words only.
    Lexical,
}

/// What to search for, and where.
#[derive(Debug, Clone)]
pub struct SearchRequest<'a> {
    /// Question or words.
    pub query: &'a str,
    /// Collections to search; all that the asker may see when empty.
    pub collections: &'a [CollectionId],
    /// Most results, at least 1.
    pub limit: usize,
    /// Which legs take part.
    pub mode: Mode,
}

/// One result.
#[derive(Debug, Clone)]
pub struct Found {
    /// Place, scores and ranks.
    pub ranked: Ranked,
    /// The chunk and its document.
    pub passage: Passage,
}

/// How long the steps took, in milliseconds.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Timings {
    /// Embedding the question.
    pub embed_ms: f64,
    /// All of PostgreSQL's work.
    pub database_ms: f64,
}

/// What a search found.
#[derive(Debug, Clone)]
pub struct SearchResult {
    /// Results, best first.
    pub found: Vec<Found>,
    /// How the dense leg ran; none when it did not.
    pub dense_plan: Option<DensePlan>,
    /// Words of the question too common to bring candidates; they still count in the score.
    pub pruned_words: Vec<String>,
    /// The question's vector, when one was made.
    pub query_vector: Option<Vec<f32>>,
    /// How long it took.
    pub timings: Timings,
}

impl Engine {
    /// Searches what `user` may see. `EngineError::NotFound` when a collection named is not among that.
    pub fn search(&self, user: UserId, request: &SearchRequest<'_>) -> EngineResult<SearchResult> {
        if request.query.trim().is_empty() {
            return Err(EngineError::Invalid("the query is empty".to_owned()));
        }
        let start = Instant::now();
        let query_vector = match request.mode {
            Mode::Lexical => None,
            Mode::Hybrid | Mode::Dense => Some(self.embedder().embed_query(request.query)?),
        };
        let embedded = Instant::now();
        let half = query_vector.as_deref().map(HalfVector::from_f32_slice);
        let legs = self
            .db()
            .transaction(|conn| Legs { engine: self, request, vector: half.as_ref() }.run(conn, user))
            .map_err(|error| EngineError::from(error).naming("collection"))?;
        let timings = Timings { embed_ms: ms(embedded - start), database_ms: ms(embedded.elapsed()) };
        Ok(SearchResult { query_vector, timings, ..legs })
    }
}

fn ms(duration: std::time::Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// The part of a search that needs a connection.
struct Legs<'a> {
    engine: &'a Engine,
    request: &'a SearchRequest<'a>,
    vector: Option<&'a HalfVector>,
}

impl Legs<'_> {
    fn run(&self, conn: &mut PgConnection, user: UserId) -> RepoResult<SearchResult> {
        let wanted = self.request.collections;
        let visible = collections::visible_ids(conn, user, wanted)?;
        if visible.len() < wanted.len() {
            return Err(rag_repo::RepoError::NotFound);
        }
        let settings = &self.engine.settings().search;
        let (lexical, pruned_words) = match self.request.mode {
            Mode::Dense => (Vec::new(), Vec::new()),
            Mode::Hybrid | Mode::Lexical => self.lexical(conn, &visible, settings)?,
        };
        let (dense, dense_plan) = self.dense(conn, &visible, settings)?;
        let cosines = self.missing_cosines(conn, &dense, &lexical)?;
        let mut ranked = fuse(settings.fusion, &dense, &lexical, &cosines);
        ranked.truncate(self.request.limit);
        let found = Self::with_passages(conn, ranked)?;
        Ok(SearchResult { found, dense_plan, pruned_words, query_vector: None, timings: Timings::default() })
    }

    fn candidates(&self, settings: &SearchSettings) -> i64 {
        settings.candidates.max(i64::try_from(self.request.limit).unwrap_or(i64::MAX))
    }

    fn lexical(
        &self,
        conn: &mut PgConnection,
        visible: &[CollectionId],
        settings: &SearchSettings,
    ) -> RepoResult<(Vec<Hit>, Vec<String>)> {
        let words = search::parse_words(conn, visible, self.request.query)?;
        let query = LexicalQuery::within_budget(words, settings.lexical_budget);
        let hits = search::best_by_words(conn, visible, &query, self.candidates(settings))?;
        Ok((hits, query.pruned.into_iter().map(|word| word.lexeme).collect()))
    }

    fn dense(
        &self,
        conn: &mut PgConnection,
        visible: &[CollectionId],
        settings: &SearchSettings,
    ) -> RepoResult<(Vec<Hit>, Option<DensePlan>)> {
        let Some(vector) = self.vector else { return Ok((Vec::new(), None)) };
        let model = self.engine.model();
        let plan = search::plan_dense(conn, model, visible, settings.ef_search)?;
        let hits = search::nearest(conn, model, visible, vector, plan, self.candidates(settings))?;
        Ok((hits, Some(plan)))
    }

    /// The cosine of what only the lexical leg found: fusing without it would punish a passage for a cut-off list.
    fn missing_cosines(
        &self,
        conn: &mut PgConnection,
        dense: &[Hit],
        lexical: &[Hit],
    ) -> RepoResult<Vec<Hit>> {
        let Some(vector) = self.vector else { return Ok(Vec::new()) };
        let missing: Vec<ChunkId> = lexical
            .iter()
            .map(|hit| hit.chunk_id)
            .filter(|id| !dense.iter().any(|hit| hit.chunk_id == *id))
            .collect();
        if missing.is_empty() {
            return Ok(Vec::new());
        }
        search::similarities(conn, self.engine.model(), vector, &missing)
    }

    fn with_passages(conn: &mut PgConnection, ranked: Vec<Ranked>) -> RepoResult<Vec<Found>> {
        let ids: Vec<ChunkId> = ranked.iter().map(|ranked| ranked.chunk_id).collect();
        let passages = search::passages(conn, &ids)?;
        Ok(ranked
            .into_iter()
            .filter_map(|ranked| {
                let passage = passages.iter().find(|passage| passage.chunk_id == ranked.chunk_id)?.clone();
                Some(Found { ranked, passage })
            })
            .collect())
    }
}
