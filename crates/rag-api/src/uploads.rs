//! Uploads of documents to a collection: spooled to disk within limits, and then passed to the engine.

use std::io::Write;

use actix_multipart::{Multipart, MultipartError};
use actix_web::{HttpRequest, http::header, web};
use futures_util::TryStreamExt;
use rag_engine::{
    Actor,
    ingest::{Accepted, Upload, without_controls},
    names,
};
use rag_repo::{RepoResult, embedding_models, versions};
use rag_schema::{
    ids::CollectionId,
    models::{DocumentVersion, EmbeddingModel},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::NamedTempFile;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::{
    app::App,
    auth::{May, Store},
    documents::DocumentView,
    extract::{Body, Id, Params, parse_field},
    jobs::JobView,
    names::check_name,
    problem::{ApiError, ApiResult, Code},
    receive::{BodyFile, Patience, receive_body, receive_file, receive_text, spool, stopped},
    respond::Stored,
    scratch::Reserved,
};

/// A text to store as a document.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateTextBody {
    /// Title, 1 to 500 characters.
    #[validate(length(min = 1, max = 500), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) title: String,
    /// Text of the document.
    #[validate(length(min = 1))]
    #[schema(min_length = 1)]
    pub(crate) text: String,
    /// Path, file name or address that the document is known by in the collection; a text with the source of a document becomes a new
    /// version of it. An extension such as `.md` determines the format.
    #[validate(length(min = 1, max = 2000), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 2000)]
    pub(crate) source: Option<String>,
    /// Metadata: an object.
    #[schema(value_type = Option<Object>)]
    pub(crate) metadata: Option<Value>,
}

/// A form with a file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it only documents the form")]
pub(crate) struct UploadForm {
    /// The file.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
    /// Path, file name or address that the document is known by in the collection; if absent, the file's name. A file with the
    /// source of a document becomes a new version of it.
    source: Option<String>,
    /// Title; if absent, the document's own title or the file's name.
    title: Option<String>,
    /// Metadata: a JSON object as text; if absent, a known document keeps its own.
    metadata: Option<String>,
}

/// The outcome of an upload.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AcceptedView {
    /// Document.
    pub(crate) document: DocumentView,
    /// Job that reads its newest version.
    pub(crate) job: Option<JobView>,
    /// Whether the document already has these bytes as its newest version; at most its metadata was changed in that case.
    pub(crate) duplicate: bool,
}

impl AcceptedView {
    /// Returns the response to an upload; `newest` are the newest versions, `models` all models in the database.
    pub(crate) fn stored(
        accepted: Accepted,
        newest: &[DocumentVersion],
        models: &[EmbeddingModel],
        app: &App,
    ) -> Stored<Self> {
        let Accepted { document, job, duplicate } = accepted;
        let location = format!("/v1/documents/{}", document.id);
        let document = DocumentView::new(document, newest);
        let job = job.map(|job| JobView::new(job, models, &app.engine));
        Stored { view: Self { document, job, duplicate }, location, duplicate }
    }
}

/// A file to store under a source.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PutDocumentParams {
    /// Path, file name or address that the document is known by in the collection, 1 to 2,000 characters.
    #[validate(length(min = 1, max = 2000), custom(function = "check_name"))]
    #[param(min_length = 1, max_length = 2000)]
    source: String,
    /// Title; if absent, the document's own title or the file's name.
    #[validate(length(min = 1, max = 500), custom(function = "check_name"))]
    #[param(min_length = 1, max_length = 500)]
    title: Option<String>,
    /// Metadata: a JSON object as text; if absent, a known document keeps its own.
    metadata: Option<String>,
}

/// Uploads a file. It can be found once its job is done.
#[utoipa::path(post, path = "/v1/collections/{id}/documents", tag = "documents",
    params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    request_body(content = UploadForm, content_type = "multipart/form-data"), responses(
    (status = 202, body = AcceptedView), (status = 200, description = "It was there already", body = AcceptedView)))]
pub(crate) async fn upload_document(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<CollectionId>,
    req: HttpRequest,
    payload: web::Payload,
) -> ApiResult<Stored<AcceptedView>> {
    let media_type =
        req.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !media_type.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
        return Err(ApiError::new(
            Code::Unsupported,
            "Send the file as multipart/form-data, in a field named file.",
        ));
    }
    let room = app.scratch.reserve(caller.actor);
    let incoming = receive(&app, Multipart::new(req.headers(), payload), room).await?;
    store(&app, caller.actor, id, incoming).await
}

/// Uploads a text. It can be found once its job is done.
#[utoipa::path(post, path = "/v1/collections/{id}/texts", tag = "documents",
    params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    request_body = CreateTextBody, responses(
    (status = 202, body = AcceptedView), (status = 200, description = "It was there already", body = AcceptedView)))]
pub(crate) async fn create_text(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<CollectionId>,
    Body(body): Body<CreateTextBody>,
) -> ApiResult<Stored<AcceptedView>> {
    let CreateTextBody { title, text, source, metadata } = body;
    let text = clean_text(text)?;
    let mut file = spool(&app).await?;
    let file = web::block(move || file.write_all(text.as_bytes()).map(|()| file))
        .await
        .map_err(|error| stopped(&error))??;
    let incoming = Incoming { file, room: None, title: Some(title), source, metadata };
    store(&app, caller.actor, id, incoming).await
}

/// Returns a text without the control characters that would make it pass for binary data, which a JSON string never is. Refuses a blank
/// text.
pub(crate) fn clean_text(text: String) -> ApiResult<String> {
    let text = without_controls(text);
    if text.trim().is_empty() { Err(ApiError::field("text", "must not be blank")) } else { Ok(text) }
}

