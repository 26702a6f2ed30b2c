//! The tools for documents: finding passages, answering, listing and reading.

use chrono::{DateTime, Utc};
use rag_engine::{
    answer::{Conversation, Place, Question},
    retrieve::SearchRequest,
};
use rag_repo::{Page, RepoError, collections, documents, versions};
use rag_schema::ids::{CollectionId, DocumentId};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::tools::{MAX_RESULTS, MAX_TEXT_CHARS, check_query, read};
use crate::{
    answers::CitationView,
    app::App,
    ask::start_turn,
    auth::Caller,
    openai::{find_collection_by_name, finish_turn},
    problem::{ApiError, ApiResult, Code},
    search::{PassageView, parse_filter},
};

async fn find_scope(app: &App, caller: &Caller, collection: Option<&str>) -> ApiResult<Vec<CollectionId>> {
    match collection {
        Some(name) => Ok(vec![find_collection_by_name(app, caller, name).await?]),
        None => Ok(Vec::new()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SearchArguments {
    query: String,
    collection: Option<String>,
    limit: Option<usize>,
    filter: Option<Value>,
    as_of: Option<DateTime<Utc>>,
}

/// Finds passages.
pub(super) async fn search(app: &App, caller: &Caller, arguments: Value) -> ApiResult<Value> {
    let SearchArguments { query, collection, limit, filter, as_of } = read(arguments)?;
    check_query(&query)?;
    let filter = parse_filter(filter.as_ref())?;
    let collections = find_scope(app, caller, collection.as_deref()).await?;
    let limit = limit.unwrap_or(8).clamp(1, MAX_RESULTS);
    let actor = caller.actor;
    let result = app
        .with_models(move |engine| {
            let request = SearchRequest {
                query: &query,
                collections: &collections,
                filter: filter.as_ref(),
                as_of,
                limit,
                ..SearchRequest::default()
            };
            Ok(engine.search(actor, &request)?)
        })
        .await?;
    let view = |found: PassageView| {
        json!({"document_id": found.document_id, "title": found.title, "source": found.source, "page": found.page,
               "heading_path": found.heading_path, "start": found.start_offset, "end": found.end_offset,
               "score": found.score, "text": found.text})
    };
    let results: Vec<Value> = result.found.into_iter().filter_map(PassageView::new).map(view).collect();
    Ok(json!({"results": results, "warnings": result.warnings}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskArguments {
    question: String,
    collection: Option<String>,
    filter: Option<Value>,
    as_of: Option<DateTime<Utc>>,
}

/// Answers a question; nothing of it is stored.
pub(super) async fn ask(app: &App, caller: &Caller, arguments: Value) -> ApiResult<Value> {
    let AskArguments { question, collection, filter, as_of } = read(arguments)?;
    let question = Question {
        actor: caller.actor,
        user: caller.person()?.id,
        session: None,
        place: Place::End,
        text: question,
        instructions: None,
        collections: find_scope(app, caller, collection.as_deref()).await?,
        filter: parse_filter(filter.as_ref())?,
        as_of,
        understanding: None,
        ranking: None,
        conversation: Some(Conversation::default()),
    };
    let (_, answer) = finish_turn(&mut start_turn(app, question)).await?;
    let citations: Vec<CitationView> = answer.citations.into_iter().map(CitationView::from).collect();
    Ok(json!({"answer": answer.text, "outcome": answer.outcome.as_str(), "citations": citations}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListArguments {
    collection: Option<String>,
    limit: Option<usize>,
    after: Option<Uuid>,
}

/// Lists the documents of a collection, or the collections.
pub(super) async fn list_documents(app: &App, caller: &Caller, arguments: Value) -> ApiResult<Value> {
    let ListArguments { collection, limit, after } = read(arguments)?;
    let limit = i64::try_from(limit.unwrap_or(20).clamp(1, MAX_RESULTS)).unwrap_or(20);
    let page = Page { limit, after };
    let Some(name) = collection else {
        let rows = app.read(caller.actor, move |conn| collections::list(conn, page)).await?;
        let views: Vec<Value> = rows
            .iter()
            .map(|row| json!({"id": row.id, "name": row.name, "description": row.description}))
            .collect();
        return Ok(json!({"collections": views}));
    };
    let id = find_collection_by_name(app, caller, &name).await?;
    let rows = app
        .read(caller.actor, move |conn| {
            collections::find(conn, id)?;
            documents::list(conn, id, page)
        })
        .await
        .map_err(|error| error.naming("collection"))?;
    let views: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({"id": row.id, "title": row.title, "source": row.source, "media_type": row.media_type,
                   "searchable": row.current_version_id.is_some(), "created_at": row.created_at})
        })
        .collect();
    Ok(json!({"documents": views}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadArguments {
    document_id: Uuid,
    start: Option<i64>,
    end: Option<i64>,
}

/// Reads a stretch of a document's text.
pub(super) async fn read_passage(app: &App, caller: &Caller, arguments: Value) -> ApiResult<Value> {
    let ReadArguments { document_id, start, end } = read(arguments)?;
    let start = start.unwrap_or(0);
    let end = end.unwrap_or_else(|| start.saturating_add(MAX_TEXT_CHARS));
    if start < 0 || end < start || end - start > MAX_TEXT_CHARS {
        let rule = format!("must be at least start and at most {MAX_TEXT_CHARS} more");
        return Err(ApiError::field("end", rule));
    }
    let read = app
        .read(caller.actor, move |conn| {
            let document = documents::find(conn, DocumentId::from(document_id))?;
            let Some(version) = document.current_version_id else { return Ok(None) };
            let length = versions::find(conn, version)?.character_count;
            let end = end.min(length).max(start);
            let text = versions::text(conn, version, start, end)?;
            Ok::<_, RepoError>(Some(
                json!({"document_id": document_id, "title": document.title, "start": start,
                                           "end": end, "character_count": length, "text": text}),
            ))
        })
        .await
        .map_err(|error| error.naming("document"))?;
    read.ok_or_else(|| ApiError::new(Code::Conflict, "The document has not been read yet."))
}
