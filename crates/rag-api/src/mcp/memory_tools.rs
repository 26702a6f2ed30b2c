//! The tools for the caller's long-term memory.

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
}

/// Recalls memories and, if requested, rounds of conversations and passages of documents.
pub(super) async fn recall(app: &App, caller: &Caller, arguments: Value) -> ApiResult<Value> {
    let RecallArguments { query, limit, rounds, documents } = read(arguments)?;
    check_query(&query)?;
    let (user, actor) = (caller.person()?.id, caller.actor);
    let recalled = app
        .with_models(move |engine| {
            let limit = limit.unwrap_or(10).clamp(1, 50);
            let also = [(rounds, RecallSource::Rounds), (documents, RecallSource::Documents)];
            let also = also.into_iter().filter(|(wanted, _)| *wanted).map(|(_, source)| source);
            let sources: Vec<RecallSource> = [RecallSource::Memories].into_iter().chain(also).collect();
            let request = RecallRequest { sources: &sources, limit, ..RecallRequest::new(&query) };
            Ok(engine.recall(actor, user, &request)?)
        })
        .await?;
    Ok(json!(RecallView::from(recalled)))
}
