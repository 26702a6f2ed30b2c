//! The work loop: threads that claim due jobs, pass them to the code of their kind, and wait if there are none.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rag_repo::{Actor, RepoResult, jobs, jobs::Claim};
use rag_schema::{
    enums::JobKind,
    ids::JobId,
    models::{Job, Task, UpkeepTask},
};

use super::{
    held::HeldJobs,
    lease_keeper::LeaseKeeper,
    policy::{self, Duty, claim_between_sections},
    settle::with_source,
};
use crate::{Engine, EngineError, EngineResult, fetch, ingest, memory::rounds, reembed, upkeep, words};

/// Interval at which an idle worker looks for jobs that other processes queued.
const IDLE_POLL: Duration = Duration::from_secs(1);
/// Pause of a worker when the database or a model is unavailable.
const OUTAGE_PAUSE: Duration = Duration::from_millis(500);
/// Interval at which a worker checks whether upkeep is due and whether rounds are to be indexed.
const SCHEDULE_POLL: Duration = Duration::from_mins(1);

/// Threads that work on jobs until they are stopped or dropped.
#[derive(Debug)]
pub struct Workers {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
    engine: Engine,
}

impl Workers {
    /// Starts `count` threads, and those that fetch documents from addresses.
    pub fn start(engine: &Engine, count: usize) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let fetching = engine.settings().fetch.as_ref().map_or(0, |fetch| fetch.workers);
        let workers = (0..count).map(|number| (Duty::Others, format!("worker-{number}")));
        let fetchers = (0..fetching).map(|number| (Duty::Fetch, format!("fetcher-{number}")));
        let threads = workers
            .chain(fetchers)
            .map(|(duty, name)| {
                let (engine, stop) = (engine.for_work(), Arc::clone(&stop));
                thread::Builder::new().name(name).spawn(move || run(&engine, duty, &stop))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { stop, threads, engine: engine.clone() })
    }

    /// Asks the threads to stop and waits for them. A job in progress stops after its next section; the next worker resumes it
    /// there.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.engine.announce_work();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a worker panicked");
            }
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.end();
    }
}

/// The context that a kind's work receives with its jobs.
pub(crate) struct Shift<'a> {
    engine: &'a Engine,
    /// Whether the worker is to stop.
    stop: &'a AtomicBool,
    /// Whether the work was found to end, so that its jobs return to the queue even if the disk has room again.
    has_ended: AtomicBool,
    /// The jobs that the worker has: takes their progress, and knows which are lost.
    pub(crate) held: &'a HeldJobs,
    /// To be called between two sections: works on small jobs that are due.
    pub(crate) between_sections: &'a dyn Fn(),
}

impl Shift<'_> {
    /// Returns whether to stop all work after the next section: the worker stops, or the disk of the database has reached its reserve.
    pub(crate) fn is_ending(&self) -> bool {
        let is_ending = self.stop.load(Ordering::Relaxed) || self.engine.is_disk_low();
        self.has_ended.fetch_or(is_ending, Ordering::Relaxed) || is_ending
    }

    /// Returns whether the worker stops or has lost the job. For work that makes room on the disk.
    pub(crate) fn is_stopping(&self, job: JobId) -> bool {
        self.stop.load(Ordering::Relaxed) || self.held.is_lost(job)
    }

    /// Returns whether to stop the work on a job: all work ends, or the job was cancelled, paused or given to another worker.
    pub(crate) fn is_over(&self, job: JobId) -> bool {
        self.is_ending() || self.held.is_lost(job)
    }
}

fn run(engine: &Engine, duty: Duty, stop: &AtomicBool) {
    let mut scheduled: Option<Instant> = None;
    while !stop.load(Ordering::Relaxed) {
        let seen = engine.work_count();
        let is_planner = duty == Duty::Others;
        let result = if is_planner && scheduled.is_none_or(|at| at.elapsed() >= SCHEDULE_POLL) {
            scheduled = Some(Instant::now());
            engine
                .schedule_upkeep()
                .and_then(|()| engine.queue_lacking_rounds())
                .and_then(|()| engine.work_once(duty, stop))
        } else {
            engine.work_once(duty, stop)
        };
        match result {
            Ok(0) => engine.wait_for_work(seen, IDLE_POLL),
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(error = %with_source(&error), "work on jobs pauses: something it needs is away");
                engine.wait_for_work(engine.work_count(), OUTAGE_PAUSE);
            }
        }
    }
}

