//! The last blocking step of a turn: store the answer and the end of its transcript.

use std::{sync::Arc, time::Instant};

use rag_repo::{PgConnection, RepoResult, messages, sessions, turns};
use rag_schema::{
    enums::{Outcome, Sender, UsagePurpose},
    ids::{MessageId, SessionId},
    models::{AnswerFacts, NewChatMessage},
};
use serde_json::json;

use super::{
    NOT_FOUND, UNSUPPORTED,
    citations::{check_citations, quoted_sentences},
    cited::RememberedStatement,
    courtesy::is_courtesy,
    log::{Event, Recording},
    stored,
    transcript::{Frame, to_position},
    types::{Answer, Begun, Checked, Plan, Prepared, Question, TurnTimings, Written},
};
use crate::{Engine, EngineError, EngineResult, UnsupportedAnswer, usage::Spending};

/// Name under which extractive answers are stored.
pub(super) const EXTRACTIVE: &str = "extractive";

/// All that is known of a turn at its end.
pub(super) struct Ending {
    pub(super) question: Arc<Question>,
    pub(super) begun: Arc<Begun>,
    pub(super) prepared: Prepared,
    pub(super) written: Written,
    /// Statements of the question that were remembered or refused.
    pub(super) remembered: Vec<RememberedStatement>,
    /// `Event::Failed` of a turn that failed.
    pub(super) failure: Option<Arc<Event>>,
    pub(super) recording: Option<Recording>,
}

impl Engine {
    /// Checks the citations of the text, stores the answer and, in the same transaction, the rest of the transcript. Returns the
    /// last events, which the transcript has by then.
    #[tracing::instrument(name = "record_turn", level = "debug", skip_all)]
    pub(super) fn record_turn(&self, ending: &Ending) -> EngineResult<Vec<Arc<Event>>> {
        let Ending { question, begun, prepared, .. } = ending;
        let answer = self.finish_answer(ending);
        let events = last_events(ending, &answer);
        let is_stored = question.conversation.is_none();
        let stored = match &ending.recording {
            _ if !is_stored => self.spend_tokens(question.actor, self.spending(ending, &answer)),
            None => self.store_answer(ending, &answer, |_| Ok(0)),
            Some(recording) => self.store_recorded(ending, &answer, (recording, &events)),
        };
        if let Err(EngineError::NotFound(_)) = &stored {
            // The conversation was deleted while its answer was written, which cost as much as any other.
            self.spend_tokens(question.actor, self.spending(ending, &answer))?;
        }
        let is_new = stored?;
        if let Some(searched) = prepared.facts.as_ref().filter(|_| is_new) {
            let facts = AnswerFacts {
                session_id: is_stored.then_some(answer.session_id),
                message_id: is_stored.then_some(answer.message_id),
                outcome: Some(answer.outcome),
                answered_by: Some(answer.answered_by),
                prompt_tokens: answer.usage.and_then(|usage| i32::try_from(usage.prompt_tokens).ok()),
                completion_tokens: answer.usage.and_then(|usage| i32::try_from(usage.completion_tokens).ok()),
                answer_ms: None,
            };
            self.note_answer(question.actor, &begun.message.text, searched, facts, begun.at.elapsed());
        }
        Ok(events)
    }

