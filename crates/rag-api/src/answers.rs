//! What an answer looks like to clients, whole or as a stream of events.

use rag_engine::answer::{Answer, Citation, Evidence, Prepared};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::search::PassageView;

/// A passage given to the answerer under a number.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SourceView {
    /// Number in the answer's text, from 1.
    pub(crate) marker: usize,
    /// The passage.
    #[serde(flatten)]
    pub(crate) passage: PassageView,
}

/// What the answer is written from: data of the event `sources`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SourcesView {
    /// Session of the turn.
    pub(crate) session_id: Uuid,
    /// Message that holds the question.
    pub(crate) question_id: Uuid,
    /// The question as it was searched: rewritten by the chat model, when it leaned on what was said before.
    pub(crate) searched: String,
    /// Passages, best first.
    pub(crate) sources: Vec<SourceView>,
}

/// A piece of the answer: data of the event `token`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TokenView {
    /// Text to append.
    pub(crate) text: String,
}

/// A checked citation: data of the event `citation`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CitationView {
    /// Number in the answer's text, as in `[2]`.
    pub(crate) marker: usize,
    /// Chunk cited.
    pub(crate) chunk_id: Uuid,
    /// Document cited.
    pub(crate) document_id: Uuid,
    /// The document's title.
    pub(crate) title: String,
    /// Where the document came from.
    pub(crate) source: Option<String>,
    /// Page, from 1, where the format has pages.
    pub(crate) page: Option<i32>,
    /// Headings above the passage, outermost first.
    pub(crate) heading_path: Vec<String>,
    /// The sentence of the passage that supports the answer best.
    pub(crate) quote: String,
    /// First character of the quote in the document's text, in Unicode scalar values.
    pub(crate) start_offset: i64,
    /// One past its last character.
    pub(crate) end_offset: i64,
    /// Whether the passage holds what the sentence says.
    pub(crate) supported: bool,
}

/// An answer as stored: data of the event `done`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AnswerView {
    /// Message that holds it.
    pub(crate) message_id: Uuid,
    /// Session it belongs to.
    pub(crate) session_id: Uuid,
    /// The text; markers that named no passage are gone.
    pub(crate) text: String,
    /// `answered`, `not_found`, `failed` or `stopped`.
    pub(crate) outcome: &'static str,
    /// Checked citations, in order of appearance.
    pub(crate) citations: Vec<CitationView>,
    /// Name of the model, or `extractive`.
    pub(crate) answered_by: String,
    /// Milliseconds per step.
    #[schema(value_type = Object)]
    pub(crate) timings: serde_json::Value,
}

/// A turn in one piece.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TurnView {
    /// What the answer is written from.
    #[serde(flatten)]
    pub(crate) sources: SourcesView,
    /// The answer.
    pub(crate) answer: AnswerView,
}

impl From<&Prepared> for SourcesView {
    fn from(prepared: &Prepared) -> Self {
        let source =
            |given: &Evidence| SourceView { marker: given.marker, passage: given.found.clone().into() };
        Self {
            session_id: prepared.question.session_id.uuid(),
            question_id: prepared.question.id.uuid(),
            searched: prepared.searched.clone(),
            sources: prepared.evidence.iter().map(source).collect(),
        }
    }
}

impl From<Citation> for CitationView {
    fn from(citation: Citation) -> Self {
        Self {
            marker: citation.marker,
            chunk_id: citation.chunk_id.uuid(),
            document_id: citation.document_id.uuid(),
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

impl From<Answer> for AnswerView {
    fn from(answer: Answer) -> Self {
        Self {
            message_id: answer.message_id.uuid(),
            session_id: answer.session_id.uuid(),
            text: answer.text,
            outcome: answer.outcome.as_str(),
            citations: answer.citations.into_iter().map(CitationView::from).collect(),
            answered_by: answer.answered_by,
            timings: answer.timings,
        }
    }
}
