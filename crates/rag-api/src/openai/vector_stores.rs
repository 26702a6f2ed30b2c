//! `/openai/v1/vector_stores`: creating, listing, changing and deleting our collections.

use actix_web::{
    HttpRequest,
    web::{self, Json},
};
use rag_engine::{ChunkSizes, CollectionChange, CollectionRequest};
use rag_repo::collections::{self, DocumentCounts};
use rag_schema::{
    ids::{CollectionId, FileId},
    models::Collection,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::{
    ids::{FILE, VECTOR_STORE, parse_id, prefixed},
    models::in_path,
    page::{DeletedView, OpenAiListView, OpenAiPageParams},
};
use crate::{
    app::App,
    auth::{Caller, Manage, May, Read},
    extract::{Body, Params},
    names::check_name,
    problem::{ApiError, ApiResult},
};

/// Maximum number of files that a vector store can be created with.
const MAX_FILES: usize = 500;

/// A vector store to create.
#[derive(Debug, Deserialize, Validate, ToSchema)]
pub(crate) struct CreateVectorStoreBody {
    /// Name, unique among your collections, 1 to 200 characters; a name is generated if it is absent.
    #[serde(default)]
    #[validate(length(min = 1, max = 200), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) name: Option<String>,
    /// Description, at most 2,000 characters.
    #[serde(default)]
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000)]
    pub(crate) description: Option<String>,
    /// Ids of files to add, at most 500.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub(crate) file_ids: Option<Vec<String>>,
    /// How documents are cut: `auto`, by the server's settings, or `static`, by sizes of its own within those that the embedding model
    /// reads.
    #[serde(default)]
    pub(crate) chunking_strategy: Option<ChunkingStrategyBody>,
    /// Not supported: a vector store is kept until it is deleted.
    #[serde(default)]
    #[schema(ignore)]
    pub(crate) expires_after: Option<Value>,
    /// Not supported: use `description`.
    #[serde(default)]
    #[schema(ignore)]
    pub(crate) metadata: Option<Value>,
}

/// How the documents of a vector store are cut.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ChunkingStrategyBody {
    /// By the server's settings.
    Auto,
    /// By sizes of its own.
    Static {
        /// The sizes.
        r#static: StaticChunksBody,
    },
}

/// Sizes of the chunks of a vector store.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub(crate) struct StaticChunksBody {
    /// Maximum size of a chunk in tokens.
    #[schema(minimum = 32, maximum = 8192)]
    max_chunk_size_tokens: u16,
    /// Maximum number of tokens that a chunk repeats from the end of the previous one; at most half of the size.
    #[schema(maximum = 4096)]
    chunk_overlap_tokens: u16,
}

impl ChunkingStrategyBody {
    fn sizes(self) -> Option<ChunkSizes> {
        match self {
            Self::Auto => None,
            Self::Static { r#static: sizes } => Some(ChunkSizes {
                max_tokens: sizes.max_chunk_size_tokens,
                overlap_tokens: sizes.chunk_overlap_tokens,
            }),
        }
    }
}

/// Changes of a vector store; absent fields stay unchanged.
#[derive(Debug, Deserialize, Validate, ToSchema)]
pub(crate) struct UpdateVectorStoreBody {
    /// New name, unique among the owner's collections, 1 to 200 characters.
    #[serde(default)]
    #[validate(length(min = 1, max = 200), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) name: Option<String>,
    /// New description, at most 2,000 characters.
    #[serde(default)]
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000)]
    pub(crate) description: Option<String>,
    /// Not supported: a vector store is kept until it is deleted.
    #[serde(default)]
    #[schema(ignore)]
    pub(crate) expires_after: Option<Value>,
    /// Not supported: use `description`.
    #[serde(default)]
    #[schema(ignore)]
    pub(crate) metadata: Option<Value>,
}

/// A vector store.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VectorStoreView {
    /// Id: `vs_` and the collection's id.
    pub(crate) id: String,
    /// Always `vector_store`.
    pub(crate) object: &'static str,
    /// Time of creation, in seconds since 1970.
    pub(crate) created_at: i64,
    /// Time of the last change, in seconds since 1970.
    pub(crate) last_active_at: i64,
    /// Name.
    pub(crate) name: String,
    /// Description.
    pub(crate) description: String,
    /// Size of the originals, in bytes.
    pub(crate) usage_bytes: i64,
    /// Numbers of files.
    pub(crate) file_counts: FileCountsView,
    /// `completed`, or `in_progress` while files are being read.
    pub(crate) status: &'static str,
    /// Always null.
    #[schema(value_type = Option<Object>)]
    pub(crate) expires_after: Option<Value>,
    /// Always null.
    pub(crate) expires_at: Option<i64>,
    /// Always empty.
    #[schema(value_type = Object)]
    pub(crate) metadata: Value,
}

