//! `POST /v1/recall`: one ranked list over memories, rounds of conversations, documents and tools, with the reasons of each result.

use actix_web::web::{self, Json};
use chrono::{DateTime, Utc};
use rag_engine::memory::{self, Factors, Recall, RecallRequest, Recalled, Weights};
use rag_repo::{
    search::{Origin, Passage, RoundOrigin},
    statement::PlanDepth,
};
use rag_schema::{enums::MemoryKind, ids::CollectionId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::views::MemoryView;
use crate::{
    app::App,
    auth::{May, Own},
    extract::Body,
    problem::{ApiResult, Problem},
    search::PassageView,
    tools::ToolView,
    trace::TraceView,
};

/// A source of a recall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RecallSource {
    /// The caller's memories.
    Memories,
    /// Rounds of the caller's conversations: questions with their answers.
    Rounds,
    /// Documents that the caller can read.
    Documents,
    /// Tools that the caller can see.
    Tools,
}

impl From<RecallSource> for memory::RecallSource {
    fn from(source: RecallSource) -> Self {
        match source {
            RecallSource::Memories => Self::Memories,
            RecallSource::Rounds => Self::Rounds,
            RecallSource::Documents => Self::Documents,
            RecallSource::Tools => Self::Tools,
        }
    }
}

fn memories_alone() -> Vec<RecallSource> {
    vec![RecallSource::Memories]
}

fn default_limit() -> u32 {
    10
}

fn default_similarity() -> f64 {
    RecallRequest::new("").min_similarity
}

fn yes() -> bool {
    true
}

/// The weights of the signals apart from relevance, 0 to 1: the score is multiplied by 1 + weight * (signal - .5).
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WeightsBody {
    /// Weight of importance; .3 if absent.
    #[validate(range(min = 0.0, max = 1.0))]
    pub(crate) importance: Option<f64>,
    /// Weight of recency: how recently it became valid; .2 if absent.
    #[validate(range(min = 0.0, max = 1.0))]
    pub(crate) recency: Option<f64>,
    /// Weight of use: how often recalls returned it; .1 if absent.
    #[validate(range(min = 0.0, max = 1.0))]
    pub(crate) uses: Option<f64>,
    /// Weight of the proximity to the time that the query names; .8 if absent.
    #[validate(range(min = 0.0, max = 1.0))]
    pub(crate) time: Option<f64>,
    /// Weight of the outcomes of a tool: how often its uses succeed; .2 if absent.
    #[validate(range(min = 0.0, max = 1.0))]
    pub(crate) outcomes: Option<f64>,
}

impl From<WeightsBody> for Weights {
    fn from(body: WeightsBody) -> Self {
        let usual = Self::default();
        Self {
            importance: body.importance.unwrap_or(usual.importance),
            recency: body.recency.unwrap_or(usual.recency),
            uses: body.uses.unwrap_or(usual.uses),
            time: body.time.unwrap_or(usual.time),
            outcomes: body.outcomes.unwrap_or(usual.outcomes),
        }
    }
}

