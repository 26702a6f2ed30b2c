//! One turn of a conversation: the question is stored before the answer begins, the answer when it has ended.

use std::time::Instant;

use rag_llm::{ChatRequest, Usage};
use rag_repo::{Actor, filter::Filter, messages, sessions};
use rag_schema::{
    enums::{Outcome, Sender},
    ids::{CollectionId, MessageId, SessionId},
    models::{ChatMessage, NewChatMessage},
};
use serde::Serialize;
use serde_json::json;

use super::{Citation, NOT_FOUND, check_citations, extractive, prompt};
use crate::{
    Engine, EngineError, EngineResult,
    retrieve::{Found, Said, SearchRequest, Understanding},
};

/// Messages in whose light a question is understood.
const RECENT_MESSAGES: i64 = 4;
/// Name under which extractive answers are stored.
const EXTRACTIVE: &str = "extractive";

/// A question in a session.
#[derive(Debug, Clone)]
pub struct AskRequest<'a> {
    /// Session it belongs to.
    pub session: SessionId,
    /// The question.
    pub question: &'a str,
    /// Collections to search; all that the asker may see when empty.
    pub collections: &'a [CollectionId],
    /// Only documents that pass it.
    pub filter: Option<&'a Filter>,
    /// Which steps are taken to understand the question; the server's when absent.
    pub understanding: Option<Understanding>,
}

/// A passage given to the answerer under a number.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Number in the answer's text, from 1.
    pub marker: usize,
    /// The passage.
    pub found: Found,
}

/// How the answer comes about.
#[derive(Debug, Clone)]
pub enum Plan {
    /// It is written already.
    Ready(Written),
    /// The chat model is to be asked this.
    Stream(ChatRequest),
}

impl Plan {
    /// About what a model used that did not say, or was stopped before it could. None when no model was asked.
    fn estimate(&self, written: &str) -> Option<Usage> {
        let Self::Stream(request) = self else { return None };
        Some(Usage::estimate(request.chars(), written.chars().count()))
    }
}

/// What was written, by a model or by extraction.
#[derive(Debug, Clone)]
pub struct Written {
    /// The text, with markers.
    pub text: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Tokens used, when the model says so.
    pub usage: Option<Usage>,
}

impl Written {
    /// An answer whose tokens nobody counted.
    pub fn new(text: impl Into<String>, outcome: Outcome) -> Self {
        Self { text: text.into(), outcome, usage: None }
    }

    /// What a chat model wrote, all of it or, when it was `stopped`, a part.
    pub fn by_model(text: String, usage: Option<Usage>, stopped: bool) -> Self {
        let is_refusal = text.trim().trim_end_matches('.') == NOT_FOUND.trim_end_matches('.');
        let outcome = match (stopped, is_refusal) {
            (true, _) => Outcome::Stopped,
            (false, true) => Outcome::NotFound,
            (false, false) => Outcome::Answered,
        };
        Self { text, outcome, usage }
    }
}

/// A turn whose question is stored and whose evidence is found.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// On whose behalf it is asked.
    pub actor: Actor,
    /// The question as stored.
    pub question: ChatMessage,
    /// The question as it was searched: rewritten, when it leaned on what was said before.
    pub searched: String,
    /// Passages, best first.
    pub evidence: Vec<Evidence>,
    /// How the answer comes about.
    pub plan: Plan,
    /// Understanding, embedding, database and extraction, in milliseconds.
    timings: serde_json::Value,
    begun: Instant,
}

/// An answer as stored.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// Message that holds it.
    pub message_id: MessageId,
    /// Session it belongs to.
    pub session_id: SessionId,
    /// The text; markers that named no passage are gone.
    pub text: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Checked citations, in order of appearance.
    pub citations: Vec<Citation>,
    /// Name of the model, or `extractive`.
    pub answered_by: String,
    /// Milliseconds per step.
    pub timings: serde_json::Value,
}

impl Engine {
    /// Stores the question, finds evidence and decides how it is answered.
    pub fn prepare(&self, actor: Actor, request: &AskRequest<'_>) -> EngineResult<Prepared> {
        let begun = Instant::now();
        let question = self.check_question(request.question)?;
        if self.chat().is_some() {
            self.check_tokens(actor)?;
        }
        let (stored, recent) = self.store_question(actor, request.session, question)?;
        let said: Vec<Said<'_>> =
            recent.iter().map(|message| Said { sender: message.sender, text: &message.text }).collect();
        let search = SearchRequest {
            query: question,
            plain: true,
            said: &said,
            understanding: request.understanding,
            collections: request.collections,
            filter: request.filter,
            limit: self.settings().answer.passages.max(1),
            ..SearchRequest::default()
        };
        let result = self.search(actor, &search)?;
        let evidence: Vec<Evidence> =
            (1..).zip(result.found).map(|(marker, found)| Evidence { marker, found }).collect();
        let searched = Instant::now();
        let vector = result.query_vector.unwrap_or_default();
        let plan = self.plan(actor, &stored, question, &vector, &evidence)?;
        let timings = json!({
            "understand_ms": result.timings.understand_ms, "embed_ms": result.timings.embed_ms, "database_ms": result.timings.database_ms,
            "rerank_ms": result.timings.rerank_ms,
            "extract_ms": searched.elapsed().as_secs_f64() * 1e3,
        });
        Ok(Prepared { actor, question: stored, searched: result.searched, evidence, plan, timings, begun })
    }

