//! The reserve of the database's disk: below it the engine stores nothing that grows the database, until there is room again.

use std::{
    io,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{Engine, EngineError, EngineResult};

/// Interval at which the free space is measured.
const MEASURE_EVERY: Duration = Duration::from_millis(500);
/// Stored bytes are written twice: to the table, and to the log of the database.
const WRITES: u64 = 2;

/// Measures the free space of the database's disk, in bytes; `None` if the system does not report it.
pub type FreeBytes = Box<dyn Fn() -> Option<u64> + Send + Sync>;

/// The disk of the database, of which a part stays free.
pub struct Disk {
    /// Measures the free space.
    pub free_bytes: FreeBytes,
    /// The reserve: free space below which nothing is stored, in bytes.
    pub min_free_bytes: u64,
}

/// The state of the database's disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskState {
    /// Free space when it was last measured, in bytes.
    pub free_bytes: u64,
    /// Whether nothing is stored, because the reserve was reached.
    pub is_low: bool,
}

/// A disk with its last measurement.
pub(crate) struct Watch {
    disk: Disk,
    free_bytes: AtomicU64,
    is_low: AtomicBool,
}

impl Watch {
    /// Measures at once, and then on a thread that ends soon after the watch is dropped.
    pub(crate) fn start(disk: Disk) -> io::Result<Arc<Self>> {
        let watch =
            Arc::new(Self { disk, free_bytes: AtomicU64::new(u64::MAX), is_low: AtomicBool::new(false) });
        watch.measure();
        let watched = Arc::downgrade(&watch);
        thread::Builder::new().name("disk".to_owned()).spawn(move || run(&watched))?;
        Ok(watch)
    }

    fn measure(&self) {
        // A disk that cannot be measured is treated as it was.
        let Some(free) = (self.disk.free_bytes)() else { return };
        let (reserve, was_low) = (self.disk.min_free_bytes, self.is_low.load(Ordering::Relaxed));
        // A quarter more, so that the state does not change with every file.
        let is_low = free < if was_low { reserve.saturating_add(reserve / 4) } else { reserve };
        self.free_bytes.store(free, Ordering::Relaxed);
        self.is_low.store(is_low, Ordering::Relaxed);
        let (free_mb, reserve_mb) = (megabytes(free), megabytes(reserve));
        match (was_low, is_low) {
            (false, true) => {
                tracing::error!(
                    free_mb,
                    reserve_mb,
                    "the disk of the database is nearly full: nothing is stored"
                );
            }
            (true, false) => {
                tracing::info!(
                    free_mb,
                    reserve_mb,
                    "the disk of the database has room again: storing goes on"
                );
            }
            _ => {}
        }
    }

    fn state(&self) -> DiskState {
        DiskState {
            free_bytes: self.free_bytes.load(Ordering::Relaxed),
            is_low: self.is_low.load(Ordering::Relaxed),
        }
    }
}

fn run(watched: &Weak<Watch>) {
    loop {
        thread::sleep(MEASURE_EVERY);
        let Some(watch) = watched.upgrade() else { return };
        watch.measure();
    }
}

impl Engine {
    /// Returns the state of the database's disk; `None` if it is not watched.
    pub fn disk(&self) -> Option<DiskState> {
        self.disk_watch().map(Watch::state)
    }

    /// Returns whether the disk has reached its reserve.
    pub(crate) fn is_disk_low(&self) -> bool {
        self.disk().is_some_and(|state| state.is_low)
    }

    /// Refuses to store `bytes` if the disk has reached its reserve, or would reach it. To be called before each change that can grow
    /// the database without bounds. A turn of a conversation is small, and is stored nevertheless.
    pub fn check_disk(&self, bytes: u64) -> EngineResult<()> {
        let Some(watch) = self.disk_watch() else { return Ok(()) };
        let (DiskState { free_bytes, is_low }, reserve) = (watch.state(), watch.disk.min_free_bytes);
        let needed = bytes.saturating_mul(WRITES).saturating_add(reserve);
        if is_low || reserve > 0 && free_bytes < needed {
            return Err(EngineError::DiskLow {
                free_mb: megabytes(free_bytes),
                reserve_mb: megabytes(reserve),
            });
        }
        Ok(())
    }
}

fn megabytes(bytes: u64) -> u64 {
    bytes >> 20
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(free: &Arc<AtomicU64>) -> Watch {
        let free = Arc::clone(free);
        let disk = Disk {
            free_bytes: Box::new(move || Some(free.load(Ordering::Relaxed)).filter(|free| *free > 0)),
            min_free_bytes: 1_000,
        };
        Watch { disk, free_bytes: AtomicU64::new(u64::MAX), is_low: AtomicBool::new(false) }
    }

    #[test]
    fn a_disk_is_low_below_its_reserve_until_a_quarter_more_is_free() {
        let free = Arc::new(AtomicU64::new(0));
        let watch = watch(&free);
        let states = [1_000, 999, 1_249, 0, 1_250, 1_000].map(|now| {
            free.store(now, Ordering::Relaxed);
            watch.measure();
            watch.state().is_low
        });
        // The fourth measurement fails, and changes nothing.
        assert_eq!(states, [false, true, true, true, false, false]);
    }
}
