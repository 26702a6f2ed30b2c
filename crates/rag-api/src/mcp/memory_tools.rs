//! The tools for the caller's long-term memory, and for finding the caller's own tools.

use rag_engine::memory::{Fact, RecallRequest, RecallSource};
use rag_schema::enums::MemorySource;
use serde::Deserialize;
use serde_json::{Value, json};
use validator::Validate;

use super::tools::{check_query, read};
use crate::{
    app::App,
    auth::Caller,
    memories::{
        recall::RecallView,
        store::{RememberBody, remember_fact},
    },
    problem::{ApiError, ApiResult},
    tools::find::{FindToolsBody, find_tools_for},
};

/// Remembers a fact that the client's model selected.
pub(super) async fn remember(app: &App, caller: &Caller, arguments: Value) -> ApiResult<Value> {
    let body: RememberBody = read(arguments)?;
    body.validate().map_err(|errors| ApiError::field("arguments", errors.to_string()))?;
    let fact = Fact { source: MemorySource::Tool, ..Fact::from(body) };
    Ok(json!(remember_fact(app, caller, fact, "arguments").await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecallArguments {
    query: String,
    limit: Option<usize>,
    /// Whether earlier questions with their answers are recalled as well.
    #[serde(default)]
    rounds: bool,
    /// Whether documents are searched as well.
    #[serde(default)]
    documents: bool,
    /// Whether tools are searched as well.
    #[serde(default)]
    tools: bool,
}

/// Recalls memories and, if requested, rounds of conversations, passages of documents and tools.
pub(super) async fn recall(app: &App, caller: &Caller, arguments: Value) -> ApiResult<Value> {
    let RecallArguments { query, limit, rounds, documents, tools } = read(arguments)?;
    check_query(&query)?;
    let (user, actor) = (caller.person()?.id, caller.actor);
    let recalled = app
        .with_models(move |engine| {
            let limit = limit.unwrap_or(10).clamp(1, 50);
            let others = [
                (rounds, RecallSource::Rounds),
                (documents, RecallSource::Documents),
                (tools, RecallSource::Tools),
            ];
            let sources = RecallSource::memories_and(others);
            let request = RecallRequest { sources: &sources, limit, ..RecallRequest::new(&query) };
            Ok(engine.recall(actor, user, &request)?)
        })
        .await?;
    Ok(json!(RecallView::from(recalled)))
}

/// Finds tools for a request.
pub(super) async fn find_tool(app: &App, caller: &Caller, arguments: Value) -> ApiResult<Value> {
    let body: FindToolsBody = read(arguments)?;
    check_query(&body.query)?;
    body.validate().map_err(|errors| ApiError::field("arguments", errors.to_string()))?;
    Ok(json!(find_tools_for(app, caller, body).await?))
}
