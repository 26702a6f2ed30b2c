//! The tools that a client can call. To add a tool, add an entry to `Tool::ALL` and its function.

use futures_util::future::LocalBoxFuture;
use rag_engine::{
    answer::{Conversation, Place, Question},
    retrieve::SearchRequest,
};
use rag_repo::{Page, RepoError, collections, documents, versions};
use rag_schema::{
    enums::Scope,
    ids::{CollectionId, DocumentId},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{memory_tools, revision::RpcError};
use crate::{
    answers::CitationView,
    app::App,
    ask::start_turn,
    auth::Caller,
    openai::{find_collection_by_name, finish_turn},
    problem::{ApiError, ApiResult, Code},
    search::PassageView,
};

/// Maximum number of results of a search, and of documents in a list.
const MAX_RESULTS: usize = 50;
/// Maximum length of a text that one call returns, in characters.
const MAX_TEXT_CHARS: i64 = 20_000;

/// The function of a tool: takes the arguments and returns structured content.
type Run = for<'a> fn(&'a App, &'a Caller, Value) -> LocalBoxFuture<'a, ApiResult<Value>>;

/// A tool.
pub(super) struct Tool {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    /// Function that returns the JSON schemas of the properties, and the names of the required ones.
    arguments: fn() -> (Value, &'static [&'static str]),
    /// Scope that a key needs; the bearer of a link can call the tools with `Scope::Read`.
    scope: Scope,
    /// Whether the tool changes stored data.
    writes: bool,
    run: Run,
}

const COLLECTION: &str = "Name or id of a collection; all collections when absent.";

impl Tool {
    /// All tools.
    pub(super) const ALL: &'static [Self] = &[
        Self {
            name: "search",
            title: "Search documents",
            description: "Finds passages of the user's documents for a question or words, best first.",
            arguments: || {
                let query = json!({"type": "string", "description": "A question, or words.", "minLength": 1});
                let limit = json!({"type": "integer", "minimum": 1, "maximum": MAX_RESULTS, "default": 8});
                (json!({"query": query, "collection": text(COLLECTION), "limit": limit}), &["query"])
            },
            scope: Scope::Read,
            writes: false,
            run: |app, caller, arguments| Box::pin(search(app, caller, arguments)),
        },
        Self {
            name: "ask",
            title: "Ask documents",
            description: "Answers a question from the user's documents, with checked citations. Nothing of it is stored.",
            arguments: || {
                (json!({"question": text("The question."), "collection": text(COLLECTION)}), &["question"])
            },
            scope: Scope::Ask,
            writes: false,
            run: |app, caller, arguments| Box::pin(ask(app, caller, arguments)),
        },
        Self {
            name: "list_documents",
            title: "List documents",
            description: "Lists the documents of a collection, newest first. Without a collection, lists the collections.",
            arguments: || {
                let limit = json!({"type": "integer", "minimum": 1, "maximum": MAX_RESULTS, "default": 20});
                let after = text("Continues after the item of this id.");
                let collection = text("Name or id of a collection.");
                (json!({"collection": collection, "limit": limit, "after": after}), &[])
            },
            scope: Scope::Read,
            writes: false,
            run: |app, caller, arguments| Box::pin(list_documents(app, caller, arguments)),
        },
        Self {
            name: "read_passage",
            title: "Read a passage",
            description: "Reads a stretch of a document's text, such as the surroundings of a passage that a search found.",
            arguments: || {
                let place = |what: &str| json!({"type": "integer", "minimum": 0, "description": what});
                let start = place("First character, from 0.");
                let end = place("One past the last character; at most 20,000 after the first.");
                let document = text("Id of the document.");
                (json!({"document_id": document, "start": start, "end": end}), &["document_id"])
            },
            scope: Scope::Read,
            writes: false,
            run: |app, caller, arguments| Box::pin(read_passage(app, caller, arguments)),
        },
        Self {
            name: "remember",
            title: "Remember",
            description: "Stores a fact about the user, in the user's words, for later conversations. A new value of a known property replaces the old \
                          one; secrets, questions and small talk are refused.",
            arguments: || {
                let content = json!({"type": "string", "minLength": 1, "maxLength": 4000,
                                     "description": "The fact: I live in Hamburg."});
                let importance =
                    json!({"type": "number", "minimum": 0, "maximum": 1, "description": "0.5 when absent."});
                (json!({"content": content, "importance": importance}), &["content"])
            },
            scope: Scope::Write,
            writes: true,
            run: |app, caller, arguments| Box::pin(memory_tools::remember(app, caller, arguments)),
        },
        Self {
            name: "recall",
            title: "Recall",
            description: "Finds what is remembered about the user, best first, with the reasons. A time in the query counts: last week, in May 2023.",
            arguments: || {
                let query = json!({"type": "string", "description": "A question, or words.", "minLength": 1});
                let limit = json!({"type": "integer", "minimum": 1, "maximum": MAX_RESULTS, "default": 10});
                let documents = json!({"type": "boolean", "default": false, "description": "Whether documents are searched as well."});
                let rounds = json!({"type": "boolean", "default": false, "description": "Whether earlier questions with their answers are recalled as well."});
                let tools = json!({"type": "boolean", "default": false, "description": "Whether tools are searched as well."});
                (
                    json!({"query": query, "limit": limit, "rounds": rounds, "documents": documents, "tools": tools}),
                    &["query"],
                )
            },
            scope: Scope::Read,
            writes: false,
            run: |app, caller, arguments| Box::pin(memory_tools::recall(app, caller, arguments)),
        },
        Self {
            name: "find_tool",
            title: "Find a tool",
            description: "Finds tools for a request among those that the user and their team have described, best first, with the JSON Schema of \
                          their parameters. The list is empty if no tool fits. The tools are called elsewhere.",
            arguments: || {
                let query = json!({"type": "string", "description": "The request, or the step to take, in words.", "minLength": 1});
                let limit = json!({"type": "integer", "minimum": 1, "maximum": MAX_RESULTS, "default": 5});
                let similarity = json!({"type": "number", "minimum": -1, "maximum": 1, "default": 0.25,
                                        "description": "Minimum cosine with the request; lower values find more tools that do not fit."});
                (json!({"query": query, "limit": limit, "min_similarity": similarity}), &["query"])
            },
            scope: Scope::Read,
            writes: false,
            run: |app, caller, arguments| Box::pin(memory_tools::find_tool(app, caller, arguments)),
        },
    ];

    /// Returns the description of the tool for clients.
    pub(super) fn view(&self) -> Value {
        let (properties, required) = (self.arguments)();
        json!({
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": {"type": "object", "properties": properties, "required": required,
                            "additionalProperties": false},
            "annotations": {"title": self.title, "readOnlyHint": !self.writes, "openWorldHint": false},
        })
    }
}

fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

#[derive(Deserialize)]
struct Call {
    name: String,
    #[serde(default)]
    arguments: Option<Value>,
}

/// Calls a tool. A failure of the tool is a result, which the model can read; only an unknown tool is an error.
pub(super) async fn call_tool(app: &App, caller: &Caller, params: Value) -> Result<Value, RpcError> {
    let invalid = |message: String| RpcError::new(RpcError::INVALID_PARAMS, message);
    let call: Call = serde_json::from_value(params).map_err(|error| invalid(format!("params: {error}")))?;
    let tool = Tool::ALL.iter().find(|tool| tool.name == call.name);
    let tool = tool.ok_or_else(|| invalid(format!("there is no tool {}", call.name)))?;
    let arguments = call.arguments.unwrap_or_else(|| json!({}));
    let result = match caller.check_scopes(&[tool.scope]) {
        Ok(()) => (tool.run)(app, caller, arguments).await,
        Err(error) => Err(error),
    };
    Ok(match result {
        Ok(found) => {
            let text = serde_json::to_string(&found).unwrap_or_default();
            json!({"content": [{"type": "text", "text": text}], "structuredContent": found, "isError": false})
        }
        Err(error) => {
            let fields = error.errors.iter().map(|refused| format!("{}: {}", refused.field, refused.detail));
            let text = [error.detail.clone()].into_iter().chain(fields).collect::<Vec<_>>().join(" ");
            json!({"content": [{"type": "text", "text": text}], "isError": true})
        }
    })
}

pub(super) fn read<T: DeserializeOwned>(arguments: Value) -> ApiResult<T> {
    serde_json::from_value(arguments).map_err(|error| ApiError::field("arguments", error.to_string()))
}

/// Refuses a query that is blank or too long.
pub(super) fn check_query(query: &str) -> ApiResult<()> {
    if query.trim().is_empty() || query.chars().count() > 10_000 {
        return Err(ApiError::field("query", "must be 1 to 10,000 characters long"));
    }
    Ok(())
}

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
}

async fn search(app: &App, caller: &Caller, arguments: Value) -> ApiResult<Value> {
    let SearchArguments { query, collection, limit } = read(arguments)?;
    check_query(&query)?;
    let collections = find_scope(app, caller, collection.as_deref()).await?;
    let limit = limit.unwrap_or(8).clamp(1, MAX_RESULTS);
    let actor = caller.actor;
    let result = app
        .with_models(move |engine| {
            let request =
                SearchRequest { query: &query, collections: &collections, limit, ..SearchRequest::default() };
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
}

async fn ask(app: &App, caller: &Caller, arguments: Value) -> ApiResult<Value> {
    let AskArguments { question, collection } = read(arguments)?;
    let question = Question {
        actor: caller.actor,
        user: caller.person()?.id,
        session: None,
        place: Place::End,
        text: question,
        instructions: None,
        collections: find_scope(app, caller, collection.as_deref()).await?,
        filter: None,
        as_of: None,
        understanding: None,
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

async fn list_documents(app: &App, caller: &Caller, arguments: Value) -> ApiResult<Value> {
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

async fn read_passage(app: &App, caller: &Caller, arguments: Value) -> ApiResult<Value> {
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