    fn check_question<'q>(&self, question: &'q str) -> EngineResult<&'q str> {
        let question = question.trim();
        let most = self.settings().answer.max_question_chars;
        if question.is_empty() {
            return Err(EngineError::Invalid("the question is empty".to_owned()));
        }
        if question.contains('\0') {
            return Err(EngineError::Invalid("the question holds a NUL character".to_owned()));
        }
        if question.chars().count() > most {
            return Err(EngineError::Invalid(format!("the question is longer than {most} characters")));
        }
        Ok(question)
    }

    /// The question as stored, and the messages before it.
    fn store_question(
        &self,
        actor: Actor,
        session: SessionId,
        question: &str,
    ) -> EngineResult<(ChatMessage, Vec<ChatMessage>)> {
        self.db()
            .transaction(actor, |conn| {
                sessions::lock(conn, session)?;
                let ordinal = messages::next_ordinal(conn, session)?;
                let recent = messages::before(conn, session, ordinal, RECENT_MESSAGES)?;
                let stored = messages::append(conn, &blank(session, ordinal, Sender::User, question))?;
                Ok((stored, recent))
            })
            .map_err(|error| EngineError::from(error).naming("session"))
    }

    fn plan(
        &self,
        actor: Actor,
        stored: &ChatMessage,
        question: &str,
        vector: &[f32],
        evidence: &[Evidence],
    ) -> EngineResult<Plan> {
        if evidence.is_empty() {
            return Ok(Plan::Ready(Written::new(NOT_FOUND, Outcome::NotFound)));
        }
        if self.chat().is_none() {
            return Ok(Plan::Ready(extractive::answer(self, question, vector, evidence)?));
        }
        let most = self.settings().answer.history_messages;
        let history = self
            .db()
            .transaction(actor, |conn| messages::before(conn, stored.session_id, stored.ordinal, most))?;
        Ok(Plan::Stream(prompt::grounded(question, &history, evidence)))
    }

    /// Checks the citations of what was written and stores the answer.
    pub fn record(&self, prepared: &Prepared, written: &Written) -> EngineResult<Answer> {
        let (text, citations) = check_citations(&written.text, &prepared.evidence);
        let answered_by = match (&prepared.plan, self.chat()) {
            (Plan::Stream(_), Some(chat)) => chat.name(),
            _ => EXTRACTIVE,
        };
        let mut timings = prepared.timings.clone();
        if let Some(timings) = timings.as_object_mut() {
            timings.insert("total_ms".to_owned(), json!(prepared.begun.elapsed().as_secs_f64() * 1e3));
        }
        let usage = written.usage.or_else(|| prepared.plan.estimate(&written.text));
        let session = prepared.question.session_id;
        let tokens = |count: u32| i32::try_from(count).ok();
        let message = self
            .db()
            .transaction(prepared.actor, |conn| {
                sessions::lock(conn, session)?;
                let ordinal = messages::next_ordinal(conn, session)?;
                let new = NewChatMessage {
                    outcome: Some(written.outcome),
                    retrieved_chunk_ids: prepared
                        .evidence
                        .iter()
                        .map(|given| Some(given.found.passage.id))
                        .collect(),
                    citations: json!(citations),
                    answered_by: Some(answered_by),
                    timings: timings.clone(),
                    prompt_tokens: usage.and_then(|usage| tokens(usage.prompt_tokens)),
                    completion_tokens: usage.and_then(|usage| tokens(usage.completion_tokens)),
                    ..blank(session, ordinal, Sender::Assistant, &text)
                };
                messages::append(conn, &new)
            })
            .map_err(|error| EngineError::from(error).naming("session"))?;
        Ok(Answer {
            message_id: message.id,
            session_id: session,
            text,
            outcome: written.outcome,
            citations,
            answered_by: answered_by.to_owned(),
            timings,
        })
    }
}

fn blank(session: SessionId, ordinal: i32, sender: Sender, text: &str) -> NewChatMessage<'_> {
    NewChatMessage {
        id: MessageId::new(),
        session_id: session,
        ordinal,
        sender,
        text,
        outcome: None,
        retrieved_chunk_ids: Vec::new(),
        citations: json!([]),
        answered_by: None,
        timings: json!({}),
        prompt_tokens: None,
        completion_tokens: None,
    }
}
