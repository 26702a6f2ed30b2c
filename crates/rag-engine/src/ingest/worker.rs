//! Workers: threads that take ingest jobs from PostgreSQL, a bundle of small ones or one large one at a time.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rag_repo::{Actor, RepoError, documents, jobs, jobs::Lease};
use rag_schema::{
    enums::{EventKind, JobState},
    ids::JobId,
    models::{DocumentFacts, Job},
};
use serde_json::json;

use super::{
    build::{Build, Section},
    store::embed_and_store,
};
use crate::{Engine, EngineError, EngineResult};

/// Most jobs taken at once: enough small documents to fill the embedder's batches.
const BUNDLE_JOBS: i32 = 64;
/// Most bytes taken at once; one larger job is taken alone.
const BUNDLE_BYTES: i64 = 1 << 20;
/// Chunks embedded and stored together.
const WINDOW_CHUNKS: usize = 128;
/// How often an idle worker looks for jobs that other processes queued.
const IDLE_POLL: Duration = Duration::from_secs(1);
/// How long a worker rests when the database does not answer.
const UNAVAILABLE_REST: Duration = Duration::from_millis(500);

/// Threads that work on jobs until they are stopped or dropped.
#[derive(Debug)]
pub struct Workers {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
    engine: Engine,
}

impl Workers {
    /// Starts `count` threads.
    pub fn start(engine: &Engine, count: usize) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let threads = (0..count)
            .map(|number| {
                let (engine, stop) = (engine.clone(), Arc::clone(&stop));
                thread::Builder::new().name(format!("ingest-{number}")).spawn(move || run(&engine, &stop))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { stop, threads, engine: engine.clone() })
    }

    /// Asks the threads to stop and waits for them. A job in work stops after its next section and is taken up from
    /// there by the next worker.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.engine.announce_work();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("an ingest worker panicked");
            }
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.end();
    }
}

fn run(engine: &Engine, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        let seen = engine.work_count();
        match engine.work_once(stop) {
            Ok(0) => engine.wait_for_work(seen, IDLE_POLL),
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(error = %with_source(&error), "ingest rests");
                engine.wait_for_work(engine.work_count(), UNAVAILABLE_REST);
            }
        }
    }
}

impl Engine {
    /// Queues a job anew that was given up, and wakes a worker.
    pub fn retry_job(&self, actor: Actor, id: JobId) -> EngineResult<Job> {
        let retried = self.db().transaction(actor, |conn| {
            let job = jobs::find(conn, id)?;
            match jobs::retry(conn, id) {
                Err(RepoError::NotFound) if job.state == JobState::Dead => Err(RepoError::Forbidden),
                Err(RepoError::NotFound) => Ok(None),
                other => other.map(Some),
            }
        });
        let job = retried.map_err(|error| EngineError::from(error).naming("job"))?;
        let job = job.ok_or_else(|| {
            EngineError::Conflict("Only a job that was given up can be retried.".to_owned())
        })?;
        self.announce_work();
        Ok(job)
    }

    /// Takes the jobs that are due, at most a bundle, and works on them. Says how many it took.
    fn work_once(&self, stop: &AtomicBool) -> EngineResult<usize> {
        let lease_s = f64::from(i32::try_from(self.settings().ingest.lease_s).unwrap_or(i32::MAX));
        let claimed = self
            .db()
            .transaction(Actor::Worker, |conn| jobs::claim(conn, BUNDLE_JOBS, BUNDLE_BYTES, lease_s))?;
        if claimed.is_empty() {
            return Ok(0);
        }
        let _keeper = LeaseKeeper::start(self, &claimed)?;
        let mut window =
            Window { engine: self, sections: Vec::new(), jobs: &claimed, failed: HashSet::new() };
        for job in claimed.iter().take_while(|_| !stop.load(Ordering::Relaxed)) {
            if let Err(error) = window.add(job, stop) {
                window.drop_job(job.id);
                self.settle(job, &error);
            }
        }
        window.flush();
        if stop.load(Ordering::Relaxed) {
            self.give_back(&claimed, None);
        }
        Ok(claimed.len())
    }

    /// Ends or postpones a job that failed.
    fn settle(&self, job: &Job, error: &EngineError) {
        let lease = Lease { job: job.id, attempt: job.attempts };
        let result = match error {
            // The lease is void or the document was deleted: there is nothing to settle.
            EngineError::NotFound(_) => Ok(()),
            EngineError::Unavailable(_) => {
                self.give_back([job], Some(error));
                Ok(())
            }
            EngineError::Document(refusal) if !refusal.is_internal() => self
                .db()
                .transaction(Actor::Worker, |conn| {
                    let problem = json!({"code": refusal.slug(), "detail": refusal.to_string()});
                    jobs::finish(conn, lease, JobState::Refused, Some(problem))?;
                    job.document_id.map_or(Ok(()), |document| documents::delete(conn, document))
                })
                .inspect(|()| self.note_refused(job, refusal.slug())),
            other => self.fail(job, lease, other),
        };
        if let Err(error) = result {
            // The lease runs out and another worker takes the job.
            tracing::warn!(job = %job.id, %error, "the end of a job could not be written down");
        }
    }

    /// Notes that a document can never be read.
    fn note_refused(&self, job: &Job, problem: &str) {
        let facts = DocumentFacts {
            document_id: job.document_id,
            problem: Some(problem.to_owned()),
            ..DocumentFacts::default()
        };
        if facts.document_id.is_some() {
            self.note_document(EventKind::DocumentRefused, job.collection_id, facts);
        }
    }

