//! `POST /v1/search`: passages for a question, with the rank and score of each leg.

use actix_web::web::{self, Json};
use chrono::{DateTime, Utc};
use rag_engine::retrieve::{Found, GroupBy, LegHit, Mode, Said, SearchRequest, SearchResult};
use rag_repo::{
    filter::Filter,
    search::{DensePlan, Origin},
    statement::PlanDepth,
};
use rag_schema::ids::CollectionId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::App,
    auth::{May, Read},
    extract::Body,
    problem::{ApiError, ApiResult, Problem},
    ranking::RankingBody,
    trace::TraceView,
    understanding::{SaidBody, UnderstandingBody},
};

/// The legs of a search.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SearchMode {
    /// Both legs, fused.
    #[default]
    Hybrid,
    /// Dense leg only: vectors.
    Dense,
    /// Lexical leg only: words.
    Lexical,
}

fn default_limit() -> u32 {
    10
}

/// What the limit of a search counts.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GroupName {
    /// Passages, each by itself.
    #[default]
    Passage,
    /// Documents. Passages of one document stand together, at the place of the best of them.
    Document,
}

fn default_group_size() -> u32 {
    3
}

/// A search.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchBody {
    /// Question or words, 1 to 10,000 characters. `"a phrase"` is required, `-word` and `-"a phrase"` are excluded.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub(crate) query: String,
    /// Whether quotation marks and dashes have no special meaning in the query.
    #[serde(default)]
    pub(crate) plain: bool,
    /// Ids of collections to search, at most 100; all if absent or empty.
    #[serde(default)]
    #[validate(length(max = 100))]
    pub(crate) collection_ids: Vec<Uuid>,
    /// Maximum number of results, 1 to 100: passages, or documents if results are grouped.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 100))]
    #[schema(minimum = 1, maximum = 100, default = 10)]
    pub(crate) limit: u32,
    /// What `limit` counts.
    #[serde(default)]
    pub(crate) group_by: GroupName,
    /// Maximum number of passages of each document, 1 to 10; used only with `group_by` document.
    #[serde(default = "default_group_size")]
    #[validate(range(min = 1, max = 10))]
    #[schema(minimum = 1, maximum = 10, default = 3)]
    pub(crate) group_size: u32,
    /// Legs of the search.
    #[serde(default)]
    pub(crate) mode: SearchMode,
    /// Condition that documents must meet, such as `{"type": "eq", "key": "year", "value": 2020}`, or Mongo-style operators.
    #[schema(value_type = Option<Object>)]
    pub(crate) filter: Option<serde_json::Value>,
    /// Time as of which is searched: the versions of documents that were the newest then, as far as they are kept.
    pub(crate) as_of: Option<DateTime<Utc>>,
    /// Messages before the query in the same conversation, oldest first, at most 8. A follow-up query is understood in their
    /// context.
    #[serde(default)]
    #[schema(max_items = 8)]
    pub(crate) context: Vec<SaidBody>,
    /// Steps of understanding the query; the server's settings if absent.
    pub(crate) understanding: Option<UnderstandingBody>,
    /// Ranking of the results; the server's settings if absent.
    pub(crate) ranking: Option<RankingBody>,
    /// Whether to mark the positions of the question's words in the results.
    #[serde(default)]
    pub(crate) highlight: bool,
    /// Whether to return a trace: steps, times, and PostgreSQL's plans. Each database query then runs twice.
    #[serde(default)]
    pub(crate) explain: bool,
}

/// The rank and score of a passage in one leg.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LegView {
    /// Rank in the leg's list, from 1; absent if the passage is not on the list and only its score is known.
    pub(crate) rank: Option<usize>,
    /// Cosine, -1 to 1, or BM25, at least 0.
    pub(crate) score: f64,
}

