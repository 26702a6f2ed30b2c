//! `/v1/jobs`: progress of background work on the caller's documents.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use rag_repo::{Page, jobs};
use rag_schema::{
    enums::JobState,
    ids::{CollectionId, JobId},
    models::Job,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::App,
    auth::{May, Read, Store},
    extract::{Id, Params},
    page::ListView,
    problem::{ApiResult, Problem},
};

/// A job.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobView {
    /// Id.
    pub(crate) id: Uuid,
    /// Kind of work: `ingest` reads a document.
    pub(crate) kind: &'static str,
    /// `queued`, `running`, `done`, `refused` (the input can never work) or `dead` (given up; may be retried).
    pub(crate) state: &'static str,
    /// `queued`, `reading`, `embedding`, `publishing` or `finished`.
    pub(crate) stage: &'static str,
    /// Units of the stage done.
    pub(crate) done: i64,
    /// Units of the stage in all, when known.
    pub(crate) total: Option<i64>,
    /// Why it failed last: `{code, detail}`.
    #[schema(value_type = Option<Object>)]
    pub(crate) problem: Option<serde_json::Value>,
    /// Collection it works for.
    pub(crate) collection_id: Option<Uuid>,
    /// Document it works on, unless that is deleted.
    pub(crate) document_id: Option<Uuid>,
    /// Title or file name of the document.
    pub(crate) title: String,
    /// Length of the original in bytes.
    pub(crate) size_bytes: i64,
    /// Higher is taken sooner.
    pub(crate) priority: i16,
    /// Times it was taken by a worker, for whatever reason.
    pub(crate) attempts: i32,
    /// Times its own work failed. Outages and stops of the server do not count.
    pub(crate) failures: i32,
    /// When it was queued.
    pub(crate) created_at: DateTime<Utc>,
    /// When it ended.
    pub(crate) finished_at: Option<DateTime<Utc>>,
}

impl From<Job> for JobView {
    fn from(row: Job) -> Self {
        Self {
            id: row.id.uuid(),
            kind: row.kind.as_str(),
            state: row.state.as_str(),
            stage: row.stage.as_str(),
            done: row.done_units,
            total: row.total_units,
            problem: row.problem,
            collection_id: row.collection_id.map(CollectionId::uuid),
            document_id: row.document_id.map(rag_schema::ids::DocumentId::uuid),
            title: row.title,
            size_bytes: row.size_bytes,
            priority: row.priority,
            attempts: row.lease_number,
            failures: row.failures,
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}

fn default_limit() -> i64 {
    50
}

/// Which jobs.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct JobParams {
    /// Only jobs of this collection.
    collection_id: Option<Uuid>,
    /// Only jobs in this state: `queued`, `running`, `done`, `refused` or `dead`.
    #[param(value_type = Option<String>)]
    state: Option<JobState>,
    /// Most items, 1 to 200.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: i64,
    /// Only items after the one of this id.
    after: Option<Uuid>,
}

/// Jobs, newest first.
#[utoipa::path(get, path = "/v1/jobs", tag = "jobs", params(JobParams), responses(
    (status = 200, body = ListView<JobView>)))]
pub(crate) async fn list_jobs(
    app: web::Data<App>,
    caller: May<Read>,
    Params(params): Params<JobParams>,
) -> ApiResult<HttpResponse> {
    let page = Page { limit: params.limit + 1, after: params.after };
    let collection = params.collection_id.map(CollectionId::from);
    let rows = app.read(caller.actor, move |conn| jobs::list(conn, collection, params.state, page)).await?;
    let views = rows.into_iter().map(JobView::from).collect();
    Ok(HttpResponse::Ok().json(ListView::new(views, params.limit, |view| view.id.to_string())))
}

/// Reads a job: its stage, its progress, its problem.
#[utoipa::path(get, path = "/v1/jobs/{id}", tag = "jobs", params(("id" = Uuid, Path)), responses(
    (status = 200, body = JobView)))]
pub(crate) async fn get_job(
    app: web::Data<App>,
    caller: May<Read>,
    Id(id): Id<JobId>,
) -> ApiResult<HttpResponse> {
    let row = app
        .read(caller.actor, move |conn| jobs::find(conn, id))
        .await
        .map_err(|error| error.naming("job"))?;
    Ok(HttpResponse::Ok().json(JobView::from(row)))
}

/// Queues a job again that was given up; its counts begin at 0.
#[utoipa::path(post, path = "/v1/jobs/{id}/retry", tag = "jobs", params(("id" = Uuid, Path)), responses(
    (status = 202, body = JobView),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn retry_job(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<JobId>,
) -> ApiResult<HttpResponse> {
    let row = app.blocking(move |engine| Ok(engine.retry_job(caller.actor, id)?)).await?;
    Ok(HttpResponse::Accepted().json(JobView::from(row)))
}
