//! `/v1/documents` and the documents of a collection: reading, changing and deleting stored documents.

use actix_web::web::{self, Json};
use chrono::{DateTime, Utc};
use rag_engine::{DocumentPatch, names};
use rag_repo::{Page, PgConnection, RepoResult, documents, documents::SourceFilter, versions};
use rag_schema::{
    ids::{CollectionId, DocumentId},
    models::{Chunk, Document, DocumentVersion},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::App,
    auth::{May, Read, Store},
    extract::{Body, Id, Params},
    names::check_name,
    ocr_pages::{self, OcrPageView},
    page::{ListView, OrdinalParams, default_limit},
    problem::{ApiError, ApiResult, Code, Problem},
    respond::NoContent,
};

/// Maximum number of characters of a text in one response.
const TEXT_CHARS: i64 = 100_000;

/// A document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentView {
    /// Id.
    pub(crate) id: Uuid,
    /// Id of the collection.
    pub(crate) collection_id: Uuid,
    /// Title.
    pub(crate) title: String,
    /// Path, file name or address that it is known by in its collection; absent if it is known by its bytes.
    pub(crate) source: Option<String>,
    /// Media type detected from the content.
    pub(crate) media_type: String,
    /// ISO 639-3 code of the language, if it was detected reliably.
    pub(crate) language: Option<String>,
    /// Metadata from the uploader.
    #[schema(value_type = Object)]
    pub(crate) metadata: serde_json::Value,
    /// Whether searches find it.
    pub(crate) searchable: bool,
    /// Newest version. Searches find the version before it until it is `published`.
    pub(crate) version: Option<VersionView>,
    /// Time of creation.
    pub(crate) created_at: DateTime<Utc>,
    /// Time of the last change.
    pub(crate) updated_at: DateTime<Utc>,
}

/// A version of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionView {
    /// Number of the version, from 1.
    pub(crate) number: i32,
    /// `queued`, `building`, `published` or `superseded`.
    pub(crate) state: &'static str,
    /// SHA-256 of the original bytes, in hexadecimal digits.
    pub(crate) content_sha256: String,
    /// Media type detected from the content.
    pub(crate) media_type: String,
    /// Length of the original in bytes.
    pub(crate) size_bytes: i64,
    /// Number of pages; absent if the format has no pages.
    pub(crate) page_count: Option<i32>,
    /// Length of the text in Unicode scalar values.
    pub(crate) character_count: i64,
    /// Number of stored chunks.
    pub(crate) chunk_count: i32,
    /// Time at which the bytes arrived.
    pub(crate) created_at: DateTime<Utc>,
    /// Time of publication.
    pub(crate) published_at: Option<DateTime<Utc>>,
    /// Time at which a newer version took its place.
    pub(crate) superseded_at: Option<DateTime<Utc>>,
    /// Pages whose text comes from text recognition (OCR); empty if none of it does.
    pub(crate) ocr_pages: Vec<OcrPageView>,
    /// Reasons to check the text, in words.
    pub(crate) warnings: Vec<String>,
}

impl From<&DocumentVersion> for VersionView {
    fn from(row: &DocumentVersion) -> Self {
        let ocr_pages = OcrPageView::all_of(row);
        Self {
            number: row.number,
            state: row.state.as_str(),
            content_sha256: hex_digits(&row.content_sha256),
            media_type: row.media_type.clone(),
            size_bytes: row.size_bytes,
            page_count: row.page_count,
            character_count: row.character_count,
            chunk_count: row.chunk_count,
            created_at: row.created_at,
            published_at: row.published_at,
            superseded_at: row.superseded_at,
            warnings: ocr_pages::cut_warning(row)
                .into_iter()
                .chain(ocr_pages::warnings(&ocr_pages))
                .collect(),
            ocr_pages,
        }
    }
}

fn hex_digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

