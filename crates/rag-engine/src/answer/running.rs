//! The turns of this process, and those of other processes that clients of this one read.

use std::{
    collections::HashMap,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rag_schema::ids::{MessageId, SessionId, UserId};
use tokio_util::sync::CancellationToken;

use super::{
    transcript::{Transcript, TranscriptReader},
    types::TurnIds,
};

/// Turns under way, by the message that holds the answer in the end.
#[derive(Debug, Default)]
pub(crate) struct RunningTurns {
    state: Mutex<State>,
    /// Rung when there is something to keep, and at the end.
    bell: Condvar,
}

#[derive(Debug, Default)]
struct State {
    own: HashMap<MessageId, Arc<OwnTurn>>,
    followed: HashMap<MessageId, Arc<Transcript>>,
    is_closed: bool,
}

/// A turn that runs in this process.
#[derive(Debug)]
pub(super) struct OwnTurn {
    pub(super) ids: TurnIds,
    pub(super) user: UserId,
    pub(super) transcript: Option<Arc<Transcript>>,
    /// Cancelled when the turn's session is deleted.
    pub(super) deleted: CancellationToken,
    /// Cancelled when another process has ended the turn, because it took this one for dead.
    pub(super) ended_elsewhere: CancellationToken,
    /// Cancelled when the user has asked for the end of the turn.
    pub(super) stopped: CancellationToken,
}

impl RunningTurns {
    /// Enters a turn until the guard is dropped.
    pub(super) fn enter(
        &self,
        ids: TurnIds,
        user: UserId,
        transcript: Option<Arc<Transcript>>,
    ) -> RunningTurn<'_> {
        let running = RunningTurn::new(self, ids, user, transcript);
        self.lock().own.insert(ids.message_id, Arc::clone(&running.turn));
        self.bell.notify_all();
        running
    }

    /// A turn that the database does not have: there is nothing to keep, and nobody can name it.
    pub(super) fn run_unstored(&self, ids: TurnIds, user: UserId) -> RunningTurn<'_> {
        RunningTurn::new(self, ids, user, None)
    }

    /// Stops all turns of a deleted session.
    pub(crate) fn stop_session(&self, session: SessionId) {
        let state = self.lock();
        state
            .own
            .values()
            .filter(|turn| turn.ids.session_id == session)
            .for_each(|turn| turn.deleted.cancel());
    }

    /// Stops a turn at its user's request, if it runs in this process.
    pub(super) fn stop(&self, message: MessageId) {
        if let Some(turn) = self.lock().own.get(&message) {
            turn.stopped.cancel();
        }
    }

    /// A reader of a turn's transcript, whatever process it runs in.
    pub(super) fn follow(&self, message: MessageId, position: usize) -> TranscriptReader {
        let mut state = self.lock();
        let own = state.own.get(&message).and_then(|turn| turn.transcript.clone());
        let transcript = own.unwrap_or_else(|| {
            Arc::clone(state.followed.entry(message).or_insert_with(|| Arc::new(Transcript::new())))
        });
        self.bell.notify_all();
        transcript.read_from(position)
    }

    /// Ends the streams of turns of other processes.
    pub(super) fn stop_following(&self) {
        self.lock().followed.clear();
    }

    pub(super) fn own(&self) -> Vec<Arc<OwnTurn>> {
        self.lock().own.values().cloned().collect()
    }

    pub(super) fn is_own(&self, message: MessageId) -> bool {
        self.lock().own.contains_key(&message)
    }

    /// The turns of other processes that have readers here; the others are forgotten.
    pub(super) fn followed(&self) -> Vec<(MessageId, Arc<Transcript>)> {
        let mut state = self.lock();
        state.followed.retain(|_, transcript| transcript.has_readers());
        state.followed.iter().map(|(&id, transcript)| (id, Arc::clone(transcript))).collect()
    }

    pub(super) fn forget(&self, message: MessageId) {
        self.lock().followed.remove(&message);
    }

    /// Waits until there is something to keep, at most `timeout`. Returns `false` after `close`.
    pub(super) fn wait_for_turns(&self, timeout: Duration) -> bool {
        let is_idle =
            |state: &mut State| !state.is_closed && state.own.is_empty() && state.followed.is_empty();
        let waited = self.bell.wait_timeout_while(self.lock(), timeout, is_idle);
        !waited.unwrap_or_else(PoisonError::into_inner).0.is_closed
    }

    /// Waits for `pause`, or until `close`.
    pub(super) fn pause(&self, pause: Duration) {
        drop(self.bell.wait_timeout_while(self.lock(), pause, |state| !state.is_closed));
    }

    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.bell.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The entry of a turn that runs in this process.
#[derive(Debug)]
pub(super) struct RunningTurn<'a> {
    turns: &'a RunningTurns,
    pub(super) turn: Arc<OwnTurn>,
}

impl<'a> RunningTurn<'a> {
    fn new(turns: &'a RunningTurns, ids: TurnIds, user: UserId, transcript: Option<Arc<Transcript>>) -> Self {
        let turn = OwnTurn {
            ids,
            user,
            transcript,
            deleted: CancellationToken::new(),
            ended_elsewhere: CancellationToken::new(),
            stopped: CancellationToken::new(),
        };
        Self { turns, turn: Arc::new(turn) }
    }
}

impl Drop for RunningTurn<'_> {
    fn drop(&mut self) {
        self.turns.lock().own.remove(&self.turn.ids.message_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(session_id: SessionId) -> TurnIds {
        TurnIds { session_id, question_id: MessageId::new(), message_id: MessageId::new() }
    }

    #[test]
    fn stopping_a_session_stops_its_turns_alone() {
        let turns = RunningTurns::default();
        let (session, user) = (SessionId::new(), UserId::new());
        let first = turns.enter(ids(session), user, None);
        let second = turns.enter(ids(session), user, None);
        let elsewhere = turns.enter(ids(SessionId::new()), user, None);
        turns.stop_session(session);
        assert!(first.turn.deleted.is_cancelled() && second.turn.deleted.is_cancelled());
        assert!(!elsewhere.turn.deleted.is_cancelled());
        drop((first, second, elsewhere));
        assert!(turns.own().is_empty());
    }

    #[test]
    fn a_turn_of_another_process_is_followed_while_it_has_readers() {
        let turns = RunningTurns::default();
        let message = MessageId::new();
        let readers = [turns.follow(message, 0), turns.follow(message, 3)];
        assert_eq!(turns.followed().len(), 1);
        drop(readers);
        assert!(turns.followed().is_empty());
    }
}
