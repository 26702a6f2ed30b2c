//! Threads that run the network, with the priority of the work they do; never decide what is run.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rten::ThreadPool;

use crate::EmbedError;

/// How far document threads stand back (nice value, 0 to 19) behind queries, the database and everything else.
const PATIENCE: i32 = 10;

/// Pools of threads, each of which runs one piece of work at a time.
pub(super) struct Workers {
    pools: Vec<Arc<ThreadPool>>,
}

impl Workers {
    /// One pool of `threads` that share each run: the shortest time for a single run.
    pub(super) fn urgent(threads: usize) -> Self {
        Self { pools: vec![Arc::new(ThreadPool::with_num_threads(threads))] }
    }

    /// `threads` pools of one thread of low priority, each with its own run: the most runs per second.
    pub(super) fn patient(threads: usize) -> Self {
        let pools: Vec<_> = (0..threads).map(|_| Arc::new(ThreadPool::with_num_threads(1))).collect();
        for pool in &pools {
            // On Linux niceness belongs to the thread. Refusal is harmless: the thread keeps its priority.
            let _ = pool.run(|| rustix::process::nice(PATIENCE));
        }
        Self { pools }
    }

    /// Runs one piece of work on the first pool.
    pub(super) fn run<R>(
        &self,
        work: impl FnOnce(&Arc<ThreadPool>) -> Result<R, EmbedError>,
    ) -> Result<R, EmbedError> {
        match self.pools.first() {
            Some(pool) => work(pool),
            None => Err(EmbedError::Inference("no threads".into())),
        }
    }

    /// Works on all items in parallel, each on one pool; the results have the order of the items.
    pub(super) fn map<T, R>(
        &self,
        items: &[T],
        work: impl Fn(&T, &Arc<ThreadPool>) -> Result<R, EmbedError> + Sync,
    ) -> Result<Vec<R>, EmbedError>
    where
        T: Sync,
        R: Send,
    {
        let next = AtomicUsize::new(0);
        let drain = |pool: &Arc<ThreadPool>| {
            let mut done = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(item) = items.get(index) else { return Ok(done) };
                done.push((index, pool.run(|| work(item, pool))?));
            }
        };
        let mut done: Vec<(usize, R)> = Vec::with_capacity(items.len());
        std::thread::scope(|scope| {
            let threads: Vec<_> = self.pools.iter().map(|pool| scope.spawn(|| drain(pool))).collect();
            for thread in threads {
                done.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
            }
            Ok(())
        })?;
        done.sort_unstable_by_key(|(index, _)| *index);
        Ok(done.into_iter().map(|(_, result)| result).collect())
    }
}
