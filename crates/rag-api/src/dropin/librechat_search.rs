//! Search and text of LibreChat's files.

use actix_web::{
    HttpRequest,
    web::{self, Json},
};
use rag_engine::retrieve::{Found, SearchRequest};
use rag_repo::{Page, RepoResult, documents, search::Origin, versions};
use rag_schema::ids::CollectionId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::librechat::find_files;
use crate::{
    app::App,
    auth::{Caller, May, Read},
    extract::Body,
    problem::{ApiError, ApiResult},
};

/// Maximum length of the text of a file that is returned as a whole, in characters.
const MAX_CONTEXT_CHARS: i64 = 4 << 20;

fn default_k() -> u32 {
    4
}

/// A search in one file. `entity_id` has no effect: a file belongs to the user who uploaded it, for any agent.
#[derive(Debug, Deserialize, Validate, ToSchema)]
pub(crate) struct LibreChatQueryBody {
    /// Id of the file.
    pub(crate) file_id: String,
    /// Query, 1 to 10,000 characters.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub(crate) query: String,
    /// Maximum number of passages, 1 to 100.
    #[serde(default = "default_k")]
    #[validate(range(min = 1, max = 100))]
    #[schema(minimum = 1, maximum = 100, default = 4)]
    pub(crate) k: u32,
}

/// A search in several files.
#[derive(Debug, Deserialize, Validate, ToSchema)]
pub(crate) struct LibreChatQueryMultipleBody {
    /// Ids of the files, 1 to 100.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_items = 1, max_items = 100)]
    pub(crate) file_ids: Vec<String>,
    /// Query, 1 to 10,000 characters.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub(crate) query: String,
    /// Maximum number of passages, 1 to 100.
    #[serde(default = "default_k")]
    #[validate(range(min = 1, max = 100))]
    #[schema(minimum = 1, maximum = 100, default = 4)]
    pub(crate) k: u32,
}

/// A passage.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LibreChatPassageView {
    /// Text of the passage.
    pub(crate) page_content: String,
    /// Position and document of the passage.
    pub(crate) metadata: LibreChatMetadataView,
}

/// The position and the document of a passage.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LibreChatMetadataView {
    /// Id of the file; absent in a search of several files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file_id: Option<String>,
    /// Name of the file.
    pub(crate) source: String,
    /// Page on which it starts, from 1.
    pub(crate) page: Option<i32>,
}

/// Passages and their cosine distances, best first. Files of other users have none.
type Hits = Vec<(LibreChatPassageView, f64)>;

/// Finds passages of one file.
#[utoipa::path(post, path = "/librechat/query", tag = "librechat", request_body = LibreChatQueryBody, responses(
    (status = 200, description = "Pairs of a passage and its cosine distance, best first", body = Object)))]
pub(crate) async fn librechat_query(
    app: web::Data<App>,
    caller: May<Read>,
    Body(body): Body<LibreChatQueryBody>,
) -> ApiResult<Json<Hits>> {
    let LibreChatQueryBody { file_id, query, k } = body;
    let collections = find_files(&app, &caller, vec![file_id.clone()]).await?;
    Ok(Json(find_passages(&app, &caller, collections, (query, k), Some(&file_id)).await?))
}

/// Finds passages of several files.
#[utoipa::path(post, path = "/librechat/query_multiple", tag = "librechat", request_body = LibreChatQueryMultipleBody,
    responses((status = 200, description = "Pairs of a passage and its cosine distance, best first", body = Object)))]
pub(crate) async fn librechat_query_multiple(
    app: web::Data<App>,
    caller: May<Read>,
    Body(body): Body<LibreChatQueryMultipleBody>,
) -> ApiResult<Json<Hits>> {
    let collections = find_files(&app, &caller, body.file_ids).await?;
    Ok(Json(find_passages(&app, &caller, collections, (body.query, body.k), None).await?))
}

/// Returns the whole text of a file.
#[utoipa::path(get, path = "/librechat/documents/{file_id}/context", tag = "librechat",
    params(("file_id" = String, Path)), responses((status = 200, body = String, content_type = "application/json")))]
pub(crate) async fn librechat_get_context(
    app: web::Data<App>,
    caller: May<Read>,
    req: HttpRequest,
) -> ApiResult<Json<String>> {
    let file_id = req.match_info().get("file_id").unwrap_or_default().to_owned();
    let found = find_files(&app, &caller, vec![file_id]).await?;
    let collection = found.first().copied().ok_or_else(|| ApiError::not_found("file"))?;
    let texts = app.read(caller.actor, move |conn| -> RepoResult<_> {
        let mut texts = Vec::new();
        for document in documents::list(conn, collection, Page { limit: 100, after: None })? {
            if let Some(version) = document.current_version_id {
                texts.push(versions::text(conn, version, 0, MAX_CONTEXT_CHARS)?);
            }
        }
        Ok(texts)
    });
    Ok(Json(texts.await?.join("\n\n")))
}

async fn find_passages(
    app: &App,
    caller: &Caller,
    collections: Vec<CollectionId>,
    (query, k): (String, u32),
    file_id: Option<&str>,
) -> ApiResult<Hits> {
    // For the engine, an empty list means all collections.
    if collections.is_empty() {
        return Ok(Vec::new());
    }
    let (actor, limit) = (caller.actor, usize::try_from(k).unwrap_or(1));
    let result = app
        .with_models(move |engine| {
            let request = SearchRequest {
                query: &query,
                plain: true,
                collections: &collections,
                limit,
                ..SearchRequest::default()
            };
            Ok(engine.search(actor, &request)?)
        })
        .await?;
    Ok(result.found.into_iter().filter_map(|found| passage(found, file_id)).collect())
}

/// Returns a passage with its cosine distance, because LibreChat compares the passages of several searches.
fn passage(
    Found { ranked, passage, .. }: Found,
    file_id: Option<&str>,
) -> Option<(LibreChatPassageView, f64)> {
    let Origin::Chunk(chunk) = passage.origin else { return None };
    let similarity = ranked.dense.map_or(ranked.score, |hit| hit.score);
    let metadata = LibreChatMetadataView {
        file_id: file_id.map(str::to_owned),
        source: chunk.source.unwrap_or(passage.title),
        page: chunk.page,
    };
    Some((LibreChatPassageView { page_content: passage.text, metadata }, 1.0 - similarity))
}