    fn fail(&self, job: &Job, lease: Lease, error: &EngineError) -> Result<(), RepoError> {
        tracing::warn!(job = %job.id, attempt = job.attempts, error = %with_source(error), "ingest failed");
        let max_attempts = self.settings().ingest.max_attempts.max(1);
        let problem = problem(error);
        self.db().transaction(Actor::Worker, |conn| {
            if job.attempts % max_attempts == 0 {
                jobs::finish(conn, lease, JobState::Dead, Some(problem.clone()))
            } else {
                jobs::postpone(conn, lease, backoff_s(job.attempts), Some(&problem))
            }
        })
    }

    /// Queues jobs again that were not finished: by our stop, or because a database or a model is away, for which no
    /// job is ever given up. One connection for all, so that a database that is away is waited for once.
    fn give_back<'j>(&self, held: impl IntoIterator<Item = &'j Job>, away: Option<&EngineError>) {
        let held: Vec<&Job> = held.into_iter().collect();
        let given = self.db().transaction(Actor::Worker, |conn| {
            for job in &held {
                let lease = Lease { job: job.id, attempt: job.attempts };
                let problem = away.map(problem).or_else(|| job.problem.clone());
                let delay_s = away.map_or(0, |_| backoff_s(job.attempts));
                jobs::postpone(conn, lease, delay_s, problem.as_ref())?;
            }
            Ok(())
        });
        if let Err(error) = given {
            tracing::warn!(%error, "jobs could not be given back: they are free when their leases run out");
        }
    }
}

fn problem(error: &EngineError) -> serde_json::Value {
    json!({"code": "failed", "detail": error.to_string()})
}

/// 1, 2, 4 .. 64 seconds.
fn backoff_s(attempt: i32) -> i64 {
    1 << (attempt - 1).clamp(0, 6)
}

fn with_source(error: &EngineError) -> String {
    let source = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
    format!("{error}{source}")
}

/// Sections of several jobs, gathered until the embedder has enough to do.
struct Window<'e> {
    engine: &'e Engine,
    sections: Vec<Section>,
    jobs: &'e [Job],
    failed: HashSet<JobId>,
}

impl Window<'_> {
    /// Adds the sections of a job, storing whenever the window is full.
    fn add(&mut self, job: &Job, stop: &AtomicBool) -> EngineResult<()> {
        let mut build = Build::open(self.engine, job)?;
        while !stop.load(Ordering::Relaxed) && !self.failed.contains(&job.id) {
            let room = WINDOW_CHUNKS.saturating_sub(self.chunks()).max(1);
            match build.next_section(room)? {
                Some(section) => self.sections.push(section),
                None => break,
            }
            if self.chunks() >= WINDOW_CHUNKS {
                self.flush();
            }
        }
        Ok(())
    }

    /// Stores what was gathered. When that fails, each job's part is tried alone, so that one bad document fails alone.
    fn flush(&mut self) {
        let sections = std::mem::take(&mut self.sections);
        let Err(error) = embed_and_store(self.engine, &sections) else { return };
        let parts: Vec<&[Section]> = sections.chunk_by(|a, b| a.job() == b.job()).collect();
        if matches!(error, EngineError::Unavailable(_)) {
            let held: HashSet<JobId> = sections.iter().map(Section::job).collect();
            self.engine.give_back(self.jobs.iter().filter(|job| held.contains(&job.id)), Some(&error));
            self.failed.extend(held);
        } else if let [part] = parts[..] {
            self.fail(part, &error);
        } else {
            for part in parts {
                if let Err(error) = embed_and_store(self.engine, part) {
                    self.fail(part, &error);
                }
            }
        }
    }

    fn fail(&mut self, part: &[Section], error: &EngineError) {
        let Some(section) = part.first() else { return };
        self.failed.insert(section.job());
        if let Some(job) = self.jobs.iter().find(|job| job.id == section.job()) {
            self.engine.settle(job, error);
        }
    }

    fn drop_job(&mut self, job: JobId) {
        self.sections.retain(|section| section.job() != job);
    }

    fn chunks(&self) -> usize {
        self.sections.iter().map(|section| section.chunks.len()).sum()
    }
}

/// Prolongs the leases of a bundle until it is dropped: reading and embedding may take longer than one lease.
struct LeaseKeeper {
    done: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl LeaseKeeper {
    fn start(engine: &Engine, claimed: &[Job]) -> std::io::Result<Self> {
        let (done, is_done) = mpsc::channel::<()>();
        let held: Vec<Lease> =
            claimed.iter().map(|job| Lease { job: job.id, attempt: job.attempts }).collect();
        let engine = engine.clone();
        let lease_s = engine.settings().ingest.lease_s;
        let pause = Duration::from_secs(u64::try_from(lease_s / 3).unwrap_or(1).max(1));
        let thread = thread::Builder::new().name("lease-keeper".to_owned()).spawn(move || {
            while is_done.recv_timeout(pause) == Err(mpsc::RecvTimeoutError::Timeout) {
                if let Err(error) =
                    engine.db().transaction(Actor::Worker, |conn| jobs::prolong(conn, &held, lease_s))
                {
                    tracing::warn!(%error, "leases could not be prolonged");
                }
            }
        })?;
        Ok(Self { done: Some(done), thread: Some(thread) })
    }
}

impl Drop for LeaseKeeper {
    fn drop(&mut self) {
        drop(self.done.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the lease keeper panicked");
        }
    }
}
