//! Recalls: one ranked list over memories, rounds of conversations, documents and tools, by relevance times bounded factors, within
//! limits, each result with its reasons.

use std::{borrow::Cow, collections::HashSet};

use chrono::{DateTime, Utc};
use rag_repo::{
    PgConnection, RepoResult, clock, collections, memories,
    search::{Origin, Passage},
};
use rag_schema::{
    enums::{CollectionKind, MemoryKind},
    ids::{CollectionId, PassageId, SessionId, UserId},
};

use super::{
    dates::{TimeSpan, read_time},
    factors::{Factors, Signals, Weights},
    relevance::Relevance,
};
use crate::{
    Actor, Engine, EngineError, EngineResult,
    answer::without_markers,
    retrieve::{Found, SearchRequest, SearchResult, Understanding},
};
use rag_repo::statement::PlanDepth;

/// Number of candidates for each requested result: the factors can raise candidates of lower relevance.
const LOOKED_AT: usize = 4;
/// Importance of rounds, which changes nothing in their order.
const ROUND_IMPORTANCE: f64 = 0.5;
/// Minimum number of candidates.
const MIN_LOOKED_AT: usize = 50;

/// A source of a recall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecallSource {
    /// The user's memories.
    Memories,
    /// Rounds of the user's conversations: questions with their answers.
    Rounds,
    /// Documents that the user can see.
    Documents,
    /// Tools that the user can see.
    Tools,
}

impl RecallSource {
    /// Returns memories, and each of the other sources that is chosen.
    pub fn memories_and<const N: usize>(others: [(bool, Self); N]) -> Vec<Self> {
        let chosen = others.into_iter().filter(|(is_chosen, _)| *is_chosen).map(|(_, source)| source);
        [Self::Memories].into_iter().chain(chosen).collect()
    }
}

/// A recall: the query, the sources and the limits.
#[derive(Debug, Clone)]
pub struct RecallRequest<'a> {
    /// Question or words.
    pub query: &'a str,
    /// Sources to search.
    pub sources: &'a [RecallSource],
    /// Collections of documents; if empty, all that the user can see.
    pub collections: &'a [CollectionId],
    /// Kinds of memories to recall; any if empty.
    pub kinds: &'a [MemoryKind],
    /// Maximum number of results, at least 1.
    pub limit: usize,
    /// Maximum number of memories among the results.
    pub max_memories: usize,
    /// Maximum number of rounds among the results.
    pub max_rounds: usize,
    /// Maximum number of passages of documents among the results.
    pub max_passages: usize,
    /// Maximum number of tools among the results.
    pub max_tools: usize,
    /// Whether each conversation is recalled by its best round alone.
    pub groups_rounds: bool,
    /// Conversation whose rounds are not recalled.
    pub apart_from: Option<SessionId>,
    /// Maximum number of tokens of all results; `None` for no limit.
    pub max_tokens: Option<usize>,
    /// Time as of which memories are recalled; now if absent.
    pub as_of: Option<DateTime<Utc>>,
    /// Steps to understand the query; `None` for those of the settings.
    pub understanding: Option<Understanding>,
    /// Minimum cosine of a result with the query, -1 to 1; results below it are no better than noise.
    pub min_similarity: f64,
    /// Weights of the signals apart from relevance.
    pub weights: Weights,
    /// Whether the recall counts as a use of its memories.
    pub counts: bool,
    /// Whether the underlying search has a trace, and the depth of its plans.
    pub explain: Option<PlanDepth>,
}

impl<'a> RecallRequest<'a> {
    /// Creates a recall of memories with the default limits and weights.
    pub fn new(query: &'a str) -> Self {
        Self {
            query,
            sources: &[RecallSource::Memories],
            collections: &[],
            kinds: &[],
            limit: 10,
            max_memories: usize::MAX,
            max_rounds: usize::MAX,
            max_passages: usize::MAX,
            max_tools: usize::MAX,
            groups_rounds: false,
            apart_from: None,
            max_tokens: None,
            as_of: None,
            understanding: None,
            min_similarity: 0.25,
            weights: Weights::default(),
            counts: true,
            explain: None,
        }
    }
}

/// A result with its reasons.
#[derive(Debug, Clone)]
pub struct Recalled {
    /// Passage, with the scores of words and vectors.
    pub found: Found,
    /// Score by which it is ranked: the fused score times the factors.
    pub score: f64,
    /// Factors of the score.
    pub factors: Factors,
    /// Number of tokens, as the embedding model counts them.
    pub tokens: usize,
}

/// The result of a recall.
#[derive(Debug, Clone)]
pub struct Recall {
    /// Results, best first.
    pub results: Vec<Recalled>,
    /// Time that the query names, determined by rule.
    pub asked_time: Option<TimeSpan>,
    /// Time as of which memories were recalled.
    pub as_of: DateTime<Utc>,
    /// Whether there were candidates, none of which was similar enough.
    pub nothing_relevant: bool,
    /// Number of tokens of all results.
    pub tokens: usize,
    /// Underlying search, without its results; `None` if there was nothing to search.
    pub search: Option<SearchResult>,
}

