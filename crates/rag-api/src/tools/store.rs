//! `/v1/tools`: storing, listing, reading and deleting tools.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    web::{self, Json},
};
use rag_engine::tools::{ToolDefinition, ToolKey};
use rag_repo::{Page, tools};
use rag_schema::ids::CollectionId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::views::ToolView;
use crate::{
    app::App,
    auth::{May, Own, Store},
    extract::{Body, Params},
    page::{ListView, default_limit},
    problem::{ApiError, ApiResult, Code, Problem},
    registration::Input,
    respond::NoContent,
};

/// The name of a tool in the path.
pub(crate) struct ToolName(pub(crate) String);

impl FromRequest for ToolName {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let name = req.match_info().get("name");
        ready(name.map(|name| Self(name.to_owned())).ok_or_else(|| ApiError::not_found("tool")))
    }
}

impl Input for ToolName {
    const PROBLEMS: &'static [Code] = &[Code::NotFound];
}

/// The collection of a tool.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ToolParams {
    /// Id of the collection of tools; if absent, your own one, then those that are shared with you.
    pub(crate) collection_id: Option<Uuid>,
}

impl ToolParams {
    pub(super) fn key<'n>(&self, ToolName(name): &'n ToolName) -> ToolKey<'n> {
        ToolKey { name, collection: self.collection_id.map(CollectionId::from) }
    }
}

/// A tool to store.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetToolBody {
    /// Its purpose, in words, 1 to 4,000 characters. Say when to use it: it is found by these words.
    #[validate(length(min = 1, max = 4_000))]
    #[schema(min_length = 1, max_length = 4_000)]
    pub(crate) description: String,
    /// JSON Schema of its parameters (draft 2020-12 if it names none), at most 32,768 bytes and 32 levels, without references to other
    /// documents; no parameters if absent.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(crate) parameters: Map<String, Value>,
    /// Id of the collection of tools in which to store it, in which you must be an editor; your own one if absent.
    pub(crate) collection_id: Option<Uuid>,
}

/// Stores a tool, or replaces the description and the parameters of the tool of that name, which keeps its counts.
#[utoipa::path(put, path = "/v1/tools/{name}", tag = "tools", params(("name" = String, Path)), request_body = SetToolBody, responses(
    (status = 200, body = ToolView),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn set_tool(
    app: web::Data<App>,
    caller: May<Store>,
    ToolName(name): ToolName,
    Body(body): Body<SetToolBody>,
) -> ApiResult<Json<ToolView>> {
    let (user, actor) = (caller.person()?.id, caller.actor);
    let SetToolBody { description, parameters, collection_id } = body;
    let definition = ToolDefinition { name, description, parameters: Value::Object(parameters) };
    let collection = collection_id.map(CollectionId::from);
    let stored =
        app.with_models(move |engine| Ok(engine.set_tool(actor, user, collection, &definition)?)).await?;
    Ok(Json(stored.into()))
}

/// The tools to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListToolsParams {
    /// Maximum number of items, 1 to 200.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: i64,
    /// Only items after the one with this id.
    pub(crate) after: Option<Uuid>,
    /// Only tools of this collection.
    pub(crate) collection_id: Option<Uuid>,
}

/// Lists your tools and those that are shared with you, newest first.
#[utoipa::path(get, path = "/v1/tools", tag = "tools", params(ListToolsParams), responses(
    (status = 200, body = ListView<ToolView>)))]
pub(crate) async fn list_tools(
    app: web::Data<App>,
    caller: May<Own>,
    Params(params): Params<ListToolsParams>,
) -> ApiResult<Json<ListView<ToolView>>> {
    let ListToolsParams { limit, after, collection_id } = params;
    let (collection, page) = (collection_id.map(CollectionId::from), Page { limit: limit + 1, after });
    let rows = app.read(caller.actor, move |conn| tools::list(conn, collection, page)).await?;
    let views = rows.into_iter().map(ToolView::from).collect();
    Ok(Json(ListView::new(views, limit, |view| view.id.to_string())))
}

/// Returns a tool: your own one of that name, or else the one that is shared with you.
#[utoipa::path(get, path = "/v1/tools/{name}", tag = "tools", params(("name" = String, Path), ToolParams), responses(
    (status = 200, body = ToolView),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn get_tool(
    app: web::Data<App>,
    caller: May<Own>,
    name: ToolName,
    Params(params): Params<ToolParams>,
) -> ApiResult<Json<ToolView>> {
    let (user, actor) = (caller.person()?.id, caller.actor);
    let found = app.blocking(move |engine| Ok(engine.find_tool(actor, user, params.key(&name))?)).await?;
    Ok(Json(found.into()))
}

/// Deletes a tool of your own, or of a collection of which you are an editor, with its words, vector, counts and uses.
#[utoipa::path(delete, path = "/v1/tools/{name}", tag = "tools", params(("name" = String, Path), ToolParams), responses(
    (status = 204)))]
pub(crate) async fn delete_tool(
    app: web::Data<App>,
    caller: May<Store>,
    name: ToolName,
    Params(params): Params<ToolParams>,
) -> ApiResult<NoContent> {
    let (user, actor) = (caller.person()?.id, caller.actor);
    app.blocking(move |engine| Ok(engine.delete_tool(actor, user, params.key(&name))?)).await?;
    Ok(NoContent)
}