    /// The notice of an unsupported answer with this text.
    pub fn unsupported_notice(&self, text: &str) -> Option<&'static str> {
        let is_marked = self.settings().answer.unsupported == UnsupportedAnswer::Mark;
        (is_marked && text != NOT_FOUND).then_some(UNSUPPORTED)
    }

    /// As `store_answer`, with the rest of the transcript, of which these events are the last.
    fn store_recorded(
        &self,
        ending: &Ending,
        answer: &Answer,
        (recording, events): (&Recording, &[Arc<Event>]),
    ) -> EngineResult<bool> {
        let Recording { transcript, encode } = recording;
        let frames: Vec<Frame> = events.iter().map(|event| Frame::new(event, *encode)).collect();
        let mut saved = transcript.lock_saved();
        let count = transcript.len() + frames.len();
        let (message, user) = (answer.message_id, ending.question.user);
        let is_new = self.store_answer(ending, answer, |conn| {
            // The keeper may not have seen the success of its last transaction.
            let held = turns::hold_running(conn, &[message])?;
            let stored = held.first().and_then(|(_, stored)| usize::try_from(*stored).ok());
            let row = stored.and_then(|stored| transcript.unsaved(stored, &frames, (message, user)));
            row.map_or(Ok(()), |row| turns::insert_events(conn, &[row]))?;
            Ok(count)
        })?;
        transcript.append(frames, true);
        *saved = count;
        Ok(is_new)
    }

    fn finish_answer(&self, ending: &Ending) -> Answer {
        let Ending { begun, prepared, written, .. } = ending;
        let (text, checked) = check_answer(ending);
        let is_unsupported = is_unsupported(ending, &checked);
        let is_replaced = is_unsupported && self.settings().answer.unsupported == UnsupportedAnswer::Replace;
        let (text, checked) =
            if is_replaced { (NOT_FOUND.to_owned(), Checked::default()) } else { (text, checked) };
        let answered_by = match (&prepared.plan, &written.writer, self.chat()) {
            (Plan::Stream(_), Some(writer), _) => &*writer.model,
            (Plan::Stream(_), None, Some(chat)) => chat.name(),
            _ => EXTRACTIVE,
        };
        Answer {
            message_id: begun.answer_id,
            session_id: begun.message.session_id,
            question_id: begun.message.id,
            outcome: if is_unsupported { Outcome::Unsupported } else { written.outcome },
            stop_reason: written.stop_reason,
            notice: self.unsupported_notice(&text).filter(|_| is_unsupported),
            text,
            citations: checked.citations,
            sentences: checked.sentences,
            answered_by: answered_by.to_owned(),
            prompt_version: matches!(prepared.plan, Plan::Stream(_))
                .then(|| self.settings().answer.templates.version().to_owned()),
            timings: TurnTimings { total_ms: Some(ms_since(begun.at)), ..prepared.timings },
            remembered: ending.remembered.clone(),
            usage: if written.is_unanswered() {
                None
            } else {
                let chars = written.text.chars().count() + written.thought_chars;
                written.usage.or_else(|| prepared.plan.estimate(chars))
            },
        }
    }

    /// The tokens of the answer for the ledger; `None` if no model was asked.
    fn spending(&self, ending: &Ending, answer: &Answer) -> Option<Spending> {
        let Written { usage, writer, .. } = &ending.written;
        let writer = writer.clone().or_else(|| self.chat().map(|chat| chat.first_writer()))?;
        let purpose = UsagePurpose::Answer;
        Some(Spending { purpose, writer, usage: answer.usage?, is_estimate: usage.is_none() })
    }

    /// Stores the answer and ends the turn; `false` if it was stored before, by an attempt whose success was not seen.
    /// `store_events` returns the number of the turn's events.
    fn store_answer(
        &self,
        ending: &Ending,
        answer: &Answer,
        store_events: impl Fn(&mut PgConnection) -> RepoResult<usize>,
    ) -> EngineResult<bool> {
        let Ending { question, begun, prepared, written, .. } = ending;
        let usage = answer.usage;
        let tokens = |count: u32| i32::try_from(count).ok();
        let session = answer.session_id;
        let spending = self.spending(ending, answer);
        self.db().transaction(question.actor, |conn| {
            let locked = sessions::lock(conn, session);
            locked.map_err(|error| EngineError::from(error).naming("session"))?;
            if let Ok(before) = messages::find(conn, session, answer.message_id) {
                let is_ours = before.outcome == Some(answer.outcome);
                return if is_ours { Ok(false) } else { Err(interrupted()) };
            }
            let count = store_events(conn)?;
            if !turns::end(conn, answer.message_id, to_position(count))? {
                return Err(interrupted());
            }
            let ordinal = messages::next_ordinal(conn, session)?;
            let evidence = &prepared.sources.evidence;
            let new = NewChatMessage {
                id: answer.message_id,
                question_id: Some(begun.message.id),
                parent_id: Some(begun.message.id),
                outcome: Some(answer.outcome),
                stop_reason: written.stop_reason,
                retrieved_chunk_ids: evidence.iter().map(|given| Some(given.found.passage.id)).collect(),
                citations: stored::write_citations(&answer.citations),
                sentences: stored::write_sentences(&answer.sentences),
                answered_by: Some(&answer.answered_by),
                prompt_version: answer.prompt_version.as_deref(),
                timings: json!(answer.timings),
                remembered: json!(answer.remembered),
                prompt_tokens: usage.and_then(|usage| tokens(usage.prompt_tokens)),
                completion_tokens: usage.and_then(|usage| tokens(usage.completion_tokens)),
                ..blank_message(session, ordinal, Sender::Assistant, &answer.text)
            };
            messages::append(conn, &new)?;
            spending.as_ref().map_or(Ok(()), |spending| spending.store(conn))?;
            Ok(true)
        })
    }
}

