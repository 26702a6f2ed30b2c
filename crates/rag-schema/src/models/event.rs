//! Events for analytics.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    enums::{EventKind, Outcome},
    ids::{CollectionId, DocumentId, EventId, MessageId, OrganisationId, SessionId, UserId},
    schema::events,
};

/// An event. Its groups of facts depend on its kind.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = events, check_for_backend(diesel::pg::Pg))]
pub struct Event {
    /// Id.
    pub id: EventId,
    /// When it happened, by the clock of PostgreSQL.
    pub occurred_at: DateTime<Utc>,
    /// Kind of the event.
    pub kind: EventKind,
    /// Organisation of the user, else of the collection.
    pub organisation_id: OrganisationId,
    /// User who acted; `None` for the bearer of a link and for a worker.
    pub user_id: Option<UserId>,
    /// Collections that were searched, or the collection of the document.
    pub collection_ids: Vec<Option<CollectionId>>,
    /// The question; `None` if questions are not stored.
    pub question: Option<String>,
    /// Facts about a document.
    #[diesel(embed)]
    pub document: DocumentFacts,
    /// Facts about an answer.
    #[diesel(embed)]
    pub answer: AnswerFacts,
    /// Facts about a search, or about the search of an answer.
    #[diesel(embed)]
    pub search: SearchFacts,
}

/// Facts about a document that was published, refused or deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = events, check_for_backend(diesel::pg::Pg))]
pub struct DocumentFacts {
    /// The document.
    pub document_id: Option<DocumentId>,
    /// Code of the reason why it was refused.
    pub problem: Option<String>,
    /// Its chunks, once published.
    pub chunk_count: Option<i64>,
}

/// Facts about an answer.
#[derive(Debug, Clone, Default, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = events, check_for_backend(diesel::pg::Pg))]
pub struct AnswerFacts {
    /// Conversation it belongs to.
    pub session_id: Option<SessionId>,
    /// Message that holds it.
    pub message_id: Option<MessageId>,
    /// Outcome of the answer.
    pub outcome: Option<Outcome>,
    /// Name of the chat model, or `extractive`.
    pub answered_by: Option<String>,
    /// Tokens that the model read.
    pub prompt_tokens: Option<i32>,
    /// Tokens that the model wrote.
    pub completion_tokens: Option<i32>,
    /// Milliseconds from the end of the search to the end of the answer.
    pub answer_ms: Option<f64>,
}

/// Facts about a search.
#[derive(Debug, Clone, Default, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = events, check_for_backend(diesel::pg::Pg))]
pub struct SearchFacts {
    /// Number of results; 0 if nothing was found.
    pub result_count: Option<i32>,
    /// Whether a reranker ordered them.
    pub reranked: Option<bool>,
    /// Name of the embedding model.
    pub embedding_model: Option<String>,
    /// Fingerprint of the settings of search and ranking.
    pub ranking_version: Option<String>,
    /// Tokens that understanding the question took.
    pub understanding_tokens: Option<i32>,
    /// Milliseconds of understanding the question.
    pub understand_ms: Option<f64>,
    /// Milliseconds of embedding it.
    pub embed_ms: Option<f64>,
    /// Milliseconds of PostgreSQL's work.
    pub database_ms: Option<f64>,
    /// Milliseconds of reranking; 0 without a reranker.
    pub rerank_ms: Option<f64>,
    /// Milliseconds of the whole search, or of the whole turn.
    pub total_ms: Option<f64>,
}
