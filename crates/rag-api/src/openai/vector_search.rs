//! `POST /openai/v1/vector_stores/{id}/search`: passages of one collection.

use actix_web::{
    HttpRequest,
    web::{self, Json},
};
use rag_engine::retrieve::{Found, Ranking, SearchRequest};
use rag_repo::search::Origin;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use super::{
    citations::file_name,
    ids::{FILE, prefixed},
    vector_stores::store_in_path,
};
use crate::{
    app::App,
    auth::{May, Read},
    extract::Body,
    problem::{ApiError, ApiResult},
    search::parse_filter,
};

/// Maximum number of queries of one search.
const MAX_QUERIES: usize = 8;
/// Maximum length of a query, in characters.
const MAX_QUERY_CHARS: usize = 10_000;

/// A search. `rewrite_query` has no effect: the server's settings determine the understanding of the query.
#[derive(Debug, Deserialize, Validate, ToSchema)]
pub(crate) struct VectorSearchBody {
    /// A query, or up to 8; the results of several queries are merged by their scores.
    pub(crate) query: QueriesBody,
    /// Maximum number of results, 1 to 50.
    #[serde(default)]
    #[validate(range(min = 1, max = 50))]
    #[schema(minimum = 1, maximum = 50, default = 10)]
    pub(crate) max_num_results: Option<u32>,
    /// Condition that files must meet: `eq ne gt gte lt lte in nin`, `and or`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(crate) filters: Option<Value>,
    /// Ranking of the results.
    #[serde(default)]
    pub(crate) ranking_options: Option<RankingOptionsBody>,
}

/// One query or several.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum QueriesBody {
    /// One query.
    One(String),
    /// Several queries.
    Several(Vec<String>),
}

/// The options of ranking.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct RankingOptionsBody {
    /// `none` switches the server's reranker off; any other name selects the server's settings.
    #[serde(default)]
    pub(crate) ranker: Option<String>,
    /// Minimum score, 0 to 1; results with a lower score are dropped.
    #[serde(default)]
    pub(crate) score_threshold: Option<f64>,
}

/// The results of a search.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VectorSearchView {
    /// Always `vector_store.search_results.page`.
    pub(crate) object: &'static str,
    /// The queries.
    pub(crate) search_query: Vec<String>,
    /// Passages, best first.
    pub(crate) data: Vec<VectorResultView>,
    /// Always false.
    pub(crate) has_more: bool,
    /// Always null.
    pub(crate) next_page: Option<String>,
}

/// A passage.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VectorResultView {
    /// Id of the file.
    pub(crate) file_id: String,
    /// Name of the file, or title of the document.
    pub(crate) filename: String,
    /// Score, 0 to 1, comparable within one result list only.
    pub(crate) score: f64,
    /// Attributes of the file.
    #[schema(value_type = Object)]
    pub(crate) attributes: Map<String, Value>,
    /// Text of the passage, as the only element.
    pub(crate) content: Vec<TextContentView>,
    /// Page on which it starts, from 1; our extension.
    pub(crate) page: Option<i32>,
}

/// A text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TextContentView {
    /// Always `text`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// The text.
    pub(crate) text: String,
}

impl TextContentView {
    pub(super) fn new(text: String) -> Self {
        Self { kind: "text", text }
    }
}

/// Returns the metadata of a document that attributes can hold: strings, numbers and booleans.
pub(super) fn attributes(metadata: Value) -> Map<String, Value> {
    let Value::Object(fields) = metadata else { return Map::new() };
    fields
        .into_iter()
        .filter(|(_, value)| value.is_string() || value.is_number() || value.is_boolean())
        .collect()
}

impl VectorResultView {
    /// Converts a passage; `None` if it does not belong to a document.
    fn new(Found { ranked, passage, .. }: Found) -> Option<Self> {
        let Origin::Chunk(chunk) = passage.origin else { return None };
        Some(Self {
            file_id: prefixed(FILE, chunk.document_id),
            filename: file_name(chunk.source.as_deref(), &passage.title),
            score: ranked.score.clamp(0.0, 1.0),
            attributes: attributes(passage.metadata),
            content: vec![TextContentView::new(passage.text)],
            page: chunk.page,
        })
    }
}

impl VectorSearchBody {
    fn queries(&self) -> ApiResult<Vec<String>> {
        let queries = match &self.query {
            QueriesBody::One(query) => vec![query.clone()],
            QueriesBody::Several(queries) => queries.clone(),
        };
        let is_good = |query: &String| !query.trim().is_empty() && query.chars().count() <= MAX_QUERY_CHARS;
        if queries.is_empty() || queries.len() > MAX_QUERIES || !queries.iter().all(is_good) {
            let rule = format!("must be 1 to {MAX_QUERIES} texts of 1 to {MAX_QUERY_CHARS} characters");
            return Err(ApiError::field("query", rule));
        }
        Ok(queries)
    }

    fn threshold(&self) -> ApiResult<f64> {
        let threshold = self.ranking_options.as_ref().and_then(|options| options.score_threshold);
        match threshold.unwrap_or(0.0) {
            threshold if (0.0..=1.0).contains(&threshold) => Ok(threshold),
            _ => Err(ApiError::field("ranking_options.score_threshold", "must be 0 to 1")),
        }
    }

    fn is_without_reranker(&self) -> bool {
        self.ranking_options.as_ref().is_some_and(|options| options.ranker.as_deref() == Some("none"))
    }
}

/// Finds passages in a vector store.
#[utoipa::path(post, path = "/openai/v1/vector_stores/{vector_store_id}/search", tag = "openai",
    params(("vector_store_id" = String, Path)), request_body = VectorSearchBody, responses(
    (status = 200, body = VectorSearchView)))]
pub(crate) async fn search_vector_store(
    app: web::Data<App>,
    caller: May<Read>,
    req: HttpRequest,
    Body(body): Body<VectorSearchBody>,
) -> ApiResult<Json<VectorSearchView>> {
    let (queries, threshold) = (body.queries()?, body.threshold()?);
    let filter = parse_filter(body.filters.as_ref())?;
    let collections = [store_in_path(&req)?];
    let limit = usize::try_from(body.max_num_results.unwrap_or(10)).unwrap_or(10);
    let server = &app.engine.settings().search.ranking;
    let ranking = body.is_without_reranker().then(|| Ranking { rerank: None, ..server.clone() });
    let (asked, actor) = (queries.clone(), caller.actor);
    let mut found = app
        .with_models(move |engine| {
            let mut found: Vec<Found> = Vec::new();
            for query in &asked {
                let request = SearchRequest {
                    query,
                    plain: true,
                    collections: &collections,
                    filter: filter.as_ref(),
                    limit,
                    ranking: ranking.clone(),
                    ..SearchRequest::default()
                };
                found.extend(engine.search(actor, &request)?.found);
            }
            Ok(found)
        })
        .await
        .map_err(|error| error.naming("vector store"))?;
    found.sort_by(|a, b| b.ranked.score.total_cmp(&a.ranked.score));
    let mut seen = std::collections::HashSet::new();
    found.retain(|one| one.ranked.score >= threshold && seen.insert(one.passage.id));
    found.truncate(limit);
    Ok(Json(VectorSearchView {
        object: "vector_store.search_results.page",
        search_query: queries,
        data: found.into_iter().filter_map(VectorResultView::new).collect(),
        has_more: false,
        next_page: None,
    }))
}
