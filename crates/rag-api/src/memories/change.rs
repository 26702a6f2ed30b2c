//! `/v1/memories`: changing, undoing, archiving and erasing memories.

use actix_web::web::{self, Json};
use chrono::{DateTime, Utc};
use rag_engine::{
    Engine,
    memory::{Archive, Consolidated, MemoryEdit},
};
use rag_repo::memories;
use rag_schema::{
    enums::{MemoryKind, MemoryState},
    ids::{MemoryStepId, PassageId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::views::MemoryView;
use crate::{
    app::App,
    auth::{May, Store},
    defaults::null_is_some,
    extract::{Body, Id},
    page::ListView,
    problem::{ApiResult, Problem},
    respond::NoContent,
};

/// Changes of a memory; absent fields stay unchanged.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "null and absence differ")]
pub(crate) struct UpdateMemoryBody {
    /// New text, 1 to 4,000 characters.
    #[validate(length(min = 1, max = 4_000))]
    #[schema(min_length = 1, max_length = 4_000)]
    pub(crate) content: Option<String>,
    /// New kind.
    #[schema(value_type = Option<String>)]
    pub(crate) kind: Option<MemoryKind>,
    /// New importance, from 0 to 1.
    #[validate(range(min = 0.0, max = 1.0))]
    #[schema(minimum = 0, maximum = 1)]
    pub(crate) importance: Option<f32>,
    /// Time from which it is not recalled; null for never.
    #[serde(default, deserialize_with = "null_is_some")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub(crate) expires_at: Option<Option<DateTime<Utc>>>,
    /// Whether it is exempt from archiving.
    pub(crate) is_pinned: Option<bool>,
    /// New state: `forgotten` or `archived` to exclude it from recalls, `active` to restore it.
    #[schema(value_type = Option<String>)]
    pub(crate) state: Option<MemoryState>,
    /// Reason, for the history; 1 to 1,000 characters.
    #[validate(length(min = 1, max = 1_000))]
    #[schema(min_length = 1, max_length = 1_000)]
    pub(crate) reason: Option<String>,
}

/// A step.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemoryStepBody {
    /// Id of the step.
    pub(crate) step_id: Uuid,
}

/// Changes a memory: its text, kind, importance, expiry, pin or state. The change is in its history and can be undone.
#[utoipa::path(patch, path = "/v1/memories/{id}", tag = "memory", params(("id" = Uuid, Path)),
    request_body = UpdateMemoryBody, responses((status = 200, body = MemoryView)))]
pub(crate) async fn update_memory(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<PassageId>,
    Body(body): Body<UpdateMemoryBody>,
) -> ApiResult<Json<MemoryView>> {
    let (user, actor) = (caller.person()?.id, caller.actor);
    let edit = MemoryEdit {
        content: body.content,
        kind: body.kind,
        importance: body.importance,
        expires_at: body.expires_at,
        is_pinned: body.is_pinned,
        state: body.state,
        reason: body.reason,
    };
    app.with_models(move |engine| Ok(engine.edit_memory(actor, user, id, &edit)?)).await?;
    let found = app.read(actor, move |conn| memories::find(conn, id)).await;
    Ok(Json(found.map_err(|error| error.naming("memory"))?.into()))
}

/// Erases a memory and those that were merged into it, with their words, vectors and history. It cannot be undone: to forget a
/// memory reversibly, set its state to `forgotten`.
#[utoipa::path(delete, path = "/v1/memories/{id}", tag = "memory", params(("id" = Uuid, Path)), responses(
    (status = 204)))]
pub(crate) async fn erase_memory(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<PassageId>,
) -> ApiResult<NoContent> {
    let (user, actor) = (caller.person()?.id, caller.actor);
    app.blocking(move |engine| Ok(engine.erase_memory(actor, user, id)?)).await?;
    Ok(NoContent)
}

/// Undoes a step. The undoing is a step itself and can be undone. Later steps that changed the same memory must be undone first.
#[utoipa::path(post, path = "/v1/memories/undo", tag = "memory", request_body = MemoryStepBody, responses(
    (status = 200, body = MemoryStepBody),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn undo_memory_step(
    app: web::Data<App>,
    caller: May<Store>,
    Body(body): Body<MemoryStepBody>,
) -> ApiResult<Json<MemoryStepBody>> {
    let (user, actor, step) = (caller.person()?.id, caller.actor, MemoryStepId::from(body.step_id));
    let undone = app.with_models(move |engine| Ok(engine.undo_memory_step(actor, user, step)?)).await?;
    Ok(Json(MemoryStepBody { step_id: undone.uuid() }))
}

