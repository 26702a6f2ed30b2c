//! A thread beside a worker: once a second it writes how far the worker's jobs are and learns which of them are taken from it; it renews
//! their leases, because one step of the work can take longer than a lease.

use std::{
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rag_repo::{Actor, RepoResult, jobs, jobs::Lease};

use super::held::HeldJobs;
use crate::Engine;

/// Interval at which progress is written and lost jobs are noticed. Jobs that end sooner cost nothing.
const TICK: Duration = Duration::from_secs(1);

/// Keeps the jobs of a bundle until it is dropped.
pub(super) struct LeaseKeeper {
    done: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl LeaseKeeper {
    pub(super) fn start(engine: &Engine, held: &Arc<HeldJobs>, lease_s: i64) -> std::io::Result<Self> {
        let (done, is_done) = mpsc::channel::<()>();
        let (engine, held) = (engine.clone(), Arc::clone(held));
        let renewal = Duration::from_secs(u64::try_from(lease_s / 3).unwrap_or(1).max(1));
        let thread = thread::Builder::new().name("lease-keeper".to_owned()).spawn(move || {
            let mut renewed = Instant::now();
            while is_done.recv_timeout(TICK) == Err(mpsc::RecvTimeoutError::Timeout) {
                let is_renewal = renewed.elapsed() >= renewal;
                match keep(&engine, &held, is_renewal.then_some(lease_s)) {
                    Ok(()) if is_renewal => renewed = Instant::now(),
                    Ok(()) => {}
                    Err(error) => tracing::warn!(%error, "cannot keep the leases of running jobs"),
                }
            }
        })?;
        Ok(Self { done: Some(done), thread: Some(thread) })
    }
}

/// Writes progress, renews the leases if `lease_s` is given, and notes the jobs that are lost.
fn keep(engine: &Engine, held: &HeldJobs, lease_s: Option<i64>) -> RepoResult<()> {
    let all: Vec<Lease> = held.leases();
    if all.is_empty() {
        return Ok(());
    }
    let reports = held.take_reports();
    let lost = engine.db().transaction(Actor::System, |conn| -> RepoResult<_> {
        if let Some(lease_s) = lease_s {
            jobs::prolong(conn, &all, lease_s)?;
        }
        jobs::report(conn, &all, &reports)
    })?;
    held.note_lost(&lost);
    Ok(())
}

impl Drop for LeaseKeeper {
    fn drop(&mut self) {
        drop(self.done.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that keeps leases panicked");
        }
    }
}
