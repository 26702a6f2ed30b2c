//! The JSON output of `rag ask --json`.

use chrono::{DateTime, Utc};
use rag_engine::answer::{Answer, Citation, RememberedStatement, Sentence, TurnTimings};
use rag_schema::{
    enums::{Outcome, PassageKind, SentenceSupport, StopReason},
    ids::{DocumentId, MessageId, PassageId, SessionId},
};
use serde::Serialize;

/// An answer.
#[derive(Debug, Serialize)]
pub(crate) struct AnswerJson<'a> {
    message_id: MessageId,
    session_id: SessionId,
    question_id: MessageId,
    text: &'a str,
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_reason: Option<StopReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<&'static str>,
    citations: Vec<CitationJson<'a>>,
    sentences: Vec<SentenceJson>,
    answered_by: &'a str,
    timings: TurnTimings,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    remembered: &'a [RememberedStatement],
}

/// A sentence and its support.
#[derive(Debug, Serialize)]
struct SentenceJson {
    start: usize,
    end: usize,
    support: SentenceSupport,
}

/// A citation.
#[derive(Debug, Serialize)]
struct CitationJson<'a> {
    marker: usize,
    chunk_id: PassageId,
    kind: PassageKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_id: Option<DocumentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<SessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<DateTime<Utc>>,
    title: &'a str,
    source: Option<&'a str>,
    page: Option<i32>,
    heading_path: &'a [String],
    quote: &'a str,
    start_offset: i64,
    end_offset: i64,
    supported: bool,
}

impl<'a> From<&'a Answer> for AnswerJson<'a> {
    fn from(answer: &'a Answer) -> Self {
        Self {
            message_id: answer.message_id,
            session_id: answer.session_id,
            question_id: answer.question_id,
            text: &answer.text,
            outcome: answer.outcome,
            stop_reason: answer.stop_reason,
            notice: answer.notice,
            citations: answer.citations.iter().map(CitationJson::from).collect(),
            sentences: answer.sentences.iter().copied().map(SentenceJson::from).collect(),
            answered_by: &answer.answered_by,
            timings: answer.timings,
            remembered: &answer.remembered,
        }
    }
}

impl From<Sentence> for SentenceJson {
    fn from(Sentence { start, end, support }: Sentence) -> Self {
        Self { start, end, support }
    }
}

impl<'a> From<&'a Citation> for CitationJson<'a> {
    fn from(citation: &'a Citation) -> Self {
        Self {
            marker: citation.marker,
            chunk_id: citation.chunk_id,
            kind: citation.origin.kind(),
            document_id: citation.origin.document_id(),
            version: citation.origin.version(),
            session_id: citation.origin.session_id(),
            date: citation.origin.date(),
            title: &citation.title,
            source: citation.source.as_deref(),
            page: citation.page,
            heading_path: &citation.heading_path,
            quote: &citation.quote,
            start_offset: citation.start_offset,
            end_offset: citation.end_offset,
            supported: citation.supported,
        }
    }
}
