//! Events for analytics: recorded without waiting and written by a thread of their own. An event that cannot be kept is counted as dropped.

mod count;
mod fingerprint;
mod queue;
mod writer;

use std::time::{Duration, Instant};

use rag_repo::{Actor, events::Source};
use rag_schema::{
    enums::EventKind,
    ids::{CollectionId, DocumentId, EventId, UserId},
    models::{AnswerFacts, DocumentFacts, SearchFacts},
};

pub(crate) use self::{fingerprint::fingerprint, writer::Recorder};
use crate::{Engine, retrieve::SearchResult};

/// Settings of analytics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnalyticsSettings {
    /// Number of months, before the current one, for which events are kept; at least 1.
    pub keep_months: i32,
    /// Whether events contain the text of questions.
    pub store_queries: bool,
}

impl Default for AnalyticsSettings {
    fn default() -> Self {
        Self { keep_months: 13, store_queries: false }
    }
}

/// An event that is not yet written. The kind determines which facts are set.
#[derive(Debug, Clone)]
pub(crate) struct Happening {
    pub(crate) id: EventId,
    pub(crate) at: Instant,
    pub(crate) kind: EventKind,
    pub(crate) source: Source,
    pub(crate) collections: Vec<CollectionId>,
    pub(crate) document: DocumentFacts,
    pub(crate) answer: AnswerFacts,
    pub(crate) search: SearchFacts,
    /// The question; it is written only if the settings store questions.
    pub(crate) question: Option<String>,
}

impl Happening {
    /// Creates an event that happens now.
    pub(crate) fn new(kind: EventKind, source: Source) -> Self {
        Self {
            id: EventId::new(),
            at: Instant::now(),
            kind,
            source,
            collections: Vec::new(),
            document: DocumentFacts::default(),
            answer: AnswerFacts::default(),
            search: SearchFacts::default(),
            question: None,
        }
    }

    /// Returns the user who acted; `None` for events of links and workers.
    pub(crate) fn user(&self) -> Option<UserId> {
        match self.source {
            Source::User(id) => Some(id),
            Source::Link(_) | Source::Collection(_) => None,
        }
    }
}

/// Returns the source of the actor's events; `None` for actors that only work on behalf of others.
fn source(actor: Actor) -> Option<Source> {
    match actor {
        Actor::User { id, .. } => Some(Source::User(id)),
        Actor::Link(id) => Some(Source::Link(id)),
        Actor::Authentication { .. } | Actor::System => None,
    }
}

/// The facts of a search that its event contains.
#[derive(Debug, Clone, Default)]
pub(crate) struct Searched {
    pub(crate) facts: SearchFacts,
    pub(crate) collections: Vec<CollectionId>,
}

impl Searched {
    /// Returns the facts of a search that took `total`.
    pub(crate) fn new(result: &SearchResult, total: Duration) -> Self {
        let timings = &result.timings;
        let facts = SearchFacts {
            result_count: i32::try_from(result.found.len()).ok(),
            reranked: Some(result.reranked),
            embedding_model: Some(result.models.join(", ")).filter(|names| !names.is_empty()),
            ranking_version: Some(result.ranking_version.clone()),
            understanding_tokens: i32::try_from(result.tokens).ok(),
            understand_ms: Some(timings.understand_ms),
            embed_ms: Some(timings.embed_ms),
            database_ms: Some(timings.database_ms),
            rerank_ms: Some(timings.rerank_ms),
            total_ms: Some(milliseconds(total)),
        };
        Self { facts, collections: result.collections.clone() }
    }
}

impl Engine {
    /// Records a search that does not belong to an answer.
    pub(crate) fn note_search(&self, actor: Actor, question: &str, searched: Searched) {
        let Some(source) = source(actor) else { return };
        self.note(Happening {
            collections: searched.collections,
            search: searched.facts,
            question: Some(question.to_owned()),
            ..Happening::new(EventKind::Search, source)
        });
    }

    /// Records a stored answer whose turn took `total`.
    pub(crate) fn note_answer(
        &self,
        actor: Actor,
        question: &str,
        searched: &Searched,
        answer: AnswerFacts,
        total: Duration,
    ) {
        let Some(source) = source(actor) else { return };
        let total_ms = milliseconds(total);
        let answer_ms = searched.facts.total_ms.map(|search_ms| (total_ms - search_ms).max(0.0));
        self.note(Happening {
            collections: searched.collections.clone(),
            search: SearchFacts { total_ms: Some(total_ms), ..searched.facts.clone() },
            answer: AnswerFacts { answer_ms, ..answer },
            question: Some(question.to_owned()),
            ..Happening::new(EventKind::Answer, source)
        });
    }

    /// Records the outcome of a document that a worker read.
    pub(crate) fn note_document(&self, kind: EventKind, collection: CollectionId, document: DocumentFacts) {
        self.note(Happening {
            collections: vec![collection],
            document,
            ..Happening::new(kind, Source::Collection(collection))
        });
    }

    /// Records that a user deleted a document.
    pub fn note_deleted_document(&self, actor: Actor, collection: CollectionId, document: DocumentId) {
        let Some(source) = source(actor) else { return };
        self.note(Happening {
            collections: vec![collection],
            document: DocumentFacts { document_id: Some(document), ..DocumentFacts::default() },
            ..Happening::new(EventKind::DocumentDeleted, source)
        });
    }

    /// Queues an event. Never waits for the database and never fails.
    fn note(&self, happening: Happening) {
        count::count(&happening);
        let stores = self.settings().analytics.store_queries;
        // The text of a question never enters the queue unless it is to be stored.
        let question = happening.question.filter(|_| stores).map(|text| text.replace('\0', ""));
        self.events().push(Happening { question, ..happening });
    }

    /// Waits until every event recorded so far is written or dropped.
    pub fn flush_events(&self) {
        self.events().flush();
    }

    /// Returns the number of events dropped so far because the database was unavailable or too slow.
    pub fn dropped_events(&self) -> u64 {
        self.events().dropped()
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
