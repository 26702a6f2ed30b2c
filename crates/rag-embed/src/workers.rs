//! Threads that run the network, with the priority of their work; they do not choose the work.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rten::ThreadPool;

use crate::{EmbedError, batch};

/// Nice value of document threads, 0 to 19: they yield to queries, the database and everything else.
const PATIENCE: i32 = 10;

/// Pools of one thread each: a run of the network on one thread takes the least processor time, and several run in parallel.
pub(crate) struct Workers {
    pools: Vec<Arc<ThreadPool>>,
    next: AtomicUsize,
}

impl Workers {
    /// Threads of the usual priority.
    pub(crate) fn urgent(threads: usize) -> Self {
        let pools = (0..threads).map(|_| Arc::new(ThreadPool::with_num_threads(1))).collect();
        Self { pools, next: AtomicUsize::new(0) }
    }

    /// Threads of low priority.
    pub(crate) fn patient(threads: usize) -> Self {
        let workers = Self::urgent(threads);
        for pool in &workers.pools {
            // On Linux the nice value belongs to the thread. A failure is harmless: the thread keeps its priority.
            let _ = pool.run(|| rustix::process::nice(PATIENCE));
        }
        workers
    }

    /// The number of threads.
    pub(crate) fn count(&self) -> usize {
        self.pools.len()
    }

    /// Runs one piece of work; successive calls take the threads in turn.
    pub(crate) fn run<R>(
        &self,
        work: impl FnOnce(&Arc<ThreadPool>) -> Result<R, EmbedError>,
    ) -> Result<R, EmbedError> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        match self.pools.get(turn % self.pools.len().max(1)) {
            Some(pool) => work(pool),
            None => Err(EmbedError::Inference("no threads".into())),
        }
    }

    /// Processes all items in parallel, each on one pool; the results have the order of the items.
    pub(crate) fn map<T, R>(
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
        Ok(in_order(done))
    }

    /// Processes all sequences in batches of similar length, in parallel; the results have the order of the sequences. `work` returns
    /// one result for each sequence of a batch.
    pub(crate) fn map_batches<T, R>(
        &self,
        sequences: &[T],
        length: impl Fn(&T) -> usize,
        work: impl Fn(&[&T], &Arc<ThreadPool>) -> Result<Vec<R>, EmbedError> + Sync,
    ) -> Result<Vec<R>, EmbedError>
    where
        T: Sync,
        R: Send,
    {
        let batches = batch::plan(sequences.iter().map(length));
        let results = self.map(&batches, |batch, pool| {
            let batch: Vec<&T> = batch.iter().filter_map(|&index| sequences.get(index)).collect();
            work(&batch, pool)
        })?;
        Ok(in_order(batches.into_iter().flatten().zip(results.into_iter().flatten()).collect()))
    }
}

fn in_order<R>(mut numbered: Vec<(usize, R)>) -> Vec<R> {
    numbered.sort_unstable_by_key(|(index, _)| *index);
    numbered.into_iter().map(|(_, result)| result).collect()
}
