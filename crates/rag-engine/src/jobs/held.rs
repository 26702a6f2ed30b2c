//! The jobs that a worker has: how far they are, and whether it has lost them. Shared with the thread that keeps their leases.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use rag_repo::jobs::{Lease, Progress, Report};
use rag_schema::{enums::JobStage, ids::JobId, models::Job};

/// Minimum time over which a rate is measured.
const MIN_MEASURED: Duration = Duration::from_millis(500);

/// The jobs of a bundle.
#[derive(Debug)]
pub(crate) struct HeldJobs {
    jobs: Mutex<Vec<HeldJob>>,
}

#[derive(Debug)]
struct HeldJob {
    lease: Lease,
    progress: Progress,
    is_reported: bool,
    is_lost: bool,
    /// When the stage began, and the units that were done by then.
    stage_began: (Instant, i64),
}

impl HeldJobs {
    pub(super) fn new(claimed: &[Job]) -> Self {
        let held = |job: &Job| HeldJob {
            lease: Lease::from(job),
            progress: Progress { stage: JobStage::Reading, done: 0, total: None },
            is_reported: true,
            is_lost: false,
            stage_began: (Instant::now(), 0),
        };
        Self { jobs: Mutex::new(claimed.iter().map(held).collect()) }
    }

    /// Notes how far a job is. It is written within about a second, unless more is noted by then.
    pub(crate) fn report(&self, job: JobId, progress: Progress) {
        let mut jobs = self.lock();
        let Some(held) = jobs.iter_mut().find(|held| held.lease.job == job) else { return };
        if held.progress.stage != progress.stage {
            held.stage_began = (Instant::now(), progress.done);
        }
        held.is_reported &= held.progress == progress;
        held.progress = progress;
    }

    /// Returns whether the job was cancelled, paused or given to another worker, or has ended: work on it is in vain.
    pub(crate) fn is_lost(&self, job: JobId) -> bool {
        self.lock().iter().any(|held| held.lease.job == job && held.is_lost)
    }

    /// Returns the leases that are not known to be lost.
    pub(super) fn leases(&self) -> Vec<Lease> {
        self.lock().iter().filter(|held| !held.is_lost).map(|held| held.lease).collect()
    }

    /// Returns the progress that is not written yet, and regards it as written.
    pub(super) fn take_reports(&self) -> Vec<Report> {
        let mut jobs = self.lock();
        let changed = jobs.iter_mut().filter(|held| !held.is_reported && !held.is_lost);
        changed
            .map(|held| {
                held.is_reported = true;
                let units_per_second = held.rate(Instant::now());
                Report { lease: held.lease, progress: held.progress, units_per_second }
            })
            .collect()
    }

    pub(super) fn note_lost(&self, lost: &[JobId]) {
        self.lock()
            .iter_mut()
            .filter(|held| lost.contains(&held.lease.job))
            .for_each(|held| held.is_lost = true);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<HeldJob>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HeldJob {
    /// Returns the units done per second since the stage began.
    fn rate(&self, now: Instant) -> Option<f32> {
        let (began, done_before) = self.stage_began;
        let took = now.saturating_duration_since(began);
        let done = u32::try_from(self.progress.done - done_before).ok().filter(|done| *done > 0)?;
        let per_second = 1.0 / took.div_f64(f64::from(done)).as_secs_f32();
        (took >= MIN_MEASURED && per_second.is_finite()).then_some(per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(done: i64, before: i64, took: Duration) -> (HeldJob, Instant) {
        let began = Instant::now();
        let lease = Lease { job: JobId::new(), number: 1 };
        let progress = Progress { stage: JobStage::Embedding, done, total: Some(900) };
        let job =
            HeldJob { lease, progress, is_reported: true, is_lost: false, stage_began: (began, before) };
        (job, began + took)
    }

    #[test]
    fn the_rate_counts_what_this_worker_has_done_since_the_stage_began() {
        let (job, now) = held(500, 300, Duration::from_secs(20));
        assert!((job.rate(now).unwrap() - 10.0).abs() < 0.001);
        let (nothing_done, now) = held(300, 300, Duration::from_secs(20));
        assert_eq!(nothing_done.rate(now), None);
        let (too_soon, now) = held(500, 300, Duration::from_millis(1));
        assert_eq!(too_soon.rate(now), None);
    }
}
