//! The blocking steps of a turn: store the question, find evidence, store the answer.

use std::time::Instant;

use rag_llm::ChatRequest;
use rag_repo::{PgConnection, RepoResult, collections, messages, sessions};
use rag_schema::{
    enums::{Outcome, Sender},
    ids::{MessageId, SessionId},
    models::{AnswerFacts, ChatMessage, NewChatMessage, NewChatSession},
};
use serde_json::json;

use super::{
    NOT_FOUND, check_citations, extractive, prompt, stored,
    types::{Answer, Begun, Evidence, Plan, Prepared, Question, Sources, TurnTimings, Written},
};
use crate::{
    Engine, EngineError, EngineResult,
    events::Searched,
    names,
    retrieve::{EmbeddedQuestion, Said, SearchRequest},
};

/// Messages in whose light a question is understood.
const RECENT_MESSAGES: i64 = 4;
/// Characters of a question that make the title of its session.
const TITLE_CHARS: usize = 80;
/// Name under which extractive answers are stored.
const EXTRACTIVE: &str = "extractive";

impl Engine {
    /// Stores the question, with the session that it begins, in one transaction. A question that is refused stores nothing.
    pub(super) fn begin_turn(&self, question: &Question) -> EngineResult<Begun> {
        let at = Instant::now();
        let text = self.check_question(&question.text)?;
        if self.chat().is_some() {
            self.check_tokens(question.actor)?;
        }
        if let Some(conversation) = &question.conversation {
            return self.begin_unstored(question, text, conversation, at);
        }
        self.db().transaction(question.actor, |conn| {
            if let Some(session) = question.session {
                sessions::lock(conn, session).map_err(|error| EngineError::from(error).naming("session"))?;
            }
            if !collections::are_all_visible(conn, &question.collections)? {
                return Err(EngineError::NotFound("collection"));
            }
            let session = question.session.map_or_else(|| begin_session(conn, question, text), Ok)?;
            let ordinal = messages::next_ordinal(conn, session)?;
            let recent = messages::before(conn, session, ordinal, RECENT_MESSAGES)?;
            let message = messages::append(conn, &blank(session, ordinal, Sender::User, text))?;
            Ok(Begun { message, recent, at })
        })
    }

