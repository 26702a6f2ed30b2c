//! `POST /v1/collections/{id}/documents/from-url`: has documents fetched from an address by a job.

use actix_web::web;
use rag_engine::fetch::{FetchRequest, MAX_DEPTH};
use rag_repo::embedding_models;
use rag_schema::ids::CollectionId;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    app::App,
    auth::{May, Store},
    extract::{Body, Id},
    jobs::JobView,
    problem::ApiResult,
    respond::Accepted,
};

/// An address from which documents are fetched.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FetchBody {
    /// Address of the first page, with `http` or `https`, 1 to 2,000 characters. It is the source of its document: fetched again, a page
    /// that has changed becomes a new version. Only hosts with a public address are connected to.
    #[validate(length(min = 1, max = 2000))]
    #[schema(min_length = 1, max_length = 2000)]
    url: String,
    /// Number of links that are followed from the first page to each further one on the same host, 0 to 5.
    #[serde(default)]
    #[validate(range(max = MAX_DEPTH))]
    #[schema(maximum = 5, default = 0)]
    depth: u8,
    /// Maximum number of pages, at least 1; if absent, 1 or, with a depth, 100. The server limits it (`fetch.max_pages`).
    #[validate(range(min = 1))]
    #[schema(minimum = 1)]
    max_pages: Option<usize>,
    /// Metadata of each document: an object; if absent, a known document keeps its own. `url`, the address after redirects, and
    /// `fetched_at`, the time at which the bytes were fetched, are added.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Value>,
}

/// Queues the job that fetches a page, or the pages of a site that links lead to, and stores each as a document. Jobs of their own then read
/// the documents. `document_id` of the job is the document of the first page, once it is stored.
///
/// The site's robots.txt is obeyed. A page that has not changed since the last fetch is not stored again. A first page that can never be
/// fetched ends the job as `refused`, with the reason as its problem; pages that fail after it are listed in the problem of the job
/// (`pages_failed`), which ends as `done`. Cancelling the job keeps the documents that it has stored.
#[utoipa::path(post, path = "/v1/collections/{id}/documents/from-url", tag = "documents",
    params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    request_body = FetchBody, responses((status = 202, body = JobView)))]
pub(crate) async fn fetch_documents(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<CollectionId>,
    Body(body): Body<FetchBody>,
) -> ApiResult<Accepted<JobView>> {
    let actor = caller.actor;
    let (job, models) = app
        .blocking(move |engine| {
            let FetchBody { url, depth, max_pages, metadata } = &body;
            let request =
                FetchRequest { url, depth: *depth, max_pages: *max_pages, metadata: metadata.as_ref() };
            let job = engine.queue_fetch(actor, id, &request)?;
            Ok((job, engine.db().read(actor, embedding_models::list)?))
        })
        .await?;
    Ok(Accepted(JobView::new(job, &models, &app.engine)))
}
