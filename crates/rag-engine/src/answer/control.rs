//! Control of turns from any process: read their streams, stop them, record that their process has died.

use rag_repo::{Actor, PgConnection, messages, sessions, turns};
use rag_schema::{
    enums::{Outcome, Sender},
    ids::{MessageId, SessionId},
    models::{NewChatMessage, TurnEvents, TurnRow},
};

use super::{
    keeper::TurnKeeper,
    log::Event,
    markers::MarkedText,
    record::blank_message,
    transcript::{Encode, TranscriptReader, to_position},
    types::{Answer, TurnTimings},
};
use crate::{Engine, EngineError, EngineResult};

impl Engine {
    /// Keeps the turns of this process: stores their transcripts, renews their leases, hears requests to stop, and ends turns of
    /// processes that have died. For a process that serves turns; `encode` is that of all its transcripts.
    pub fn keep_turns(&self, encode: Encode) -> EngineResult<()> {
        if self.turn_keeper().get().is_none() {
            let keeper = TurnKeeper::start(self.db().clone(), self.shared_turns(), encode)?;
            // Another call came first: its keeper keeps the turns, and this one ends.
            drop(self.turn_keeper().set(keeper));
        }
        Ok(())
    }

    /// A reader of the turn's stream from event number `position` on, counted from 0; `None` if the turn has ended and has no such
    /// event. The turn may run in any process.
    ///
    /// The end of an interrupted turn has the number of an event that its process may have sent and not stored, so that a client at the
    /// end cannot be told from one that does not know of it: both get the end.
    pub fn follow_turn(
        &self,
        actor: Actor,
        session: SessionId,
        message: MessageId,
        position: usize,
    ) -> EngineResult<Option<TranscriptReader>> {
        let next = self.db().read(actor, |conn| {
            let turn = turns::find(conn, session, message)?;
            if turn.event_count != Some(to_position(position)) {
                return Ok(Some(position));
            }
            let answer = messages::find(conn, session, message)?;
            Ok((answer.outcome == Some(Outcome::Interrupted)).then(|| position.saturating_sub(1)))
        });
        let next = next.map_err(|error: EngineError| error.naming("answer"))?;
        Ok(next.map(|position| self.running_turns().follow(message, position)))
    }

    /// Ends the streams of turns that run in other processes, so that their clients continue elsewhere.
    pub fn stop_following(&self) {
        self.running_turns().stop_following();
    }

    /// Asks for the end of a turn, which runs in any process. Its answer is stored as far as it is written.
    pub fn stop_turn(&self, actor: Actor, session: SessionId, message: MessageId) -> EngineResult<()> {
        let asked = self.db().transaction(actor, |conn| Ok(turns::request_stop(conn, session, message)?));
        asked.map_err(|error: EngineError| error.naming("answer"))?;
        self.running_turns().stop(message);
        Ok(())
    }
}

/// Stores the answer of a turn whose process has died, as far as its events were stored.
pub(super) fn interrupt(conn: &mut PgConnection, turn: &TurnRow, encode: Encode) -> EngineResult<()> {
    sessions::lock(conn, turn.session_id)?;
    let rows = turns::list_events(conn, turn.message_id)?;
    let count: usize = rows.iter().map(|row| row.names.len()).sum();
    if !turns::end(conn, turn.message_id, to_position(count + 1))? {
        return Ok(());
    }
    let written: String = rows.into_iter().map(|row| row.text).collect();
    // Its markers cannot be checked any more.
    let text = MarkedText::read(&written, |_| false).text;
    let ordinal = messages::next_ordinal(conn, turn.session_id)?;
    messages::append(
        conn,
        &NewChatMessage {
            id: turn.message_id,
            question_id: Some(turn.question_id),
            parent_id: Some(turn.question_id),
            outcome: Some(Outcome::Interrupted),
            answered_by: Some(&turn.answered_by),
            ..blank_message(turn.session_id, ordinal, Sender::Assistant, &text)
        },
    )?;
    let answer = Answer {
        message_id: turn.message_id,
        session_id: turn.session_id,
        question_id: turn.question_id,
        text,
        outcome: Outcome::Interrupted,
        stop_reason: None,
        notice: None,
        citations: Vec::new(),
        sentences: Vec::new(),
        answered_by: turn.answered_by.clone(),
        timings: TurnTimings::default(),
        usage: None,
    };
    let (name, data) = encode(&Event::Done(answer));
    let last = TurnEvents {
        message_id: turn.message_id,
        position: to_position(count),
        user_id: turn.user_id,
        names: vec![Some(name.to_owned())],
        data: vec![Some(data)],
        text: String::new(),
    };
    Ok(turns::insert_events(conn, &[last])?)
}
