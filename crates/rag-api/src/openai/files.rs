//! `/openai/v1/files`: uploads outside of collections, and documents with the same ids.

use actix_multipart::Multipart;
use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Json},
};
use rag_engine::Actor;
use rag_repo::{PgConnection, RepoError, RepoResult, documents, files, versions};
use rag_schema::{
    ids::{DocumentId, FileId, VersionId},
    models::{Document, DocumentVersion, File},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    citations::file_name,
    ids::{FILE, parse_id, prefixed},
    models::in_path,
    page::{DeletedView, OpenAiListView, OpenAiPageParams},
};
use crate::{
    app::App,
    auth::{May, Own, Read, Store},
    content::Original,
    extract::Params,
    problem::{ApiError, ApiResult},
    uploads::receive_form_file,
};

/// The purposes of OpenAI's files. They have no effect here.
pub(crate) const PURPOSES: [&str; 6] = ["assistants", "batch", "evals", "fine-tune", "user_data", "vision"];
/// Maximum length of a purpose, in characters.
const MAX_PURPOSE_CHARS: usize = 100;

/// A form with a file.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it only documents the form")]
pub(crate) struct OpenAiFileForm {
    /// The file.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
    /// Purpose, such as `assistants` or `user_data`.
    purpose: String,
}

/// A file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileView {
    /// Id.
    pub(crate) id: String,
    /// Always `file`.
    pub(crate) object: &'static str,
    /// Length in bytes.
    pub(crate) bytes: i64,
    /// Time of the upload, in seconds since 1970.
    pub(crate) created_at: i64,
    /// Always null.
    pub(crate) expires_at: Option<i64>,
    /// File name.
    pub(crate) filename: String,
    /// Purpose.
    pub(crate) purpose: String,
    /// Always `processed`: the status of reading is that of the file in its vector store.
    pub(crate) status: &'static str,
}

impl From<File> for FileView {
    fn from(row: File) -> Self {
        Self {
            id: prefixed(FILE, row.id),
            object: "file",
            bytes: row.size_bytes,
            created_at: row.created_at.timestamp(),
            expires_at: None,
            filename: row.name,
            purpose: row.purpose,
            status: "processed",
        }
    }
}

/// An uploaded file, or a document that was uploaded directly into a collection.
enum Stored {
    File(File),
    Document(Box<(Document, DocumentVersion)>),
}

impl Stored {
    fn find(conn: &mut PgConnection, id: FileId) -> RepoResult<Self> {
        match files::find(conn, id) {
            Err(RepoError::NotFound) => {
                let document = documents::find(conn, DocumentId::from(id.uuid()))?;
                let version = versions::newest(conn, &[document.id])?.pop().ok_or(RepoError::NotFound)?;
                Ok(Self::Document(Box::new((document, version))))
            }
            found => found.map(Self::File),
        }
    }

    fn parts(&self) -> Parts {
        match self {
            Self::File(file) => Parts::File(file.id),
            Self::Document(both) => Parts::Version(both.1.id),
        }
    }
}

impl From<Stored> for FileView {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::File(file) => file.into(),
            Stored::Document(both) => Self::of_document(&both.0, &both.1),
        }
    }
}

impl FileView {
    fn of_document(document: &Document, version: &DocumentVersion) -> Self {
        Self {
            id: prefixed(FILE, document.id),
            object: "file",
            bytes: version.size_bytes,
            created_at: document.created_at.timestamp(),
            expires_at: None,
            filename: file_name(document.source.as_deref(), &document.title),
            purpose: "assistants".to_owned(),
            status: "processed",
        }
    }
}

/// The location of the bytes of a file.
#[derive(Debug, Clone, Copy)]
enum Parts {
    File(FileId),
    Version(VersionId),
}

impl Parts {
    fn read(self, conn: &mut PgConnection, part: i32) -> RepoResult<Option<Vec<u8>>> {
        match self {
            Self::File(id) => files::part(conn, id, part),
            Self::Version(id) => versions::content(conn, id, part),
        }
    }
}

fn file_in_path(req: &HttpRequest) -> ApiResult<FileId> {
    parse_id(FILE, &in_path(req, "file_id"), "file")
}