fn below_importance() -> f32 {
    0.3
}

fn idle_days() -> i32 {
    180
}

/// The memories to consolidate.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsolidateBody {
    /// Number of days without a change or a use after which memories are consolidated, 0 to 36,500.
    #[serde(default = "idle_days")]
    #[validate(range(min = 0, max = 36_500))]
    #[schema(minimum = 0, maximum = 36_500, default = 180)]
    pub(crate) idle_days: i32,
    /// Whether the groups are only listed.
    #[serde(default)]
    pub(crate) dry_run: bool,
}

/// A summary and the memories that it consolidates.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsolidatedView {
    /// Word that the memories share.
    pub(crate) subject: String,
    /// Text of the summary.
    pub(crate) summary: String,
    /// Ids of the memories, the earliest first.
    pub(crate) memory_ids: Vec<Uuid>,
    /// Id of the summary; absent for a dry run.
    pub(crate) summary_id: Option<Uuid>,
    /// Id of the step, with which it can be undone; absent for a dry run.
    pub(crate) step_id: Option<Uuid>,
}

impl From<Consolidated> for ConsolidatedView {
    fn from(done: Consolidated) -> Self {
        Self {
            subject: done.subject,
            summary: done.summary,
            memory_ids: done.sources.iter().map(|source| source.id.uuid()).collect(),
            summary_id: done.stored.map(|(id, _)| id.uuid()),
            step_id: done.stored.map(|(_, step)| step.uuid()),
        }
    }
}

/// Consolidates small memories that share a subject and were neither changed nor used for long into summaries, or only lists the
/// groups. The memories are kept as superseded and recalled as of earlier times; each summary is a step that can be undone.
#[utoipa::path(post, path = "/v1/memories/consolidate", tag = "memory", request_body = ConsolidateBody, responses(
    (status = 200, body = ListView<ConsolidatedView>)))]
pub(crate) async fn consolidate_memories(
    app: web::Data<App>,
    caller: May<Store>,
    Body(body): Body<ConsolidateBody>,
) -> ApiResult<Json<ListView<ConsolidatedView>>> {
    let (user, actor) = (caller.person()?.id, caller.actor);
    let ConsolidateBody { idle_days, dry_run } = body;
    let work = move |engine: &Engine| Ok(engine.consolidate_memories(actor, user, (idle_days, dry_run))?);
    let done = app.with_models(work).await?;
    Ok(Json(ListView::whole(done.into_iter().map(ConsolidatedView::from).collect())))
}

/// The memories to archive: unimportant ones that were neither changed nor used for long and are not pinned.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArchiveBody {
    /// Importance below which memories are archived, 0 to 1.
    #[serde(default = "below_importance")]
    #[validate(range(min = 0.0, max = 1.0))]
    #[schema(minimum = 0, maximum = 1, default = 0.3)]
    pub(crate) below_importance: f32,
    /// Number of days without a change or a use after which memories are archived, 1 to 36,500.
    #[serde(default = "idle_days")]
    #[validate(range(min = 1, max = 36_500))]
    #[schema(minimum = 1, maximum = 36_500, default = 180)]
    pub(crate) idle_days: i32,
    /// Whether the memories are only listed.
    #[serde(default)]
    pub(crate) dry_run: bool,
}

/// The archived memories.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArchiveView {
    /// Ids of the memories.
    pub(crate) memory_ids: Vec<Uuid>,
    /// Id of the step, with which it can be undone; absent if none was archived.
    pub(crate) step_id: Option<Uuid>,
}

/// Archives old, unimportant and unused memories in one step, or only lists them. Archived memories are kept but not recalled.
#[utoipa::path(post, path = "/v1/memories/archive", tag = "memory", request_body = ArchiveBody, responses(
    (status = 200, body = ArchiveView)))]
pub(crate) async fn archive_memories(
    app: web::Data<App>,
    caller: May<Store>,
    Body(body): Body<ArchiveBody>,
) -> ApiResult<Json<ArchiveView>> {
    let (user, actor) = (caller.person()?.id, caller.actor);
    let ArchiveBody { below_importance, idle_days, dry_run } = body;
    let which = Archive { below_importance, idle_days, is_dry_run: dry_run };
    let (archived, step) =
        app.blocking(move |engine| Ok(engine.archive_memories(actor, user, which)?)).await?;
    let memory_ids = archived.iter().map(|memory| memory.id.uuid()).collect();
    Ok(Json(ArchiveView { memory_ids, step_id: step.map(MemoryStepId::uuid) }))
}