    fn check_question<'q>(&self, question: &'q str) -> EngineResult<&'q str> {
        let question = question.trim();
        let max = self.settings().answer.max_question_chars;
        if question.is_empty() {
            return Err(EngineError::Invalid("the question is empty".to_owned()));
        }
        if question.contains('\0') {
            return Err(EngineError::Invalid("the question holds a NUL character".to_owned()));
        }
        if question.chars().count() > max {
            return Err(EngineError::Invalid(format!("the question is longer than {max} characters")));
        }
        Ok(question)
    }

    /// Finds evidence and decides how the question is answered. Asks models and waits for them.
    pub(super) fn prepare_turn(&self, question: &Question, begun: &Begun) -> EngineResult<Prepared> {
        let said: Vec<Said<'_>> = last_of(&begun.recent, RECENT_MESSAGES)
            .iter()
            .map(|message| Said { sender: message.sender, text: &message.text })
            .collect();
        let search = SearchRequest {
            query: &begun.message.text,
            plain: true,
            said: &said,
            understanding: question.understanding,
            collections: &question.collections,
            filter: question.filter.as_ref(),
            limit: self.settings().answer.passages.max(1),
            ..SearchRequest::default()
        };
        let begun_search = Instant::now();
        let result = self.find_passages(question.actor, &search)?;
        let facts = Searched::new(&result, begun_search.elapsed());
        let evidence: Vec<Evidence> =
            (1..).zip(result.found).map(|(marker, found)| Evidence { marker, found }).collect();
        let searched = Instant::now();
        let plan = self.plan_answer(question, begun, result.query_vector, &evidence)?;
        let timings = TurnTimings {
            understand_ms: Some(result.timings.understand_ms),
            embed_ms: Some(result.timings.embed_ms),
            database_ms: Some(result.timings.database_ms),
            rerank_ms: Some(result.timings.rerank_ms),
            extract_ms: Some(ms_since(searched)),
            total_ms: None,
        };
        let sources =
            Sources { warnings: result.warnings, ..sources(&begun.message, result.searched, evidence) };
        Ok(Prepared { sources, plan, timings, facts: Some(facts) })
    }

    fn plan_answer(
        &self,
        question: &Question,
        begun: &Begun,
        embedded: Option<EmbeddedQuestion>,
        evidence: &[Evidence],
    ) -> EngineResult<Plan> {
        let message = &begun.message;
        if evidence.is_empty() {
            return Ok(Plan::Ready(Written::new(NOT_FOUND, Outcome::NotFound)));
        }
        if self.chat().is_none() {
            return Ok(Plan::Ready(extractive::answer(
                self,
                question.actor,
                &message.text,
                embedded,
                evidence,
            )?));
        }
        let max = self.settings().answer.history_messages;
        if let Some(conversation) = &question.conversation {
            let history = last_of(&begun.recent, max);
            let mut request = prompt::grounded(&message.text, history, evidence);
            prompt::add_instructions(&mut request, &conversation.instructions);
            return Ok(Plan::Stream(ChatRequest { max_tokens: conversation.max_tokens, ..request }));
        }
        let history = self
            .db()
            .read(question.actor, |conn| messages::before(conn, message.session_id, message.ordinal, max))?;
        Ok(Plan::Stream(prompt::grounded(&message.text, &history, evidence)))
    }

    /// Checks the citations of the text and stores the answer.
    pub(super) fn record_turn(
        &self,
        question: &Question,
        begun: &Begun,
        prepared: &Prepared,
        written: &Written,
    ) -> EngineResult<Answer> {
        let evidence = &prepared.sources.evidence;
        let (text, citations) = match &written.citations {
            // Brackets in extracted text are the source's own.
            Some(citations) => (written.text.clone(), citations.clone()),
            None => check_citations(&written.text, evidence),
        };
        let answered_by = match (&prepared.plan, self.chat()) {
            (Plan::Stream(_), Some(chat)) => chat.name(),
            _ => EXTRACTIVE,
        };
        let timings = TurnTimings { total_ms: Some(ms_since(begun.at)), ..prepared.timings };
        let usage = written.usage.or_else(|| prepared.plan.estimate(&written.text));
        let tokens = |count: u32| i32::try_from(count).ok();
        let session = begun.message.session_id;
        let message = NewChatMessage {
            question_id: Some(begun.message.id),
            outcome: Some(written.outcome),
            stop_reason: written.stop_reason,
            retrieved_chunk_ids: evidence.iter().map(|given| Some(given.found.passage.id)).collect(),
            citations: stored::write_citations(&citations),
            answered_by: Some(answered_by),
            timings: json!(timings),
            prompt_tokens: usage.and_then(|usage| tokens(usage.prompt_tokens)),
            completion_tokens: usage.and_then(|usage| tokens(usage.completion_tokens)),
            ..blank(session, begun.message.ordinal, Sender::Assistant, &text)
        };
        let is_stored = question.conversation.is_none();
        if is_stored {
            self.store_answer(question, &message)?;
        } else if let Some(usage) = usage {
            self.spend_tokens(question.actor, usage)?;
        }
        if let Some(searched) = &prepared.facts {
            let facts = AnswerFacts {
                session_id: is_stored.then_some(session),
                message_id: is_stored.then_some(message.id),
                outcome: Some(written.outcome),
                answered_by: Some(answered_by.to_owned()),
                prompt_tokens: message.prompt_tokens,
                completion_tokens: message.completion_tokens,
                answer_ms: None,
            };
            self.note_answer(question.actor, &begun.message.text, searched, facts, begun.at.elapsed());
        }
        Ok(Answer {
            message_id: message.id,
            session_id: session,
            question_id: begun.message.id,
            outcome: written.outcome,
            stop_reason: written.stop_reason,
            citations,
            answered_by: answered_by.to_owned(),
            timings,
            usage,
            text,
        })
    }

    /// Appends the answer to its session.
    fn store_answer(&self, question: &Question, answer: &NewChatMessage<'_>) -> EngineResult<()> {
        let session = answer.session_id;
        let stored = self.db().transaction(question.actor, |conn| {
            sessions::lock(conn, session)?;
            let ordinal = messages::next_ordinal(conn, session)?;
            let retrieved_chunk_ids = answer.retrieved_chunk_ids.clone();
            let citations = answer.citations.clone();
            let timings = answer.timings.clone();
            messages::append(
                conn,
                &NewChatMessage { ordinal, retrieved_chunk_ids, citations, timings, ..*answer },
            )
        });
        stored.map(drop).map_err(|error| EngineError::from(error).naming("session"))
    }
}

/// The last `count` messages.
fn last_of(messages: &[ChatMessage], count: i64) -> &[ChatMessage] {
    let skip = messages.len().saturating_sub(usize::try_from(count).unwrap_or(0));
    messages.get(skip..).unwrap_or_default()
}

/// A turn without evidence: its search failed or was stopped.
pub(super) fn unprepared(begun: &Begun) -> Prepared {
    Prepared {
        sources: sources(&begun.message, begun.message.text.clone(), Vec::new()),
        plan: Plan::Ready(Written::new(String::new(), Outcome::Failed)),
        timings: TurnTimings::default(),
        facts: None,
    }
}

fn sources(message: &ChatMessage, searched: String, evidence: Vec<Evidence>) -> Sources {
    Sources {
        session_id: message.session_id,
        question_id: message.id,
        searched,
        warnings: Vec::new(),
        evidence,
    }
}

/// A session that its first question names.
fn begin_session(conn: &mut PgConnection, question: &Question, text: &str) -> RepoResult<SessionId> {
    // A question can have several lines; a name has one.
    let title = names::clean(&text.replace(char::is_whitespace, " "));
    let title: String = title.chars().take(TITLE_CHARS).collect();
    let new = NewChatSession { id: SessionId::new(), user_id: question.user, title: &title };
    Ok(sessions::insert(conn, &new)?.id)
}

fn ms_since(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1e3
}

fn blank(session: SessionId, ordinal: i32, sender: Sender, text: &str) -> NewChatMessage<'_> {
    NewChatMessage {
        id: MessageId::new(),
        session_id: session,
        ordinal,
        sender,
        text,
        question_id: None,
        outcome: None,
        stop_reason: None,
        retrieved_chunk_ids: Vec::new(),
        citations: json!([]),
        answered_by: None,
        timings: json!({}),
        prompt_tokens: None,
        completion_tokens: None,
    }
}
