//! Metrics of searches, answers and documents, without the identity of their owners.

use metrics::{counter, histogram};

use super::Happening;
use rag_schema::enums::EventKind;

/// Counts a happening and records the durations of its steps.
pub(super) fn count(happening: &Happening) {
    match happening.kind {
        EventKind::Search | EventKind::Answer => count_search(happening),
        EventKind::DocumentPublished | EventKind::DocumentRefused | EventKind::DocumentDeleted => {
            counter!("rag_documents_total", "event" => happening.kind.as_str()).increment(1);
            let chunks = happening.document.chunk_count.and_then(|count| u64::try_from(count).ok());
            counter!("rag_chunks_stored_total").increment(chunks.unwrap_or(0));
        }
    }
}

fn count_search(happening: &Happening) {
    let (search, answer) = (&happening.search, &happening.answer);
    let steps = [
        ("understand", search.understand_ms),
        ("embed", search.embed_ms),
        ("database", search.database_ms),
        ("rerank", search.rerank_ms.filter(|_| search.reranked == Some(true))),
        ("answer", answer.answer_ms),
    ];
    for (step, milliseconds) in steps {
        if let Some(milliseconds) = milliseconds {
            histogram!("rag_search_step_seconds", "step" => step).record(milliseconds / 1e3);
        }
    }
    if let Some(count) = search.result_count {
        let found = if count == 0 { "nothing" } else { "something" };
        counter!("rag_searches_total", "kind" => happening.kind.as_str(), "found" => found).increment(1);
    }
    if let Some(outcome) = answer.outcome {
        counter!("rag_answers_total", "outcome" => outcome.as_str()).increment(1);
    }
    for (direction, tokens) in [("read", answer.prompt_tokens), ("written", answer.completion_tokens)] {
        let tokens = tokens.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
        counter!("rag_chat_tokens_total", "direction" => direction).increment(tokens);
    }
}
