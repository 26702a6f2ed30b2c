//! `/open-webui`: the document reader and the reranker for Open WebUI.

use actix_multipart::MultipartError;
use actix_web::{
    HttpRequest,
    web::{self, Json},
};
use futures_util::TryStreamExt;
use percent_encoding::percent_decode_str;
use rag_engine::{ingest::PageText, names};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::check_is_on;
use crate::{
    app::App,
    auth::{Ask, May, Store},
    extract::Body,
    problem::{ApiResult, Problem},
    receive::receive_body,
};

/// Maximum length of the name of a file, in characters; longer names are cut.
const MAX_NAME_CHARS: usize = 500;

/// The text of a page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenWebUiPageView {
    /// Text of the page.
    pub(crate) page_content: String,
    /// Position and document of the text.
    pub(crate) metadata: OpenWebUiMetadataView,
}

/// The position and the document of a text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenWebUiMetadataView {
    /// Name of the file.
    pub(crate) source: String,
    /// Page, from 0 as Open WebUI counts; absent for a document without pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) page: Option<u32>,
}

/// Texts to rank.
#[derive(Debug, Deserialize, Validate, ToSchema)]
pub(crate) struct OpenWebUiRerankBody {
    /// Query, 1 to 10,000 characters.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub(crate) query: String,
    /// Texts, at most 1,000.
    #[validate(length(max = 1_000))]
    #[schema(max_items = 1_000)]
    pub(crate) documents: Vec<String>,
    /// Maximum number of results; all texts if absent.
    #[serde(default)]
    pub(crate) top_n: Option<usize>,
}

/// Texts by their score.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenWebUiRerankView {
    /// Results, best first.
    pub(crate) results: Vec<OpenWebUiScoreView>,
}

/// The score of a text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenWebUiScoreView {
    /// Position of the text in the request, from 0.
    pub(crate) index: usize,
    /// Score; higher is better.
    pub(crate) relevance_score: f64,
}

/// Returns the text of a file, page by page, without storing it.
#[utoipa::path(put, path = "/open-webui/process", tag = "open-webui",
    request_body(content = String, content_type = "application/octet-stream"),
    params(("X-Filename" = Option<String>, Header, description = "Name of the file, percent-encoded")), responses(
    (status = 200, body = Vec<OpenWebUiPageView>)))]
pub(crate) async fn open_webui_process(
    app: web::Data<App>,
    caller: May<Store>,
    req: HttpRequest,
    payload: web::Payload,
) -> ApiResult<Json<Vec<OpenWebUiPageView>>> {
    check_is_on(app.settings.open_webui, "open_webui.enabled")?;
    let name = file_name(&req);
    let room = app.scratch.reserve(caller.actor);
    let body = receive_body(&app, payload.map_err(MultipartError::from), room).await?;
    let source = name.clone();
    let pages = app.with_upload(move |engine| Ok(engine.read_text(body.file.path(), Some(&source))?)).await?;
    let view = |PageText { page, text }| OpenWebUiPageView {
        page_content: text,
        metadata: OpenWebUiMetadataView {
            source: name.clone(),
            page: page.map(|page| page.saturating_sub(1)),
        },
    };
    Ok(Json(pages.into_iter().map(view).collect()))
}

/// Ranks texts with the server's reranker.
#[utoipa::path(post, path = "/open-webui/rerank", tag = "open-webui", request_body = OpenWebUiRerankBody, responses(
    (status = 200, body = OpenWebUiRerankView),
    (status = 409, description = "The server has no reranker.", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn open_webui_rerank(
    app: web::Data<App>,
    _caller: May<Ask>,
    Body(body): Body<OpenWebUiRerankBody>,
) -> ApiResult<Json<OpenWebUiRerankView>> {
    check_is_on(app.settings.open_webui, "open_webui.enabled")?;
    let top_n = body.top_n.unwrap_or(usize::MAX);
    let scores = app
        .with_models(move |engine| {
            let texts: Vec<&str> = body.documents.iter().map(String::as_str).collect();
            Ok(engine.score_texts(&body.query, &texts)?)
        })
        .await?;
    let mut results: Vec<OpenWebUiScoreView> = scores
        .into_iter()
        .enumerate()
        .map(|(index, relevance_score)| OpenWebUiScoreView { index, relevance_score })
        .collect();
    results.sort_by(|a, b| b.relevance_score.total_cmp(&a.relevance_score));
    results.truncate(top_n);
    Ok(Json(OpenWebUiRerankView { results }))
}

/// Returns the file name in the request.
fn file_name(req: &HttpRequest) -> String {
    let header = req.headers().get("x-filename").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let decoded = percent_decode_str(header).decode_utf8_lossy();
    let name: String = names::clean(&decoded).chars().take(MAX_NAME_CHARS).collect();
    if name.is_empty() { "file".to_owned() } else { name }
}
