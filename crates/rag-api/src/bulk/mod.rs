//! `POST /v1/collections/{id}/documents/bulk`: stores documents, one a line, and answers each line when its document is stored.

mod lines;

use std::{convert::Infallible, io::Write, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{self, Bytes},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::stream;
use rag_engine::ingest::Upload;
use rag_schema::ids::CollectionId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::NamedTempFile;
use tokio::time::Instant;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use self::lines::Lines;
use crate::{
    app::App,
    auth::{Caller, May, Store},
    event_stream::to_json,
    extract::{Id, parse},
    names::check_name,
    problem::{ApiError, ApiResult, Code, FieldProblem, Problem},
    uploads::clean_text,
};

/// Media types of the body, which mean the same.
const MEDIA_TYPES: [&str; 3] = ["application/x-ndjson", "application/jsonl", "application/json-lines"];
/// Interval at which it is checked that the caller's key is still valid.
const PROOF_HOLDS: Duration = Duration::from_secs(2);

/// A document to store: a line of the body.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkDocumentBody {
    /// Title, 1 to 500 characters; if absent, the document's own title or the last part of the source.
    #[validate(length(min = 1, max = 500), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 500)]
    title: Option<String>,
    /// Path, file name or address that the document is known by in the collection; a line with the source of a document becomes a new
    /// version of it. An extension such as `.md` determines the format.
    #[validate(length(min = 1, max = 2000), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 2000)]
    source: Option<String>,
    /// Text of the document; either this or `content_base64`.
    #[validate(length(min = 1))]
    #[schema(min_length = 1)]
    text: Option<String>,
    /// Bytes of a file of any format, in Base64.
    #[validate(length(min = 1))]
    #[schema(min_length = 1)]
    content_base64: Option<String>,
    /// Metadata: an object; if absent, a known document keeps its own.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Value>,
}

/// The outcome of a line: a line of the response.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct BulkLineView {
    /// Number of the line in the body, from 1. Blank lines count, and are not answered.
    line: u64,
    /// Status that a request for the document alone would have: 202, 200 if it was there already, or that of an error.
    status: u16,
    /// Id of the document; absent after an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    document_id: Option<Uuid>,
    /// Id of the job that reads it; absent after an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<Uuid>,
    /// Code of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// Description of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Refused values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
}

impl BulkLineView {
    fn refused(line: u64, error: ApiError) -> Self {
        Self {
            line,
            status: error.code.status().as_u16(),
            code: Some(error.code.slug()),
            detail: Some(error.detail),
            errors: error.errors,
            ..Self::default()
        }
    }
}

/// Stores documents, each a JSON object on a line of its own, and answers with a line for each as soon as it is stored. A line that cannot
/// be stored is refused alone. Read the response while you send: the server takes no further line while its answers are not read. If the
/// connection breaks, the lines that were answered are stored, and possibly the one after them.
#[utoipa::path(post, path = "/v1/collections/{id}/documents/bulk", tag = "documents", params(("id" = Uuid, Path)),
    request_body(content = BulkDocumentBody, content_type = "application/x-ndjson"), responses(
    (status = 200, body = BulkLineView, content_type = "application/x-ndjson"),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn store_documents(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<CollectionId>,
    req: HttpRequest,
    payload: web::Payload,
) -> ApiResult<HttpResponse> {
    let media_type =
        req.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !MEDIA_TYPES.iter().any(|known| essence.eq_ignore_ascii_case(known)) {
        return Err(ApiError::new(Code::Unsupported, "Send the body as application/x-ndjson."));
    }
    let actor = caller.actor;
    app.blocking(move |engine| Ok(engine.check_writable(actor, id)?)).await?;
    let lines = Lines::new(&app, payload);
    let bulk = Bulk {
        app: app.get_ref().clone(),
        caller: Caller::clone(&caller),
        id,
        lines,
        checked: Instant::now(),
    };
    let answers = stream::unfold(Some(bulk), |bulk| async {
        let mut bulk = bulk?;
        let (answer, goes_on) = bulk.next().await?;
        let line = to_json(&answer) + "\n";
        Some((Ok::<_, Infallible>(Bytes::from(line)), goes_on.then_some(bulk)))
    });
    Ok(HttpResponse::Ok().content_type("application/x-ndjson").streaming(Box::pin(answers)))
}

/// A request in progress.
struct Bulk {
    app: App,
    caller: Caller,
    id: CollectionId,
    lines: Lines,
    /// When the caller's key was last known to be valid.
    checked: Instant,
}

impl Bulk {
    /// Returns the answer of the next line, and whether the request goes on; `None` after the last line.
    async fn next(&mut self) -> Option<(BulkLineView, bool)> {
        let shutdown = self.app.shutdown.clone();
        let line = shutdown.run_until_cancelled(self.lines.next()).await.unwrap_or_else(|| Err(stopping()));
        let number = self.lines.count;
        let line = match line {
            Ok(line) => line?,
            Err(error) => return Some((BulkLineView::refused(number + 1, error), false)),
        };
        if let Err(error) = self.check().await {
            return Some((BulkLineView::refused(number, error), false));
        }
        let stored = match line {
            Ok(line) => self.store(line).await,
            Err(error) => Err(error),
        };
        let answer = stored.map_or_else(
            |error| BulkLineView::refused(number, error),
            |stored| BulkLineView { line: number, ..stored },
        );
        Some((answer, true))
    }

    /// Refuses to go on when the server stops, or the caller's key is no longer valid.
    async fn check(&mut self) -> ApiResult<()> {
        if self.app.shutdown.is_cancelled() {
            return Err(stopping());
        }
        if self.checked.elapsed() >= PROOF_HOLDS {
            if !self.app.holds(self.caller.proof).await {
                return Err(ApiError::new(
                    Code::Unauthorized,
                    "The key or login of this request is no longer valid.",
                ));
            }
            self.checked = Instant::now();
        }
        Ok(())
    }

    async fn store(&self, line: Vec<u8>) -> ApiResult<BulkLineView> {
        let (actor, id) = (self.caller.actor, self.id);
        let scratch = self.app.engine.settings().ingest.reading.scratch.clone();
        self.app
            .with_upload(move |engine| {
                let body: BulkDocumentBody = parse(&line)?;
                drop(line);
                let mut file = NamedTempFile::new_in(scratch)?;
                file.write_all(&content(body.text, body.content_base64)?)?;
                let upload = Upload {
                    file: file.path(),
                    title: body.title.as_deref(),
                    source: body.source.as_deref(),
                    metadata: body.metadata.as_ref(),
                };
                let accepted = engine.upload(actor, id, &upload)?;
                Ok(BulkLineView {
                    status: if accepted.duplicate { 200 } else { 202 },
                    document_id: Some(accepted.document.id.uuid()),
                    job_id: accepted.job.map(|job| job.id.uuid()),
                    ..BulkLineView::default()
                })
            })
            .await
    }
}

fn stopping() -> ApiError {
    ApiError::new(Code::Unavailable, "The server is stopping. Send this line and the next ones again.")
}

/// Returns the bytes of the document.
fn content(text: Option<String>, base64: Option<String>) -> ApiResult<Vec<u8>> {
    match (text, base64) {
        (Some(text), None) => Ok(clean_text(text)?.into_bytes()),
        (None, Some(base64)) => STANDARD
            .decode(base64)
            .map_err(|error| ApiError::field("content_base64", format!("is not Base64: {error}"))),
        _ => Err(ApiError::field("text", "either this or content_base64 must be there")),
    }
}
