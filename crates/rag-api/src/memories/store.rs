//! `/v1/memories`: storing, listing and reading memories.

use actix_web::web::{self, Json};
use chrono::{DateTime, Utc};
use rag_engine::memory::{Fact, Remembered};
use rag_repo::{Page, memories, memories::MemoryFilter, memory_changes};
use rag_schema::{
    enums::{MemoryKind, MemorySource, MemoryState},
    ids::{PassageId, SessionId},
    models::Statement,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::views::{MemoryChangeView, MemoryView, RememberedView, StatementBody};
use crate::{
    app::App,
    auth::{Caller, May, Own, Store},
    extract::{Body, Id, Params},
    page::{ListView, PageParams, default_limit},
    problem::{ApiError, ApiResult},
};

fn user_source() -> MemorySource {
    MemorySource::User
}

/// A fact to remember.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RememberBody {
    /// Text of the fact, 1 to 4,000 characters. Secrets, questions and small talk are refused.
    #[validate(length(min = 1, max = 4_000))]
    #[schema(min_length = 1, max_length = 4_000)]
    pub(crate) content: String,
    /// Kind; if absent, determined from the words.
    #[schema(value_type = Option<String>)]
    pub(crate) kind: Option<MemoryKind>,
    /// Source of the fact.
    #[serde(default = "user_source")]
    #[schema(value_type = String, default = "user")]
    pub(crate) source: MemorySource,
    /// Name of the program that stores it, 1 to 200 characters.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) agent: Option<String>,
    /// Id of the conversation in which it was stated.
    pub(crate) session_id: Option<Uuid>,
    /// Typed statement of the fact; if absent, determined from the words. Another value of the same property replaces it.
    pub(crate) statement: Option<StatementBody>,
    /// Importance, from 0 to 1; if absent, .5, or .8 for an instruction.
    #[validate(range(min = 0.0, max = 1.0))]
    #[schema(minimum = 0, maximum = 1)]
    pub(crate) importance: Option<f32>,
    /// Metadata: an object.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(crate) metadata: Map<String, Value>,
    /// Start of validity; now if absent.
    pub(crate) valid_from: Option<DateTime<Utc>>,
    /// Time from which it is not recalled; never if absent.
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// Whether it is exempt from archiving.
    #[serde(default)]
    pub(crate) is_pinned: bool,
}

impl From<RememberBody> for Fact {
    fn from(body: RememberBody) -> Self {
        Self {
            kind: body.kind,
            source: body.source,
            agent: body.agent,
            session: body.session_id.map(SessionId::from),
            statement: body.statement.map(Statement::from).unwrap_or_default(),
            importance: body.importance,
            metadata: Value::Object(body.metadata),
            valid_from: body.valid_from,
            expires_at: body.expires_at,
            is_pinned: body.is_pinned,
            ..Self::new(body.content)
        }
    }
}

/// Several facts to remember.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RememberAllBody {
    /// Facts, in the order in which they were stated, 1 to 100.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_items = 1, max_items = 100)]
    pub(crate) memories: Vec<RememberBody>,
}

/// Remembers a fact, unless it is known or refused: see `outcome`.
#[utoipa::path(post, path = "/v1/memories", tag = "memory", params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    request_body = RememberBody, responses(
    (status = 200, body = RememberedView)))]
pub(crate) async fn remember(
    app: web::Data<App>,
    caller: May<Store>,
    Body(body): Body<RememberBody>,
) -> ApiResult<Json<RememberedView>> {
    Ok(Json(remember_fact(&app, &caller, Fact::from(body), "body").await?))
}

/// Remembers one fact; `field` is its path in the request, for errors.
pub(crate) async fn remember_fact(
    app: &App,
    caller: &Caller,
    fact: Fact,
    field: &'static str,
) -> ApiResult<RememberedView> {
    let (user, actor) = (caller.person()?.id, caller.actor);
    let done = app.with_models(move |engine| Ok(engine.remember(actor, user, &[fact])?)).await?;
    match done.into_iter().next() {
        Some(Remembered::Invalid(detail)) => Err(ApiError::field(field, detail)),
        Some(done) => Ok(done.into()),
        None => Err(ApiError::field(field, "holds nothing to remember")),
    }
}

