//! Uploads of documents to a collection: spooled to disk within limits, and then passed to the engine.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::{HttpRequest, http::header, web};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use rag_engine::{
    Actor,
    ingest::{Accepted, Upload},
    names,
};
use rag_repo::{RepoResult, embedding_models, versions};
use rag_schema::ids::CollectionId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tokio::time::timeout;
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    app::App,
    auth::{May, Store},
    documents::DocumentView,
    extract::{Body, Id, parse_field, slow},
    jobs::JobView,
    names::check_name,
    problem::{ApiError, ApiResult, Code},
    respond::Stored,
    scratch::Reserved,
};

/// Maximum length of the title or metadata field of a form, in bytes.
const FIELD_BYTES: usize = 64 << 10;
/// Minimum average rate of a large upload, in bytes per second.
const MIN_RATE: u64 = 64 << 10;

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
    /// File name or address of origin; an extension such as `.md` determines the format.
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
    /// Title; if absent, the document's own title or the file's name.
    title: Option<String>,
    /// Metadata: a JSON object as text.
    metadata: Option<String>,
}

/// The outcome of an upload.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AcceptedView {
    /// Document.
    pub(crate) document: DocumentView,
    /// Job that reads it.
    pub(crate) job: Option<JobView>,
    /// Whether the collection already has a document with the same bytes; nothing was stored in that case.
    pub(crate) duplicate: bool,
}

/// Uploads a file. It can be found once its job is done.
#[utoipa::path(post, path = "/v1/collections/{id}/documents", tag = "documents", params(("id" = uuid::Uuid, Path)),
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
#[utoipa::path(post, path = "/v1/collections/{id}/texts", tag = "documents", params(("id" = uuid::Uuid, Path)),
    request_body = CreateTextBody, responses(
    (status = 202, body = AcceptedView), (status = 200, description = "It was there already", body = AcceptedView)))]
pub(crate) async fn create_text(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<CollectionId>,
    Body(body): Body<CreateTextBody>,
) -> ApiResult<Stored<AcceptedView>> {
    let CreateTextBody { title, mut text, source, metadata } = body;
    // Control characters would make the text pass for binary data, which a JSON string never is.
    text.retain(|c| !c.is_control() || c.is_whitespace() || c == '\u{1b}');
    if text.trim().is_empty() {
        return Err(ApiError::field("text", "must not be blank"));
    }
    let mut file = spool(&app).await?;
    let file = web::block(move || file.write_all(text.as_bytes()).map(|()| file))
        .await
        .map_err(|error| stopped(&error))??;
    let incoming = Incoming {
        file,
        room: None,
        title: Some(title),
        source,
        metadata: metadata.unwrap_or_else(|| json!({})),
    };
    store(&app, caller.actor, id, incoming).await
}

/// A file on disk with the other fields of its form.
struct Incoming {
    file: NamedTempFile,
    /// Disk space that a large file reserves until it is stored.
    room: Option<Reserved>,
    title: Option<String>,
    source: Option<String>,
    metadata: Value,
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
                metadata: &incoming.metadata,
            };
            let accepted = engine.upload(actor, id, &upload)?;
            drop(incoming.room);
            let (newest, models) = engine.db().read(actor, |conn| -> RepoResult<_> {
                Ok((versions::newest(conn, &[accepted.document.id])?, embedding_models::list(conn)?))
            })?;
            Ok((accepted, newest, models))
        })
        .await?;
    let Accepted { document, job, duplicate } = accepted;
    let location = format!("/v1/documents/{}", document.id);
    let view = AcceptedView {
        document: DocumentView::new(document, &newest),
        job: job.map(|job| JobView::new(job, &models, &app.engine)),
        duplicate,
    };
    Ok(Stored { view, location, duplicate })
}

async fn spool(app: &App) -> ApiResult<NamedTempFile> {
    let folder = app.engine.settings().ingest.scratch.clone();
    Ok(web::block(move || NamedTempFile::new_in(folder)).await.map_err(|error| stopped(&error))??)
}

