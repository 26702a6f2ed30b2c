//! `/v1/collections`: sets of documents that are searched together.

use actix_web::web::{self, Json};
use chrono::{DateTime, Utc};
use rag_engine::{ChunkSizes, CollectionChange, CollectionRequest};
use rag_repo::{collections, embedding_models};
use rag_schema::{
    ids::CollectionId,
    models::{Collection, EmbeddingModel},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::App,
    auth::{Manage, May, Read},
    collection_work::ChunkSizesBody,
    defaults::{CollectionDefaultsBody, QuestionDefaultsView, null_is_some},
    extract::{Body, Id, Params},
    names::check_name,
    page::{ListView, PageParams},
    problem::{ApiError, ApiResult, Code, Problem},
    respond::{Created, NoContent},
};

/// A collection to create.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateCollectionBody {
    /// Name, unique among your collections, 1 to 200 characters.
    #[validate(length(min = 1, max = 200), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) name: String,
    /// Description of the contents, at most 2,000 characters.
    #[serde(default)]
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000)]
    pub(crate) description: String,
    /// Sizes of its chunks; those of the server if null or absent.
    #[validate(nested)]
    pub(crate) chunks: Option<ChunkSizesBody>,
}

/// A collection.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CollectionView {
    /// Id.
    pub(crate) id: Uuid,
    /// Name.
    pub(crate) name: String,
    /// Description of the contents.
    pub(crate) description: String,
    /// Name of the embedding model of its vectors.
    pub(crate) model: String,
    /// Number of documents; only in the response for a single collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) document_count: Option<i64>,
    /// Time of creation.
    pub(crate) created_at: DateTime<Utc>,
    /// Time of the last change.
    pub(crate) updated_at: DateTime<Utc>,
    /// Time since which ingest is paused: documents are stored, but not read; absent if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ingest_paused_at: Option<DateTime<Utc>>,
    /// Defaults of questions to this collection alone, which apply if neither the question nor its session has the field.
    pub(crate) defaults: QuestionDefaultsView,
    /// Sizes of its chunks; absent if they are those of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) chunks: Option<ChunkSizesBody>,
}

/// Changes of a collection; absent fields stay unchanged.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "null and absence differ")]
pub(crate) struct UpdateCollectionBody {
    /// Name, unique among your collections, 1 to 200 characters.
    #[validate(length(min = 1, max = 200), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) name: Option<String>,
    /// Description of the contents, at most 2,000 characters.
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000)]
    pub(crate) description: Option<String>,
    /// Defaults of questions to this collection alone.
    #[serde(default)]
    #[validate(nested)]
    pub(crate) defaults: CollectionDefaultsBody,
    /// Sizes of its chunks; null for those of the server. Documents that were read keep their chunks until they are read again, see
    /// `/v1/collections/{id}/reingest`.
    #[serde(default, deserialize_with = "null_is_some")]
    #[validate(nested)]
    #[schema(value_type = Option<ChunkSizesBody>)]
    pub(crate) chunks: Option<Option<ChunkSizesBody>>,
}

impl CollectionView {
    pub(crate) fn new(row: Collection, models: &[EmbeddingModel], document_count: Option<i64>) -> Self {
        let model = model_name(models, row.model_id).unwrap_or_default();
        Self {
            id: row.id.uuid(),
            defaults: QuestionDefaultsView::from(&row.defaults),
            chunks: ChunkSizes::of(&row).map(ChunkSizesBody::from),
            name: row.name,
            description: row.description,
            model,
            document_count,
            created_at: row.created_at,
            updated_at: row.updated_at,
            ingest_paused_at: row.ingest_paused_at,
        }
    }
}

/// Returns the name of the model of that id.
pub(crate) fn model_name(models: &[EmbeddingModel], id: i32) -> Option<String> {
    models.iter().find(|model| model.id == id).map(|model| model.name.clone())
}

