//! Events for analytics: noted without waiting, written by a thread of their own. An event that cannot be kept is dropped and counted.

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

/// What is done with events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnalyticsSettings {
    /// How many months before this one events are kept, at least 1.
    pub keep_months: i32,
    /// Whether events hold the text of questions.
    pub store_queries: bool,
}

impl Default for AnalyticsSettings {
    fn default() -> Self {
        Self { keep_months: 13, store_queries: false }
    }
}

/// Something that happened, before it is written. Which facts are set depends on the kind.
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
    /// The question, which is written only when questions are stored.
    pub(crate) question: Option<String>,
}

impl Happening {
    /// One that happened just now.
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

    /// The user who acted.
    pub(crate) fn user(&self) -> Option<UserId> {
        match self.source {
            Source::User(id) => Some(id),
            Source::Link(_) | Source::Collection(_) => None,
        }
    }
}

/// Whose event it is; none for actors that only work for others.
fn source(actor: Actor) -> Option<Source> {
    match actor {
        Actor::User { id, .. } => Some(Source::User(id)),
        Actor::Link(id) => Some(Source::Link(id)),
        Actor::Authentication { .. } | Actor::System => None,
    }
}

/// A search as events tell of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Searched {
    pub(crate) facts: SearchFacts,
    pub(crate) collections: Vec<CollectionId>,
}

impl Searched {
    /// What events tell of a search that took `total`.
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
    /// Notes a search that is nobody's answer.
    pub(crate) fn note_search(&self, actor: Actor, question: &str, searched: Searched) {
        let Some(source) = source(actor) else { return };
        self.note(Happening {
            collections: searched.collections,
            search: searched.facts,
            question: Some(question.to_owned()),
            ..Happening::new(EventKind::Search, source)
        });
    }

    /// Notes an answer that was stored, which the turn took `total` for.
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

    /// Notes what became of a document that a worker read.
    pub(crate) fn note_document(&self, kind: EventKind, collection: CollectionId, document: DocumentFacts) {
        self.note(Happening {
            collections: vec![collection],
            document,
            ..Happening::new(kind, Source::Collection(collection))
        });
    }

    /// Notes that somebody deleted a document.
    pub fn note_deleted_document(&self, actor: Actor, collection: CollectionId, document: DocumentId) {
        let Some(source) = source(actor) else { return };
        self.note(Happening {
            collections: vec![collection],
            document: DocumentFacts { document_id: Some(document), ..DocumentFacts::default() },
            ..Happening::new(EventKind::DocumentDeleted, source)
        });
    }

    /// Never waits for the database and never fails.
    fn note(&self, happening: Happening) {
        count::count(&happening);
        let stores = self.settings().analytics.store_queries;
        // The words of a question never reach the queue unless they are to be stored.
        let question = happening.question.filter(|_| stores).map(|text| text.replace('\0', ""));
        self.events().push(Happening { question, ..happening });
    }

    /// Waits until every event noted so far is written or dropped.
    pub fn flush_events(&self) {
        self.events().flush();
    }

    /// Events dropped so far, because the database was away or could not keep up.
    pub fn dropped_events(&self) -> u64 {
        self.events().dropped()
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
