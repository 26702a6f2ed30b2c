//! A turn's question, its evidence and its answer; holds no steps.

use std::time::Instant;

use chrono::{DateTime, Utc};
use rag_llm::{ChatRequest, Usage, Writer};
use rag_repo::{Actor, filter::Filter, summaries::BranchSummary};
use rag_schema::{
    enums::{Outcome, Sender, SentenceSupport, SessionMemory, StopReason},
    ids::{CollectionId, MessageId, PassageId, SessionId, UserId},
    models::ChatMessage,
};
use serde::{Deserialize, Serialize};

use super::{
    NOT_FOUND, UNSUPPORTED,
    cited::{CitedOrigin, RememberedStatement},
};
use crate::{
    events::Searched,
    retrieve::{Found, Ranking, Understanding, UnderstandingChange},
};

/// Place of a question in its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// After the last message of the active branch.
    End,
    /// As `End`, in the session that the question names, which is created if it is missing.
    Opening,
    /// Beside this question, which it replaces in a branch of its own.
    Beside(MessageId),
    /// It is this question, or the question of this answer, and gets another answer; the text is the stored one.
    Again(MessageId),
}

/// The ids of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnIds {
    /// Session of the turn.
    pub session_id: SessionId,
    /// Message that holds the question.
    pub question_id: MessageId,
    /// Id that the answer's message gets when the turn ends; the turn is known by it before.
    pub message_id: MessageId,
}

/// A question, before anything of it is stored.
#[derive(Debug, Clone)]
pub struct Question {
    /// On whose behalf it is asked.
    pub actor: Actor,
    /// Holder of a session that the question begins.
    pub user: UserId,
    /// Session it belongs to; without one it begins a session of its own.
    pub session: Option<SessionId>,
    /// Place in the session.
    pub place: Place,
    /// The question's text; not used with `Place::Again`.
    pub text: String,
    /// Instructions for a chat model; `None` for the defaults of the session or the collection.
    pub instructions: Option<String>,
    /// Collections to search; if empty, the session's defaults, or all that the asker may see.
    pub collections: Vec<CollectionId>,
    /// Condition that documents must meet; `None` for the defaults of the session or the collection.
    pub filter: Option<Filter>,
    /// Time as of which is searched; `None` for now.
    pub as_of: Option<DateTime<Utc>>,
    /// Changes of the steps taken to understand the question.
    pub understanding: Option<UnderstandingChange>,
    /// Ranking of the evidence; `None` for the server's settings.
    pub ranking: Option<Ranking>,
    /// The conversation so far, if the client keeps it: nothing of the turn is stored then. `None` for a conversation of ours.
    pub conversation: Option<Conversation>,
}

/// A conversation that the client keeps and sends along with each question.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    /// The messages before the question, oldest first.
    pub messages: Vec<(Sender, String)>,
    /// Maximum number of tokens of the answer; `None` for the model's limit.
    pub max_tokens: Option<u32>,
}

/// A passage given to the answerer under a number.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Number in the answer's text, from 1.
    pub marker: usize,
    /// The passage.
    pub found: Found,
}

/// The evidence that an answer is written from.
#[derive(Debug, Clone)]
pub struct Sources {
    /// Session of the turn.
    pub session_id: SessionId,
    /// Message that holds the question.
    pub question_id: MessageId,
    /// The question as it was searched: rewritten, when it leaned on an earlier message.
    pub searched: String,
    /// What a reader must know of collections that could not be searched in full.
    pub warnings: Vec<String>,
    /// Passages, best first.
    pub evidence: Vec<Evidence>,
}

