//! `/v1/jobs`: background work on the caller's documents, and how far it is.

use actix_web::web::{self, Json};
use chrono::{DateTime, Utc};
use rag_engine::{Engine, missing_model_cure};
use rag_repo::{Page, embedding_models, jobs, jobs::JobFilter};
use rag_schema::{
    enums::{JobKind, JobState},
    ids::{CollectionId, JobId},
    models::{EmbeddingModel, Job},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::App,
    auth::{May, Read},
    collections::model_name,
    extract::{Id, Params},
    page::ListView,
    problem::ApiResult,
};

/// A job.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobView {
    /// Id.
    pub(crate) id: Uuid,
    /// Kind of work: `ingest` reads a document, `fetch` fetches documents from an address.
    pub(crate) kind: &'static str,
    /// `queued`, `running`, `paused`, `done`, `refused` (the input can never be processed), `dead` (given up; may be retried) or
    /// `cancelled`.
    pub(crate) state: &'static str,
    /// `queued`, `fetching`, `reading`, `chunking`, `embedding`, `publishing` or `finished`.
    pub(crate) stage: &'static str,
    /// Number of units of the stage that are done: chunks, pages of a site, rounds of conversations, or, while a document is read, pages
    /// that text recognition (OCR) has begun.
    pub(crate) done: i64,
    /// Number of all units of the stage; absent while a document is cut into chunks.
    pub(crate) total: Option<i64>,
    /// Units done per second since the stage began; absent if the job does not run, and before the first measurement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) units_per_second: Option<f32>,
    /// Seconds until all units are done, at this rate; absent without a rate or a total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) eta_s: Option<u64>,
    /// Problem of the last failure: `{code, detail}`.
    #[schema(value_type = Option<Object>)]
    pub(crate) problem: Option<serde_json::Value>,
    /// Id of the collection.
    pub(crate) collection_id: Option<Uuid>,
    /// Id of the document, unless it was deleted.
    pub(crate) document_id: Option<Uuid>,
    /// Title or file name of the document; the address of a job that fetches.
    pub(crate) title: String,
    /// Length of the original in bytes.
    pub(crate) size_bytes: i64,
    /// Name of the embedding model that it needs, which is its collection's.
    pub(crate) model: Option<String>,
    /// Reason why no worker of this server takes the queued job, with the cure; absent if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) waits_for: Option<String>,
    /// Priority; a higher one is taken sooner.
    pub(crate) priority: i16,
    /// Number of times that a worker took it, for any reason.
    pub(crate) attempts: i32,
    /// Number of failures of its own. Outages and stops of the server do not count.
    pub(crate) failures: i32,
    /// Time of the last change of the state.
    pub(crate) changed_at: DateTime<Utc>,
    /// Time of queueing.
    pub(crate) created_at: DateTime<Utc>,
    /// Time of its end.
    pub(crate) finished_at: Option<DateTime<Utc>>,
}

impl JobView {
    /// Creates the view of a job; `models` are all models in the database.
    pub(crate) fn new(row: Job, models: &[EmbeddingModel], engine: &Engine) -> Self {
        let model = row.model_id.and_then(|id| model_name(models, id));
        let pace = row.pace();
        Self {
            units_per_second: pace.map(|pace| pace.units_per_second),
            eta_s: pace.and_then(|pace| pace.eta_s),
            changed_at: row.changed_at,
            waits_for: waits_for(&row, model.as_deref(), engine),
            model,
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

/// Returns the reason why no worker of this server takes a job that is queued.
fn waits_for(row: &Job, model: Option<&str>, engine: &Engine) -> Option<String> {
    let is_here = row.model_id.is_none_or(|id| engine.models().find(id).is_some());
    match model {
        _ if row.state != JobState::Queued => None,
        Some(model) if !is_here => Some(format!(
            "The job waits for the embedding model {model}, which this server does not have. {}",
            missing_model_cure(model)
        )),
        _ if row.kind == JobKind::Fetch && !engine.can_fetch() => Some(
            "The job waits for a server that fetches addresses, which this one does not. Its operator can switch that on: fetch.enabled."
                .to_owned(),
        ),
        _ => None,
    }
}

fn default_limit() -> i64 {
    50
}

/// The jobs to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct JobParams {
    /// Only jobs of this collection.
    collection_id: Option<Uuid>,
    /// Only jobs in this state.
    #[param(value_type = Option<String>)]
    state: Option<JobState>,
    /// Only jobs of this kind.
    #[param(value_type = Option<String>)]
    kind: Option<JobKind>,
    /// Maximum number of items, 1 to 200.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: i64,
    /// Only items after the one with this id.
    after: Option<Uuid>,
}

/// Lists jobs, newest first.
#[utoipa::path(get, path = "/v1/jobs", tag = "jobs", params(JobParams), responses(
    (status = 200, body = ListView<JobView>)))]
pub(crate) async fn list_jobs(
    app: web::Data<App>,
    caller: May<Read>,
    Params(params): Params<JobParams>,
) -> ApiResult<Json<ListView<JobView>>> {
    let page = Page { limit: params.limit + 1, after: params.after };
    let filter = JobFilter {
        collection: params.collection_id.map(CollectionId::from),
        states: params.state.into_iter().collect(),
        kind: params.kind,
    };
    let (rows, models) = app
        .read(caller.actor, move |conn| Ok((jobs::list(conn, &filter, page)?, embedding_models::list(conn)?)))
        .await?;
    let views = rows.into_iter().map(|row| JobView::new(row, &models, &app.engine)).collect();
    Ok(Json(ListView::new(views, params.limit, |view| view.id.to_string())))
}

/// Returns a job with its stage, progress and problem.
#[utoipa::path(get, path = "/v1/jobs/{id}", tag = "jobs", params(("id" = Uuid, Path)), responses(
    (status = 200, body = JobView)))]
pub(crate) async fn get_job(
    app: web::Data<App>,
    caller: May<Read>,
    Id(id): Id<JobId>,
) -> ApiResult<Json<JobView>> {
    let (row, models) = app
        .read(caller.actor, move |conn| Ok((jobs::find(conn, id)?, embedding_models::list(conn)?)))
        .await
        .map_err(|error| error.naming("job"))?;
    Ok(Json(JobView::new(row, &models, &app.engine)))
}
