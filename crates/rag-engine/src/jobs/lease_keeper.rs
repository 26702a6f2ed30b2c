//! A thread that renews the leases of jobs in progress: one step of the work can take longer than a lease.

use std::{
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

use rag_repo::{Actor, jobs, jobs::Lease};
use rag_schema::models::Job;

use crate::Engine;

/// Renews the leases of a bundle until it is dropped.
pub(super) struct LeaseKeeper {
    done: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl LeaseKeeper {
    pub(super) fn start(engine: &Engine, claimed: &[Job], lease_s: i64) -> std::io::Result<Self> {
        let (done, is_done) = mpsc::channel::<()>();
        let held: Vec<Lease> = claimed.iter().map(Lease::from).collect();
        let engine = engine.clone();
        let pause = Duration::from_secs(u64::try_from(lease_s / 3).unwrap_or(1).max(1));
        let thread = thread::Builder::new().name("lease-keeper".to_owned()).spawn(move || {
            while is_done.recv_timeout(pause) == Err(mpsc::RecvTimeoutError::Timeout) {
                if let Err(error) =
                    engine.db().transaction(Actor::System, |conn| jobs::prolong(conn, &held, lease_s))
                {
                    tracing::warn!(%error, "cannot prolong the leases of running jobs");
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
            tracing::error!("the thread that prolongs leases panicked");
        }
    }
}