impl DocumentView {
    pub(crate) fn new(row: Document, versions: &[DocumentVersion]) -> Self {
        Self {
            version: versions.iter().find(|version| version.document_id == row.id).map(VersionView::from),
            id: row.id.uuid(),
            collection_id: row.collection_id.uuid(),
            title: row.title,
            source: row.source,
            media_type: row.media_type,
            language: row.language,
            metadata: row.metadata,
            searchable: row.current_version_id.is_some(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A passage of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChunkView {
    /// Id.
    pub(crate) id: Uuid,
    /// Position in the document, from 0.
    pub(crate) ordinal: i32,
    /// Position of the first character in the document's text, in Unicode scalar values.
    pub(crate) start_offset: i64,
    /// End of the passage, excluded.
    pub(crate) end_offset: i64,
    /// Page on which it starts, from 1.
    pub(crate) page: Option<i32>,
    /// Headings above it, outermost first.
    pub(crate) heading_path: Vec<String>,
    /// Number of tokens.
    pub(crate) token_count: i32,
    /// Text of the passage.
    pub(crate) text: String,
}

impl From<Chunk> for ChunkView {
    fn from(row: Chunk) -> Self {
        let Chunk { id, ordinal, start_offset, end_offset, page, heading_path, token_count, text, .. } = row;
        Self {
            id: id.uuid(),
            ordinal,
            start_offset,
            end_offset,
            page,
            heading_path: heading_path.0,
            token_count,
            text,
        }
    }
}

/// The documents to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DocumentListParams {
    /// Only the document with this source.
    source: Option<String>,
    /// Only documents whose source begins with this text, such as a folder with its last slash.
    source_prefix: Option<String>,
    /// Maximum number of items, 1 to 200.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: i64,
    /// Only items after the one with this id.
    after: Option<Uuid>,
}

/// Lists the documents of a collection, newest first.
#[utoipa::path(get, path = "/v1/collections/{id}/documents", tag = "documents", params(("id" = Uuid, Path), DocumentListParams), responses(
    (status = 200, body = ListView<DocumentView>)))]
pub(crate) async fn list_documents(
    app: web::Data<App>,
    caller: May<Read>,
    Id(id): Id<CollectionId>,
    Params(params): Params<DocumentListParams>,
) -> ApiResult<Json<ListView<DocumentView>>> {
    let page = Page { limit: params.limit + 1, after: params.after };
    let filter = SourceFilter {
        source: params.source.as_deref().map(names::source),
        prefix: params.source_prefix.as_deref().map(names::source),
    };
    let (rows, newest) = app
        .read(caller.actor, move |conn| {
            rag_repo::collections::find(conn, id)?;
            let rows = documents::list_by_source(conn, id, &filter, page)?;
            let ids: Vec<DocumentId> = rows.iter().map(|row| row.id).collect();
            let newest = versions::newest(conn, &ids)?;
            Ok((rows, newest))
        })
        .await
        .map_err(|error| error.naming("collection"))?;
    let views = rows.into_iter().map(|row| DocumentView::new(row, &newest)).collect();
    Ok(Json(ListView::new(views, params.limit, |view| view.id.to_string())))
}

/// Returns a document.
#[utoipa::path(get, path = "/v1/documents/{id}", tag = "documents", params(("id" = Uuid, Path)), responses(
    (status = 200, body = DocumentView)))]
pub(crate) async fn get_document(
    app: web::Data<App>,
    caller: May<Read>,
    Id(id): Id<DocumentId>,
) -> ApiResult<Json<DocumentView>> {
    let (row, newest) = app
        .read(caller.actor, move |conn| Ok((documents::find(conn, id)?, versions::newest(conn, &[id])?)))
        .await
        .map_err(|error| error.naming("document"))?;
    Ok(Json(DocumentView::new(row, &newest)))
}

/// Changes of a document; absent fields stay unchanged.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateDocumentBody {
    /// Title, 1 to 500 characters. The document is read again, because its words and vectors contain the title.
    #[validate(length(min = 1, max = 500), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) title: Option<String>,
    /// Metadata: an object that replaces the present one.
    #[schema(value_type = Option<Object>)]
    pub(crate) metadata: Option<serde_json::Value>,
}

/// Changes the title or the metadata of a document.
#[utoipa::path(patch, path = "/v1/documents/{id}", tag = "documents", params(("id" = Uuid, Path)),
    request_body = UpdateDocumentBody, responses((status = 200, body = DocumentView)))]
pub(crate) async fn update_document(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<DocumentId>,
    Body(body): Body<UpdateDocumentBody>,
) -> ApiResult<Json<DocumentView>> {
    let (row, newest) = app
        .blocking(move |engine| {
            let patch = DocumentPatch { title: body.title.as_deref(), metadata: body.metadata.as_ref() };
            let row = engine.change_document(caller.actor, id, patch)?;
            Ok((row, engine.db().read_back(caller.actor, |conn| versions::newest(conn, &[id]))?))
        })
        .await?;
    Ok(Json(DocumentView::new(row, &newest)))
}