/// Parses the form, whose fields may be in any order.
async fn receive(app: &App, mut form: Multipart, mut room: Reserved) -> ApiResult<Incoming> {
    let mut patience = Patience::new(app);
    let (mut file, mut title, mut metadata) = (None, None, None);
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
            "metadata" if metadata.is_none() => {
                let text = receive_text(&mut field, &mut patience, "metadata").await?;
                metadata = Some(parse_field("metadata", &text)?);
            }
            other => return Err(ApiError::field(other, "is not a field of this form, or is there twice")),
        }
    }
    let (file, name) = file.ok_or_else(|| ApiError::field("file", "is missing"))?;
    let metadata = metadata.unwrap_or_else(|| json!({}));
    // A file's name is cleaned, not refused: it is only a label that comes from the client's file system.
    let source = name.map(|name| names::clean(&name).chars().take(500).collect::<String>());
    let source = source.filter(|name| !name.is_empty());
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

/// A request body on disk.
pub(crate) struct BodyFile {
    pub(crate) file: NamedTempFile,
    /// Disk space that a large file reserves until it has been read.
    _room: Reserved,
}

/// Receives a body that is a file.
pub(crate) async fn receive_body(
    app: &App,
    mut body: impl Stream<Item = Result<Bytes, MultipartError>> + Unpin,
    mut room: Reserved,
) -> ApiResult<BodyFile> {
    let file = receive_file(app, &mut body, &mut Patience::new(app), &mut room).await?;
    Ok(BodyFile { file, _room: room })
}

async fn receive_file(
    app: &App,
    field: &mut (impl Stream<Item = Result<Bytes, MultipartError>> + Unpin),
    patience: &mut Patience,
    room: &mut Reserved,
) -> ApiResult<NamedTempFile> {
    let limit = app.settings.max_upload_bytes;
    let mut file = spool(app).await?;
    let mut size = 0;
    while let Some(part) = patience.next(field).await? {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        size += length;
        patience.received += length;
        if size > limit {
            return Err(ApiError::too_large(limit));
        }
        room.grow(length)?;
        file = web::block(move || file.write_all(&part).map(|()| file))
            .await
            .map_err(|error| stopped(&error))??;
    }
    Ok(file)
}

async fn receive_text(field: &mut Field, patience: &mut Patience, name: &str) -> ApiResult<String> {
    let mut text = Vec::new();
    while let Some(part) = patience.next(field).await? {
        if text.len() + part.len() > FIELD_BYTES {
            return Err(ApiError::too_large(FIELD_BYTES));
        }
        text.extend_from_slice(&part);
    }
    let text = String::from_utf8(text).map_err(|_bytes| ApiError::field(name, "is not UTF-8"))?;
    if text.contains('\0') { Err(ApiError::field(name, "holds a NUL character")) } else { Ok(text) }
}

/// The time limits of a body: a fixed time for each part, and a minimum rate for all parts together.
struct Patience {
    since: Instant,
    /// Maximum pause between two parts, and the time for a body of any size.
    fixed: Duration,
    received: u64,
}

impl Patience {
    fn new(app: &App) -> Self {
        let fixed = Duration::from_millis(app.settings.body_timeout_ms.max(1));
        Self { since: Instant::now(), fixed, received: 0 }
    }

    async fn next<T, S>(&self, stream: &mut S) -> ApiResult<Option<T>>
    where
        S: Stream<Item = Result<T, MultipartError>> + Unpin,
    {
        let allowed = self.fixed + Duration::from_secs(self.received / MIN_RATE);
        let left = allowed.saturating_sub(self.since.elapsed()).min(self.fixed);
        let item = timeout(left, stream.next()).await.map_err(|_elapsed| slow())?;
        item.transpose().map_err(|error| {
            tracing::debug!(%error, "a form broke off");
            ApiError::new(Code::Malformed, "The form is not well-formed multipart/form-data.")
        })
    }
}

fn stopped(error: &actix_web::error::BlockingError) -> ApiError {
    crate::problem::bug(error)
}
