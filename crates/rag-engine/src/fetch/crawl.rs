//! The work on a job that fetches: the first page, then the pages of its site that links lead to, breadth first.

use std::collections::{HashSet, VecDeque};

use rag_fetch::{FetchError, Reason, Url};
use rag_repo::{
    Actor, RepoResult, jobs,
    jobs::{Lease, Progress},
};
use rag_schema::{
    enums::{JobStage, JobState},
    ids::DocumentId,
    models::Job,
};
use serde_json::{Value, json};

use super::page::{Fetching, Outcome, Stored, check_rights};
use crate::{
    Engine, EngineError, EngineResult,
    jobs::{Shift, is_outage},
};

/// Number of failed pages that the problem of a job lists.
const MAX_LISTED: usize = 20;
/// Number of addresses that are remembered for each page that may be fetched; it bounds memory.
const MAX_SEEN_PER_PAGE: usize = 10;

/// Fetches the pages of a job until all are fetched or the work on the job is over. Returns an error if something is unavailable.
pub(crate) fn work_on(engine: &Engine, job: &Job, shift: &Shift<'_>) -> EngineResult<()> {
    let Err(error) = fetch_all(engine, job, shift) else { return Ok(()) };
    // The collection or the lease is not found by a person who has lost the right to store.
    let error = match error {
        EngineError::NotFound(_) => check_rights(engine, job).err().unwrap_or(error),
        other => other,
    };
    engine.settle_job(job, &error);
    if is_outage(&error) { Err(error) } else { Ok(()) }
}

fn fetch_all(engine: &Engine, job: &Job, shift: &Shift<'_>) -> EngineResult<()> {
    let fetching = Fetching::begin(engine, job, shift)?;
    let mut crawl = Crawl::new(fetching.first_url()?, &fetching);
    while let Some((url, depth)) = crawl.next() {
        shift.held.report(job.id, crawl.progress());
        let is_first = crawl.first.is_none();
        match fetching
            .fetch(&url, is_first, depth < crawl.max_depth, &|url| crawl.seen.contains(url.as_str()))
        {
            Ok(Outcome::Stored(stored)) => crawl.add(stored, depth),
            Ok(Outcome::Known) => {}
            Ok(Outcome::Stopped) => return Ok(()),
            Err(error) if is_first => return Err(error),
            Err(error) => crawl.note_failure(&url, error)?,
        }
    }
    let lease = Lease::from(job);
    Ok(engine.db().transaction(Actor::System, |conn| -> RepoResult<_> {
        jobs::advance(conn, lease, engine.settings().ingest.lease_s, &crawl.progress())?;
        if let Some(document) = crawl.first {
            jobs::set_document(conn, lease, document)?;
        }
        jobs::finish(conn, lease, JobState::Done, crawl.problem())
    })?)
}

/// The pages of a site that were fetched and are to be fetched.
struct Crawl {
    /// Addresses to fetch, with the number of links that lead there.
    next: VecDeque<(Url, u8)>,
    /// Addresses that were fetched, led to a page, or are to be fetched.
    seen: HashSet<String>,
    max_depth: u8,
    max_pages: usize,
    fetched: usize,
    /// Document of the first page, and its host.
    first: Option<DocumentId>,
    host: Option<String>,
    failed: usize,
    /// The first failures.
    failures: Vec<Value>,
}

impl Crawl {
    fn new(first: Url, fetching: &Fetching<'_>) -> Self {
        Self {
            seen: HashSet::from([first.to_string()]),
            next: VecDeque::from([(first, 0)]),
            max_depth: fetching.task.depth,
            max_pages: fetching.task.max_pages,
            fetched: 0,
            first: None,
            host: None,
            failed: 0,
            failures: Vec::new(),
        }
    }

    fn next(&mut self) -> Option<(Url, u8)> {
        // Pages that fail cost as much as others.
        if self.fetched + self.failed >= self.max_pages { None } else { self.next.pop_front() }
    }

    /// Notes a page, and adds the links to other pages of its site.
    fn add(&mut self, stored: Stored, depth: u8) {
        self.fetched += 1;
        self.first.get_or_insert(stored.document);
        let host = self.host.get_or_insert_with(|| stored.url.host_str().unwrap_or_default().to_owned());
        self.seen.insert(stored.url.into());
        for link in stored.links {
            let is_of_site = link.host_str() == Some(host.as_str());
            let has_room = self.seen.len() < self.max_pages.saturating_mul(MAX_SEEN_PER_PAGE);
            if is_of_site && has_room && self.seen.insert(link.to_string()) {
                self.next.push_back((link, depth + 1));
            }
        }
    }

    /// Notes a page that cannot be fetched or read; returns any other error. What is no page of the site is left out without a word.
    fn note_failure(&mut self, url: &Url, error: EngineError) -> EngineResult<()> {
        let reason = match &error {
            EngineError::Fetch(FetchError::Page { reason, .. }) if is_no_page(reason) => return Ok(()),
            EngineError::Fetch(FetchError::Page { reason, .. }) => reason.to_string(),
            EngineError::Document(refusal) if !refusal.is_internal() => refusal.to_string(),
            _ => return Err(error),
        };
        self.failed += 1;
        if self.failures.len() < MAX_LISTED {
            self.failures.push(json!({"url": url.as_str(), "reason": reason}));
        }
        Ok(())
    }

    fn progress(&self) -> Progress {
        let units = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let is_at_end = self.next.is_empty() || self.fetched >= self.max_pages;
        let known =
            if is_at_end && self.first.is_some() { self.fetched } else { self.fetched + self.next.len() + 1 };
        Progress {
            stage: JobStage::Fetching,
            done: units(self.fetched),
            total: Some(units(known.min(self.max_pages))),
        }
    }

    /// Returns the problem of a job that has done its work but for some pages.
    fn problem(&self) -> Option<Value> {
        let first = self.failures.first()?;
        let text = |name: &str| first.get(name).and_then(Value::as_str).unwrap_or_default();
        let detail = format!(
            "{} of {} pages were not stored, such as {}: {}.",
            self.failed,
            self.failed + self.fetched,
            text("url"),
            text("reason").trim_end_matches('.')
        );
        Some(json!({"code": "pages_failed", "detail": detail, "pages": self.failures}))
    }
}

/// Whether a link leads to something other than a page of the site.
fn is_no_page(reason: &Reason) -> bool {
    match reason {
        Reason::MediaType(_) | Reason::OtherSite => true,
        Reason::Redirect(_, reason) => is_no_page(reason),
        _ => false,
    }
}
