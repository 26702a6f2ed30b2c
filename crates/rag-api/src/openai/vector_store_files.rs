//! `/openai/v1/vector_stores/{id}/files`: the documents of a collection.

use actix_web::{
    HttpRequest,
    web::{self, Json},
};
use rag_engine::{file_source, names};
use rag_repo::{PgConnection, RepoError, RepoResult, collections, documents, files, jobs, versions};
use rag_schema::{
    enums::JobState,
    ids::{CollectionId, DocumentId, FileId},
    models::{Document, DocumentVersion, Job},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::{
    ids::{FILE, VECTOR_STORE, parse_id, prefixed},
    models::in_path,
    page::{DeletedView, OpenAiListView, OpenAiPageParams},
    vector_search::{TextContentView, attributes},
    vector_stores::store_in_path,
};
use crate::{
    app::App,
    auth::{May, Read, Store},
    extract::{Body, Params},
    problem::{ApiError, ApiResult, Code},
};

/// Maximum length of a text in one response, in characters.
const MAX_TEXT_CHARS: i64 = 1_000_000;

/// A file to add.
#[derive(Debug, Deserialize, Validate, ToSchema)]
pub(crate) struct AddFileBody {
    /// Id of an uploaded file.
    pub(crate) file_id: String,
    /// Metadata, which filters can use.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(crate) attributes: Option<Map<String, Value>>,
    /// Only `{"type": "auto"}` is supported: the vector store decides.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(crate) chunking_strategy: Option<Value>,
}

/// A file in a vector store.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VectorStoreFileView {
    /// Id of the file.
    pub(crate) id: String,
    /// Always `vector_store.file`.
    pub(crate) object: &'static str,
    /// Time of adding, in seconds since 1970.
    pub(crate) created_at: i64,
    /// Id of the vector store.
    pub(crate) vector_store_id: String,
    /// `in_progress`, `completed` or `failed`.
    pub(crate) status: &'static str,
    /// Reason of a failure.
    pub(crate) last_error: Option<LastErrorView>,
    /// Size of the original, in bytes.
    pub(crate) usage_bytes: i64,
    /// Metadata.
    #[schema(value_type = Object)]
    pub(crate) attributes: Map<String, Value>,
    /// Always `{"type": "other"}`: the server's settings apply.
    #[schema(value_type = Object)]
    pub(crate) chunking_strategy: Value,
}

/// The reason why a file could not be read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LastErrorView {
    /// `server_error`, `unsupported_file` or `invalid_file`.
    pub(crate) code: &'static str,
    /// Description of the reason.
    pub(crate) message: String,
}

/// The text of a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileTextView {
    /// Always `vector_store.file_content.page`.
    pub(crate) object: &'static str,
    /// The text, at most a million characters, as the only element.
    pub(crate) data: Vec<TextContentView>,
    /// Always false.
    pub(crate) has_more: bool,
    /// Always null.
    pub(crate) next_page: Option<String>,
}

impl LastErrorView {
    fn of_job(job: &Job) -> Self {
        let text = |name: &str| job.problem.as_ref().and_then(|problem| problem.get(name)?.as_str());
        let code = match (job.state, text("code")) {
            (JobState::Dead, _) => "server_error",
            (_, Some("unsupported")) => "unsupported_file",
            _ => "invalid_file",
        };
        Self { code, message: text("detail").unwrap_or("The file could not be read.").to_owned() }
    }
}

fn has_failed(state: JobState) -> bool {
    matches!(state, JobState::Refused | JobState::Dead | JobState::Cancelled)
}

/// A file in a collection, with its document and its job.
struct Placed {
    id: Uuid,
    created_at: i64,
    document: Option<(Document, Option<DocumentVersion>)>,
    job: Option<Job>,
}

