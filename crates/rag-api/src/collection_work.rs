//! `/v1/collections/{id}/model` and `/v1/collections/{id}/reingest`: work on all documents of a collection while it is searched.

use actix_web::web::{self, Json};
use rag_engine::{ChunkSizes, Move};
use rag_schema::ids::CollectionId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::App,
    auth::{Manage, May, Store},
    extract::{Body, Id},
    names::check_name,
    problem::{ApiResult, Problem},
    respond::Accepted,
};

/// Sizes of a collection's chunks.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChunkSizesBody {
    /// Maximum size of a chunk with the title and headings put before it, in tokens of the collection's model; not more than the model
    /// reads at a time.
    #[validate(range(min = 32, max = 8192))]
    #[schema(minimum = 32, maximum = 8192)]
    max_tokens: u16,
    /// Maximum number of tokens that a chunk repeats from the end of the previous one; at most half of `max_tokens`.
    #[validate(range(max = 4096))]
    #[schema(maximum = 4096)]
    overlap_tokens: u16,
}

impl From<ChunkSizesBody> for ChunkSizes {
    fn from(body: ChunkSizesBody) -> Self {
        Self { max_tokens: body.max_tokens, overlap_tokens: body.overlap_tokens }
    }
}

impl From<ChunkSizes> for ChunkSizesBody {
    fn from(sizes: ChunkSizes) -> Self {
        Self { max_tokens: sizes.max_tokens, overlap_tokens: sizes.overlap_tokens }
    }
}

/// The embedding model that a collection is to have.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoveBody {
    /// Name of a model of this server, 1 to 200 characters. The collection's own model ends an open move.
    #[validate(length(min = 1, max = 200), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 200)]
    model: String,
}

/// The outcome of a request to move a collection to another model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MoveOutcome {
    /// A job moves the collection. Searches use the old model until each passage has its vector of the new one.
    Queued,
    /// The collection has the model already.
    Unchanged,
    /// The open move to another model has ended; the collection keeps its model.
    Cancelled,
}

/// A move of a collection to another model.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MoveView {
    /// The outcome.
    outcome: MoveOutcome,
    /// Job that moves the collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<Uuid>,
}

impl From<Move> for MoveView {
    fn from(moved: Move) -> Self {
        match moved {
            Move::Queued(job) => Self { outcome: MoveOutcome::Queued, job_id: Some(job.uuid()) },
            Move::Stays => Self { outcome: MoveOutcome::Unchanged, job_id: None },
            Move::Cancelled => Self { outcome: MoveOutcome::Cancelled, job_id: None },
        }
    }
}

/// The documents to read again.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReingestBody {
    /// Whether all documents are read again, also those that would be read as they were.
    #[serde(default)]
    all: bool,
}

/// Number of documents that are read again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReingestView {
    /// Number of jobs that were queued, one for each document.
    queued: u64,
}

/// Moves a collection of yours to another embedding model while searches use the one that it has.
#[utoipa::path(put, path = "/v1/collections/{id}/model", tag = "collections", params(("id" = Uuid, Path)),
    request_body = MoveBody, responses(
    (status = 200, body = MoveView),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn move_collection(
    app: web::Data<App>,
    caller: May<Manage>,
    Id(id): Id<CollectionId>,
    Body(body): Body<MoveBody>,
) -> ApiResult<Json<MoveView>> {
    let actor = caller.actor;
    let moved = app.blocking(move |engine| Ok(engine.move_collection(actor, id, &body.model)?)).await?;
    Ok(Json(moved.into()))
}

/// Reads the documents of a collection again that would be read differently today: by other chunk sizes, another model, with OCR, or by
/// a newer program; or all of them. Searches find the chunks that a document has until its new ones are whole.
#[utoipa::path(post, path = "/v1/collections/{id}/reingest", tag = "collections", params(("id" = Uuid, Path)),
    request_body = ReingestBody, responses(
    (status = 202, body = ReingestView)))]
pub(crate) async fn reingest_collection(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<CollectionId>,
    Body(body): Body<ReingestBody>,
) -> ApiResult<Accepted<ReingestView>> {
    let queued = app.blocking(move |engine| Ok(engine.reingest(caller.actor, id, body.all)?)).await?;
    Ok(Accepted(ReingestView { queued }))
}