impl Engine {
    /// Recalls passages that the user can see. Memories are only the user's own.
    #[tracing::instrument(name = "recall", level = "debug", skip_all)]
    pub fn recall(&self, actor: Actor, user: UserId, request: &RecallRequest<'_>) -> EngineResult<Recall> {
        request.weights.check().map_err(|rule| EngineError::Invalid(rule.to_owned()))?;
        let (now, rooms) = self
            .db()
            .read(actor, |conn| -> RepoResult<_> { Ok((clock::now(conn)?, rooms(conn, user, request)?)) })
            .map_err(|error| EngineError::from(error).naming("collection"))?;
        let as_of = request.as_of.unwrap_or(now);
        let asked_time = read_time(request.query, as_of);
        if rooms.is_empty() {
            let (results, nothing_relevant) = (Vec::new(), false);
            return Ok(Recall { results, asked_time, as_of, nothing_relevant, tokens: 0, search: None });
        }
        let (mut any, mut first, mut ranked) = (false, None, Vec::new());
        let mut open = rooms;
        let results = loop {
            let rooms: Vec<CollectionId> = open.iter().map(|(_, room)| *room).collect();
            let search = SearchRequest {
                query: request.query,
                plain: true,
                collections: &rooms,
                as_of: Some(as_of),
                apart_from: request.apart_from,
                memory_kinds: request.kinds,
                understanding: request.understanding,
                limit: (request.limit.saturating_mul(LOOKED_AT)).max(MIN_LOOKED_AT),
                explain: request.explain,
                ..SearchRequest::default()
            };
            let mut result = self.find_passages(actor, &search)?;
            let found = std::mem::take(&mut result.found);
            first.get_or_insert(result);
            any |= !found.is_empty();
            let is_full = found.len() == search.limit;
            add_ranked(&mut ranked, weigh(request, found, as_of, asked_time));
            let (results, mut quotas) = self.within_limits(request, &ranked);
            // A source that may give no more can have taken all places among the candidates: the others are searched without it.
            let before = open.len();
            open.retain(|(source, _)| *quotas.of(*source) > 0);
            if results.len() == request.limit || !is_full || open.is_empty() || open.len() == before {
                break results;
            }
        };
        let nothing_relevant = any && ranked.is_empty();
        self.count_uses(actor, request, &results)?;
        let tokens = results.iter().map(|recalled| recalled.tokens).sum();
        Ok(Recall { results, asked_time, as_of, nothing_relevant, tokens, search: first })
    }

    /// Returns the best results that fit, and what is left of the quotas: a result that is too long for the remaining tokens is skipped in
    /// favour of shorter ones after it. Of the rounds of one question, which has several answers if it was asked again, only the best one
    /// is returned.
    fn within_limits(&self, request: &RecallRequest<'_>, ranked: &[Weighed]) -> (Vec<Recalled>, Quotas) {
        let model = self.models().for_new_collections();
        let mut left = request.max_tokens.unwrap_or(usize::MAX);
        let mut quotas = Quotas::new(request);
        let mut taken = HashSet::new();
        let mut results = Vec::new();
        for Weighed { found, score, factors } in ranked {
            if results.len() == request.limit {
                break;
            }
            let quota = quotas.of(source(&found.passage));
            let group = match &found.passage.origin {
                Origin::Round(round) if request.groups_rounds => Some(round.session_id.uuid()),
                Origin::Round(round) => Some(round.question_id.uuid()),
                _ => None,
            };
            if *quota == 0 || group.is_some_and(|group| taken.contains(&group)) {
                continue;
            }
            let mut found = found.clone();
            clean_text(&mut found.passage);
            let tokens = model.embedder().token_spans(&whole_text(&found.passage)).len();
            if tokens <= left {
                taken.extend(group);
                *quota -= 1;
                left -= tokens;
                results.push(Recalled { found, score: *score, factors: *factors, tokens });
            }
        }
        (results, quotas)
    }

    fn count_uses(
        &self,
        actor: Actor,
        request: &RecallRequest<'_>,
        results: &[Recalled],
    ) -> EngineResult<()> {
        let is_memory = |recalled: &&Recalled| matches!(recalled.found.passage.origin, Origin::Memory(_));
        let used: Vec<PassageId> =
            results.iter().filter(is_memory).map(|recalled| recalled.found.passage.id).collect();
        if request.counts && !used.is_empty() {
            self.db().transaction(actor, |conn| memories::count_uses(conn, &used))?;
        }
        Ok(())
    }
}

/// What is left of the numbers of results of each source.
struct Quotas {
    memories: usize,
    rounds: usize,
    passages: usize,
    tools: usize,
}