/// Deletes a document with its versions, passages and open jobs.
#[utoipa::path(delete, path = "/v1/documents/{id}", tag = "documents", params(("id" = Uuid, Path)), responses(
    (status = 204)))]
pub(crate) async fn delete_document(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<DocumentId>,
) -> ApiResult<NoContent> {
    app.blocking(move |engine| Ok(engine.delete_document(caller.actor, id)?)).await?;
    Ok(NoContent)
}

/// Lists the passages of a document, in order.
#[utoipa::path(get, path = "/v1/documents/{id}/chunks", tag = "documents", params(("id" = Uuid, Path), OrdinalParams), responses(
    (status = 200, body = ListView<ChunkView>)))]
pub(crate) async fn list_chunks(
    app: web::Data<App>,
    caller: May<Read>,
    Id(id): Id<DocumentId>,
    Params(params): Params<OrdinalParams>,
) -> ApiResult<Json<ListView<ChunkView>>> {
    let (limit, after) = (params.limit, params.after);
    let rows = app
        .read(caller.actor, move |conn| {
            documents::find(conn, id)?;
            documents::chunks(conn, id, limit + 1, after)
        })
        .await
        .map_err(|error| error.naming("document"))?;
    let views = rows.into_iter().map(ChunkView::from).collect();
    Ok(Json(ListView::new(views, limit, |view: &ChunkView| view.ordinal.to_string())))
}

/// The part of a text to read.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TextParams {
    /// Position of the first character, in Unicode scalar values, from 0.
    #[serde(default)]
    #[validate(range(min = 0))]
    #[param(minimum = 0, default = 0)]
    start: i64,
    /// End of the part, excluded; at most 100,000 characters after the start.
    #[validate(range(min = 0))]
    #[param(minimum = 0)]
    end: Option<i64>,
}

impl TextParams {
    /// Returns the start and the end of the part.
    pub(crate) fn range(&self) -> ApiResult<(i64, i64)> {
        let start = self.start;
        let end = self.end.unwrap_or_else(|| start.saturating_add(TEXT_CHARS));
        if end < start || end - start > TEXT_CHARS {
            let rule = format!("must be at least start and at most {TEXT_CHARS} more");
            return Err(ApiError::field("end", rule));
        }
        Ok((start, end))
    }
}

/// A part of a document's text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TextView {
    /// Id of the document.
    pub(crate) document_id: Uuid,
    /// Position of the first character, in Unicode scalar values.
    pub(crate) start: i64,
    /// End of the part, excluded.
    pub(crate) end: i64,
    /// Length of the whole text, in Unicode scalar values.
    pub(crate) character_count: i64,
    /// Text of the part.
    pub(crate) text: String,
}

impl TextView {
    /// Reads the part of a version's text between two positions.
    pub(crate) fn read(
        conn: &mut PgConnection,
        version: &DocumentVersion,
        (start, end): (i64, i64),
    ) -> RepoResult<Self> {
        let character_count = version.character_count;
        let end = end.min(character_count).max(start);
        let text = versions::text(conn, version.id, start, end)?;
        Ok(Self { document_id: version.document_id.uuid(), start, end, character_count, text })
    }
}

/// Returns a part of the text that was extracted from a document.
#[utoipa::path(get, path = "/v1/documents/{id}/text", tag = "documents", params(("id" = Uuid, Path), TextParams), responses(
    (status = 200, body = TextView),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn get_document_text(
    app: web::Data<App>,
    caller: May<Read>,
    Id(id): Id<DocumentId>,
    Params(params): Params<TextParams>,
) -> ApiResult<Json<TextView>> {
    let range = params.range()?;
    let found = app
        .read(caller.actor, move |conn| {
            let Some(version) = documents::find(conn, id)?.current_version_id else { return Ok(None) };
            let version = versions::find(conn, version)?;
            TextView::read(conn, &version, range).map(Some)
        })
        .await
        .map_err(|error| error.naming("document"))?;
    let view = found.ok_or_else(|| ApiError::new(Code::Conflict, "The document has not been read yet."))?;
    Ok(Json(view))
}
