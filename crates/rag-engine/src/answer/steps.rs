//! The first blocking steps of a turn: store the question, find evidence.

use std::{sync::Arc, time::Instant};

use rag_llm::ChatModel;
use rag_repo::{
    Actor, PgConnection, RepoResult, messages, sessions,
    summaries::{self, BranchSummary},
    turns,
};
use rag_schema::{
    enums::{Outcome, Sender},
    ids::{MessageId, SessionId},
    models::{ChatMessage, ChatSession, ChatSessionChange, NewChatMessage, NewChatSession, NewTurn},
};

use super::{
    NOT_FOUND,
    defaults::QuestionDefaults,
    extractive,
    keeper::LEASE_S,
    prompt,
    record::{EXTRACTIVE, blank_message, ms_since},
    summary::{self, after_ordinal, tokens_beside, within_tokens},
    types::{Begun, Evidence, Place, Plan, Prepared, Question, Sources, TurnTimings, Written},
};
use crate::{
    Engine, EngineError, EngineResult,
    events::Searched,
    memory::without_introduction,
    retrieve::{EmbeddedQuestion, Said, SearchRequest},
    sessions::title_of,
};

/// Number of earlier messages that help to understand a question.
const RECENT_MESSAGES: usize = 4;
/// How long a turn may run past its maximum time before a process without a keeper is taken for dead, in seconds.
const UNKEPT_LEASE_S: i64 = 60;

impl Engine {
    /// Stores the question, with the session that it begins, in one transaction. A question that is refused stores nothing.
    #[tracing::instrument(name = "begin_turn", level = "debug", skip_all)]
    pub(super) fn begin_turn(&self, question: &Question) -> EngineResult<Begun> {
        let at = Instant::now();
        let text = match question.place {
            Place::Again(_) => "",
            Place::End | Place::Opening | Place::Beside(_) => self.check_question(&question.text)?,
        };
        if self.chat_for(question).is_some() {
            self.check_tokens(question.actor)?;
        }
        if let Some(conversation) = &question.conversation {
            return self.begin_unstored(question, text, conversation, at);
        }
        let max_history =
            self.settings().answer.history_messages.max(i64::try_from(RECENT_MESSAGES).unwrap_or(0));
        self.db().transaction(question.actor, |conn| {
            let named = question.session.map(|id| match question.place {
                Place::Opening => self.open_session(conn, question.user, id, text),
                _ => Ok(sessions::lock(conn, id)?),
            });
            let session = named.transpose().map_err(|error| error.naming("session"))?;
            let defaults = session.as_ref().map(|session| QuestionDefaults::read(&session.defaults));
            let asked = self.resolve_question(conn, question, &defaults.transpose()?.unwrap_or_default())?;
            let session = session.map_or_else(|| self.begin_session(conn, question, text), Ok)?;
            let message = store_question(conn, &session, question.place, text)?;
            let (summary, history) = match message.parent_id {
                Some(parent) => (
                    self.find_summary(conn, session.id, parent)?,
                    messages::list_branch(conn, session.id, parent, max_history)?,
                ),
                None => (None, Vec::new()),
            };
            let answer_id = MessageId::new();
            let new = NewTurn {
                message_id: answer_id,
                session_id: session.id,
                question_id: message.id,
                user_id: session.user_id,
                answered_by: self.chat().map_or(EXTRACTIVE, |chat| chat.name()),
            };
            turns::insert(conn, &new, self.turn_lease_s())?;
            Ok(Begun { asked, memory: session.memory, message, answer_id, summary, history, at })
        })
    }

    /// A session that its first question names.
    fn begin_session(
        &self,
        conn: &mut PgConnection,
        question: &Question,
        text: &str,
    ) -> RepoResult<ChatSession> {
        let (title, memory) = (title_of(text), self.settings().memory.in_chat);
        let new = NewChatSession { id: SessionId::new(), user_id: question.user, title: &title, memory };
        sessions::insert(conn, &new)
    }

    /// The summary of the branch, for the prompt of a chat model.
    fn find_summary(
        &self,
        conn: &mut PgConnection,
        session: SessionId,
        last: MessageId,
    ) -> RepoResult<Option<BranchSummary>> {
        if !self.keeps_summaries() {
            return Ok(None);
        }
        summaries::find_latest(conn, session, last, summary::MAX_MESSAGES)
    }