impl Quotas {
    fn new(request: &RecallRequest<'_>) -> Self {
        Self {
            memories: request.max_memories,
            rounds: request.max_rounds,
            passages: request.max_passages,
            tools: request.max_tools,
        }
    }

    fn of(&mut self, source: RecallSource) -> &mut usize {
        match source {
            RecallSource::Memories => &mut self.memories,
            RecallSource::Rounds => &mut self.rounds,
            RecallSource::Documents => &mut self.passages,
            RecallSource::Tools => &mut self.tools,
        }
    }
}

/// Returns the source of a passage.
fn source(passage: &Passage) -> RecallSource {
    match &passage.origin {
        Origin::Memory(_) => RecallSource::Memories,
        Origin::Round(_) => RecallSource::Rounds,
        Origin::Chunk(_) => RecallSource::Documents,
        Origin::Tool(_) => RecallSource::Tools,
    }
}

/// A relevant candidate with its factors.
struct Weighed {
    found: Found,
    score: f64,
    factors: Factors,
}

/// Returns the relevant candidates, ranked by relevance times factors.
fn weigh(
    request: &RecallRequest<'_>,
    found: Vec<Found>,
    as_of: DateTime<Utc>,
    asked: Option<TimeSpan>,
) -> Vec<Weighed> {
    let relevance = Relevance::new(request, &found, asked);
    found
        .into_iter()
        .filter(|found| relevance.holds(found))
        .map(|found| {
            let factors = factors(request, &found.passage, as_of, asked);
            Weighed { score: found.ranked.score * factors.product(), factors, found }
        })
        .collect()
}

/// Adds candidates of another search, those that are not there yet, and ranks all.
fn add_ranked(ranked: &mut Vec<Weighed>, more: Vec<Weighed>) {
    let known: HashSet<PassageId> = ranked.iter().map(|weighed| weighed.found.passage.id).collect();
    ranked.extend(more.into_iter().filter(|weighed| !known.contains(&weighed.found.passage.id)));
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.found.passage.id.cmp(&b.found.passage.id)));
}

/// Returns the collections to search, each with its source.
fn rooms(
    conn: &mut PgConnection,
    user: UserId,
    request: &RecallRequest<'_>,
) -> RepoResult<Vec<(RecallSource, CollectionId)>> {
    let mut rooms = Vec::new();
    let wants = |source| request.sources.contains(&source) && *Quotas::new(request).of(source) > 0;
    if wants(RecallSource::Memories) {
        let memory = collections::find_private(conn, user, CollectionKind::Memory)?;
        rooms.extend(memory.map(|memory| (RecallSource::Memories, memory.id)));
    }
    if wants(RecallSource::Rounds) {
        let own = collections::find_private(conn, user, CollectionKind::Rounds)?;
        rooms.extend(own.map(|own| (RecallSource::Rounds, own.id)));
    }
    if wants(RecallSource::Tools) {
        rooms.extend(collections::tool_ids(conn)?.into_iter().map(|id| (RecallSource::Tools, id)));
    }
    if wants(RecallSource::Documents) {
        for id in request.collections {
            rooms.push((RecallSource::Documents, collections::find(conn, *id)?.id));
        }
        if request.collections.is_empty() {
            let visible = collections::visible_ids(conn)?;
            rooms.extend(visible.into_iter().map(|id| (RecallSource::Documents, id)));
        }
    }
    Ok(rooms)
}

fn factors(
    request: &RecallRequest<'_>,
    passage: &Passage,
    as_of: DateTime<Utc>,
    asked: Option<TimeSpan>,
) -> Factors {
    let signals = match &passage.origin {
        Origin::Chunk(_) => return Factors::NEUTRAL,
        Origin::Tool(origin) => {
            return Factors::of_tool(&request.weights, f64::from(origin.counts.success_rate));
        }
        Origin::Memory(origin) => Signals {
            importance: f64::from(origin.memory.content.importance),
            since: origin.memory.content.valid_from,
            use_count: origin.uses.use_count,
        },
        Origin::Round(origin) => {
            Signals { importance: ROUND_IMPORTANCE, since: origin.said_at, use_count: 0 }
        }
    };
    Factors::new(&request.weights, &signals, as_of, asked)
}

/// Removes the markers of a round: they are of passages that only its own answer had.
fn clean_text(passage: &mut Passage) {
    if matches!(passage.origin, Origin::Round(_)) {
        passage.text = without_markers(&passage.text);
    }
}

/// Returns the text that a model is given for a result.
fn whole_text(passage: &Passage) -> Cow<'_, str> {
    match &passage.origin {
        Origin::Tool(origin) => {
            format!("{}\n{}\n{}", passage.title, passage.text, origin.tool.parameters).into()
        }
        _ => Cow::Borrowed(&passage.text),
    }
}