async fn find(app: &App, actor: Actor, id: FileId) -> ApiResult<Stored> {
    let found = app.read(actor, move |conn| Stored::find(conn, id)).await;
    found.map_err(|error| error.naming("file"))
}

/// Uploads a file. No search finds it until it is added to a vector store.
#[utoipa::path(post, path = "/openai/v1/files", tag = "openai",
    request_body(content = OpenAiFileForm, content_type = "multipart/form-data"), responses(
    (status = 200, body = FileView)))]
pub(crate) async fn create_file(
    app: web::Data<App>,
    caller: May<Store>,
    req: HttpRequest,
    payload: web::Payload,
) -> ApiResult<Json<FileView>> {
    let (person, actor) = (caller.person()?, caller.actor);
    let room = app.scratch.reserve(actor);
    let form =
        receive_form_file(&app, Multipart::new(req.headers(), payload), room, ("purpose", MAX_PURPOSE_CHARS))
            .await?;
    if !PURPOSES.contains(&form.label.as_str()) {
        return Err(ApiError::field("purpose", format!("must be one of {}", PURPOSES.join(", "))));
    }
    let file = app
        .with_upload(move |engine| {
            let names = (form.name.as_str(), form.label.as_str());
            Ok(engine.store_file(actor, person.id, form.file.path(), names)?)
        })
        .await?;
    Ok(Json(file.into()))
}

/// Lists your uploaded files, newest first.
#[utoipa::path(get, path = "/openai/v1/files", tag = "openai", params(OpenAiPageParams), responses(
    (status = 200, body = OpenAiListView<FileView>), (status = 404, body = super::OpenAiErrorView)))]
pub(crate) async fn list_files(
    app: web::Data<App>,
    caller: May<Own>,
    Params(params): Params<OpenAiPageParams>,
) -> ApiResult<Json<OpenAiListView<FileView>>> {
    let page = params.page(FILE)?;
    let rows = app.read(caller.actor, move |conn| files::list(conn, page)).await?;
    let views = rows.into_iter().map(FileView::from).collect();
    Ok(Json(params.view(views, |view| view.id.clone())))
}

/// Returns a file: an uploaded one, or a document that you can see.
#[utoipa::path(get, path = "/openai/v1/files/{file_id}", tag = "openai", params(("file_id" = String, Path)), responses(
    (status = 200, body = FileView)))]
pub(crate) async fn get_file(
    app: web::Data<App>,
    caller: May<Read>,
    req: HttpRequest,
) -> ApiResult<Json<FileView>> {
    let found = find(&app, caller.actor, file_in_path(&req)?).await?;
    Ok(Json(found.into()))
}

/// Returns the bytes of a file.
#[utoipa::path(get, path = "/openai/v1/files/{file_id}/content", tag = "openai", params(("file_id" = String, Path)), responses(
    (status = 200, description = "The file as it was sent", content_type = "application/octet-stream")))]
pub(crate) async fn get_file_content(
    app: web::Data<App>,
    caller: May<Read>,
    req: HttpRequest,
) -> ApiResult<HttpResponse> {
    let actor = caller.actor;
    let found = find(&app, actor, file_in_path(&req)?).await?;
    let place = found.parts();
    let view = FileView::from(found);
    let original =
        Original { name: &view.filename, media_type: "application/octet-stream", size_bytes: view.bytes };
    Ok(original.send(app, actor, move |conn, part| place.read(conn, part)))
}

/// Deletes a file and the document that has its id, so that no search finds it.
#[utoipa::path(delete, path = "/openai/v1/files/{file_id}", tag = "openai", params(("file_id" = String, Path)), responses(
    (status = 200, body = DeletedView)))]
pub(crate) async fn delete_file(
    app: web::Data<App>,
    caller: May<Store>,
    req: HttpRequest,
) -> ApiResult<Json<DeletedView>> {
    let (id, actor) = (file_in_path(&req)?, caller.actor);
    app.blocking(move |engine| Ok(engine.delete_file(actor, id)?)).await?;
    Ok(Json(DeletedView { id: prefixed(FILE, id), object: "file", deleted: true }))
}