/// Numbers of files of a vector store. A file that cannot be read is not kept, so the number of failed files is 0.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileCountsView {
    /// Number of files that are being read.
    pub(crate) in_progress: i64,
    /// Number of files that searches find.
    pub(crate) completed: i64,
    /// Always 0.
    pub(crate) failed: i64,
    /// Always 0.
    pub(crate) cancelled: i64,
    /// Number of all files.
    pub(crate) total: i64,
}

impl VectorStoreView {
    fn new(row: Collection, counts: &[DocumentCounts]) -> Self {
        let own = counts.iter().find(|counts| counts.collection_id == row.id);
        let (all, searchable) = own.map_or((0, 0), |counts| (counts.documents, counts.searchable));
        Self {
            id: prefixed(VECTOR_STORE, row.id),
            object: "vector_store",
            created_at: row.created_at.timestamp(),
            last_active_at: row.updated_at.timestamp(),
            name: row.name,
            description: row.description,
            usage_bytes: own.map_or(0, |counts| counts.size_bytes),
            file_counts: FileCountsView {
                in_progress: all - searchable,
                completed: searchable,
                failed: 0,
                cancelled: 0,
                total: all,
            },
            status: if all == searchable { "completed" } else { "in_progress" },
            expires_after: None,
            expires_at: None,
            metadata: json!({}),
        }
    }
}

/// Returns the id of the vector store in the path.
pub(super) fn store_in_path(req: &HttpRequest) -> ApiResult<CollectionId> {
    parse_id(VECTOR_STORE, &in_path(req, "vector_store_id"), "vector store")
}

/// Refuses properties that a vector store here does not support.
fn check(expires_after: Option<&Value>, metadata: Option<&Value>) -> ApiResult<()> {
    if expires_after.is_some_and(|value| !value.is_null()) {
        return Err(ApiError::field("expires_after", "is not supported: delete the vector store yourself"));
    }
    if metadata.and_then(Value::as_object).is_some_and(|fields| !fields.is_empty()) {
        return Err(ApiError::field("metadata", "is not supported: use description"));
    }
    Ok(())
}

/// Creates a vector store, which is a collection.
#[utoipa::path(post, path = "/openai/v1/vector_stores", tag = "openai", request_body = CreateVectorStoreBody, responses(
    (status = 200, body = VectorStoreView),
    (status = 404, description = "There is no such file", body = super::OpenAiErrorView),
    (status = 409, description = "A collection has this name", body = super::OpenAiErrorView)))]
pub(crate) async fn create_vector_store(
    app: web::Data<App>,
    caller: May<Manage>,
    Body(body): Body<CreateVectorStoreBody>,
) -> ApiResult<Json<VectorStoreView>> {
    check(body.expires_after.as_ref(), body.metadata.as_ref())?;
    let files = body.file_ids.unwrap_or_default();
    if files.len() > MAX_FILES {
        return Err(ApiError::field("file_ids", format!("must hold at most {MAX_FILES} files")));
    }
    let files: Vec<FileId> = files.iter().map(|id| parse_id(FILE, id, "file")).collect::<ApiResult<_>>()?;
    if !files.is_empty() {
        caller.check_scopes(&[rag_schema::enums::Scope::Write])?;
    }
    let person = caller.person()?;
    let name = body.name.unwrap_or_else(|| format!("Vector store {}", Uuid::new_v4().simple()));
    let actor = caller.actor;
    let id = app
        .with_upload(move |engine| {
            let request = CollectionRequest {
                owner: person.id,
                organisation: person.organisation,
                name: name.trim(),
                description: body.description.as_deref().unwrap_or_default(),
                chunks: body.chunking_strategy.and_then(ChunkingStrategyBody::sizes),
            };
            let id = engine.create_collection(actor, &request)?.id;
            let added =
                files.into_iter().try_for_each(|file| engine.add_file(actor, file, id, &json!({})).map(drop));
            // Without all of its files the vector store is not the requested one, and is deleted again.
            added
                .or_else(|error| engine.delete_collection(actor, id).and(Err(error)))
                .map_err(ApiError::from)?;
            Ok(id)
        })
        .await?;
    find_store(&app, &caller, id).await.map(Json)
}

