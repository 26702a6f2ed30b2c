//! `/v1/jobs/events`: the caller's jobs as a stream of events, the current state first and then each change.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use actix_web::{HttpRequest, HttpResponse, web};
use rag_engine::{Actor, jobs::JobChanges};
use rag_repo::{Page, PgConnection, RepoResult, collections, embedding_models, jobs, jobs::JobFilter};
use rag_schema::{
    enums::JobState,
    ids::{CollectionId, JobId},
    models::{EmbeddingModel, Job},
};
use serde::Deserialize;
use tokio::{
    select,
    time::{Instant, sleep, sleep_until},
};
use utoipa::IntoParams;
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::App,
    auth::{May, Read},
    event_stream::{self, EventReader, EventWriter},
    extract::Params,
    jobs::JobView,
    problem::{ApiError, ApiResult, Code},
};

/// Maximum number of open jobs with which a stream begins, the newest ones.
const MAX_OPEN_JOBS: i64 = 200;
/// Time for which the list of the collections that the caller may see holds while jobs change.
const VISIBLE_HOLDS: Duration = Duration::from_secs(2);
/// Time without a change after which a stream looks whether its open jobs are still open: the change of a transaction that took long is
/// not among those that it hears of.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// Pause after an error of the database.
const RETRY: Duration = Duration::from_secs(1);

/// The jobs to watch.
#[derive(Debug, Clone, Copy, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct JobEventsParams {
    /// Only this job. The stream ends with the job, by the event `end`.
    job_id: Option<Uuid>,
    /// Only jobs of this collection.
    collection_id: Option<Uuid>,
}

/// Streams jobs as events `job`, whose data are those of `GET /v1/jobs/{id}`: first the newest 200 that have not ended, then each one that
/// begins, changes or ends, at most once a second with progress. To resume, connect again: the stream begins with the current state.
#[utoipa::path(get, path = "/v1/jobs/events", tag = "jobs", params(JobEventsParams), responses(
    (status = 200, body = String, content_type = "text/event-stream"),
    (status = 404, body = crate::problem::Problem, content_type = "application/problem+json")))]
pub(crate) async fn stream_job_events(
    app: web::Data<App>,
    caller: May<Read>,
    req: HttpRequest,
    Params(params): Params<JobEventsParams>,
) -> ApiResult<HttpResponse> {
    if app.shutdown.is_cancelled() {
        return Err(event_stream::stopping());
    }
    let wanted = Wanted {
        job: params.job_id.map(JobId::from),
        collection: params.collection_id.map(CollectionId::from),
    };
    // Watched before it is read, so that no change is between the two.
    let changes = app.engine.watch_jobs()?;
    let state = load(&app, caller.actor, wanted, &HashSet::new()).await?;
    let reader = JobReader {
        app: app.get_ref().clone(),
        actor: caller.actor,
        wanted,
        changes,
        pending: state.jobs.into_iter().map(Arc::new).collect(),
        seen: (state.visible, state.models, Instant::now()),
        open: HashSet::new(),
        is_behind: None,
        count: 0,
        has_ended: false,
    };
    Ok(event_stream::respond_with(&app, &req, caller.proof, reader, JobEvents { ends: wanted.job.is_some() }))
}

/// The jobs of a stream.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    job: Option<JobId>,
    collection: Option<CollectionId>,
}

impl Wanted {
    fn has(self, job: &Job) -> bool {
        self.job.is_none_or(|id| id == job.id)
            && job.collection_id.is_some()
            && self.collection.is_none_or(|id| Some(id) == job.collection_id)
    }
}

/// The current state for one caller.
struct Current {
    jobs: Vec<Job>,
    visible: HashSet<CollectionId>,
    models: Vec<EmbeddingModel>,
}

fn read_visible(conn: &mut PgConnection) -> RepoResult<(HashSet<CollectionId>, Vec<EmbeddingModel>)> {
    let visible = collections::visible_ids(conn)?.into_iter().collect();
    Ok((visible, embedding_models::list(conn)?))
}

/// Reads the open jobs, and those of `known` that are open no more.
async fn load(app: &App, actor: Actor, wanted: Wanted, known: &HashSet<JobId>) -> ApiResult<Current> {
    let mut known: Vec<JobId> = known.iter().copied().collect();
    let read = move |conn: &mut PgConnection| -> RepoResult<_> {
        if let Some(id) = wanted.collection {
            collections::find(conn, id)?;
        }
        let jobs = if let Some(id) = wanted.job {
            vec![jobs::find(conn, id)?]
        } else {
            let states = JobState::OPEN.into();
            let filter = JobFilter { collection: wanted.collection, states, ..JobFilter::default() };
            let mut open = jobs::list(conn, &filter, Page::first(MAX_OPEN_JOBS))?;
            open.reverse();
            known.retain(|id| open.iter().all(|job| job.id != *id));
            open.extend(jobs::find_all(conn, &known)?);
            open
        };
        let (visible, models) = read_visible(conn)?;
        Ok(Current { jobs, visible, models })
    };
    let missing = if wanted.job.is_some() { "job" } else { "collection" };
    app.read_primary(actor, read).await.map_err(|error| error.naming(missing))
}

