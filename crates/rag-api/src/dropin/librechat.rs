//! `/librechat`: the interface that LibreChat expects at its `RAG_API_URL`. Each of its users is a user here, and each file a
//! collection.

use std::time::Duration;

use actix_multipart::Multipart;
use actix_web::{
    HttpRequest,
    web::{self, Json},
};
use rag_engine::{
    Actor, CollectionRequest,
    ingest::{Accepted, Upload},
    names,
};
use rag_repo::{Page, RepoResult, collections, jobs};
use rag_schema::{
    enums::JobState,
    ids::{CollectionId, JobId},
    models::Job,
};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};
use utoipa::ToSchema;
use validator::Validate;

use super::check_is_on;
use crate::{
    app::App,
    auth::{Caller, May, Read, Store},
    extract::Body,
    names::check_name,
    problem::{ApiError, ApiResult, Code},
    uploads::{LooseFile, receive_form_file},
};

/// Maximum length of the id of a file, in characters.
const MAX_FILE_ID_CHARS: usize = 200;
/// Maximum time for which a request waits until its file has been read.
const MAX_READING: Duration = Duration::from_mins(10);
/// Minimum and maximum pause between two checks of a job.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// A form with a file.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it only documents the form")]
pub(crate) struct LibreChatFileForm {
    /// LibreChat's id of the file.
    file_id: String,
    /// The file.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// The state of the server.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LibreChatHealthView {
    /// Always `UP`.
    pub(crate) status: &'static str,
}

/// A stored file, or one of an unsupported kind.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LibreChatFileView {
    /// Whether the file can be searched.
    pub(crate) status: bool,
    /// Description of the outcome.
    pub(crate) message: String,
    /// Id of the file.
    pub(crate) file_id: String,
    /// Name of the file.
    pub(crate) filename: String,
    /// Whether files of this kind are supported.
    pub(crate) known_type: bool,
}

/// The text of a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LibreChatTextView {
    /// Text of the file.
    pub(crate) text: String,
    /// Id of the file.
    pub(crate) file_id: String,
    /// Name of the file.
    pub(crate) filename: String,
    /// Always true.
    pub(crate) known_type: bool,
}

/// The description of an outcome.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LibreChatMessageView {
    /// Description of the outcome.
    pub(crate) message: String,
}

pub(super) fn is_path(path: &str) -> bool {
    path.starts_with("/librechat/")
}

/// Reports that this interface is available.
#[utoipa::path(get, path = "/librechat/health", tag = "librechat", responses((status = 200, body = LibreChatHealthView)))]
pub(crate) async fn librechat_health(app: web::Data<App>) -> ApiResult<Json<LibreChatHealthView>> {
    check_is_on(app.settings.librechat.is_some(), "librechat.jwt_secret")?;
    Ok(Json(LibreChatHealthView { status: "UP" }))
}

/// Stores a file and responds when it can be searched.
#[utoipa::path(post, path = "/librechat/embed", tag = "librechat",
    request_body(content = LibreChatFileForm, content_type = "multipart/form-data"), responses(
    (status = 200, body = LibreChatFileView)))]
pub(crate) async fn librechat_embed(
    app: web::Data<App>,
    caller: May<Store>,
    req: HttpRequest,
    payload: web::Payload,
) -> ApiResult<Json<LibreChatFileView>> {
    let form = receive(&app, &caller, &req, payload).await?;
    let view = LibreChatFileView {
        status: true,
        message: "The file can be searched.".to_owned(),
        file_id: form.label.clone(),
        filename: form.name.clone(),
        known_type: true,
    };
    match store(&app, &caller, form).await {
        Ok(()) => Ok(Json(view)),
        Err(error) if error.code == Code::Unsupported => {
            Ok(Json(LibreChatFileView { status: false, known_type: false, message: error.detail, ..view }))
        }
        Err(error) => Err(error),
    }
}

/// Returns the text of a file without storing it.
#[utoipa::path(post, path = "/librechat/text", tag = "librechat",
    request_body(content = LibreChatFileForm, content_type = "multipart/form-data"), responses(
    (status = 200, body = LibreChatTextView)))]
pub(crate) async fn librechat_text(
    app: web::Data<App>,
    caller: May<Store>,
    req: HttpRequest,
    payload: web::Payload,
) -> ApiResult<Json<LibreChatTextView>> {
    let form = receive(&app, &caller, &req, payload).await?;
    let (file_id, filename) = (form.label.clone(), form.name.clone());
    let pages =
        app.with_upload(move |engine| Ok(engine.read_text(form.file.path(), Some(&form.name))?)).await?;
    let text = pages.into_iter().map(|page| page.text).collect::<Vec<_>>().join("\n\n");
    Ok(Json(LibreChatTextView { text, file_id, filename, known_type: true }))
}

