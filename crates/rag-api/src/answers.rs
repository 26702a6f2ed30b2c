//! What an answer looks like to clients, whole or as a stream of events.

use rag_engine::answer::{Answer, Citation, Evidence, Sources, TurnIds, TurnTimings};
use rag_schema::enums::StopReason;
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

/// The ids of a turn: data of the event `turn`, the first one.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "ids are named by their kind, as everywhere in the interface")]
pub(crate) struct TurnIdsView {
    /// Session of the turn.
    pub(crate) session_id: Uuid,
    /// Message that holds the question.
    pub(crate) question_id: Uuid,
    /// Id of the answer, by which the turn is resumed and stopped while it runs. The message exists once the answer is stored.
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

/// What the answer is written from: data of the event `sources`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SourcesView {
    /// Session of the turn.
    pub(crate) session_id: Uuid,
    /// Message that holds the question.
    pub(crate) question_id: Uuid,
    /// The question as it was searched: rewritten by the chat model, when it leaned on what was said before.
    pub(crate) searched: String,
    /// Sentences about collections that could not be searched in full, because the server does not have their embedding model.
    pub(crate) warnings: Vec<String>,
    /// Passages, best first.
    pub(crate) sources: Vec<SourceView>,
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
    /// `answered`, `not_found`, `failed`, `stopped`, or `interrupted` by the death of its server.
    pub(crate) outcome: &'static str,
    /// Why it was stopped: `asker`, `length`, `time` or `shutdown`; absent when it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stop_reason: Option<&'static str>,
    /// Checked citations, in order of appearance.
    pub(crate) citations: Vec<CitationView>,
    /// Name of the model, or `extractive`.
    pub(crate) answered_by: String,
    /// Duration of each step.
    pub(crate) timings: TurnTimingsView,
}

/// Duration of each step of a turn, in milliseconds; absent for a step that did not run.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "units are part of names")]
pub(crate) struct TurnTimingsView {
    /// Understanding the question; a chat model may take part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) understand_ms: Option<f64>,
    /// Embedding the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) embed_ms: Option<f64>,
    /// All of the database's work for the search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) database_ms: Option<f64>,
    /// Reranking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rerank_ms: Option<f64>,
    /// Choosing sentences, or making the prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) extract_ms: Option<f64>,
    /// The whole turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total_ms: Option<f64>,
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

impl From<&Answer> for AnswerView {
    fn from(answer: &Answer) -> Self {
        Self {
            message_id: answer.message_id.uuid(),
            session_id: answer.session_id.uuid(),
            text: answer.text.clone(),
            outcome: answer.outcome.as_str(),
            stop_reason: answer.stop_reason.map(StopReason::as_str),
            citations: answer.citations.iter().cloned().map(CitationView::from).collect(),
            answered_by: answer.answered_by.clone(),
            timings: answer.timings.into(),
        }
    }
}
