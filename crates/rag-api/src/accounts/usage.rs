//! `/v1/usage`: tokens and costs of chat models.

use actix_web::web::{self, Json};
use chrono::NaiveDate;
use rag_engine::UsageReport;
use rag_repo::model_usage::UsageTotals;
use rag_schema::{
    enums::{Role, Scope},
    ids::UserId,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::App,
    auth::{Caller, May, Own},
    extract::Params,
    problem::ApiResult,
};

/// The days of a report.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsageParams {
    /// First day (UTC), such as `2026-11-01`; 29 days before the last one if absent.
    from: Option<NaiveDate>,
    /// Last day (UTC), at most 366 days after the first; today if absent.
    to: Option<NaiveDate>,
}

impl UsageParams {
    /// Returns the first and the last day.
    pub(super) fn days(&self) -> (Option<NaiveDate>, Option<NaiveDate>) {
        (self.from, self.to)
    }
}

/// Returns the user that a report is about; `None` for an admin whose key may manage, who sees the whole organisation.
pub(super) fn seen_user(caller: &Caller) -> ApiResult<Option<UserId>> {
    let person = caller.person()?;
    let sees_all = person.role == Role::Admin && caller.check_scopes(&[Scope::Manage]).is_ok();
    Ok((!sees_all).then_some(person.id))
}

/// Tokens and costs of chat models.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelUsageView {
    /// First day (UTC).
    from: NaiveDate,
    /// Last day (UTC).
    to: NaiveDate,
    /// Sums of all days, models and users.
    total: UsageTotalsView,
    /// Sums of each day with a request, in order.
    days: Vec<DayUsageView>,
    /// Sums of each model, the most expensive first.
    models: Vec<NamedUsageView>,
    /// Sums of each purpose, the most expensive first.
    purposes: Vec<PurposeUsageView>,
    /// Sums of each user, the most expensive first, at most 1,000.
    users: Vec<UserUsageView>,
}

/// Sums of requests to chat models.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsageTotalsView {
    /// Requests: one for each answer, for each step of understanding a question, and for each summary of a conversation.
    requests: i64,
    /// Tokens that models read.
    prompt_tokens: i64,
    /// Tokens that models wrote.
    completion_tokens: i64,
    /// The part of both that is estimated, because a server reported no usage or was stopped.
    estimated_tokens: i64,
    /// Costs in millionths of the currency of the server's prices; 0 if the prices are not set.
    cost_micros: i64,
}

/// Sums of a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DayUsageView {
    /// Day (UTC).
    day: NaiveDate,
    /// Its sums.
    total: UsageTotalsView,
}

/// Sums of a model.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NamedUsageView {
    /// Name of the model.
    model: String,
    /// Its sums.
    total: UsageTotalsView,
}

/// Sums of a purpose.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PurposeUsageView {
    /// `answer`, `question` (understanding one) or `summary` (of a conversation).
    purpose: String,
    /// Its sums.
    total: UsageTotalsView,
}

/// Sums of a user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserUsageView {
    /// Id of the user.
    user_id: Uuid,
    /// E-mail address of the user.
    email: String,
    /// The user's sums.
    total: UsageTotalsView,
}

impl From<UsageTotals> for UsageTotalsView {
    fn from(totals: UsageTotals) -> Self {
        Self {
            requests: totals.request_count,
            prompt_tokens: totals.prompt_tokens,
            completion_tokens: totals.completion_tokens,
            estimated_tokens: totals.estimated_tokens,
            cost_micros: totals.cost_micros,
        }
    }
}

impl From<UsageReport> for ModelUsageView {
    fn from(report: UsageReport) -> Self {
        let UsageReport { from, to, total, days, models, purposes, users } = report;
        Self {
            from,
            to,
            total: total.into(),
            days: days.into_iter().map(|(day, total)| DayUsageView { day, total: total.into() }).collect(),
            models: models
                .into_iter()
                .map(|(model, total)| NamedUsageView { model, total: total.into() })
                .collect(),
            purposes: purposes
                .into_iter()
                .map(|(purpose, total)| PurposeUsageView { purpose, total: total.into() })
                .collect(),
            users: users
                .into_iter()
                .map(|(id, email, total)| UserUsageView { user_id: id.uuid(), email, total: total.into() })
                .collect(),
        }
    }
}

/// Tokens and costs of chat models: your own; for admins, whose key may manage, of the whole organisation.
#[utoipa::path(get, path = "/v1/usage", tag = "accounts", params(UsageParams), responses((status = 200, body = ModelUsageView)))]
pub(crate) async fn get_usage(
    app: web::Data<App>,
    caller: May<Own>,
    Params(params): Params<UsageParams>,
) -> ApiResult<Json<ModelUsageView>> {
    let (actor, user, days) = (caller.actor, seen_user(&caller)?, params.days());
    let report = app.blocking(move |engine| Ok(engine.report_usage(actor, days, user)?)).await?;
    Ok(Json(report.into()))
}