/// The text as it is stored, compared with the passages.
fn check_answer(ending: &Ending) -> (String, Checked) {
    let Ending { begun, prepared, written, .. } = ending;
    if written.outcome == Outcome::NotFound {
        return (written.text.clone(), Checked::default());
    }
    let Some(citations) = &written.citations else {
        let (text, checked) = check_citations(&written.text, &begun.message.text, &prepared.sources.evidence);
        let is_small_talk = checked.citations.is_empty() && is_courtesy(&begun.message.text, &text);
        let nothing_to_support = Checked { is_supported: true, ..Checked::default() };
        return (text, if is_small_talk { nothing_to_support } else { checked });
    };
    // Brackets in extracted text are the source's own.
    let sentences = quoted_sentences(&written.text);
    (written.text.clone(), Checked { citations: citations.clone(), sentences, is_supported: true })
}

/// Whether a model's answer states facts and no cited passage supports any of them.
fn is_unsupported(Ending { prepared, written, .. }: &Ending, checked: &Checked) -> bool {
    let is_model = matches!(prepared.plan, Plan::Stream(_));
    is_model && written.outcome == Outcome::Answered && !checked.is_supported
}

/// The citations and the answer, or the failure.
fn last_events(ending: &Ending, answer: &Answer) -> Vec<Arc<Event>> {
    if let Some(failure) = &ending.failure {
        return vec![Arc::clone(failure)];
    }
    let citations = answer.citations.iter().cloned().map(Event::Citation);
    citations.chain([Event::Done(answer.clone())]).map(Arc::new).collect()
}

/// The failure of a turn that another process has ended, because it took this one for dead.
pub(super) fn interrupted() -> EngineError {
    EngineError::Conflict(
        "The answer was interrupted: its server could not reach the database for too long. Ask again."
            .to_owned(),
    )
}

pub(super) fn ms_since(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1e3
}

/// A message with nothing but its text.
pub(crate) fn blank_message(
    session: SessionId,
    ordinal: i32,
    sender: Sender,
    text: &str,
) -> NewChatMessage<'_> {
    NewChatMessage {
        id: MessageId::new(),
        session_id: session,
        ordinal,
        sender,
        text,
        question_id: None,
        outcome: None,
        stop_reason: None,
        parent_id: None,
        retrieved_chunk_ids: Vec::new(),
        citations: json!([]),
        sentences: json!([]),
        remembered: json!([]),
        answered_by: None,
        prompt_version: None,
        timings: json!({}),
        prompt_tokens: None,
        completion_tokens: None,
        created_at: None,
    }
}
