//! The turns that run in this process, by session, so that they can be stopped from elsewhere.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use rag_schema::ids::{MessageId, SessionId};
use tokio_util::sync::CancellationToken;

type Sessions = HashMap<SessionId, HashMap<MessageId, CancellationToken>>;

/// Turns under way.
#[derive(Debug, Default)]
pub(crate) struct RunningTurns {
    sessions: Mutex<Sessions>,
}

impl RunningTurns {
    /// Enters a turn, named by its question, until the guard is dropped.
    pub(super) fn enter(&self, session: SessionId, question: MessageId) -> RunningTurn<'_> {
        let stopped = CancellationToken::new();
        self.lock().entry(session).or_default().insert(question, stopped.clone());
        RunningTurn { turns: self, session, question, stopped }
    }

    /// Stops all turns of a session.
    pub(crate) fn stop_session(&self, session: SessionId) {
        self.lock().get(&session).into_iter().flat_map(HashMap::values).for_each(CancellationToken::cancel);
    }

    fn lock(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A turn that runs.
#[derive(Debug)]
pub(super) struct RunningTurn<'a> {
    turns: &'a RunningTurns,
    session: SessionId,
    question: MessageId,
    /// Cancelled when the turn's session is deleted.
    pub(super) stopped: CancellationToken,
}

impl Drop for RunningTurn<'_> {
    fn drop(&mut self) {
        let mut sessions = self.turns.lock();
        if let Some(turns) = sessions.get_mut(&self.session) {
            turns.remove(&self.question);
            if turns.is_empty() {
                sessions.remove(&self.session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stopping_a_session_stops_its_turns_alone() {
        let turns = RunningTurns::default();
        let (session, other) = (SessionId::new(), SessionId::new());
        let first = turns.enter(session, MessageId::new());
        let second = turns.enter(session, MessageId::new());
        let elsewhere = turns.enter(other, MessageId::new());
        turns.stop_session(session);
        assert!(first.stopped.is_cancelled() && second.stopped.is_cancelled());
        assert!(!elsewhere.stopped.is_cancelled());
        drop((first, second, elsewhere));
        assert!(turns.lock().is_empty());
    }
}