/// A passage that a search found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PassageView {
    /// Id of the chunk.
    pub(crate) chunk_id: Uuid,
    /// Score by which it is ranked, comparable within one result list only: the reranker's score or the fused score, plus boosts and what
    /// ratings add.
    pub(crate) score: f64,
    /// Fused score of vectors and words.
    pub(crate) fused: f64,
    /// Score of the reranker, 0 to 1 for most models; absent if it did not judge this passage.
    pub(crate) rerank: Option<f64>,
    /// Part of the score that ratings of similar questions add, negative if the passage misled; absent without ratings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) learned: Option<f64>,
    /// Rank and score of the dense leg.
    pub(crate) dense: Option<LegView>,
    /// Rank and score of the lexical leg.
    pub(crate) lexical: Option<LegView>,
    /// Text of the passage.
    pub(crate) text: String,
    /// Id of the document.
    pub(crate) document_id: Uuid,
    /// Id of the document's collection.
    pub(crate) collection_id: Uuid,
    /// Title of the document.
    pub(crate) title: String,
    /// File name or address of origin of the document.
    pub(crate) source: Option<String>,
    /// Media type of the document.
    pub(crate) media_type: String,
    /// Number of the version of the document that it is part of.
    pub(crate) version: i32,
    /// Position in the version, from 0.
    pub(crate) ordinal: i32,
    /// Page on which it starts, from 1.
    pub(crate) page: Option<i32>,
    /// Headings above it, outermost first.
    pub(crate) heading_path: Vec<String>,
    /// Position of the first character in the document's text, in Unicode scalar values.
    pub(crate) start_offset: i64,
    /// End of the passage, excluded.
    pub(crate) end_offset: i64,
    /// Metadata of the document, from the uploader.
    #[schema(value_type = Object)]
    pub(crate) metadata: serde_json::Value,
    /// Positions of the question's words in `text`, if requested: `[start, end]` in Unicode scalar values, end excluded.
    // Generators of clients do not read the schema of a tuple.
    #[schema(value_type = Vec<Vec<usize>>)]
    pub(crate) highlights: Vec<(usize, usize)>,
}

/// The duration of the steps of a search.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "units are part of names")]
pub(crate) struct TimingsView {
    /// Time of understanding the query, in milliseconds, including a chat model's.
    pub(crate) understand_ms: f64,
    /// Time of embedding the query, in milliseconds.
    pub(crate) embed_ms: f64,
    /// Time of all database work, in milliseconds.
    pub(crate) database_ms: f64,
    /// Time of reranking, in milliseconds; 0 if no reranker was used.
    pub(crate) rerank_ms: f64,
}

/// The result of a search.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchView {
    /// Passages, best first; grouped by document, those of one document stand together.
    pub(crate) results: Vec<PassageView>,
    /// Whether there were candidates, none of which passed the cut-off.
    pub(crate) no_good_match: bool,
    /// Whether a reranker judged the results; false if none was requested or it did not answer.
    pub(crate) reranked: bool,
    /// Whether all vectors were compared, without an index; absent if no vectors were used.
    pub(crate) exact: Option<bool>,
    /// Words that are too common to select candidates; they still count in the score.
    pub(crate) pruned_words: Vec<String>,
    /// Warnings about collections that could not be searched in full because the server does not have their embedding model.
    pub(crate) warnings: Vec<String>,
    /// Duration of each step.
    pub(crate) timings: TimingsView,
    /// Steps of the search, if `explain` is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trace: Option<TraceView>,
}

fn leg(hit: LegHit) -> LegView {
    LegView { rank: hit.rank, score: hit.score }
}