/// Lists the ids of your files.
#[utoipa::path(get, path = "/librechat/ids", tag = "librechat", responses((status = 200, body = Vec<String>)))]
pub(crate) async fn librechat_list_ids(
    app: web::Data<App>,
    caller: May<Read>,
) -> ApiResult<Json<Vec<String>>> {
    const MAX_IDS: i64 = 10_000;
    let page = Page { limit: MAX_IDS, after: None };
    let rows = app.read(caller.actor, move |conn| collections::list(conn, page)).await?;
    Ok(Json(rows.into_iter().map(|row| row.name).collect()))
}

/// Ids of files.
#[derive(Debug, Deserialize, Validate)]
#[serde(transparent)]
pub(crate) struct FileIdsBody {
    /// Ids of the files, 1 to 100.
    #[validate(length(min = 1, max = 100))]
    ids: Vec<String>,
}

/// Deletes files. Files of other users count as missing.
#[utoipa::path(delete, path = "/librechat/documents", tag = "librechat", request_body = Vec<String>, responses(
    (status = 200, body = LibreChatMessageView)))]
pub(crate) async fn librechat_delete_documents(
    app: web::Data<App>,
    caller: May<Store>,
    Body(body): Body<FileIdsBody>,
) -> ApiResult<Json<LibreChatMessageView>> {
    let (actor, count) = (caller.actor, body.ids.len());
    let found = find_files(&app, &caller, body.ids).await?;
    let missing = count - found.len();
    app.blocking(move |engine| {
        for collection in found {
            engine.delete_collection(actor, collection)?;
        }
        Ok(())
    })
    .await?;
    if missing > 0 {
        return Err(ApiError::new(Code::NotFound, format!("{missing} of {count} files do not exist.")));
    }
    Ok(Json(LibreChatMessageView { message: format!("{count} files were deleted.") }))
}

/// Returns the collections of those files that belong to the caller.
pub(super) async fn find_files(app: &App, caller: &Caller, ids: Vec<String>) -> ApiResult<Vec<CollectionId>> {
    let owner = caller.person()?.id;
    app.read(caller.actor, move |conn| {
        let found = ids.iter().map(|id| collections::find_by_name(conn, owner, id));
        let found = found.collect::<RepoResult<Vec<_>>>()?;
        Ok(found.into_iter().flatten().map(|row| row.id).collect())
    })
    .await
}

async fn receive(
    app: &App,
    caller: &Caller,
    req: &HttpRequest,
    payload: web::Payload,
) -> ApiResult<LooseFile> {
    let room = app.scratch.reserve(caller.actor);
    let form = Multipart::new(req.headers(), payload);
    let mut form = receive_form_file(app, form, room, ("file_id", MAX_FILE_ID_CHARS)).await?;
    check_name(&form.label).map_err(|error| ApiError::field("file_id", error.to_string()))?;
    form.name = names::clean(&form.name).chars().take(500).collect();
    if form.name.is_empty() {
        form.name.push_str("file");
    }
    Ok(form)
}

/// Stores a file and waits until it has been read. A file that cannot be read is not kept.
async fn store(app: &App, caller: &Caller, form: LooseFile) -> ApiResult<()> {
    let (person, actor) = (caller.person()?, caller.actor);
    let (collection, accepted) = app
        .with_upload(move |engine| {
            let request = CollectionRequest {
                owner: person.id,
                organisation: person.organisation,
                name: &form.label,
                description: "A file of LibreChat.",
                chunks: None,
            };
            let collection = engine.find_or_create_collection(actor, &request)?.id;
            let source = Some(form.name.as_str());
            let upload = Upload { file: form.file.path(), title: None, source, metadata: None };
            Ok((collection, engine.upload(actor, collection, &upload)))
        })
        .await?;
    let read = match accepted {
        Ok(Accepted { job: Some(job), .. }) => wait_for_reading(app, actor, job.id).await,
        Ok(Accepted { job: None, .. }) => Ok(()),
        Err(error) => Err(error.into()),
    };
    if read.is_err() {
        app.blocking(move |engine| Ok(engine.delete_empty_collection(actor, collection)?)).await?;
    }
    read
}

async fn wait_for_reading(app: &App, actor: Actor, id: JobId) -> ApiResult<()> {
    let until = Instant::now() + MAX_READING;
    let (mut pause, longest) = PAUSES;
    while Instant::now() < until {
        let job = app.read_primary(actor, move |conn| jobs::find(conn, id)).await?;
        match job.state {
            JobState::Queued | JobState::Running | JobState::Paused => sleep(pause).await,
            JobState::Done => return Ok(()),
            _ => return Err(refusal(&job)),
        }
        pause = (pause * 2).min(longest);
    }
    Err(ApiError::new(Code::Unavailable, "The file is still being read. Search it later."))
}

/// Returns the error of a job that was refused or given up.
fn refusal(job: &Job) -> ApiError {
    let text = |name: &str| job.problem.as_ref().and_then(|problem| problem.get(name)?.as_str());
    let code = if text("code") == Some("unsupported") { Code::Unsupported } else { Code::Unreadable };
    ApiError::new(code, text("detail").unwrap_or("The file could not be read."))
}