/// Reads the jobs of one stream.
struct JobReader {
    app: App,
    actor: Actor,
    wanted: Wanted,
    changes: JobChanges,
    /// Jobs to send; each is sent only if the caller may see it at that time.
    pending: VecDeque<Arc<Job>>,
    /// The collections that the caller may see, the models, and when both were read.
    seen: (HashSet<CollectionId>, Vec<EmbeddingModel>, Instant),
    /// Jobs that were sent as open and not as ended.
    open: HashSet<JobId>,
    /// Whether the current state must be read again, and how much of it is to be sent.
    is_behind: Option<Behind>,
    count: usize,
    has_ended: bool,
}

/// What a stream may have missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Behind {
    /// The beginning or the end of a job.
    Ends,
    /// Any change.
    All,
}

impl JobReader {
    /// Reads the current state again. A job that is gone ends its stream.
    async fn catch_up(&mut self, behind: Behind) {
        match load(&self.app, self.actor, self.wanted, &self.open).await {
            Ok(state) => {
                let is_there: HashSet<JobId> = state.jobs.iter().map(|job| job.id).collect();
                let is_news = |job: &Job| !job.state.is_open() || !self.open.contains(&job.id);
                let missed = state.jobs.into_iter().filter(|job| behind == Behind::All || is_news(job));
                self.pending = missed.map(Arc::new).collect();
                // A job that is gone with its collection is not asked for again: every other one that had ended is sent now.
                self.open.retain(|id| is_there.contains(id));
                self.seen = (state.visible, state.models, Instant::now());
                self.is_behind = None;
            }
            Err(error) if error.code == Code::NotFound => self.has_ended = true,
            Err(_) => sleep(RETRY).await,
        }
    }

    /// Reads which collections the caller may see, if that is some time ago. Only changes of jobs lead to it, never the mere waiting.
    async fn look_at_collections(&mut self) -> ApiResult<()> {
        if self.seen.2.elapsed() >= VISIBLE_HOLDS {
            let (visible, models) = self.app.read_primary(self.actor, read_visible).await?;
            self.seen = (visible, models, Instant::now());
        }
        Ok(())
    }

    fn take(&mut self) -> Option<JobView> {
        let job = self.pending.pop_front()?;
        let (visible, models, _) = &self.seen;
        if !job.collection_id.is_some_and(|id| visible.contains(&id)) {
            return None;
        }
        self.count += 1;
        if job.state.is_open() {
            self.open.insert(job.id)
        } else {
            self.open.remove(&job.id)
        };
        self.has_ended = self.wanted.job.is_some() && !job.state.is_open();
        Some(JobView::new(Job::clone(&job), models, &self.app.engine))
    }
}

impl EventReader for JobReader {
    type Event = JobView;

    /// Nothing is taken from `pending` before the last wait, so that cancelling loses nothing.
    async fn next(&mut self) -> Option<Arc<JobView>> {
        loop {
            if self.has_ended {
                return None;
            }
            if let Some(behind) = self.is_behind {
                self.catch_up(behind).await;
            } else if self.pending.is_empty() {
                // Heartbeats cancel this wait, so it ends at a time, not after one.
                let idle = sleep_until(self.seen.2 + LOOK_AGAIN);
                select! {
                    () = self.app.shutdown.cancelled() => return None,
                    () = idle => self.is_behind = Some(Behind::Ends),
                    change = self.changes.next() => match change {
                        Some(job) if self.wanted.has(&job) => self.pending.push_back(job),
                        Some(_) => {}
                        None => self.is_behind = Some(Behind::All),
                    },
                }
            } else if self.look_at_collections().await.is_err() {
                sleep(RETRY).await;
            } else if let Some(view) = self.take() {
                return Some(Arc::new(view));
            }
        }
    }

    fn position(&self) -> usize {
        self.count
    }

    fn has_ended(&self) -> bool {
        self.has_ended
    }
}

/// The events of jobs.
struct JobEvents {
    /// Whether the end of a job ends the stream.
    ends: bool,
}

impl EventWriter<JobView> for JobEvents {
    fn event(&mut self, _: usize, job: &JobView) -> String {
        let data = event_stream::to_json(job);
        let end = if self.ends && job.finished_at.is_some() { "event: end\ndata: {}\n\n" } else { "" };
        format!("event: job\ndata: {data}\n\n{end}")
    }

    fn refusal(&mut self, error: &ApiError) -> String {
        format!("event: error\ndata: {}\n\n", event_stream::to_json(&error.problem(None)))
    }
}
