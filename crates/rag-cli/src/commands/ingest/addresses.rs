//! The addresses for `rag ingest`: each is fetched by a job, whose documents are then waited for as those of files are.

use rag_engine::{EngineError, fetch::FetchRequest};
use rag_repo::{RepoResult, documents, fetches, jobs, versions};
use rag_schema::{
    enums::{JobKind, JobState},
    ids::JobId,
    models::Job,
};
use serde_json::Value;

use super::run::Run;
use crate::{
    args::Ingest,
    failure::{Exit, Failure, Outcome},
};

/// The addresses of a command line, with what is common to them.
#[derive(Debug)]
pub(super) struct Addresses {
    urls: Vec<String>,
    depth: u8,
    max_pages: Option<usize>,
}

/// Returns whether an argument is an address, not a path.
pub(super) fn is_address(argument: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| argument.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// Returns whether an argument that is no file is more likely an address without its scheme or with another one: `ftp://a.example/b`,
/// `localhost:8088/b`, `www.a.example`.
pub(super) fn resembles_address(argument: &str) -> bool {
    let host = argument.split('/').next().unwrap_or_default();
    let has_port = host.rsplit_once(':').is_some_and(|(name, port)| {
        !name.is_empty() && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
    });
    has_port || argument.contains("://") || argument.starts_with("www.")
}

impl Addresses {
    /// Takes the addresses among the arguments; refuses flags that do not apply.
    pub(super) fn of_args(args: &Ingest) -> Outcome<Self> {
        let urls: Vec<String> = args
            .paths
            .iter()
            .filter_map(|path| path.to_str())
            .filter(|path| is_address(path))
            .map(str::to_owned)
            .collect();
        let follows = args.sync || args.watch || args.dry_run || args.source.is_some();
        if !urls.is_empty() && follows {
            return Err(Failure::new(
                Exit::Usage,
                "--as, --sync, --watch and --dry-run are for files and folders: name no address",
            ));
        }
        if urls.is_empty() && (args.depth > 0 || args.max_pages.is_some()) {
            return Err(Failure::new(Exit::Usage, "--depth and --max-pages are for addresses: name one"));
        }
        Ok(Self { urls, depth: args.depth, max_pages: args.max_pages })
    }
}

impl Run<'_> {
    /// Queues the jobs that fetch the addresses. An address that is never fetched is refused.
    pub(super) fn fetch(&mut self, addresses: &Addresses) -> Outcome<()> {
        for url in &addresses.urls {
            let Addresses { depth, max_pages, .. } = *addresses;
            let request = FetchRequest { url, depth, max_pages, metadata: None };
            match self.engine.queue_fetch(self.engine.local_actor(), self.collection.id, &request) {
                Ok(job) => self.await_job(job.id, &job.title, false, false),
                Err(EngineError::Invalid(reason)) => self.refuse(url, reason),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Waits for the documents of a job that has fetched them.
    pub(super) fn settle_fetch(&mut self, job: &Job) -> Outcome<()> {
        let read = self.engine.db().read(self.engine.local_actor(), |conn| -> RepoResult<Vec<_>> {
            let ids = fetches::documents_of_job(conn, job.id)?;
            let fetched = ids.into_iter().map(|id| {
                let document = documents::find(conn, id)?;
                let newest = versions::newest(conn, &[id])?.pop().map_or(0, |newest| newest.number);
                Ok((document.source.unwrap_or(document.title), newest, jobs::find_by_document(conn, id)?))
            });
            fetched.collect()
        });
        for (source, newest, reading) in read? {
            self.summary.pages += 1;
            // A job that was queued before this fetch has read the same bytes.
            let is_known = reading.as_ref().is_none_or(|reading| !is_later(reading.id, job.id));
            self.summary.duplicates += u64::from(is_known);
            if let Some(reading) = reading.filter(|reading| !is_known || reading.state.is_open()) {
                self.await_job(reading.id, &source, is_known, newest > 1);
            }
        }
        for page in job.problem.iter().filter_map(|problem| problem.get("pages")?.as_array()).flatten() {
            let text = |name: &str| page.get(name).and_then(Value::as_str).unwrap_or_default();
            self.refuse(text("url"), text("reason").to_owned());
        }
        Ok(())
    }
}

/// Returns whether a job has fetched documents, which are now to be waited for.
pub(super) fn has_fetched(job: &Job) -> bool {
    job.kind == JobKind::Fetch && job.state == JobState::Done
}

/// Returns whether a job was queued after another one: ids grow with time.
fn is_later(job: JobId, other: JobId) -> bool {
    job.uuid() > other.uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_from_a_path_by_its_scheme() {
        assert!(is_address("https://example.org") && is_address("HTTP://example.org/a"));
        for path in ["docs", "http", "https:/x", "file:///x", "ä"] {
            assert!(!is_address(path), "{path}");
        }
    }

    #[test]
    fn an_address_without_its_scheme_is_not_a_path() {
        for address in ["ftp://a.example/b", "localhost:8088", "[::1]:80/a", "www.a.example/b"] {
            assert!(resembles_address(address), "{address}");
        }
        for path in ["docs", "a:b.md", "notes/10:30", "C:", ":80"] {
            assert!(!resembles_address(path), "{path}");
        }
    }
}
