//! The tools that a client can call. To add a tool, add an entry to `Tool::ALL` and its function.

use futures_util::future::LocalBoxFuture;
use rag_schema::enums::Scope;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{document_tools, memory_tools, revision::RpcError};
use crate::{
    app::App,
    auth::Caller,
    problem::{ApiError, ApiResult},
};

/// Maximum number of results of a search, and of documents in a list.
pub(super) const MAX_RESULTS: usize = 50;
/// Maximum length of a text that one call returns, in characters.
pub(super) const MAX_TEXT_CHARS: i64 = 20_000;

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
const MEMORY: &str = "Id of the memory, from the result of recall or remember.";

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
                (
                    json!({"query": query, "collection": text(COLLECTION), "limit": limit, "filter": filter(), "as_of": as_of()}),
                    &["query"],
                )
            },
            scope: Scope::Read,
            writes: false,
            run: |app, caller, arguments| Box::pin(document_tools::search(app, caller, arguments)),
        },
        Self {
            name: "ask",
            title: "Ask documents",
            description: "Answers a question from the user's documents, with checked citations. Nothing of it is stored.",
            arguments: || {
                let question = text("The question.");
                (
                    json!({"question": question, "collection": text(COLLECTION), "filter": filter(), "as_of": as_of()}),
                    &["question"],
                )
            },
            scope: Scope::Ask,
            writes: false,
            run: |app, caller, arguments| Box::pin(document_tools::ask(app, caller, arguments)),
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
            run: |app, caller, arguments| Box::pin(document_tools::list_documents(app, caller, arguments)),
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
            run: |app, caller, arguments| Box::pin(document_tools::read_passage(app, caller, arguments)),
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
            name: "forget",
            title: "Forget",
            description: "Excludes a memory from recalls, when the user takes it back. The result has the step with which undo_memory restores it.",
            arguments: || {
                let reason = json!({"type": "string", "minLength": 1, "maxLength": 1000, "description": "Reason, for the history."});
                (json!({"memory_id": text(MEMORY), "reason": reason}), &["memory_id"])
            },
            scope: Scope::Write,
            writes: true,
            run: |app, caller, arguments| Box::pin(memory_tools::forget(app, caller, arguments)),
        },
        Self {
            name: "correct_memory",
            title: "Correct a memory",
            description: "Replaces the text of a memory that was wrong from the start. A fact that has changed is remembered instead: the new value \
                          then replaces the old one, whose time is kept.",
            arguments: || {
                let content = json!({"type": "string", "minLength": 1, "maxLength": 4000, "description": "The right text."});
                (json!({"memory_id": text(MEMORY), "content": content}), &["memory_id", "content"])
            },
            scope: Scope::Write,
            writes: true,
            run: |app, caller, arguments| Box::pin(memory_tools::correct_memory(app, caller, arguments)),
        },
        Self {
            name: "undo_memory",
            title: "Undo a change of memories",
            description: "Undoes a step of remember, forget, correct_memory or undo_memory. Later steps that changed the same memory are undone first.",
            arguments: || {
                (json!({"step_id": text("Id of the step, from the result of the call.")}), &["step_id"])
            },
            scope: Scope::Write,
            writes: true,
            run: |app, caller, arguments| Box::pin(memory_tools::undo_memory(app, caller, arguments)),
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

fn filter() -> Value {
    json!({"type": "object", "description": "Condition that documents must meet, in Mongo's operators on their metadata and on document.title, \
           document.source, document.language, document.media_type and document.created_at: {\"year\": {\"$gte\": 2020}}."})
}

fn as_of() -> Value {
    json!({"type": "string", "format": "date-time",
           "description": "Time as of which is searched: the versions of documents that were the newest then."})
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