/// A recall.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecallBody {
    /// Question or words, 1 to 10,000 characters. A time that it names is taken into account: `last week`, `im Mai 2023`, `3 days
    /// ago`.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub(crate) query: String,
    /// Sources to search; only memories if absent.
    #[serde(default = "memories_alone")]
    #[validate(length(min = 1, max = 4))]
    #[schema(min_items = 1, max_items = 4)]
    pub(crate) sources: Vec<RecallSource>,
    /// Kinds of memories to recall; any if absent or empty.
    #[serde(default)]
    #[validate(length(max = 5))]
    #[schema(value_type = Vec<String>, max_items = 5)]
    pub(crate) kinds: Vec<MemoryKind>,
    /// Ids of collections of documents, at most 100; all if absent or empty.
    #[serde(default)]
    #[validate(length(max = 100))]
    #[schema(max_items = 100)]
    pub(crate) collection_ids: Vec<Uuid>,
    /// Maximum number of results, 1 to 100.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 100))]
    #[schema(minimum = 1, maximum = 100, default = 10)]
    pub(crate) limit: u32,
    /// Maximum number of memories among the results.
    #[validate(range(max = 100))]
    #[schema(maximum = 100)]
    pub(crate) max_memories: Option<u32>,
    /// Maximum number of rounds among the results.
    #[validate(range(max = 100))]
    #[schema(maximum = 100)]
    pub(crate) max_rounds: Option<u32>,
    /// Whether each conversation is returned once, by its best round.
    #[serde(default)]
    pub(crate) group_rounds: bool,
    /// Maximum number of passages of documents among the results.
    #[validate(range(max = 100))]
    #[schema(maximum = 100)]
    pub(crate) max_passages: Option<u32>,
    /// Maximum number of tools among the results.
    #[validate(range(max = 100))]
    #[schema(maximum = 100)]
    pub(crate) max_tools: Option<u32>,
    /// Maximum number of tokens of all results, as the embedding model counts them.
    #[validate(range(max = 1_000_000))]
    #[schema(maximum = 1_000_000)]
    pub(crate) max_tokens: Option<u32>,
    /// Time as of which memories are recalled; now if absent. Earlier values of a property are found as of then.
    pub(crate) as_of: Option<DateTime<Utc>>,
    /// Minimum cosine of a result with the query, -1 to 1. If no candidate reaches it, `nothing_relevant` is true.
    #[serde(default = "default_similarity")]
    #[validate(range(min = -1.0, max = 1.0))]
    #[schema(minimum = -1, maximum = 1, default = 0.25)]
    pub(crate) min_similarity: f64,
    /// Weights of the signals.
    #[serde(default)]
    #[validate(nested)]
    pub(crate) weights: WeightsBody,
    /// Whether the recall counts as a use of the memories.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub(crate) count_use: bool,
    /// Whether to return a trace of the search.
    #[serde(default)]
    pub(crate) explain: bool,
}

/// The factors of a result; the score is the product of the fused score and all factors.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FactorsView {
    /// Factor of importance.
    pub(crate) importance: f64,
    /// Factor of recency.
    pub(crate) recency: f64,
    /// Factor of use.
    pub(crate) uses: f64,
    /// Factor of the proximity to the time that the query names.
    pub(crate) time: f64,
    /// Factor of the outcomes of a tool; 1 for other results.
    pub(crate) outcomes: f64,
}

impl From<Factors> for FactorsView {
    fn from(factors: Factors) -> Self {
        let Factors { importance, recency, uses, time, outcomes } = factors;
        Self { importance, recency, uses, time, outcomes }
    }
}

/// A round of a conversation: a question with its answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoundView {
    /// Id of the passage.
    pub(crate) id: Uuid,
    /// Id of the conversation.
    pub(crate) session_id: Uuid,
    /// Title of the conversation.
    pub(crate) title: String,
    /// Id of the message that holds the question.
    pub(crate) question_id: Uuid,
    /// Id of the message that holds the answer.
    pub(crate) answer_id: Uuid,
    /// The question, and below it the beginning of the answer if it says anything.
    pub(crate) text: String,
    /// Time of storing the answer.
    pub(crate) said_at: DateTime<Utc>,
}

impl RoundView {
    fn new(passage: &Passage, origin: RoundOrigin) -> Self {
        Self {
            id: passage.id.uuid(),
            session_id: origin.session_id.uuid(),
            title: passage.title.clone(),
            question_id: origin.question_id.uuid(),
            answer_id: origin.answer_id.uuid(),
            text: passage.text.clone(),
            said_at: origin.said_at,
        }
    }
}

/// A result: a memory, a round of a conversation, a passage of a document or a tool.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecalledView {
    /// Score by which it is ranked, comparable within one result list only.
    pub(crate) score: f64,
    /// Fused score of vectors and words.
    pub(crate) fused: f64,
    /// Cosine with the query.
    pub(crate) cosine: Option<f64>,
    /// BM25 of the query's words.
    pub(crate) bm25: Option<f64>,
    /// Factors of the score.
    pub(crate) factors: FactorsView,
    /// Number of tokens.
    pub(crate) tokens: usize,
    /// The memory; absent for other results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) memory: Option<MemoryView>,
    /// The round; absent for other results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) round: Option<RoundView>,
    /// The passage of a document; absent for other results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) passage: Option<PassageView>,
    /// The tool; absent for other results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tool: Option<ToolView>,
}