impl Placed {
    /// Returns the document of a file in a collection: the one with its id, or else the one that was made of the file.
    fn document(
        conn: &mut PgConnection,
        collection: CollectionId,
        id: FileId,
    ) -> RepoResult<Option<Document>> {
        match documents::find(conn, DocumentId::from(id.uuid())) {
            Ok(found) if found.collection_id == collection => return Ok(Some(found)),
            Ok(_) | Err(RepoError::NotFound) => {}
            Err(error) => return Err(error),
        }
        match files::find(conn, id) {
            Ok(file) => documents::find_by_source(conn, collection, &names::source(&file_source(&file))),
            Err(RepoError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn find(conn: &mut PgConnection, collection: CollectionId, id: FileId) -> RepoResult<Self> {
        collections::find(conn, collection)?;
        if let Some(document) = Self::document(conn, collection, id)? {
            let version = versions::newest(conn, &[document.id])?.pop();
            let job = jobs::find_by_document(conn, document.id)?;
            let created_at = document.created_at.timestamp();
            return Ok(Self { id: id.uuid(), created_at, document: Some((document, version)), job });
        }
        // A document that cannot be read is deleted; its job contains the reason.
        let file = files::find(conn, id)?;
        let job = jobs::find(conn, file.job_id.ok_or(RepoError::NotFound)?)?;
        if job.collection_id != Some(collection) || !has_failed(job.state) {
            return Err(RepoError::NotFound);
        }
        let created_at = job.created_at.timestamp();
        Ok(Self { id: id.uuid(), created_at, document: None, job: Some(job) })
    }

    fn view(self, collection: CollectionId) -> VectorStoreFileView {
        let failure = self.job.as_ref().filter(|job| has_failed(job.state));
        let is_searchable =
            self.document.as_ref().is_some_and(|(document, _)| document.current_version_id.is_some());
        let status = match failure {
            _ if is_searchable => "completed",
            Some(_) => "failed",
            None => "in_progress",
        };
        let last_error = failure.filter(|_| !is_searchable).map(LastErrorView::of_job);
        let (document, version) = self.document.unzip();
        VectorStoreFileView {
            id: prefixed(FILE, self.id),
            object: "vector_store.file",
            created_at: self.created_at,
            vector_store_id: prefixed(VECTOR_STORE, collection),
            status,
            last_error,
            usage_bytes: version.flatten().map_or(0, |version| version.size_bytes),
            attributes: document.map(|document| attributes(document.metadata)).unwrap_or_default(),
            chunking_strategy: json!({"type": "other"}),
        }
    }
}

fn file_in_path(req: &HttpRequest) -> ApiResult<FileId> {
    parse_id(FILE, &in_path(req, "file_id"), "file")
}

async fn find_view(
    app: &App,
    actor: rag_engine::Actor,
    collection: CollectionId,
    id: FileId,
) -> ApiResult<VectorStoreFileView> {
    let placed = app.read(actor, move |conn| Placed::find(conn, collection, id)).await;
    Ok(placed.map_err(|error| error.naming("file in this vector store"))?.view(collection))
}

/// Refuses a chunking strategy for one file.
fn check_chunking(strategy: Option<&Value>) -> ApiResult<()> {
    let is_auto = |strategy: &Value| {
        strategy.as_object().is_some_and(|fields| fields.get("type").is_none_or(|kind| kind == "auto"))
    };
    if strategy.is_some_and(|strategy| !is_auto(strategy)) {
        let rule = "must be {\"type\": \"auto\"}: the vector store decides how its documents are cut";
        return Err(ApiError::field("chunking_strategy", rule));
    }
    Ok(())
}

/// Adds an uploaded file. It can be found once its status is `completed`.
#[utoipa::path(post, path = "/openai/v1/vector_stores/{vector_store_id}/files", tag = "openai",
    params(("vector_store_id" = String, Path)), request_body = AddFileBody, responses(
    (status = 200, body = VectorStoreFileView)))]
pub(crate) async fn add_vector_store_file(
    app: web::Data<App>,
    caller: May<Store>,
    req: HttpRequest,
    Body(body): Body<AddFileBody>,
) -> ApiResult<Json<VectorStoreFileView>> {
    check_chunking(body.chunking_strategy.as_ref())?;
    let (collection, actor) = (store_in_path(&req)?, caller.actor);
    let id: FileId = parse_id(FILE, &body.file_id, "file")?;
    let metadata = Value::Object(body.attributes.unwrap_or_default());
    app.with_upload(move |engine| Ok(engine.add_file(actor, id, collection, &metadata)?)).await?;
    find_view(&app, actor, collection, id).await.map(Json)
}

/// Lists the files of a vector store, which are the documents of the collection, newest first.
#[utoipa::path(get, path = "/openai/v1/vector_stores/{vector_store_id}/files", tag = "openai",
    params(("vector_store_id" = String, Path), OpenAiPageParams), responses(
    (status = 200, body = OpenAiListView<VectorStoreFileView>)))]
