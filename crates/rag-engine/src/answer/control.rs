//! Control of turns from any process: read their streams, stop them, record that their process has died.

use rag_llm::{Price, Usage, Writer};
use rag_repo::{Actor, PgConnection, messages, sessions, turns};
use rag_schema::{
    enums::{Outcome, Sender, UsagePurpose},
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
use crate::{Engine, EngineError, EngineResult, usage::Spending};

impl Engine {
    /// Keeps the turns of this process: stores their transcripts, renews their leases, hears requests to stop, and ends turns of
    /// processes that have died. For a process that serves turns; `encode` is that of all its transcripts.
    pub fn keep_turns(&self, encode: Encode) -> EngineResult<()> {
        if self.turn_keeper().get().is_none() {
            let writers = self.chat().map_or_else(Vec::new, |chat| {
                let servers = chat.servers().into_iter().map(|server| server.writer);
                servers.chain([chat.first_writer()]).collect()
            });
            let keeper =
                TurnKeeper::start(self.db().for_work(), self.shared_turns(), Ends { encode, writers })?;
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

/// The ends of turns whose process has died: how their last event is encoded, and the models whose tokens they may have spent.
pub(super) struct Ends {
    pub(super) encode: Encode,
    pub(super) writers: Vec<Writer>,
}

impl Ends {
    /// An estimate of the tokens of a turn; `None` if no model was asked. Tokens of thoughts count, too.
    fn spending(&self, turn: &TurnRow, rows: &[TurnEvents]) -> Option<Spending> {
        let prompt_tokens = u32::try_from(turn.prompt_tokens?).ok()?;
        let (thought, blank) = (self.encode)(&Event::Thought(String::new()));
        let thoughts = rows.iter().flat_map(|row| row.names.iter().zip(&row.data));
        let thoughts = thoughts.filter(|(name, _)| name.as_deref() == Some(thought));
        let thought_chars: usize = thoughts
            .filter_map(|(_, data)| Some(data.as_ref()?.chars().count().saturating_sub(blank.len())))
            .sum();
        let written: usize = rows.iter().map(|row| row.text.chars().count()).sum();
        let completion_tokens = Usage::estimate(0, thought_chars + written).completion_tokens;
        let total_tokens = prompt_tokens.saturating_add(completion_tokens);
        let writer = self.writers.iter().find(|writer| *writer.model == *turn.answered_by).cloned();
        let unpriced = || Writer { model: turn.answered_by.as_str().into(), price: Price::default() };
        Some(Spending {
            purpose: UsagePurpose::Answer,
            writer: writer.unwrap_or_else(unpriced),
            usage: Usage { prompt_tokens, completion_tokens, total_tokens },
            is_estimate: true,
        })
    }
}

/// Stores the answer of a turn whose process has died, as far as its events were stored, and its tokens.
pub(super) fn interrupt(conn: &mut PgConnection, turn: &TurnRow, ends: &Ends) -> EngineResult<()> {
    sessions::lock(conn, turn.session_id)?;
    let rows = turns::list_events(conn, turn.message_id)?;
    let count: usize = rows.iter().map(|row| row.names.len()).sum();
    if !turns::end(conn, turn.message_id, to_position(count + 1))? {
        return Ok(());
    }
    let spending = ends.spending(turn, &rows);
    let usage = spending.as_ref().map(|spending| spending.usage);
    let tokens = |count: u32| i32::try_from(count).ok();
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
            prompt_tokens: usage.and_then(|usage| tokens(usage.prompt_tokens)),
            completion_tokens: usage.and_then(|usage| tokens(usage.completion_tokens)),
            ..blank_message(turn.session_id, ordinal, Sender::Assistant, &text)
        },
    )?;
    spending.map_or(Ok(()), |spending| spending.store_of(conn, turn.user_id))?;
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
        prompt_version: None,
        timings: TurnTimings::default(),
        usage,
        remembered: Vec::new(),
    };
    let (name, data) = (ends.encode)(&Event::Done(answer));
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
