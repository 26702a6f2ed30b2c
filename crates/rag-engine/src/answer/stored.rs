//! The JSON of stored answers: their citations, sentences and timings. Rows of every earlier version load.

use chrono::{DateTime, Utc};
use rag_schema::{
    enums::SentenceSupport,
    ids::{DocumentId, PassageId, SessionId},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    cited::{CitedOrigin, RememberedStatement},
    types::{Citation, Sentence, TurnTimings},
};

/// A citation in `chat_messages.citations`. A field that a later version adds needs a default.
#[derive(Debug, Serialize, Deserialize)]
struct StoredCitation {
    marker: usize,
    chunk_id: PassageId,
    /// Of a document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    document_id: Option<DocumentId>,
    /// Number of the document's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<i32>,
    /// Of a round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session_id: Option<SessionId>,
    /// Of a memory and a round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    date: Option<DateTime<Utc>>,
    #[serde(default)]
    title: String,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    page: Option<i32>,
    #[serde(default)]
    heading_path: Vec<String>,
    #[serde(default)]
    quote: String,
    #[serde(default)]
    start_offset: i64,
    #[serde(default)]
    end_offset: i64,
    #[serde(default)]
    supported: bool,
}

/// A sentence in `chat_messages.sentences`.
#[derive(Debug, Serialize, Deserialize)]
struct StoredSentence {
    start: usize,
    end: usize,
    support: SentenceSupport,
}

/// The items of a stored array; those that cannot be read are left out, and the message remains readable.
fn readable<'v, T: Deserialize<'v>>(stored: &'v Value) -> impl Iterator<Item = T> {
    stored.as_array().into_iter().flatten().filter_map(|item| T::deserialize(item).ok())
}

/// Sentences as they are stored.
pub(super) fn write_sentences(sentences: &[Sentence]) -> Value {
    let stored =
        sentences.iter().map(|&Sentence { start, end, support }| StoredSentence { start, end, support });
    json!(stored.collect::<Vec<_>>())
}

/// Sentences as they were stored; those that cannot be read are left out.
pub fn read_sentences(stored: &Value) -> Vec<Sentence> {
    readable(stored).map(|StoredSentence { start, end, support }| Sentence { start, end, support }).collect()
}

/// Citations as they are stored.
pub(super) fn write_citations(citations: &[Citation]) -> Value {
    let stored = citations.iter().map(|citation| StoredCitation {
        marker: citation.marker,
        chunk_id: citation.chunk_id,
        document_id: citation.origin.document_id(),
        version: citation.origin.version(),
        session_id: citation.origin.session_id(),
        date: citation.origin.date(),
        title: citation.title.clone(),
        source: citation.source.clone(),
        page: citation.page,
        heading_path: citation.heading_path.clone(),
        quote: citation.quote.clone(),
        start_offset: citation.start_offset,
        end_offset: citation.end_offset,
        supported: citation.supported,
    });
    json!(stored.collect::<Vec<_>>())
}

/// Citations as they were stored; those that cannot be read are left out.
pub fn read_citations(stored: &Value) -> Vec<Citation> {
    let cited = |stored: StoredCitation| {
        let origin = match (stored.document_id, stored.session_id, stored.date) {
            (Some(document), ..) => CitedOrigin::Document(document, stored.version),
            (None, Some(session), Some(date)) => CitedOrigin::Round(session, date),
            (None, None, Some(date)) => CitedOrigin::Memory(date),
            (None, _, None) => return None,
        };
        Some(Citation {
            marker: stored.marker,
            chunk_id: stored.chunk_id,
            origin,
            title: stored.title,
            source: stored.source,
            page: stored.page,
            heading_path: stored.heading_path,
            quote: stored.quote,
            start_offset: stored.start_offset,
            end_offset: stored.end_offset,
            supported: stored.supported,
        })
    };
    readable(stored).filter_map(cited).collect()
}

/// Statements that were remembered, as they were stored; those that cannot be read are left out.
pub fn read_remembered(stored: &Value) -> Vec<RememberedStatement> {
    readable(stored).collect()
}

/// Timings as they were stored; empty when they cannot be read.
pub fn read_timings(stored: &Value) -> TurnTimings {
    TurnTimings::deserialize(stored).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row as version 0.1.0 stored it, before answers named their questions.
    #[test]
    fn rows_of_the_first_version_load() {
        let stored = json!([{
            "marker": 2, "chunk_id": "01a1fea0-8a7f-7602-a69a-1dbe2b33ccfa", "document_id": "01a1fea0-8a49-710d-8c1c-2fea4c936f99",
            "title": "Geography", "source": "geo.txt", "page": null, "heading_path": ["Europe"], "quote": "It is Paris.",
            "start_offset": 12, "end_offset": 24, "supported": true,
        }]);
        let citations = read_citations(&stored);
        assert_eq!(write_citations(&citations), stored);
        assert_eq!((citations[0].marker, citations[0].quote.as_str()), (2, "It is Paris."));
        let timings = json!({"understand_ms": 0.1, "embed_ms": 2.0, "database_ms": 3.0, "rerank_ms": 0.0, "extract_ms": 4.0, "total_ms": 9.5});
        assert_eq!(json!(read_timings(&timings)), timings);
        assert_eq!(json!(read_timings(&json!({}))), json!({}));
    }

    #[test]
    fn citations_of_memories_and_rounds_load_as_they_were_stored() {
        let memory = json!([{
            "marker": 1, "chunk_id": PassageId::new(), "date": "2026-11-28T10:00:00Z", "title": "Memory", "source": null, "page": null,
            "heading_path": [], "quote": "I live in Bonn.", "start_offset": 0, "end_offset": 15, "supported": true,
        }]);
        assert_eq!(write_citations(&read_citations(&memory)), memory);
        let mut round = memory.clone();
        round[0]["session_id"] = json!(SessionId::new());
        assert_eq!(write_citations(&read_citations(&round)), round);
        assert!(matches!(read_citations(&round)[0].origin, CitedOrigin::Round(..)));
    }

    #[test]
    fn a_sentence_of_an_unknown_support_leaves_the_others() {
        let known = json!({"start": 0, "end": 9, "support": "contradicted"});
        let sentences =
            read_sentences(&json!([{"start": 0, "end": 9, "support": "of a later version"}, known]));
        assert_eq!(write_sentences(&sentences), json!([known]));
        assert!(read_sentences(&json!({})).is_empty());
    }

    #[test]
    fn a_citation_that_cannot_be_read_leaves_the_others() {
        let good = json!({"marker": 1, "chunk_id": PassageId::new(), "document_id": DocumentId::new(), "of_a_later_version": true});
        let citations = read_citations(&json!(["?", good, {"marker": "one"}]));
        assert_eq!(citations.iter().map(|citation| citation.marker).collect::<Vec<_>>(), [1]);
        assert!(read_citations(&json!({})).is_empty());
    }
}
