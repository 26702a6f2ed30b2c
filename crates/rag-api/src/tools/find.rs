//! `POST /v1/tools/find`: the tools for a request.

use actix_web::web::{self, Json};
use rag_engine::{
    memory::{Recall, Recalled},
    tools::ToolQuery,
};
use rag_repo::search::Origin;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::views::ToolView;
use crate::{
    app::App,
    auth::{Caller, May, Own},
    extract::Body,
    problem::ApiResult,
};

fn default_limit() -> u32 {
    5
}

fn default_similarity() -> f64 {
    ToolQuery::new("").min_similarity
}

/// A request for tools.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FindToolsBody {
    /// The request of the user, or the step to take, in words; 1 to 10,000 characters.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub(crate) query: String,
    /// Maximum number of tools, 1 to 50.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 50))]
    #[schema(minimum = 1, maximum = 50, default = 5)]
    pub(crate) limit: u32,
    /// Minimum cosine of a tool with the request, -1 to 1. If no tool reaches it, `nothing_relevant` is true.
    #[serde(default = "default_similarity")]
    #[validate(range(min = -1.0, max = 1.0))]
    #[schema(minimum = -1, maximum = 1, default = 0.25)]
    pub(crate) min_similarity: f64,
}

/// A tool that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundToolView {
    /// Score by which it is ranked, comparable within one result list only: `fused` times `outcomes`.
    pub(crate) score: f64,
    /// Fused score of vectors and words.
    pub(crate) fused: f64,
    /// Cosine with the request.
    pub(crate) cosine: Option<f64>,
    /// BM25 of the request's words.
    pub(crate) bm25: Option<f64>,
    /// Factor of the outcomes of its uses, .9 to 1.1; 1 before the first use.
    pub(crate) outcomes: f64,
    /// The tool.
    pub(crate) tool: ToolView,
}

impl FoundToolView {
    fn new(recalled: Recalled) -> Option<Self> {
        let Recalled { found, score, factors, .. } = recalled;
        let Origin::Tool(origin) = found.passage.origin else { return None };
        Some(Self {
            score,
            fused: found.ranked.fused,
            cosine: found.ranked.dense.map(|hit| hit.score),
            bm25: found.ranked.lexical.map(|hit| hit.score),
            outcomes: factors.outcomes,
            tool: (origin.tool, origin.counts).into(),
        })
    }
}

/// The tools for a request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundToolsView {
    /// Tools, best first.
    pub(crate) results: Vec<FoundToolView>,
    /// Whether there are tools, none of which is similar enough.
    pub(crate) nothing_relevant: bool,
    /// Warnings about collections that could not be searched in full.
    pub(crate) warnings: Vec<String>,
}

impl From<Recall> for FoundToolsView {
    fn from(recall: Recall) -> Self {
        Self {
            results: recall.results.into_iter().filter_map(FoundToolView::new).collect(),
            nothing_relevant: recall.nothing_relevant,
            warnings: recall.search.map(|search| search.warnings).unwrap_or_default(),
        }
    }
}

/// Finds tools for a request, best first: your own ones and those that are shared with you. The list is empty if none is similar enough.
#[utoipa::path(post, path = "/v1/tools/find", tag = "tools", request_body = FindToolsBody, responses(
    (status = 200, body = FoundToolsView)))]
pub(crate) async fn find_tools(
    app: web::Data<App>,
    caller: May<Own>,
    Body(body): Body<FindToolsBody>,
) -> ApiResult<Json<FoundToolsView>> {
    Ok(Json(find_tools_for(&app, &caller, body).await?))
}

/// Finds tools for a caller.
pub(crate) async fn find_tools_for(
    app: &App,
    caller: &Caller,
    body: FindToolsBody,
) -> ApiResult<FoundToolsView> {
    let (user, actor) = (caller.person()?.id, caller.actor);
    let FindToolsBody { query, limit, min_similarity } = body;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let found = app
        .with_models(move |engine| {
            let query = ToolQuery { text: &query, limit, min_similarity };
            Ok(engine.find_tools(actor, user, &query)?)
        })
        .await?;
    Ok(found.into())
}
