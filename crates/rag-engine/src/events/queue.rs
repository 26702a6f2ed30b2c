//! The queue of events to be written: bounded, with producers that never wait.

use std::{
    collections::VecDeque,
    mem,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::Happening;

/// Maximum number of queued events; further events are dropped.
pub(super) const CAPACITY: usize = 4096;
/// Maximum number of events written together: their values are parameters of one statement, which accepts at most 65,535.
pub(super) const MAX_BATCH: usize = 512;
/// Time for which the first event of a batch waits for others.
const LINGER: Duration = Duration::from_millis(500);

/// The state that the producers and the writer share.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Happening>,
    /// Number of events that the writer has taken and neither written nor dropped.
    in_hand: usize,
    dropped: u64,
    /// Number of callers that wait until the queue is written.
    flushing: usize,
    closed: bool,
}

impl State {
    fn is_urgent(&self) -> bool {
        self.closed || self.flushing > 0
    }
}

impl Queue {
    /// Adds an event, or drops it if the queue is full.
    pub(super) fn push(&self, event: Happening) {
        let mut state = self.lock();
        if state.waiting.len() >= CAPACITY {
            state.dropped += 1;
            return;
        }
        state.waiting.push_back(event);
        let count = state.waiting.len();
        drop(state);
        if count == 1 || count == MAX_BATCH {
            self.changed.notify_all();
        }
    }

    /// Returns the next events to write. Waits for the first event, and briefly for others. `None` if the queue is closed and
    /// empty.
    pub(super) fn next_batch(&self) -> Option<Vec<Happening>> {
        let state = self.lock();
        let state = self.wait_while(state, |state| state.waiting.is_empty() && !state.closed);
        let deadline = Instant::now() + LINGER;
        let linger = |state: &mut State| state.waiting.len() < MAX_BATCH && !state.is_urgent();
        let mut state = self.wait_until(state, deadline, linger);
        let count = state.waiting.len().min(MAX_BATCH);
        state.in_hand = count;
        let batch: Vec<Happening> = state.waiting.drain(..count).collect();
        (!batch.is_empty()).then_some(batch)
    }

    /// Marks the current batch as written, except for `dropped` of its events.
    pub(super) fn settle(&self, dropped: usize) {
        let mut state = self.lock();
        state.dropped += u64::try_from(dropped).unwrap_or(u64::MAX);
        state.in_hand = 0;
        drop(state);
        self.changed.notify_all();
    }

    /// Waits until every event pushed so far is written or dropped.
    pub(super) fn flush(&self) {
        let mut state = self.lock();
        state.flushing += 1;
        self.changed.notify_all();
        let mut state = self.wait_while(state, |state| !state.waiting.is_empty() || state.in_hand > 0);
        state.flushing -= 1;
    }

    /// Waits before the next attempt to write; ends early if a caller waits for the queue. Returns whether another attempt is
    /// worthwhile.
    pub(super) fn pause(&self, pause: Duration) -> bool {
        let state = self.lock();
        let deadline = Instant::now() + pause;
        !self.wait_until(state, deadline, |state| !state.is_urgent()).is_urgent()
    }

    /// Closes the queue, so that the writer ends once the queue is empty.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Drops all queued events and returns their number.
    pub(super) fn drop_all(&self) -> usize {
        let mut state = self.lock();
        let waiting = mem::take(&mut state.waiting).len();
        state.dropped += u64::try_from(waiting).unwrap_or(u64::MAX);
        waiting
    }

    /// Returns the number of events dropped so far.
    pub(super) fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while<'q>(
        &self,
        state: MutexGuard<'q, State>,
        condition: impl FnMut(&mut State) -> bool,
    ) -> MutexGuard<'q, State> {
        self.changed.wait_while(state, condition).unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_until<'q>(
        &self,
        state: MutexGuard<'q, State>,
        deadline: Instant,
        condition: impl FnMut(&mut State) -> bool,
    ) -> MutexGuard<'q, State> {
        let timeout = deadline.saturating_duration_since(Instant::now());
        self.changed.wait_timeout_while(state, timeout, condition).unwrap_or_else(PoisonError::into_inner).0
    }
}

#[cfg(test)]
mod tests {
    use rag_repo::events::Source;
    use rag_schema::{enums::EventKind, ids::UserId};

    use super::*;

    fn event() -> Happening {
        Happening::new(EventKind::Search, Source::User(UserId::new()))
    }

    #[test]
    fn a_full_queue_drops_and_counts_and_nobody_waits() {
        let queue = Queue::default();
        for _ in 0..CAPACITY + 3 {
            queue.push(event());
        }
        assert_eq!(queue.dropped(), 3);
        assert_eq!(queue.next_batch().unwrap().len(), MAX_BATCH);
        queue.settle(2);
        assert_eq!(queue.dropped(), 5);
    }

    #[test]
    fn a_closed_queue_gives_what_it_holds_and_ends() {
        let queue = Queue::default();
        queue.push(event());
        queue.close();
        assert_eq!(queue.next_batch().unwrap().len(), 1);
        queue.settle(0);
        assert!(queue.next_batch().is_none());
        queue.push(event());
        assert_eq!((queue.drop_all(), queue.dropped()), (1, 1));
    }

    #[test]
    fn a_flush_ends_when_what_was_pushed_is_dealt_with() {
        let queue = Queue::default();
        queue.push(event());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                assert_eq!(queue.next_batch().unwrap().len(), 1);
                queue.settle(0);
            });
            queue.flush();
        });
        assert_eq!(queue.dropped(), 0);
    }
}