/// Stores the body as the newest version of the document with this source, which is created if there is none. Sending the same bytes
/// again changes nothing.
#[utoipa::path(put, path = "/v1/collections/{id}/documents", tag = "documents", params(("id" = uuid::Uuid, Path), PutDocumentParams),
    request_body(content = String, content_type = "application/octet-stream"), responses(
    (status = 202, body = AcceptedView), (status = 200, description = "It was there already", body = AcceptedView)))]
pub(crate) async fn put_document(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<CollectionId>,
    Params(params): Params<PutDocumentParams>,
    payload: web::Payload,
) -> ApiResult<Stored<AcceptedView>> {
    let PutDocumentParams { source, title, metadata } = params;
    let metadata = metadata.map(|text| parse_field("metadata", &text)).transpose()?;
    let room = app.scratch.reserve(caller.actor);
    let body = receive_body(&app, payload.map_err(MultipartError::from), room).await?;
    let BodyFile { file, room } = body;
    store(&app, caller.actor, id, Incoming { file, room: Some(room), title, source: Some(source), metadata })
        .await
}

/// A file on disk with the other fields of its form.
struct Incoming {
    file: NamedTempFile,
    /// Disk space that a large file reserves until it is stored.
    room: Option<Reserved>,
    title: Option<String>,
    source: Option<String>,
    metadata: Option<Value>,
}

async fn store(
    app: &App,
    actor: Actor,
    id: CollectionId,
    incoming: Incoming,
) -> ApiResult<Stored<AcceptedView>> {
    let (accepted, newest, models) = app
        .with_upload(move |engine| {
            let upload = Upload {
                file: incoming.file.path(),
                title: incoming.title.as_deref(),
                source: incoming.source.as_deref(),
                metadata: incoming.metadata.as_ref(),
            };
            let accepted = engine.upload(actor, id, &upload)?;
            drop(incoming.room);
            let (newest, models) = engine.db().read_back(actor, |conn| -> RepoResult<_> {
                Ok((versions::newest(conn, &[accepted.document.id])?, embedding_models::list(conn)?))
            })?;
            Ok((accepted, newest, models))
        })
        .await?;
    Ok(AcceptedView::stored(accepted, &newest, &models, app))
}

/// Parses the form, whose fields may be in any order.
async fn receive(app: &App, mut form: Multipart, mut room: Reserved) -> ApiResult<Incoming> {
    let mut patience = Patience::new(app);
    let (mut file, mut title, mut source, mut metadata) = (None, None, None, None);
    while let Some(mut field) = patience.next(&mut form).await? {
        match field.name().unwrap_or_default() {
            "file" if file.is_none() => {
                let name =
                    field.content_disposition().and_then(|found| found.get_filename()).map(str::to_owned);
                file = Some((receive_file(app, &mut field, &mut patience, &mut room).await?, name));
            }
            "title" if title.is_none() => {
                let text = receive_text(&mut field, &mut patience, "title").await?;
                if !text.trim().is_empty() {
                    check_name(&text).map_err(|error| ApiError::field("title", error.to_string()))?;
                }
                title = Some(text);
            }
            "source" if source.is_none() => {
                let text = receive_text(&mut field, &mut patience, "source").await?;
                check_name(&text).map_err(|error| ApiError::field("source", error.to_string()))?;
                source = Some(text);
            }
            "metadata" if metadata.is_none() => {
                let text = receive_text(&mut field, &mut patience, "metadata").await?;
                metadata = Some(parse_field("metadata", &text)?);
            }
            other => return Err(ApiError::field(other, "is not a field of this form, or is there twice")),
        }
    }
    let (file, name) = file.ok_or_else(|| ApiError::field("file", "is missing"))?;
    // A file's name is cleaned, not refused: it comes from the client's file system.
    let name = name.map(|name| names::source(&name).chars().take(500).collect::<String>());
    let source = source.or(name.filter(|name| !name.is_empty()));
    Ok(Incoming { file, room: Some(room), title, source, metadata })
}

/// A file outside of collections, on disk, with the other field of its form.
pub(crate) struct LooseFile {
    pub(crate) file: NamedTempFile,
    pub(crate) name: String,
    /// Text of the other field.
    pub(crate) label: String,
    /// Disk space that a large file reserves until it is stored.
    _room: Reserved,
}

/// Receives a form with `file` and one other field, given by its name and maximum length in characters. Further fields are
/// ignored.
pub(crate) async fn receive_form_file(
    app: &App,
    mut form: Multipart,
    mut room: Reserved,
    (label_name, max_chars): (&'static str, usize),
) -> ApiResult<LooseFile> {
    let (mut file, mut label) = (None, None);
    let mut patience = Patience::new(app);
    while let Some(mut field) = patience.next(&mut form).await? {
        match field.name().unwrap_or_default() {
            "file" if file.is_none() => {
                let name =
                    field.content_disposition().and_then(|found| found.get_filename()).unwrap_or_default();
                let name = name.to_owned();
                file = Some((receive_file(app, &mut field, &mut patience, &mut room).await?, name));
            }
            name if name == label_name => {
                let text = receive_text(&mut field, &mut patience, label_name).await?;
                if text.is_empty() || text.chars().count() > max_chars {
                    let rule = format!("must be 1 to {max_chars} characters long");
                    return Err(ApiError::field(label_name, rule));
                }
                label = Some(text);
            }
            _ => drop(receive_text(&mut field, &mut patience, "form").await?),
        }
    }
    let (file, name) = file.ok_or_else(|| ApiError::field("file", "is missing"))?;
    let label = label.ok_or_else(|| ApiError::field(label_name, "is missing"))?;
    Ok(LooseFile { file, name, label, _room: room })
}
