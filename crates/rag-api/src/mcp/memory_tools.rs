//! The tools over the caller's long-term memory.

use rag_engine::memory::{Fact, RecallRequest, Remembered};
use rag_schema::enums::MemorySource;
use serde::Deserialize;
use serde_json::{Value, json};
use validator::Validate;

use super::tools::read;
use crate::{
    app::App,
    auth::Caller,
    memories::{RememberedView, recall::RecallView, store::RememberBody},
    problem::{ApiError, ApiResult},
};

/// Remembers one thing that a client's model found worth keeping.
pub(super) async fn remember(app: &App, caller: &Caller, arguments: Value) -> ApiResult<Value> {
    let body: RememberBody = read(arguments)?;
    body.validate().map_err(|errors| ApiError::field("arguments", errors.to_string()))?;
    let (user, actor) = (caller.person()?.id, caller.actor);
    let fact = Fact { source: MemorySource::Tool, ..Fact::from(body) };
    let done = app.with_models(move |engine| Ok(engine.remember(actor, user, &[fact])?)).await?;
    match done.into_iter().next() {
        Some(Remembered::Invalid(detail)) => Err(ApiError::field("arguments", detail)),
        Some(done) => Ok(json!(RememberedView::from(done))),
        None => Err(ApiError::field("arguments", "hold nothing to remember")),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecallArguments {
    query: String,
    limit: Option<usize>,
    /// Whether documents are searched as well.
    #[serde(default)]
    documents: bool,
}

/// Recalls memories, and passages of documents if that is asked for.
pub(super) async fn recall(app: &App, caller: &Caller, arguments: Value) -> ApiResult<Value> {
    let RecallArguments { query, limit, documents } = read(arguments)?;
    if query.trim().is_empty() || query.chars().count() > 10_000 {
        return Err(ApiError::field("query", "must be 1 to 10,000 characters long"));
    }
    let (user, actor) = (caller.person()?.id, caller.actor);
    let recalled = app
        .with_models(move |engine| {
            let limit = limit.unwrap_or(10).clamp(1, 50);
            let request = RecallRequest { documents, limit, ..RecallRequest::new(&query) };
            Ok(engine.recall(actor, user, &request)?)
        })
        .await?;
    Ok(json!(RecallView::from(recalled)))
}