    /// How long a new turn lives without a renewal, in seconds.
    fn turn_lease_s(&self) -> i64 {
        if self.turn_keeper().get().is_some() {
            return LEASE_S;
        }
        let max_time = i64::try_from(self.settings().answer.max_time.as_secs()).unwrap_or(i64::MAX);
        max_time.saturating_add(UNKEPT_LEASE_S)
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

    /// Returns the chat model that answers the question; `None` for the bearer of a link, whose answers nobody pays for.
    pub(super) fn chat_for(&self, question: &Question) -> Option<&Arc<dyn ChatModel>> {
        self.chat().filter(|_| !matches!(question.actor, Actor::Link(_)))
    }

    /// Returns the text that is searched and answered. A chat model understands a question with its introduction.
    fn asked<'b>(&self, question: &Question, begun: &'b Begun) -> &'b str {
        let text = &begun.message.text;
        if self.chat_for(question).is_some() { text } else { without_introduction(text) }
    }

    /// Finds evidence and decides how the question is answered. Asks models and waits for them.
    #[tracing::instrument(name = "prepare_turn", level = "debug", skip_all)]
    pub(super) fn prepare_turn(&self, question: &Question, begun: &Begun) -> EngineResult<Prepared> {
        let said: Vec<Said<'_>> = recent(&begun.history)
            .iter()
            .map(|message| Said { sender: message.sender, text: &message.text })
            .collect();
        let search = SearchRequest {
            query: self.asked(question, begun),
            plain: true,
            said: &said,
            summary: begun.summary.as_ref().map(|summary| summary.text.as_str()),
            understanding: Some(begun.asked.understanding),
            ranking: question.ranking.clone(),
            collections: &begun.asked.collections,
            filter: begun.asked.filter.as_ref(),
            as_of: question.as_of,
            limit: self.settings().answer.passages.max(1),
            ..SearchRequest::default()
        };
        let begun_search = Instant::now();
        let result = self.find_passages(question.actor, &search)?;
        let facts = Searched::new(&result, begun_search.elapsed());
        let recollected = self.recollect(question, begun, &result.searched)?;
        let found = result.found.into_iter().chain(recollected);
        let evidence: Vec<Evidence> =
            (1..).zip(found).map(|(marker, found)| Evidence { marker, found }).collect();
        let searched = Instant::now();
        let plan = self.plan_answer(question, begun, result.query_vector, &evidence)?;
        if question.conversation.is_none() {
            self.note_request(question.actor, begun.answer_id, &plan);
        }
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

    /// Notes the tokens of a request to the chat model, for the ledger of a turn whose process dies. A turn goes on without the note.
    fn note_request(&self, actor: Actor, answer: MessageId, plan: &Plan) {
        let Some(usage) = plan.estimate(0) else { return };
        let noted =
            self.db().transaction(actor, |conn| turns::note_request(conn, answer, usage.prompt_tokens));
        if let Err(error) = noted {
            tracing::debug!(%error, "cannot note the tokens of a request to the chat model");
        }
    }

    fn plan_answer(
        &self,
        question: &Question,
        begun: &Begun,
        embedded: Option<EmbeddedQuestion>,
        evidence: &[Evidence],
    ) -> EngineResult<Plan> {
        if evidence.is_empty() {
            return Ok(Plan::Ready(Written::new(NOT_FOUND, Outcome::NotFound)));
        }
        if self.chat_for(question).is_none() {
            return Ok(Plan::Ready(extractive::answer(
                self,
                question.actor,
                self.asked(question, begun),
                embedded,
                evidence,
            )?));
        }
        let answer = &self.settings().answer;
        let summary = begun.summary.as_ref().map(|summary| summary.text.as_str());
        let history = after_ordinal(&begun.history, begun.summary.as_ref().map(|summary| summary.ordinal));
        let history = within_tokens(history, answer.history_messages, tokens_beside(summary, answer));
        let max_tokens = answer.max_passage_tokens;
        let asked = (begun.message.text.as_str(), begun.asked.instructions.as_deref());
        let mut request =
            prompt::grounded(&answer.templates, asked, (summary, history), evidence, max_tokens)?;
        request.max_tokens = question.conversation.as_ref().and_then(|conversation| conversation.max_tokens);
        Ok(Plan::Stream(request))
    }
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

/// The question as a message: a new one, or the one that is asked again.
fn store_question(
    conn: &mut PgConnection,
    session: &ChatSession,
    place: Place,
    text: &str,
) -> EngineResult<ChatMessage> {
    let parent_id = match place {
        Place::End | Place::Opening => session.active_message_id,
        Place::Beside(id) => find_question(conn, session.id, id)?.parent_id,
        Place::Again(id) => {
            let answered = messages::find(conn, session.id, id).ok().and_then(|message| message.question_id);
            let question = find_question(conn, session.id, answered.unwrap_or(id))?;
            let active_message_id = Some(question.id);
            let change = ChatSessionChange { active_message_id, ..ChatSessionChange::default() };
            sessions::update(conn, session.id, &change)?;
            return Ok(question);
        }
    };
    let ordinal = messages::next_ordinal(conn, session.id)?;
    let new = NewChatMessage { parent_id, ..blank_message(session.id, ordinal, Sender::User, text) };
    Ok(messages::append(conn, &new)?)
}

fn find_question(conn: &mut PgConnection, session: SessionId, id: MessageId) -> EngineResult<ChatMessage> {
    let message =
        messages::find(conn, session, id).map_err(|error| EngineError::from(error).naming("question"))?;
    if message.sender == Sender::User { Ok(message) } else { Err(EngineError::NotFound("question")) }
}

/// The messages that help to understand a question.
fn recent(history: &[ChatMessage]) -> &[ChatMessage] {
    history.get(history.len().saturating_sub(RECENT_MESSAGES)..).unwrap_or_default()
}