/// Creates a collection.
#[utoipa::path(post, path = "/v1/collections", tag = "collections", params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    request_body = CreateCollectionBody, responses(
    (status = 201, body = CollectionView, headers(("Location" = String))),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn create_collection(
    app: web::Data<App>,
    caller: May<Manage>,
    Body(body): Body<CreateCollectionBody>,
) -> ApiResult<Created<CollectionView>> {
    let person = caller.person()?;
    let model = app.engine.models().for_new_collections().row().clone();
    let row = app
        .blocking(move |engine| {
            let request = CollectionRequest {
                owner: person.id,
                organisation: person.organisation,
                name: body.name.trim(),
                description: &body.description,
                chunks: body.chunks.map(ChunkSizes::from),
            };
            Ok(engine.create_collection(caller.actor, &request)?)
        })
        .await?;
    let location = format!("/v1/collections/{}", row.id);
    Ok(Created::at(location, CollectionView::new(row, &[model], Some(0))))
}

/// Lists your collections, newest first.
#[utoipa::path(get, path = "/v1/collections", tag = "collections", params(PageParams), responses(
    (status = 200, body = ListView<CollectionView>)))]
pub(crate) async fn list_collections(
    app: web::Data<App>,
    caller: May<Read>,
    Params(params): Params<PageParams>,
) -> ApiResult<Json<ListView<CollectionView>>> {
    let page = params.page();
    let (rows, models) = app
        .read(caller.actor, move |conn| Ok((collections::list(conn, page)?, embedding_models::list(conn)?)))
        .await?;
    let views = rows.into_iter().map(|row| CollectionView::new(row, &models, None)).collect();
    Ok(Json(ListView::new(views, params.limit, |view| view.id.to_string())))
}

/// Returns a collection with its number of documents.
#[utoipa::path(get, path = "/v1/collections/{id}", tag = "collections", params(("id" = Uuid, Path)), responses(
    (status = 200, body = CollectionView)))]
pub(crate) async fn get_collection(
    app: web::Data<App>,
    caller: May<Read>,
    Id(id): Id<CollectionId>,
) -> ApiResult<Json<CollectionView>> {
    let (row, models, count) = app
        .read(caller.actor, move |conn| {
            let row = collections::find(conn, id)?;
            Ok((row, embedding_models::list(conn)?, collections::document_count(conn, id)?))
        })
        .await
        .map_err(|error| error.naming("collection"))?;
    Ok(Json(CollectionView::new(row, &models, Some(count))))
}

/// Changes the name or description of a collection, the sizes of its chunks, or the defaults of questions to it.
#[utoipa::path(patch, path = "/v1/collections/{id}", tag = "collections", params(("id" = Uuid, Path)),
    request_body = UpdateCollectionBody, responses(
    (status = 200, body = CollectionView),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn update_collection(
    app: web::Data<App>,
    caller: May<Manage>,
    Id(id): Id<CollectionId>,
    Body(body): Body<UpdateCollectionBody>,
) -> ApiResult<Json<CollectionView>> {
    let change = CollectionChange {
        name: body.name.map(|name| name.trim().to_owned()),
        description: body.description,
        defaults: body.defaults.change()?,
        chunks: body.chunks.map(|sizes| sizes.map(ChunkSizes::from)),
    };
    let actor = caller.actor;
    let row = app.blocking(move |engine| Ok(engine.update_collection(actor, id, &change)?)).await?;
    let models = app.read_back(actor, embedding_models::list).await?;
    Ok(Json(CollectionView::new(row, &models, None)))
}

/// Deletes a collection with all its documents.
#[utoipa::path(delete, path = "/v1/collections/{id}", tag = "collections", params(("id" = Uuid, Path)), responses(
    (status = 204)))]
pub(crate) async fn delete_collection(
    app: web::Data<App>,
    caller: May<Manage>,
    Id(id): Id<CollectionId>,
) -> ApiResult<NoContent> {
    app.blocking(move |engine| Ok(engine.delete_collection(caller.actor, id)?)).await?;
    Ok(NoContent)
}

impl ApiError {
    /// Adds the name of the object that was not found, which the database does not know.
    pub(crate) fn naming(self, what: &'static str) -> Self {
        if self.code == Code::NotFound { Self::not_found(what) } else { self }
    }
}
