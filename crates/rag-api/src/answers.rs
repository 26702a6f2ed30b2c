//! Answers as clients see them, whole or as a stream of events.

use chrono::{DateTime, Utc};
use rag_engine::answer::{
    Answer, Citation, CitedOrigin, Evidence, RememberedStatement, Sentence, Sources, TurnIds, TurnTimings,
};
use rag_schema::{
    enums::StopReason,
    ids::{DocumentId, MemoryStepId, PassageId, SessionId},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::search::PassageView;

/// A passage that the answerer received, with its number.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SourceView {
    /// Number of the passage in the answer's text, from 1.
    pub(crate) marker: usize,
    /// Passage.
    #[serde(flatten)]
    pub(crate) passage: PassageView,
}

/// The ids of a turn: data of the event `turn`, the first one.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "ids are named by their kind, as everywhere in the interface")]
pub(crate) struct TurnIdsView {
    /// Id of the session.
    pub(crate) session_id: Uuid,
    /// Id of the message that holds the question.
    pub(crate) question_id: Uuid,
    /// Id of the answer, with which a running turn is resumed and stopped. The message exists once the answer is stored.
    pub(crate) message_id: Uuid,
}

impl From<&TurnIds> for TurnIdsView {
    fn from(ids: &TurnIds) -> Self {
        Self {
            session_id: ids.session_id.uuid(),
            question_id: ids.question_id.uuid(),
            message_id: ids.message_id.uuid(),
        }
    }
}

/// The sources of an answer: data of the event `sources`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SourcesView {
    /// Id of the session.
    pub(crate) session_id: Uuid,
    /// Id of the message that holds the question.
    pub(crate) question_id: Uuid,
    /// Text that was searched: the question, rewritten by the chat model if it depended on the conversation.
    pub(crate) searched: String,
    /// Warnings about collections that could not be searched in full because the server does not have their embedding model.
    pub(crate) warnings: Vec<String>,
    /// Passages of documents, best first.
    pub(crate) sources: Vec<SourceView>,
    /// Memories and rounds of other conversations, best first; absent if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) recalled: Vec<RecalledSourceView>,
}

/// A memory or a round of another conversation that the answerer received, with its number.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RecalledSourceView {
    /// Number of the passage in the answer's text, from 1.
    pub(crate) marker: usize,
    /// `memory`, or `round` of another conversation.
    pub(crate) kind: &'static str,
    /// Id of the memory or the round.
    pub(crate) id: Uuid,
    /// Id of the conversation of a round; absent for a memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session_id: Option<Uuid>,
    /// Time since which a memory holds, or when a round was said.
    pub(crate) date: DateTime<Utc>,
    /// Title of the conversation; `Memory` for a memory.
    pub(crate) title: String,
    /// Text.
    pub(crate) text: String,
}

impl RecalledSourceView {
    fn new(given: &Evidence) -> Option<Self> {
        let passage = &given.found.passage;
        let origin = CitedOrigin::from(passage);
        Some(Self {
            marker: given.marker,
            kind: origin.kind().as_str(),
            id: passage.id.uuid(),
            session_id: origin.session_id().map(SessionId::uuid),
            date: origin.date()?,
            title: passage.title.clone(),
            text: passage.text.clone(),
        })
    }
}

/// A statement of a question that was remembered, or refused.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RememberedStatementView {
    /// The statement; empty if it was refused.
    pub(crate) content: String,
    /// `stored`, `seen_again`, `merged`, `superseded` or `refused`.
    pub(crate) outcome: String,
    /// Id of the memory that states it; absent if it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) memory_id: Option<Uuid>,
    /// Id of the step, with which it is undone; absent if it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) step_id: Option<Uuid>,
    /// Id of the memory that it replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replaced_id: Option<Uuid>,
    /// Reason of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

impl From<RememberedStatement> for RememberedStatementView {
    fn from(told: RememberedStatement) -> Self {
        Self {
            content: told.content,
            outcome: told.outcome,
            memory_id: told.memory_id.map(PassageId::uuid),
            step_id: told.step_id.map(MemoryStepId::uuid),
            replaced_id: told.replaced_id.map(PassageId::uuid),
            reason: told.reason,
        }
    }
}

/// A piece of the answer, or of the model's thoughts: data of the events `token` and `thought`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TokenView {
    /// Text to append.
    pub(crate) text: String,
}

/// A checked citation: data of the event `citation`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CitationView {
    /// Number of the passage in the answer's text, as in `[2]`.
    pub(crate) marker: usize,
    /// `chunk` of a document, `memory`, or `round` of another conversation.
    pub(crate) kind: &'static str,
    /// Id of the cited passage; that of a memory is the memory's, whose history says why it is known.
    pub(crate) chunk_id: Uuid,
    /// Id of the cited document; absent for other passages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) document_id: Option<Uuid>,
    /// Number of the document's version that the offsets refer to; absent for other passages and in answers that are older than this field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<i32>,
    /// Id of the conversation of a cited round; absent for other passages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session_id: Option<Uuid>,
    /// Time since which a cited memory holds, or when a cited round was said; absent for documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) date: Option<DateTime<Utc>>,
    /// Title of the document or the conversation; `Memory` for a memory.
    pub(crate) title: String,
    /// File name or address of origin of the document.
    pub(crate) source: Option<String>,
    /// Page, from 1; absent if the format has no pages.
    pub(crate) page: Option<i32>,
    /// Headings above the passage, outermost first.
    pub(crate) heading_path: Vec<String>,
    /// The sentence of the passage that supports the answer best.
    pub(crate) quote: String,
    /// Position of the first character of the quote in the document's text, in Unicode scalar values.
    pub(crate) start_offset: i64,
    /// End of the quote, excluded.
    pub(crate) end_offset: i64,
    /// Whether the passage supports the sentence that cites it.
    pub(crate) supported: bool,
}