impl Engine {
    /// Queues the hourly upkeep if it is due, and raises the priority of one that has waited too long.
    fn schedule_upkeep(&self) -> EngineResult<()> {
        let task = Task::Upkeep(UpkeepTask {});
        Ok(self.db().transaction(Actor::System, |conn| -> RepoResult<_> {
            jobs::schedule(conn, &task, "upkeep", policy::UPKEEP_PRIORITY, policy::UPKEEP_EVERY_S)?;
            jobs::raise_priority(conn, task.kind(), policy::OVERDUE_PRIORITY, policy::UPKEEP_PATIENCE_S)
        })?)
    }

    /// Claims due jobs, at most a bundle, and works on them. Returns their number.
    fn work_once(&self, duty: Duty, stop: &AtomicBool) -> EngineResult<usize> {
        let claimed = self.claim_jobs(&policy::claims(duty, self))?;
        let between = claim_between_sections(&claimed, self);
        let between_sections = || {
            if let Some(claim) = &between
                && let Err(error) = self.work_between_sections(claim, stop)
            {
                tracing::warn!(error = %with_source(&error), "work on small jobs pauses: something it needs is away");
            }
        };
        self.work_on(&claimed, stop, &between_sections)
    }

    /// Works on one bundle of small jobs. Nothing is done between the sections of small jobs, so this does not recurse.
    fn work_between_sections(&self, claim: &Claim, stop: &AtomicBool) -> EngineResult<usize> {
        let claimed = self.claim_jobs(std::slice::from_ref(claim))?;
        self.work_on(&claimed, stop, &|| {})
    }

    fn claim_jobs(&self, claims: &[Claim]) -> EngineResult<Vec<Job>> {
        let (lost, claimed) = self.db().transaction(Actor::System, |conn| -> RepoResult<_> {
            let mut lost = Vec::new();
            for claim in claims {
                lost.extend(jobs::take_back(conn, claim)?);
            }
            Ok((lost, jobs::claim(conn, claims)?))
        })?;
        for job in lost {
            if job.is_buried {
                tracing::error!(job = %job.id, title = job.title, "gave up a job that ended its process again and again");
            } else {
                tracing::warn!(job = %job.id, title = job.title, "a job lost its lease and is queued again");
            }
        }
        Ok(claimed)
    }

    /// Works on jobs of one kind. Returns an error if something is unavailable; the jobs are then back in the queue. Jobs that
    /// are unfinished when `stop` is set return to the queue.
    fn work_on(
        &self,
        claimed: &[Job],
        stop: &AtomicBool,
        between_sections: &dyn Fn(),
    ) -> EngineResult<usize> {
        let Some(first) = claimed.first() else { return Ok(0) };
        let lease_s = policy::lease_s(first.kind, self.settings());
        let held = Arc::new(HeldJobs::new(claimed));
        let shift =
            &Shift { engine: self, stop, has_ended: AtomicBool::new(false), held: &held, between_sections };
        let _keeper = match LeaseKeeper::start(self, &held, lease_s) {
            Ok(keeper) => keeper,
            Err(error) => {
                let error = EngineError::from(error);
                self.give_back_jobs(claimed, Some(&error));
                return Err(error);
            }
        };
        let work = || match first.kind {
            JobKind::Ingest => ingest::work_on(self, claimed, shift),
            JobKind::Upkeep => claimed.iter().try_for_each(|job| upkeep::work_on(self, job, shift)),
            JobKind::Words => claimed.iter().try_for_each(|job| words::work_on(self, job, shift)),
            JobKind::Rounds => claimed.iter().try_for_each(|job| rounds::work_on(self, job, shift)),
            JobKind::Reembed => claimed.iter().try_for_each(|job| reembed::work_on(self, job, shift)),
            JobKind::Fetch => claimed.iter().try_for_each(|job| fetch::work_on(self, job, shift)),
        };
        let outcome = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
            // The failure counts for every job of the bundle; each is then claimed alone. Jobs that were finished are not
            // changed.
            let error = EngineError::Bug("the work panicked; the log tells where".into());
            for job in claimed {
                self.settle_job(job, &error);
            }
            Ok(())
        });
        if shift.is_ending() {
            self.give_back_jobs(claimed, None);
        }
        outcome.map(|()| claimed.len())
    }
}
