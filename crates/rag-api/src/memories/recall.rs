//! `POST /v1/recall`: one ranked list over memories and documents, with the reasons of each result.

use actix_web::web::{self, Json};
use chrono::{DateTime, Utc};
use rag_engine::memory::{Factors, Recall, RecallRequest, Recalled, Weights};
use rag_repo::{search::Origin, statement::PlanDepth};
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
    trace::TraceView,
};

/// Where a recall looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RecallSource {
    /// The caller's memories.
    Memories,
    /// Documents that the caller may read.
    Documents,
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

/// How far each signal counts beside relevance, 0 to 1: the score is multiplied by 1 + weight * (signal - .5).
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WeightsBody {
    /// Importance; .3 when absent.
    #[validate(range(min = 0.0, max = 1.0))]
    pub(crate) importance: Option<f64>,
    /// How lately it began to hold; .2 when absent.
    #[validate(range(min = 0.0, max = 1.0))]
    pub(crate) recency: Option<f64>,
    /// How often recalls returned it; .1 when absent.
    #[validate(range(min = 0.0, max = 1.0))]
    pub(crate) uses: Option<f64>,
    /// Nearness to the time that the query names; .8 when absent.
    #[validate(range(min = 0.0, max = 1.0))]
    pub(crate) time: Option<f64>,
}

impl From<WeightsBody> for Weights {
    fn from(body: WeightsBody) -> Self {
        let usual = Self::default();
        Self {
            importance: body.importance.unwrap_or(usual.importance),
            recency: body.recency.unwrap_or(usual.recency),
            uses: body.uses.unwrap_or(usual.uses),
            time: body.time.unwrap_or(usual.time),
        }
    }
}

/// A recall.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecallBody {
    /// Question or words, 1 to 10,000 characters. A time that it names counts: `last week`, `im Mai 2023`, `3 days ago`.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub(crate) query: String,
    /// Where to look; memories alone when absent.
    #[serde(default = "memories_alone")]
    #[validate(length(min = 1, max = 2))]
    #[schema(min_items = 1, max_items = 2)]
    pub(crate) sources: Vec<RecallSource>,
    /// Only memories of these kinds; of any when absent or empty.
    #[serde(default)]
    #[validate(length(max = 5))]
    #[schema(value_type = Vec<String>, max_items = 5)]
    pub(crate) kinds: Vec<MemoryKind>,
    /// Collections of documents, at most 100; all when absent or empty.
    #[serde(default)]
    #[validate(length(max = 100))]
    #[schema(max_items = 100)]
    pub(crate) collection_ids: Vec<Uuid>,
    /// Most results, 1 to 100.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 100))]
    #[schema(minimum = 1, maximum = 100, default = 10)]
    pub(crate) limit: u32,
    /// Most memories among them.
    pub(crate) max_memories: Option<u32>,
    /// Most passages of documents among them.
    pub(crate) max_passages: Option<u32>,
    /// Most tokens of all results, as the embedding model counts them.
    pub(crate) max_tokens: Option<u32>,
    /// The time as of which memories are recalled; now when absent. Earlier values of a property are found as of then.
    pub(crate) as_of: Option<DateTime<Utc>>,
    /// Least cosine of a result with the query, -1 to 1. With none, `nothing_relevant` is true.
    #[serde(default = "default_similarity")]
    #[validate(range(min = -1.0, max = 1.0))]
    #[schema(minimum = -1, maximum = 1, default = 0.25)]
    pub(crate) min_similarity: f64,
    /// How far each signal counts.
    #[serde(default)]
    #[validate(nested)]
    pub(crate) weights: WeightsBody,
    /// Whether it counts as a use of the memories.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub(crate) count_use: bool,
    /// Whether to tell how the results came about.
    #[serde(default)]
    pub(crate) explain: bool,
}

/// The factors of a result; the score is the fused score times all of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FactorsView {
    /// By importance.
    pub(crate) importance: f64,
    /// By how lately it began to hold.
    pub(crate) recency: f64,
    /// By how often recalls returned it.
    pub(crate) uses: f64,
    /// By nearness to the time that the query names.
    pub(crate) time: f64,
}

impl From<Factors> for FactorsView {
    fn from(factors: Factors) -> Self {
        let Factors { importance, recency, uses, time } = factors;
        Self { importance, recency, uses, time }
    }
}

/// A result: a memory or a passage of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecalledView {
    /// The score that it is ranked by, comparable within one answer only.
    pub(crate) score: f64,
    /// Fused score of vectors and words.
    pub(crate) fused: f64,
    /// Cosine with the query.
    pub(crate) cosine: Option<f64>,
    /// BM25 of the query's words.
    pub(crate) bm25: Option<f64>,
    /// The factors.
    pub(crate) factors: FactorsView,
    /// Its tokens.
    pub(crate) tokens: usize,
    /// The memory; absent for a passage of a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) memory: Option<MemoryView>,
    /// The passage of a document; absent for a memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) passage: Option<PassageView>,
}

impl From<Recalled> for RecalledView {
    fn from(recalled: Recalled) -> Self {
        let Recalled { found, score, factors, tokens } = recalled;
        let ranked = found.ranked;
        let (memory, passage) = match found.passage.origin {
            Origin::Memory(origin) => (Some(MemoryView::from((origin.memory, origin.uses))), None),
            Origin::Chunk(_) => (None, PassageView::new(found)),
        };
        Self {
            score,
            fused: ranked.fused,
            cosine: ranked.dense.map(|hit| hit.score),
            bm25: ranked.lexical.map(|hit| hit.score),
            factors: factors.into(),
            tokens,
            memory,
            passage,
        }
    }
}

/// A span of time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimeSpanView {
    /// Its beginning.
    pub(crate) from: DateTime<Utc>,
    /// Its end, excluded.
    pub(crate) until: DateTime<Utc>,
}

/// The result of a recall.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecallView {
    /// Results, best first.
    pub(crate) results: Vec<RecalledView>,
    /// Whether there were candidates, of which none was similar enough.
    pub(crate) nothing_relevant: bool,
    /// The time that the query names, read by rule.
    pub(crate) asked_time: Option<TimeSpanView>,
    /// The time as of which memories were recalled.
    pub(crate) as_of: DateTime<Utc>,
    /// Tokens of all results.
    pub(crate) tokens: usize,
    /// Sentences about what could not be searched in full.
    pub(crate) warnings: Vec<String>,
    /// Milliseconds of embedding the query.
    pub(crate) embed_ms: f64,
    /// Milliseconds of PostgreSQL's work.
    pub(crate) database_ms: f64,
    /// The steps of the search, when `explain` is set.
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

/// Recalls memories, and passages of documents if that is asked for, in one ranked list.
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
            let request = RecallRequest {
                memories: body.sources.contains(&RecallSource::Memories),
                documents: body.sources.contains(&RecallSource::Documents),
                collections: &collections,
                kinds: &body.kinds,
                limit: count(Some(body.limit)).unwrap_or(1),
                max_memories: count(body.max_memories).unwrap_or(usize::MAX),
                max_passages: count(body.max_passages).unwrap_or(usize::MAX),
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