/// A sentence of an answer and its support.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SentenceView {
    /// Its first character in the answer's text, in Unicode scalar values.
    pub(crate) start: usize,
    /// One past its last character.
    pub(crate) end: usize,
    /// `supported` by the passages that it cites; `unchecked`, because they are in another language; `unsupported`; `contradicted` by
    /// another number, another unit or a denial in them; `uncited`.
    pub(crate) support: &'static str,
}

/// A stored answer: data of the event `done`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AnswerView {
    /// Id of the message that holds the answer.
    pub(crate) message_id: Uuid,
    /// Id of the session.
    pub(crate) session_id: Uuid,
    /// Text of the answer, without markers of missing passages. It replaces the text of the events `token`.
    pub(crate) text: String,
    /// `answered`, `unsupported` by the passages that it cites, `not_found`, `failed`, `stopped`, or `interrupted` if its server ended.
    pub(crate) outcome: &'static str,
    /// Reason of the stop: `asker`, `length`, `time` or `shutdown`; absent if it was not stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stop_reason: Option<&'static str>,
    /// A sentence to show below the text of an unsupported answer; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notice: Option<&'static str>,
    /// Checked citations, in order of appearance.
    pub(crate) citations: Vec<CitationView>,
    /// The sentences of the text, in order, without headings and program text; empty if the text says nothing from documents.
    pub(crate) sentences: Vec<SentenceView>,
    /// Name of the model, or `extractive`.
    pub(crate) answered_by: String,
    /// Version of the templates of the prompt; absent without a chat model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prompt_version: Option<String>,
    /// Duration of each step.
    pub(crate) timings: TurnTimingsView,
    /// Statements of the question that were remembered or refused; absent if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) remembered: Vec<RememberedStatementView>,
}

/// Duration of each step of a turn, in milliseconds; absent for a step that did not run.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "units are part of names")]
pub(crate) struct TurnTimingsView {
    /// Time of understanding the question, including a chat model's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) understand_ms: Option<f64>,
    /// Time of embedding the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) embed_ms: Option<f64>,
    /// Time of all database work of the search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) database_ms: Option<f64>,
    /// Time of reranking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rerank_ms: Option<f64>,
    /// Time of choosing sentences, or of building the prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) extract_ms: Option<f64>,
    /// Time of the whole turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total_ms: Option<f64>,
}

/// A turn as one document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TurnView {
    /// Sources of the answer.
    #[serde(flatten)]
    pub(crate) sources: SourcesView,
    /// The answer.
    pub(crate) answer: AnswerView,
}

impl From<&Sources> for SourcesView {
    fn from(sources: &Sources) -> Self {
        let source = |given: &Evidence| {
            let passage = PassageView::new(given.found.clone())?;
            Some(SourceView { marker: given.marker, passage })
        };
        Self {
            session_id: sources.session_id.uuid(),
            question_id: sources.question_id.uuid(),
            searched: sources.searched.clone(),
            warnings: sources.warnings.clone(),
            sources: sources.evidence.iter().filter_map(source).collect(),
            recalled: sources.evidence.iter().filter_map(RecalledSourceView::new).collect(),
        }
    }
}

impl From<TurnTimings> for TurnTimingsView {
    fn from(timings: TurnTimings) -> Self {
        let TurnTimings { understand_ms, embed_ms, database_ms, rerank_ms, extract_ms, total_ms } = timings;
        Self { understand_ms, embed_ms, database_ms, rerank_ms, extract_ms, total_ms }
    }
}

impl From<Citation> for CitationView {
    fn from(citation: Citation) -> Self {
        Self {
            marker: citation.marker,
            kind: citation.origin.kind().as_str(),
            chunk_id: citation.chunk_id.uuid(),
            document_id: citation.origin.document_id().map(DocumentId::uuid),
            version: citation.origin.version(),
            session_id: citation.origin.session_id().map(SessionId::uuid),
            date: citation.origin.date(),
            title: citation.title,
            source: citation.source,
            page: citation.page,
            heading_path: citation.heading_path,
            quote: citation.quote,
            start_offset: citation.start_offset,
            end_offset: citation.end_offset,
            supported: citation.supported,
        }
    }
}

impl From<Sentence> for SentenceView {
    fn from(Sentence { start, end, support }: Sentence) -> Self {
        Self { start, end, support: support.as_str() }
    }
}

impl From<&Answer> for AnswerView {
    fn from(answer: &Answer) -> Self {
        Self {
            message_id: answer.message_id.uuid(),
            session_id: answer.session_id.uuid(),
            text: answer.text.clone(),
            outcome: answer.outcome.as_str(),
            stop_reason: answer.stop_reason.map(StopReason::as_str),
            notice: answer.notice,
            citations: answer.citations.iter().cloned().map(CitationView::from).collect(),
            sentences: answer.sentences.iter().copied().map(SentenceView::from).collect(),
            answered_by: answer.answered_by.clone(),
            prompt_version: answer.prompt_version.clone(),
            timings: answer.timings.into(),
            remembered: answer.remembered.iter().cloned().map(RememberedStatementView::from).collect(),
        }
    }
}