pub(crate) async fn list_vector_store_files(
    app: web::Data<App>,
    caller: May<Read>,
    req: HttpRequest,
    Params(params): Params<OpenAiPageParams>,
) -> ApiResult<Json<OpenAiListView<VectorStoreFileView>>> {
    let (collection, page) = (store_in_path(&req)?, params.page(FILE)?);
    let placed = app
        .read(caller.actor, move |conn| {
            collections::find(conn, collection)?;
            let rows = documents::list(conn, collection, page)?;
            rows.into_iter().map(|row| Placed::find(conn, collection, FileId::from(row.id.uuid()))).collect()
        })
        .await;
    let placed: Vec<Placed> = placed.map_err(|error: ApiError| error.naming("vector store"))?;
    let views = placed.into_iter().map(|placed| placed.view(collection)).collect();
    Ok(Json(params.view(views, |view: &VectorStoreFileView| view.id.clone())))
}

/// Returns a file of a vector store with its status.
#[utoipa::path(get, path = "/openai/v1/vector_stores/{vector_store_id}/files/{file_id}", tag = "openai",
    params(("vector_store_id" = String, Path), ("file_id" = String, Path)), responses(
    (status = 200, body = VectorStoreFileView)))]
pub(crate) async fn get_vector_store_file(
    app: web::Data<App>,
    caller: May<Read>,
    req: HttpRequest,
) -> ApiResult<Json<VectorStoreFileView>> {
    find_view(&app, caller.actor, store_in_path(&req)?, file_in_path(&req)?).await.map(Json)
}

/// Returns the text that was extracted from a file of a vector store.
#[utoipa::path(get, path = "/openai/v1/vector_stores/{vector_store_id}/files/{file_id}/content", tag = "openai",
    params(("vector_store_id" = String, Path), ("file_id" = String, Path)), responses(
    (status = 200, body = FileTextView), (status = 409, body = super::OpenAiErrorView)))]
pub(crate) async fn get_vector_store_file_text(
    app: web::Data<App>,
    caller: May<Read>,
    req: HttpRequest,
) -> ApiResult<Json<FileTextView>> {
    let (collection, id) = (store_in_path(&req)?, file_in_path(&req)?);
    let text = app
        .read(caller.actor, move |conn| {
            let document = Placed::document(conn, collection, id)?.ok_or(RepoError::NotFound)?;
            document
                .current_version_id
                .map(|version| versions::text(conn, version, 0, MAX_TEXT_CHARS))
                .transpose()
        })
        .await
        .map_err(|error| error.naming("file in this vector store"))?;
    let text = text.ok_or_else(|| ApiError::new(Code::Conflict, "The file has not been read yet."))?;
    let data = vec![TextContentView::new(text)];
    let object = "vector_store.file_content.page";
    Ok(Json(FileTextView { object, data, has_more: false, next_page: None }))
}

/// Removes a file from a vector store. The uploaded file is kept.
#[utoipa::path(delete, path = "/openai/v1/vector_stores/{vector_store_id}/files/{file_id}", tag = "openai",
    params(("vector_store_id" = String, Path), ("file_id" = String, Path)), responses(
    (status = 200, body = DeletedView)))]
pub(crate) async fn delete_vector_store_file(
    app: web::Data<App>,
    caller: May<Store>,
    req: HttpRequest,
) -> ApiResult<Json<DeletedView>> {
    let (collection, id, actor) = (store_in_path(&req)?, file_in_path(&req)?, caller.actor);
    app.blocking(move |engine| {
        let found = engine.db().read(actor, |conn| Placed::document(conn, collection, id))?;
        let document = found.ok_or_else(|| ApiError::not_found("file in this vector store"))?;
        Ok(engine.delete_document(actor, document.id)?)
    })
    .await?;
    Ok(Json(DeletedView { id: prefixed(FILE, id), object: "vector_store.file.deleted", deleted: true }))
}
