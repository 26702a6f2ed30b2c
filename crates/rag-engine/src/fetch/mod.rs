//! Documents from addresses: queues the jobs that fetch them. Each document is known by its address (ADR 33).

mod crawl;
mod page;

use rag_repo::{Actor, RepoError, collections, jobs};
use rag_schema::{
    enums::{JobKind, JobState},
    ids::{CollectionId, JobId},
    models::{FetchTask, Job, NewJob, Task},
};
use serde_json::Value;

use crate::{Engine, EngineError, EngineResult, ingest::check_metadata};

pub(crate) use crawl::work_on;

/// Maximum number of links that are followed from the first page to a further one.
pub const MAX_DEPTH: u8 = 5;
/// Maximum number of pages of a site if a request does not give one.
pub const DEFAULT_PAGES: usize = 100;
/// Maximum number of jobs that fetch into one collection and have not ended.
const MAX_OPEN_JOBS: i64 = 1_000;

/// An address to fetch.
#[derive(Debug, Clone, Copy)]
pub struct FetchRequest<'a> {
    /// Address of the first page.
    pub url: &'a str,
    /// Number of links that are followed from the first page to each further one, within its site; at most `MAX_DEPTH`.
    pub depth: u8,
    /// Maximum number of pages, at least 1; without one 1 or, with a depth, `DEFAULT_PAGES`.
    pub max_pages: Option<usize>,
    /// Metadata of each document, a JSON object; a known document keeps its own without them.
    pub metadata: Option<&'a Value>,
}

impl Engine {
    /// Queues the job that fetches a page, or the pages of a site, into the collection. Returns `EngineError::Invalid` for an address that
    /// is never fetched; the name of its host is resolved by the job.
    pub fn queue_fetch(
        &self,
        actor: Actor,
        collection: CollectionId,
        request: &FetchRequest<'_>,
    ) -> EngineResult<Job> {
        let Actor::User { id: user, .. } = actor else {
            return Err(EngineError::Forbidden("Only a person can have addresses fetched."));
        };
        let payload = Task::Fetch(self.fetch_task(request)?).payload();
        let title = payload.get("url").and_then(Value::as_str).unwrap_or_default();
        let queued = self.db().transaction(actor, |conn| {
            collections::find(conn, collection)?;
            if jobs::count(conn, collection, JobKind::Fetch, &JobState::OPEN)? >= MAX_OPEN_JOBS {
                let detail = format!("{MAX_OPEN_JOBS} fetches into this collection have not ended. Wait for some of them, or cancel them.");
                return Err(RepoError::Exhausted(detail));
            }
            let new = NewJob {
                id: JobId::new(),
                kind: JobKind::Fetch,
                collection_id: Some(collection),
                document_id: None,
                version_id: None,
                title,
                size_bytes: 0,
                payload: &payload,
                model_id: None,
                user_id: Some(user),
            };
            jobs::insert(conn, &new)
        });
        let job = queued.map_err(|error| EngineError::from(error).naming("collection"))?;
        self.announce_work();
        Ok(job)
    }

    /// Checks a request.
    fn fetch_task(&self, request: &FetchRequest<'_>) -> EngineResult<FetchTask> {
        let (Some(fetcher), Some(settings)) = (self.fetcher(), &self.settings().fetch) else {
            return Err(EngineError::Forbidden(
                "This server does not fetch addresses. Its operator can switch that on: fetch.enabled.",
            ));
        };
        let FetchRequest { url, depth, max_pages, metadata } = *request;
        metadata.map_or(Ok(()), check_metadata)?;
        let url = fetcher.read_url(url).map_err(|error| EngineError::Invalid(error.to_string()))?;
        if depth > MAX_DEPTH {
            return Err(EngineError::Invalid(format!("The depth is {depth}: give at most {MAX_DEPTH}.")));
        }
        let default = if depth == 0 { 1 } else { DEFAULT_PAGES.min(settings.max_pages) };
        let max_pages = max_pages.unwrap_or(default);
        if !(1..=settings.max_pages).contains(&max_pages) {
            let allowed = settings.max_pages;
            return Err(EngineError::Invalid(format!(
                "The number of pages is {max_pages}: give 1 to {allowed}."
            )));
        }
        Ok(FetchTask { url: url.into(), depth, max_pages, metadata: metadata.cloned() })
    }
}