impl From<Recalled> for RecalledView {
    fn from(recalled: Recalled) -> Self {
        let Recalled { found, score, factors, tokens } = recalled;
        let ranked = found.ranked;
        let mut view = Self {
            score,
            fused: ranked.fused,
            cosine: ranked.dense.map(|hit| hit.score),
            bm25: ranked.lexical.map(|hit| hit.score),
            factors: factors.into(),
            tokens,
            memory: None,
            round: None,
            passage: None,
            tool: None,
        };
        match found.passage.origin {
            Origin::Memory(origin) => view.memory = Some((origin.memory, origin.uses).into()),
            Origin::Round(origin) => view.round = Some(RoundView::new(&found.passage, origin)),
            Origin::Tool(origin) => view.tool = Some((origin.tool, origin.counts).into()),
            Origin::Chunk(_) => view.passage = PassageView::new(found),
        }
        view
    }
}

/// A span of time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimeSpanView {
    /// Start of the span, included.
    pub(crate) from: DateTime<Utc>,
    /// End of the span, excluded.
    pub(crate) until: DateTime<Utc>,
}

/// The result of a recall.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecallView {
    /// Results, best first.
    pub(crate) results: Vec<RecalledView>,
    /// Whether there were candidates, none of which was similar enough.
    pub(crate) nothing_relevant: bool,
    /// Time that the query names, determined by rule.
    pub(crate) asked_time: Option<TimeSpanView>,
    /// Time as of which memories were recalled.
    pub(crate) as_of: DateTime<Utc>,
    /// Number of tokens of all results.
    pub(crate) tokens: usize,
    /// Warnings about sources that could not be searched in full.
    pub(crate) warnings: Vec<String>,
    /// Time of embedding the query, in milliseconds.
    pub(crate) embed_ms: f64,
    /// Time of PostgreSQL's work, in milliseconds.
    pub(crate) database_ms: f64,
    /// Steps of the search, if `explain` is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trace: Option<TraceView>,
}

impl From<Recall> for RecallView {
    fn from(recall: Recall) -> Self {
        let Recall { results, asked_time, as_of, nothing_relevant, tokens, search } = recall;
        let timings = search.as_ref().map(|search| search.timings).unwrap_or_default();
        let (warnings, trace) = search.map(|search| (search.warnings, search.trace)).unwrap_or_default();
        Self {
            results: results.into_iter().map(RecalledView::from).collect(),
            nothing_relevant,
            asked_time: asked_time.map(|span| TimeSpanView { from: span.from, until: span.until }),
            as_of,
            tokens,
            warnings,
            embed_ms: timings.embed_ms,
            database_ms: timings.database_ms,
            trace: trace.map(TraceView::from),
        }
    }
}

/// Recalls memories and, if requested, rounds of conversations, passages of documents and tools in one ranked list.
#[utoipa::path(post, path = "/v1/recall", tag = "memory", request_body = RecallBody, responses(
    (status = 200, body = RecallView),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn recall(
    app: web::Data<App>,
    caller: May<Own>,
    Body(body): Body<RecallBody>,
) -> ApiResult<Json<RecallView>> {
    let (user, actor) = (caller.person()?.id, caller.actor);
    let count = |most: Option<u32>| most.map(|most| usize::try_from(most).unwrap_or(usize::MAX));
    let recalled = app
        .with_models(move |engine| {
            let collections: Vec<CollectionId> =
                body.collection_ids.iter().copied().map(CollectionId::from).collect();
            let sources: Vec<memory::RecallSource> =
                body.sources.iter().map(|source| memory::RecallSource::from(*source)).collect();
            let request = RecallRequest {
                sources: &sources,
                collections: &collections,
                kinds: &body.kinds,
                limit: count(Some(body.limit)).unwrap_or(1),
                max_memories: count(body.max_memories).unwrap_or(usize::MAX),
                max_rounds: count(body.max_rounds).unwrap_or(usize::MAX),
                groups_rounds: body.group_rounds,
                max_passages: count(body.max_passages).unwrap_or(usize::MAX),
                max_tools: count(body.max_tools).unwrap_or(usize::MAX),
                max_tokens: count(body.max_tokens),
                as_of: body.as_of,
                min_similarity: body.min_similarity,
                weights: body.weights.into(),
                counts: body.count_use,
                explain: body.explain.then_some(PlanDepth::Shape),
                ..RecallRequest::new(&body.query)
            };
            Ok(engine.recall(actor, user, &request)?)
        })
        .await?;
    Ok(Json(recalled.into()))
}