/// A marker in an answer and the passage it names.
#[derive(Debug, Clone, PartialEq)]
pub struct Citation {
    /// Number in the answer's text, as in `[2]`.
    pub marker: usize,
    /// Passage cited.
    pub chunk_id: PassageId,
    /// Origin of the passage.
    pub origin: CitedOrigin,
    /// Title of the document or the conversation; `MEMORY_TITLE` for a memory.
    pub title: String,
    /// File name or address of the document.
    pub source: Option<String>,
    /// Page, from 1, where the format has pages.
    pub page: Option<i32>,
    /// Headings above the passage, outermost first.
    pub heading_path: Vec<String>,
    /// The sentence of the passage that supports the answer best.
    pub quote: String,
    /// First character of the quote in the document's text, in Unicode scalar values.
    pub start_offset: i64,
    /// One past its last character.
    pub end_offset: i64,
    /// Whether the passage holds most content words and all numbers of the sentence.
    pub supported: bool,
}

/// A sentence of an answer, or a row of a table in it, and its support.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// Its first character in the answer's text, in Unicode scalar values.
    pub start: usize,
    /// One past its last character; markers behind the full stop are outside.
    pub end: usize,
    /// Its support by the passages that it cites.
    pub support: SentenceSupport,
}

/// The comparison of an answer with the passages that it cites.
#[derive(Debug, Clone, Default)]
pub(super) struct Checked {
    /// Citations, in order of appearance.
    pub(super) citations: Vec<Citation>,
    /// The sentences, in order.
    pub(super) sentences: Vec<Sentence>,
    /// Whether a passage supports at least a part of a sentence that cites it.
    pub(super) is_supported: bool,
}

/// Duration of each step of a turn, in milliseconds; absent for a step that did not run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct TurnTimings {
    /// Understanding the question; a chat model may take part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub understand_ms: Option<f64>,
    /// Embedding the question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embed_ms: Option<f64>,
    /// All of PostgreSQL's work for the search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_ms: Option<f64>,
    /// Reranking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rerank_ms: Option<f64>,
    /// Choosing sentences, or making the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extract_ms: Option<f64>,
    /// The whole turn, from the question's arrival to the answer's end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_ms: Option<f64>,
}

/// An answer as it is stored.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Message that holds it.
    pub message_id: MessageId,
    /// Session it belongs to.
    pub session_id: SessionId,
    /// Message that holds the question.
    pub question_id: MessageId,
    /// The text; markers that named no passage are removed.
    pub text: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it was stopped; only with `Outcome::Stopped`.
    pub stop_reason: Option<StopReason>,
    /// A sentence to show below the text: `UNSUPPORTED`, if the answer is so and the settings say that it is marked.
    pub notice: Option<&'static str>,
    /// Checked citations, in order of appearance.
    pub citations: Vec<Citation>,
    /// The sentences of the text, in order; headings and program text are none. Empty if the text says nothing from documents.
    pub sentences: Vec<Sentence>,
    /// Name of the chat model, or `extractive`.
    pub answered_by: String,
    /// Version of the templates of the prompt; `None` if no chat model was asked.
    pub prompt_version: Option<String>,
    /// Duration of each step.
    pub timings: TurnTimings,
    /// Tokens that the chat model read and wrote, counted by it or estimated; `None` if no model was asked.
    pub usage: Option<Usage>,
    /// Statements of the question that were remembered or refused.
    pub remembered: Vec<RememberedStatement>,
}

impl Answer {
    /// The text with the notice, for clients that show nothing else.
    pub fn text_with_notice(&self) -> String {
        self.notice.map_or_else(|| self.text.clone(), |notice| format!("{}\n\n{notice}", self.text))
    }

    /// The notice for a client that has read the text as it came and does not replace it: also that of an answer that `NOT_FOUND` replaces.
    pub fn notice_after_stream(&self) -> Option<&'static str> {
        let is_replaced = self.outcome == Outcome::Unsupported && self.text == NOT_FOUND;
        self.notice.or(is_replaced.then_some(UNSUPPORTED))
    }
}

/// The values that a question is asked with, after all defaults.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// Instructions for a chat model.
    pub(super) instructions: Option<String>,
    /// Collections to search, all visible; if empty, all that the asker may see.
    pub(super) collections: Vec<CollectionId>,
    /// Condition that documents must meet.
    pub(super) filter: Option<Filter>,
    /// Steps taken to understand the question.
    pub(super) understanding: Understanding,
}

