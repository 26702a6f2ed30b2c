//! The tools for the caller's long-term memory, and for finding the caller's own tools.

use rag_engine::memory::{Fact, MemoryEdit, RecallRequest, RecallSource};
use rag_schema::{
    enums::{MemorySource, MemoryState},
    ids::{MemoryStepId, PassageId},
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use validator::Validate;

use super::tools::{check_query, read};
use crate::{
    app::App,
    auth::Caller,
    memories::{
        change::MemoryStepBody,
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
struct ForgetArguments {
    memory_id: Uuid,
    reason: Option<String>,
}

/// Excludes a memory from recalls.
pub(super) async fn forget(app: &App, caller: &Caller, arguments: Value) -> ApiResult<Value> {
    let ForgetArguments { memory_id, reason } = read(arguments)?;
    let edit = MemoryEdit { state: Some(MemoryState::Forgotten), reason, ..MemoryEdit::default() };
    edit_memory(app, caller, memory_id, edit).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CorrectArguments {
    memory_id: Uuid,
    content: String,
}

/// Replaces the text of a memory.
pub(super) async fn correct_memory(app: &App, caller: &Caller, arguments: Value) -> ApiResult<Value> {
    let CorrectArguments { memory_id, content } = read(arguments)?;
    let edit = MemoryEdit { content: Some(content), ..MemoryEdit::default() };
    edit_memory(app, caller, memory_id, edit).await
}

/// Edits a memory and returns the step; null if nothing changed.
async fn edit_memory(app: &App, caller: &Caller, memory: Uuid, edit: MemoryEdit) -> ApiResult<Value> {
    let (user, actor, id) = (caller.person()?.id, caller.actor, PassageId::from(memory));
    let step = app.with_models(move |engine| Ok(engine.edit_memory(actor, user, id, &edit)?)).await?;
    Ok(json!({"memory_id": memory, "step_id": step.map(MemoryStepId::uuid)}))
}

/// Undoes a step.
pub(super) async fn undo_memory(app: &App, caller: &Caller, arguments: Value) -> ApiResult<Value> {
    let MemoryStepBody { step_id } = read(arguments)?;
    let (user, actor, step) = (caller.person()?.id, caller.actor, MemoryStepId::from(step_id));
    let undone = app.with_models(move |engine| Ok(engine.undo_memory_step(actor, user, step)?)).await?;
    Ok(json!(MemoryStepBody { step_id: undone.uuid() }))
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
