//! `/v1/jobs/{id}/..` and `/v1/collections/{id}/ingest/..`: cancelling, pausing, resuming and retrying background work.

use actix_web::web::{self, Json};
use rag_engine::{Actor, Engine, EngineResult};
use rag_repo::embedding_models;
use rag_schema::{
    ids::{CollectionId, JobId},
    models::{Collection, Job},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::App,
    auth::{May, Store},
    collections::CollectionView,
    extract::{Body, Id},
    jobs::JobView,
    names::check_name,
    problem::{ApiResult, Problem},
    respond::Accepted,
};

/// The jobs to retry together.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RedriveBody {
    /// Collection of the jobs.
    collection_id: Uuid,
    /// Only jobs with this code in their problem, such as `process_ended`, 1 to 100 characters.
    #[validate(length(min = 1, max = 100), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 100)]
    code: Option<String>,
}

/// The outcome of retrying jobs together.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RedriveView {
    /// Number of jobs that were queued.
    queued: usize,
}

async fn control(
    app: &App,
    actor: Actor,
    change: impl FnOnce(&Engine) -> EngineResult<Job> + Send + 'static,
) -> ApiResult<JobView> {
    let (row, models) = app
        .blocking(move |engine| Ok((change(engine)?, engine.db().read_back(actor, embedding_models::list)?)))
        .await?;
    Ok(JobView::new(row, &models, &app.engine))
}

/// Ends a job that has not ended, and deletes what it has stored: a document keeps the version before, and is deleted without one.
/// Cancelling it again does nothing; a job that has ended otherwise cannot be cancelled.
#[utoipa::path(post, path = "/v1/jobs/{id}/cancel", tag = "jobs", params(("id" = Uuid, Path)), responses(
    (status = 200, body = JobView),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn cancel_job(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<JobId>,
) -> ApiResult<Json<JobView>> {
    let actor = caller.actor;
    control(&app, actor, move |engine| engine.cancel_job(actor, id)).await.map(Json)
}

/// Takes a job from the queue or from its worker until it is resumed. It then continues after the last part that it has stored.
#[utoipa::path(post, path = "/v1/jobs/{id}/pause", tag = "jobs", params(("id" = Uuid, Path)), responses(
    (status = 200, body = JobView),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn pause_job(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<JobId>,
) -> ApiResult<Json<JobView>> {
    let actor = caller.actor;
    control(&app, actor, move |engine| engine.pause_job(actor, id)).await.map(Json)
}

/// Queues a paused job. Does nothing to a job that is queued or running.
#[utoipa::path(post, path = "/v1/jobs/{id}/resume", tag = "jobs", params(("id" = Uuid, Path)), responses(
    (status = 200, body = JobView),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn resume_job(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<JobId>,
) -> ApiResult<Json<JobView>> {
    let actor = caller.actor;
    control(&app, actor, move |engine| engine.resume_job(actor, id)).await.map(Json)
}

/// Queues a job that was given up; its counts restart at 0.
#[utoipa::path(post, path = "/v1/jobs/{id}/retry", tag = "jobs", params(("id" = Uuid, Path)), responses(
    (status = 202, body = JobView),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn retry_job(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<JobId>,
) -> ApiResult<Accepted<JobView>> {
    let actor = caller.actor;
    control(&app, actor, move |engine| engine.retry_job(actor, id)).await.map(Accepted)
}

/// Queues all jobs of a collection that read documents and were given up.
#[utoipa::path(post, path = "/v1/jobs/redrive", tag = "jobs", request_body = RedriveBody, responses(
    (status = 200, body = RedriveView),
    (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn redrive_jobs(
    app: web::Data<App>,
    caller: May<Store>,
    Body(body): Body<RedriveBody>,
) -> ApiResult<Json<RedriveView>> {
    let collection = CollectionId::from(body.collection_id);
    let redrive =
        move |engine: &Engine| Ok(engine.redrive_jobs(caller.actor, collection, body.code.as_deref())?);
    Ok(Json(RedriveView { queued: app.blocking(redrive).await? }))
}

async fn control_ingest(
    app: &App,
    actor: Actor,
    change: impl FnOnce(&Engine) -> EngineResult<Collection> + Send + 'static,
) -> ApiResult<CollectionView> {
    let row = app.blocking(move |engine| Ok(change(engine)?)).await?;
    let models = app.read_back(actor, embedding_models::list).await?;
    Ok(CollectionView::new(row, &models, None))
}

/// Pauses the jobs that read documents of a collection, and those of uploads from now on. Documents that were read are searched.
#[utoipa::path(post, path = "/v1/collections/{id}/ingest/pause", tag = "jobs", params(("id" = Uuid, Path)), responses(
    (status = 200, body = CollectionView)))]
pub(crate) async fn pause_ingest(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<CollectionId>,
) -> ApiResult<Json<CollectionView>> {
    let actor = caller.actor;
    control_ingest(&app, actor, move |engine| engine.pause_ingest(actor, id)).await.map(Json)
}

/// Resumes all paused jobs that read documents of a collection.
#[utoipa::path(post, path = "/v1/collections/{id}/ingest/resume", tag = "jobs", params(("id" = Uuid, Path)), responses(
    (status = 200, body = CollectionView)))]
pub(crate) async fn resume_ingest(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<CollectionId>,
) -> ApiResult<Json<CollectionView>> {
    let actor = caller.actor;
    control_ingest(&app, actor, move |engine| engine.resume_ingest(actor, id)).await.map(Json)
}