impl PassageView {
    /// Converts a passage; `None` if it does not belong to a document.
    pub(crate) fn new(Found { ranked, passage, highlights }: Found) -> Option<Self> {
        let Origin::Chunk(chunk) = passage.origin else { return None };
        Some(Self {
            chunk_id: passage.id.uuid(),
            score: ranked.score,
            fused: ranked.fused,
            rerank: ranked.rerank,
            learned: Some(ranked.learned).filter(|learned| *learned != 0.0),
            dense: ranked.dense.map(leg),
            lexical: ranked.lexical.map(leg),
            text: passage.text,
            document_id: chunk.document_id.uuid(),
            collection_id: passage.collection_id.uuid(),
            title: passage.title,
            source: chunk.source,
            media_type: chunk.media_type,
            version: chunk.version,
            ordinal: chunk.ordinal,
            page: chunk.page,
            heading_path: chunk.heading_path.0,
            start_offset: chunk.start_offset,
            end_offset: chunk.end_offset,
            metadata: passage.metadata,
            highlights,
        })
    }
}

impl From<SearchResult> for SearchView {
    fn from(result: SearchResult) -> Self {
        Self {
            results: result.found.into_iter().filter_map(PassageView::new).collect(),
            no_good_match: result.no_good_match,
            reranked: result.reranked,
            trace: result.trace.map(TraceView::from),
            exact: result.dense_plan.map(|plan| plan == DensePlan::Exact),
            pruned_words: result.pruned_words,
            warnings: result.warnings,
            timings: TimingsView {
                understand_ms: result.timings.understand_ms,
                embed_ms: result.timings.embed_ms,
                database_ms: result.timings.database_ms,
                rerank_ms: result.timings.rerank_ms,
            },
        }
    }
}

/// Returns the ids without duplicates.
pub(crate) fn collection_ids(ids: Vec<Uuid>) -> Vec<CollectionId> {
    let mut ids: Vec<CollectionId> = ids.into_iter().map(CollectionId::from).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Finds passages.
#[utoipa::path(post, path = "/v1/search", tag = "search", request_body = SearchBody, responses(
    (status = 200, body = SearchView),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn search(
    app: web::Data<App>,
    caller: May<Read>,
    Body(body): Body<SearchBody>,
) -> ApiResult<Json<SearchView>> {
    if body.query.trim().is_empty() {
        return Err(ApiError::field("query", "must not be blank"));
    }
    SaidBody::check(&body.context)?;
    let mode = match body.mode {
        SearchMode::Hybrid => Mode::Hybrid,
        SearchMode::Dense => Mode::Dense,
        SearchMode::Lexical => Mode::Lexical,
    };
    let filter = parse_filter(body.filter.as_ref())?;
    let server = &app.engine.settings().search;
    let understanding = UnderstandingBody::applied_to(body.understanding, server.understanding)?;
    let ranking = body.ranking.map(|ranking| ranking.applied_to(server)).transpose();
    let ranking = ranking.map_err(|rule| ApiError::field("ranking", rule))?;
    let collections = collection_ids(body.collection_ids);
    let limit = usize::try_from(body.limit).unwrap_or(usize::MAX);
    let group_by = match body.group_by {
        GroupName::Passage => GroupBy::Passage,
        GroupName::Document => {
            GroupBy::Document { passages: usize::try_from(body.group_size).unwrap_or(usize::MAX) }
        }
    };
    let result = app
        .with_models(move |engine| {
            let said: Vec<Said<'_>> = body.context.iter().map(SaidBody::said).collect();
            let request = SearchRequest {
                query: &body.query,
                plain: body.plain,
                said: &said,
                summary: None,
                understanding: Some(understanding),
                collections: &collections,
                filter: filter.as_ref(),
                as_of: body.as_of,
                apart_from: None,
                memory_kinds: &[],
                limit,
                group_by,
                mode,
                ranking,
                highlight: body.highlight,
                explain: body.explain.then_some(PlanDepth::Shape),
            };
            Ok(engine.search(caller.actor, &request)?)
        })
        .await?;
    Ok(Json(SearchView::from(result)))
}

/// Parses the filter of a body.
pub(crate) fn parse_filter(filter: Option<&serde_json::Value>) -> ApiResult<Option<Filter>> {
    let parsed = filter.map(Filter::parse).transpose();
    parsed.map_err(|error| ApiError::field("filter", error.to_string()))
}
