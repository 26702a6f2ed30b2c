//! Uses of tools: recording one, and the report.

use actix_web::web::{self, Json};
use chrono::{DateTime, NaiveDate, Utc};
use rag_engine::tools::{ToolReport, UseOfTool};
use rag_repo::tools::ToolUsage;
use rag_schema::{enums::ToolOutcome, ids::SessionId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::{
    store::{ToolName, ToolParams},
    views::ToolView,
};
use crate::{
    app::App,
    auth::{May, Own, Store},
    extract::{Body, Params},
    problem::{ApiResult, Problem},
};

/// A use of a tool.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UseToolBody {
    /// `success`, or `failure` if the tool failed or was the wrong one.
    #[schema(value_type = String)]
    pub(crate) outcome: ToolOutcome,
    /// How long the use took, in milliseconds.
    #[validate(range(min = 0))]
    #[schema(minimum = 0)]
    pub(crate) duration_ms: Option<i32>,
    /// Id of the conversation in which it was used.
    pub(crate) session_id: Option<Uuid>,
}

/// Records a use of a tool, from which later searches learn. Returns the tool with its new counts.
#[utoipa::path(post, path = "/v1/tools/{name}/uses", tag = "tools", params(("name" = String, Path), ToolParams),
    request_body = UseToolBody, responses(
    (status = 200, body = ToolView),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn record_tool_use(
    app: web::Data<App>,
    caller: May<Store>,
    name: ToolName,
    Params(params): Params<ToolParams>,
    Body(body): Body<UseToolBody>,
) -> ApiResult<Json<ToolView>> {
    let (user, actor) = (caller.person()?.id, caller.actor);
    let UseToolBody { outcome, duration_ms, session_id } = body;
    let new = UseOfTool { outcome, duration_ms, session: session_id.map(SessionId::from) };
    let tool =
        app.blocking(move |engine| Ok(engine.record_tool_use(actor, user, params.key(&name), new)?)).await?;
    Ok(Json(tool.into()))
}

/// The days of a report.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ToolUsageParams {
    /// First day (UTC), such as `2026-11-01`; 29 days before the last one if absent.
    from: Option<NaiveDate>,
    /// Last day (UTC), at most 366 days after the first; today if absent.
    to: Option<NaiveDate>,
}

/// Uses of a tool in the period.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ToolUsageView {
    /// Id of the tool.
    tool_id: Uuid,
    /// Id of its collection.
    collection_id: Uuid,
    /// Name of the tool.
    name: String,
    /// Number of uses.
    uses: i64,
    /// Number of uses that succeeded.
    successes: i64,
    /// Share of uses that succeeded, from 0 to 1.
    success_share: f64,
    /// Median of the known durations, in milliseconds; absent if there are none.
    median_duration_ms: Option<f64>,
    /// Time of the last use in the period.
    last_used_at: DateTime<Utc>,
}

impl From<ToolUsage> for ToolUsageView {
    fn from(usage: ToolUsage) -> Self {
        Self {
            success_share: usage.success_share(),
            tool_id: usage.tool_id.uuid(),
            collection_id: usage.collection_id.uuid(),
            name: usage.name,
            uses: usage.use_count,
            successes: usage.success_count,
            median_duration_ms: usage.median_duration_ms,
            last_used_at: usage.last_used_at,
        }
    }
}

/// Uses of tools in a period.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ToolUsagesView {
    /// First day (UTC).
    from: NaiveDate,
    /// Last day (UTC).
    to: NaiveDate,
    /// The tools that were used, the most used ones first, at most 1,000.
    tools: Vec<ToolUsageView>,
}

impl From<ToolReport> for ToolUsagesView {
    fn from(report: ToolReport) -> Self {
        let ToolReport { from, to, tools } = report;
        Self { from, to, tools: tools.into_iter().map(ToolUsageView::from).collect() }
    }
}

/// Reports how often your tools and those that are shared with you were used, by everybody who uses them, and with what outcomes.
#[utoipa::path(get, path = "/v1/tools/usage", tag = "tools", params(ToolUsageParams), responses(
    (status = 200, body = ToolUsagesView)))]
pub(crate) async fn report_tools(
    app: web::Data<App>,
    caller: May<Own>,
    Params(params): Params<ToolUsageParams>,
) -> ApiResult<Json<ToolUsagesView>> {
    let (actor, days) = (caller.actor, (params.from, params.to));
    let report = app.blocking(move |engine| Ok(engine.report_tools(actor, days)?)).await?;
    Ok(Json(report.into()))
}