async fn find_store(app: &App, caller: &Caller, id: CollectionId) -> ApiResult<VectorStoreView> {
    let found = app
        .read(caller.actor, move |conn| {
            Ok((collections::find(conn, id)?, collections::count_documents(conn, &[id])?))
        })
        .await;
    let (row, counts) = found.map_err(|error| error.naming("vector store"))?;
    Ok(VectorStoreView::new(row, &counts))
}

/// Lists your vector stores, which are your collections, newest first.
#[utoipa::path(get, path = "/openai/v1/vector_stores", tag = "openai", params(OpenAiPageParams), responses(
    (status = 200, body = OpenAiListView<VectorStoreView>), (status = 404, body = super::OpenAiErrorView)))]
pub(crate) async fn list_vector_stores(
    app: web::Data<App>,
    caller: May<Read>,
    Params(params): Params<OpenAiPageParams>,
) -> ApiResult<Json<OpenAiListView<VectorStoreView>>> {
    let page = params.page(VECTOR_STORE)?;
    let (rows, counts) = app
        .read(caller.actor, move |conn| {
            let rows = collections::list(conn, page)?;
            let ids: Vec<CollectionId> = rows.iter().map(|row| row.id).collect();
            let counts = collections::count_documents(conn, &ids)?;
            Ok((rows, counts))
        })
        .await?;
    let views = rows.into_iter().map(|row| VectorStoreView::new(row, &counts)).collect();
    Ok(Json(params.view(views, |view| view.id.clone())))
}

/// Returns a vector store.
#[utoipa::path(get, path = "/openai/v1/vector_stores/{vector_store_id}", tag = "openai",
    params(("vector_store_id" = String, Path)), responses((status = 200, body = VectorStoreView)))]
pub(crate) async fn get_vector_store(
    app: web::Data<App>,
    caller: May<Read>,
    req: HttpRequest,
) -> ApiResult<Json<VectorStoreView>> {
    find_store(&app, &caller, store_in_path(&req)?).await.map(Json)
}

/// Changes the name or description of a vector store.
#[utoipa::path(post, path = "/openai/v1/vector_stores/{vector_store_id}", tag = "openai",
    params(("vector_store_id" = String, Path)), request_body = UpdateVectorStoreBody, responses(
    (status = 200, body = VectorStoreView),
    (status = 409, description = "A collection has this name", body = super::OpenAiErrorView)))]
pub(crate) async fn update_vector_store(
    app: web::Data<App>,
    caller: May<Manage>,
    req: HttpRequest,
    Body(body): Body<UpdateVectorStoreBody>,
) -> ApiResult<Json<VectorStoreView>> {
    check(body.expires_after.as_ref(), body.metadata.as_ref())?;
    let (id, actor) = (store_in_path(&req)?, caller.actor);
    app.blocking(move |engine| {
        let name = body.name.map(|name| name.trim().to_owned());
        let change = CollectionChange { name, description: body.description, ..CollectionChange::default() };
        Ok(engine.update_collection(actor, id, &change)?)
    })
    .await
    .map_err(|error| error.naming("vector store"))?;
    find_store(&app, &caller, id).await.map(Json)
}

/// Deletes a vector store with all its documents.
#[utoipa::path(delete, path = "/openai/v1/vector_stores/{vector_store_id}", tag = "openai",
    params(("vector_store_id" = String, Path)), responses((status = 200, body = DeletedView)))]
pub(crate) async fn delete_vector_store(
    app: web::Data<App>,
    caller: May<Manage>,
    req: HttpRequest,
) -> ApiResult<Json<DeletedView>> {
    let (id, actor) = (store_in_path(&req)?, caller.actor);
    let deleted = app.blocking(move |engine| Ok(engine.delete_collection(actor, id)?)).await;
    deleted.map_err(|error| error.naming("vector store"))?;
    let object = "vector_store.deleted";
    Ok(Json(DeletedView { id: prefixed(VECTOR_STORE, id), object, deleted: true }))
}
