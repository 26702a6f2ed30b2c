//! `/v1/documents/{id}/versions`: listing, reading, comparing and restoring the versions of a document.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    web::{self, Json},
};
use rag_engine::TextChanges;
use rag_repo::{RepoResult, documents, embedding_models, versions};
use rag_schema::{ids::DocumentId, models::DocumentVersion};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::App,
    auth::{May, Read, Store},
    content::Original,
    documents::{TextParams, TextView, VersionView},
    extract::{Id, Params},
    page::{ListView, default_limit},
    problem::{ApiError, ApiResult, Code, Problem},
    registration::Input,
    respond::Stored,
    uploads::AcceptedView,
};

/// The id of a document and the number of a version in the path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VersionPath {
    document: DocumentId,
    number: i32,
}

impl FromRequest for VersionPath {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let document = req.match_info().get("id").and_then(|id| id.parse::<Uuid>().ok());
        let number = req.match_info().get("number").and_then(|number| number.parse().ok());
        let path = document.zip(number);
        let path = path.map(|(document, number)| Self { document: document.into(), number });
        ready(path.ok_or_else(|| ApiError::not_found("version")))
    }
}

impl Input for VersionPath {
    const PROBLEMS: &'static [Code] = &[Code::NotFound];
}

/// The part of a list of versions to return.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct VersionPageParams {
    /// Maximum number of items, 1 to 200.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: i64,
    /// Only versions with a smaller number.
    after: Option<i32>,
}

/// The version to compare with.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChangesParams {
    /// Number of the version to compare with; the one before if absent.
    from: Option<i32>,
}

/// The differences between the texts of two versions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TextChangesView {
    /// Number of the version that was compared with.
    pub(crate) from: i32,
    /// Number of the version.
    pub(crate) to: i32,
    /// Number of lines that only the version has.
    pub(crate) added_lines: usize,
    /// Number of lines that only the version compared with has.
    pub(crate) removed_lines: usize,
    /// Differences in the unified format; empty if there are none.
    pub(crate) unified: String,
}

/// Lists the versions of a document, newest first.
#[utoipa::path(get, path = "/v1/documents/{id}/versions", tag = "documents", params(("id" = Uuid, Path), VersionPageParams), responses(
    (status = 200, body = ListView<VersionView>)))]
pub(crate) async fn list_versions(
    app: web::Data<App>,
    caller: May<Read>,
    Id(id): Id<DocumentId>,
    Params(params): Params<VersionPageParams>,
) -> ApiResult<Json<ListView<VersionView>>> {
    let (limit, after) = (params.limit, params.after);
    let rows = app
        .read(caller.actor, move |conn| {
            documents::find(conn, id)?;
            versions::list(conn, id, limit + 1, after)
        })
        .await
        .map_err(|error| error.naming("document"))?;
    let views = rows.iter().map(VersionView::from).collect();
    Ok(Json(ListView::new(views, limit, |view: &VersionView| view.number.to_string())))
}

/// Returns the version of the path, if the caller may see its document.
async fn find_version(app: &App, caller: &May<Read>, path: VersionPath) -> ApiResult<DocumentVersion> {
    let found =
        app.read(caller.actor, move |conn| versions::find_by_number(conn, path.document, path.number)).await;
    found.map_err(|error| error.naming("version"))
}

/// Returns a part of the text that was extracted from a version.
#[utoipa::path(get, path = "/v1/documents/{id}/versions/{number}/text", tag = "documents",
    params(("id" = Uuid, Path), ("number" = i32, Path), TextParams), responses(
    (status = 200, body = TextView),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn get_version_text(
    app: web::Data<App>,
    caller: May<Read>,
    path: VersionPath,
    Params(params): Params<TextParams>,
) -> ApiResult<Json<TextView>> {
    let range = params.range()?;
    let version = find_version(&app, &caller, path).await?;
    if version.published_at.is_none() {
        return Err(ApiError::new(Code::Conflict, "The version has not been read yet."));
    }
    let view = app.read(caller.actor, move |conn| TextView::read(conn, &version, range)).await?;
    Ok(Json(view))
}

/// Returns the original bytes of a version.
#[utoipa::path(get, path = "/v1/documents/{id}/versions/{number}/content", tag = "documents",
    params(("id" = Uuid, Path), ("number" = i32, Path)), responses(
    (status = 200, description = "The file as it was sent, in its own type", content_type = "*/*")))]
pub(crate) async fn get_version_content(
    app: web::Data<App>,
    caller: May<Read>,
    path: VersionPath,
) -> ApiResult<HttpResponse> {
    let version = find_version(&app, &caller, path).await?;
    let document = app.read(caller.actor, move |conn| documents::find(conn, path.document)).await?;
    let original = Original {
        name: document.source.as_deref().unwrap_or(&document.title),
        media_type: &version.media_type,
        size_bytes: version.size_bytes,
    };
    Ok(original.send(app, caller.actor, move |conn, part| versions::content(conn, version.id, part)))
}

/// Compares the text of a version with that of another one, line by line.
#[utoipa::path(get, path = "/v1/documents/{id}/versions/{number}/changes", tag = "documents",
    params(("id" = Uuid, Path), ("number" = i32, Path), ChangesParams), responses(
    (status = 200, body = TextChangesView),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn get_version_changes(
    app: web::Data<App>,
    caller: May<Read>,
    path: VersionPath,
    Params(params): Params<ChangesParams>,
) -> ApiResult<Json<TextChangesView>> {
    find_version(&app, &caller, path).await?;
    let VersionPath { document, number: to } = path;
    let before = app.read(caller.actor, move |conn| versions::list(conn, document, 1, Some(to))).await?;
    let from = params.from.or_else(|| before.first().map(|version| version.number));
    let from = from.ok_or_else(|| ApiError::new(Code::Conflict, "The document has no older version."))?;
    let changes =
        app.blocking(move |engine| Ok(engine.compare_versions(caller.actor, document, (from, to))?)).await?;
    let TextChanges { added_lines, removed_lines, unified } = changes;
    Ok(Json(TextChangesView { from, to, added_lines, removed_lines, unified }))
}

/// Makes an older version the newest again: its bytes are read as a new version. Answers 200 if the newest version has these bytes.
#[utoipa::path(post, path = "/v1/documents/{id}/versions/{number}/restore", tag = "documents",
    params(("id" = Uuid, Path), ("number" = i32, Path)), responses(
    (status = 202, body = AcceptedView), (status = 200, description = "It is the newest already", body = AcceptedView),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn restore_version(
    app: web::Data<App>,
    caller: May<Store>,
    path: VersionPath,
) -> ApiResult<Stored<AcceptedView>> {
    let (accepted, newest, models) = app
        .blocking(move |engine| {
            let accepted = engine.restore_version(caller.actor, path.document, path.number)?;
            let (newest, models) = engine.db().read_back(caller.actor, |conn| -> RepoResult<_> {
                Ok((versions::newest(conn, &[path.document])?, embedding_models::list(conn)?))
            })?;
            Ok((accepted, newest, models))
        })
        .await?;
    Ok(AcceptedView::stored(accepted, &newest, &models, &app))
}