/// Remembers several facts in one transaction. Returns a result for each, in order.
#[utoipa::path(post, path = "/v1/memories/batch", tag = "memory", params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    request_body = RememberAllBody, responses(
    (status = 200, body = ListView<RememberedView>)))]
pub(crate) async fn remember_all(
    app: web::Data<App>,
    caller: May<Store>,
    Body(body): Body<RememberAllBody>,
) -> ApiResult<Json<ListView<RememberedView>>> {
    let (user, actor) = (caller.person()?.id, caller.actor);
    let facts: Vec<Fact> = body.memories.into_iter().map(Fact::from).collect();
    let done = app.with_models(move |engine| Ok(engine.remember(actor, user, &facts)?)).await?;
    Ok(Json(ListView::whole(done.into_iter().map(RememberedView::from).collect())))
}

/// The memories to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MemoryParams {
    /// Maximum number of items, 1 to 200.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: i64,
    /// Only items after the one with this id.
    pub(crate) after: Option<Uuid>,
    /// Only memories in this state: `active`, `superseded`, `merged`, `archived` or `forgotten`.
    #[param(value_type = Option<String>)]
    pub(crate) state: Option<MemoryState>,
    /// Only memories of this kind: `fact`, `preference`, `event`, `instruction` or `episode`.
    #[param(value_type = Option<String>)]
    pub(crate) kind: Option<MemoryKind>,
}

/// Lists your memories, newest first.
#[utoipa::path(get, path = "/v1/memories", tag = "memory", params(MemoryParams), responses(
    (status = 200, body = ListView<MemoryView>)))]
pub(crate) async fn list_memories(
    app: web::Data<App>,
    caller: May<Own>,
    Params(params): Params<MemoryParams>,
) -> ApiResult<Json<ListView<MemoryView>>> {
    let filter =
        MemoryFilter { states: params.state.into_iter().collect(), kinds: params.kind.into_iter().collect() };
    let page = Page { limit: params.limit + 1, after: params.after };
    let rows = app.read(caller.actor, move |conn| memories::list(conn, &filter, page)).await?;
    let views = rows.into_iter().map(MemoryView::from).collect();
    Ok(Json(ListView::new(views, params.limit, |view| view.id.to_string())))
}

/// Returns a memory in any state.
#[utoipa::path(get, path = "/v1/memories/{id}", tag = "memory", params(("id" = Uuid, Path)), responses(
    (status = 200, body = MemoryView)))]
pub(crate) async fn get_memory(
    app: web::Data<App>,
    caller: May<Own>,
    Id(id): Id<PassageId>,
) -> ApiResult<Json<MemoryView>> {
    let found = app.read(caller.actor, move |conn| memories::find(conn, id)).await;
    Ok(Json(found.map_err(|error| error.naming("memory"))?.into()))
}

/// Lists the changes of a memory with their reasons, newest first.
#[utoipa::path(get, path = "/v1/memories/{id}/changes", tag = "memory", params(("id" = Uuid, Path), PageParams), responses(
    (status = 200, body = ListView<MemoryChangeView>)))]
pub(crate) async fn list_memory_changes(
    app: web::Data<App>,
    caller: May<Own>,
    Id(id): Id<PassageId>,
    Params(params): Params<PageParams>,
) -> ApiResult<Json<ListView<MemoryChangeView>>> {
    let page = params.page();
    let rows = app
        .read(caller.actor, move |conn| {
            memories::find(conn, id)?;
            memory_changes::list(conn, Some(id), page)
        })
        .await
        .map_err(|error| error.naming("memory"))?;
    let views = rows.into_iter().map(MemoryChangeView::from).collect();
    Ok(Json(ListView::new(views, params.limit, |view| view.id.to_string())))
}

/// Lists all changes of your memories, newest first.
#[utoipa::path(get, path = "/v1/memories/changes", tag = "memory", params(PageParams), responses(
    (status = 200, body = ListView<MemoryChangeView>)))]
pub(crate) async fn list_all_memory_changes(
    app: web::Data<App>,
    caller: May<Own>,
    Params(params): Params<PageParams>,
) -> ApiResult<Json<ListView<MemoryChangeView>>> {
    let page = params.page();
    let rows = app.read(caller.actor, move |conn| memory_changes::list(conn, None, page)).await?;
    let views = rows.into_iter().map(MemoryChangeView::from).collect();
    Ok(Json(ListView::new(views, params.limit, |view| view.id.to_string())))
}
