//! `/openai/v1/models`: `rag` answers from all collections, `rag/<collection>` from one; embedding models have their own names.

use actix_web::{
    HttpRequest,
    web::{self, Json},
};
use rag_repo::{Page, collections};
use rag_schema::{
    ids::CollectionId,
    models::{Collection, EmbeddingModel},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::page::OpenAiListView;
use crate::{
    app::App,
    auth::{Caller, May, Read},
    problem::{ApiError, ApiResult, Code},
};

/// The model that answers from all collections.
const ALL: &str = "rag";
/// Prefix of the models that answer from one collection.
const ONE: &str = "rag/";
/// Maximum number of collections in the list of models; models of the others work, too.
const MAX_LISTED: i64 = 1_000;

/// A model.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ModelView {
    /// Name to pass as `model`.
    pub(crate) id: String,
    /// Always `model`.
    pub(crate) object: &'static str,
    /// Time of creation of the collection, in seconds since 1970; 0 for other models.
    pub(crate) created: i64,
    /// Always `rag`.
    pub(crate) owned_by: &'static str,
}

impl ModelView {
    fn new(id: impl Into<String>, created: i64) -> Self {
        Self { id: id.into(), object: "model", created, owned_by: "rag" }
    }

    /// Returns the models of collections, each with its name, or with its id if several have the name.
    fn of_collections(rows: &[Collection]) -> impl Iterator<Item = Self> {
        rows.iter().map(|row| {
            let is_unique = rows.iter().filter(|other| other.name == row.name).count() == 1;
            let name = if is_unique { row.name.clone() } else { row.id.to_string() };
            Self::new(format!("{ONE}{name}"), row.created_at.timestamp())
        })
    }

    fn of_embeddings(app: &App) -> impl Iterator<Item = Self> {
        app.engine.models().iter().map(|model| {
            let EmbeddingModel { name, .. } = model.row();
            Self::new(name.clone(), 0)
        })
    }
}

/// Lists the models: those that answer, newest collection first, and those that embed.
#[utoipa::path(get, path = "/openai/v1/models", tag = "openai", responses(
    (status = 200, body = OpenAiListView<ModelView>)))]
pub(crate) async fn list_models(
    app: web::Data<App>,
    caller: May<Read>,
) -> ApiResult<Json<OpenAiListView<ModelView>>> {
    let page = Page { limit: MAX_LISTED, after: None };
    let rows = app.read(caller.actor, move |conn| collections::list(conn, page)).await?;
    let mut models = vec![ModelView::new(ALL, 0)];
    models.extend(ModelView::of_collections(&rows));
    models.extend(ModelView::of_embeddings(&app));
    Ok(Json(OpenAiListView::whole(models)))
}

/// Returns a model by its name, with `/` written as `%2F`.
#[utoipa::path(get, path = "/openai/v1/models/{model}", tag = "openai", params(("model" = String, Path)), responses(
    (status = 200, body = ModelView)))]
pub(crate) async fn get_model(
    app: web::Data<App>,
    caller: May<Read>,
    req: HttpRequest,
) -> ApiResult<Json<ModelView>> {
    let name = in_path(&req, "model");
    if let Some(model) = ModelView::of_embeddings(&app).find(|model| model.id == name) {
        return Ok(Json(model));
    }
    let found = find_collections(&app, &caller, &name).await?;
    let Some(id) = found.first().copied() else { return Ok(Json(ModelView::new(ALL, 0))) };
    let row = app.read(caller.actor, move |conn| collections::find(conn, id)).await;
    let row = row.map_err(|error| error.naming("model"))?;
    Ok(Json(ModelView::new(name, row.created_at.timestamp())))
}

/// Returns a part of the path. The router does not decode `%2F`, `%25` and `%2B`.
pub(super) fn in_path(req: &HttpRequest, name: &str) -> String {
    let raw = req.match_info().get(name).unwrap_or_default();
    raw.replace("%2F", "/").replace("%2f", "/").replace("%2B", "+").replace("%2b", "+").replace("%25", "%")
}

/// Returns the collections that a model answers from; empty for all.
pub(super) async fn find_collections(
    app: &App,
    caller: &Caller,
    model: &str,
) -> ApiResult<Vec<CollectionId>> {
    if model == ALL {
        return Ok(Vec::new());
    }
    let name = model.strip_prefix(ONE).ok_or_else(unknown_model)?;
    match find_collection_by_name(app, caller, name).await {
        Err(error) if error.code == Code::NotFound => Err(unknown_model()),
        found => found.map(|id| vec![id]),
    }
}

/// Returns the collection of that name or id.
pub(crate) async fn find_collection_by_name(
    app: &App,
    caller: &Caller,
    name: &str,
) -> ApiResult<CollectionId> {
    if let Ok(id) = name.parse::<Uuid>() {
        return Ok(id.into());
    }
    let name = name.to_owned();
    let found = app.read(caller.actor, move |conn| collections::list_by_name(conn, &name, 2)).await?;
    match found.as_slice() {
        [] => Err(ApiError::not_found("collection")),
        [one] => Ok(one.id),
        _ => Err(ApiError::new(
            Code::Conflict,
            "Several collections that you can see have this name. Name the collection by its id.",
        )),
    }
}

/// Returns the error for an unknown model.
fn unknown_model() -> ApiError {
    ApiError::new(
        Code::NotFound,
        "There is no such model, or it is not yours. Pass rag, rag/<name of a collection> or rag/<its id>; \
         GET /openai/v1/models lists them.",
    )
}