/// A question whose turn has begun.
#[derive(Debug, Clone)]
pub(super) struct Begun {
    /// The values that it is asked with.
    pub(super) asked: Asked,
    /// Use of long-term memory.
    pub(super) memory: SessionMemory,
    /// The question; stored, unless the client keeps the conversation.
    pub(super) message: ChatMessage,
    /// Id that the answer gets.
    pub(super) answer_id: MessageId,
    /// The summary of the beginning of its branch.
    pub(super) summary: Option<BranchSummary>,
    /// The messages before it in its branch, oldest first; of a conversation that the client keeps, all of them.
    pub(super) history: Vec<ChatMessage>,
    /// When it arrived.
    pub(super) at: Instant,
}

impl Begun {
    pub(super) fn ids(&self) -> TurnIds {
        let ChatMessage { id: question_id, session_id, .. } = self.message;
        TurnIds { session_id, question_id, message_id: self.answer_id }
    }
}

/// A turn whose evidence is found; without evidence and a plan, one whose search failed or was stopped.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub(super) sources: Sources,
    pub(super) plan: Plan,
    pub(super) timings: TurnTimings,
    /// The search, for the answer's event.
    pub(super) facts: Option<Searched>,
}

/// How the answer comes about.
#[derive(Debug, Clone)]
pub(super) enum Plan {
    /// It is written already.
    Ready(Written),
    /// The chat model gets this request.
    Stream(ChatRequest),
}

impl Plan {
    /// An estimate of the tokens that a model used, for a model that reports none or was stopped before it could.
    /// `None` when no model was asked.
    pub(super) fn estimate(&self, written_chars: usize) -> Option<Usage> {
        let Self::Stream(request) = self else { return None };
        Some(Usage::estimate(request.chars(), written_chars))
    }
}

/// Text that a model or extraction wrote, before its citations are checked.
#[derive(Debug, Clone)]
pub(super) struct Written {
    /// The text, with markers.
    pub(super) text: String,
    /// How it ended.
    pub(super) outcome: Outcome,
    /// Why it was stopped.
    pub(super) stop_reason: Option<StopReason>,
    /// Tokens used, when the model reports them.
    pub(super) usage: Option<Usage>,
    /// Length of the thoughts before it, in Unicode scalar values.
    pub(super) thought_chars: usize,
    /// The model that wrote it, from a model that chooses among several.
    pub(super) writer: Option<Writer>,
    /// The citations of an answer that is made of quotes; otherwise the markers in the text are checked.
    pub(super) citations: Option<Vec<Citation>>,
}

impl Written {
    /// An answer whose tokens nobody counted.
    pub(super) fn new(text: impl Into<String>, outcome: Outcome) -> Self {
        Self {
            text: text.into(),
            outcome,
            stop_reason: None,
            usage: None,
            thought_chars: 0,
            writer: None,
            citations: None,
        }
    }

    /// A part of an answer.
    pub(super) fn stopped(text: impl Into<String>, reason: StopReason) -> Self {
        Self { stop_reason: Some(reason), ..Self::new(text, Outcome::Stopped) }
    }

    /// Whether no server has answered, so that no token counts.
    pub(super) fn is_unanswered(&self) -> bool {
        self.outcome == Outcome::Failed
            && self.writer.is_none()
            && self.text.is_empty()
            && self.thought_chars == 0
    }

    /// All that a chat model wrote.
    pub(super) fn by_model(text: String, usage: Option<Usage>) -> Self {
        let is_refusal = text.trim().trim_end_matches('.') == NOT_FOUND.trim_end_matches('.');
        let outcome = if is_refusal { Outcome::NotFound } else { Outcome::Answered };
        Self { usage, ..Self::new(text, outcome) }
    }
}
