//! `/v1/activity`: what was searched and asked.

use actix_web::web::{self, Json};
use chrono::{DateTime, NaiveDate, Utc};
use rag_engine::ActivityReport;
use rag_repo::activity::{Activity, AskedQuestion};
use serde::Serialize;
use utoipa::ToSchema;

use super::usage::{UsageParams, seen_user};
use crate::{
    app::App,
    auth::{May, Own},
    extract::Params,
    problem::ApiResult,
};

/// What was searched and asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActivityReportView {
    /// First day (UTC).
    from: NaiveDate,
    /// Last day (UTC).
    to: NaiveDate,
    /// Counts of all days.
    total: ActivityView,
    /// Counts of each day with an event, in order.
    days: Vec<DayActivityView>,
    /// Questions that were asked most often, at most 50; empty unless the server stores questions (`analytics.store_queries`).
    questions: Vec<AskedQuestionView>,
    /// Questions that most often had no answer, at most 50; empty unless the server stores questions.
    unanswered: Vec<AskedQuestionView>,
    /// Whether the server stores the text of questions now.
    stores_questions: bool,
}

/// Counts of a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DayActivityView {
    /// Day (UTC).
    day: NaiveDate,
    /// Its counts.
    total: ActivityView,
}

/// Counts of searches, answers and documents.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActivityView {
    /// Searches; those for an answer are not counted here.
    searches: i64,
    /// Searches that found nothing.
    empty_searches: i64,
    /// Median duration of a search, in milliseconds; absent without a search.
    #[serde(skip_serializing_if = "Option::is_none")]
    search_p50_ms: Option<f64>,
    /// 95th percentile of the duration of a search, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    search_p95_ms: Option<f64>,
    /// Answers, of every outcome.
    answers: i64,
    /// Answers that passages support.
    answered: i64,
    /// Answers that say that nothing was found.
    not_found: i64,
    /// Answers of a chat model that no passage supports.
    unsupported: i64,
    /// Answers that failed, were stopped or interrupted.
    broken_off: i64,
    /// Median duration of an answer, in milliseconds; absent without an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_p50_ms: Option<f64>,
    /// 95th percentile of the duration of an answer, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_p95_ms: Option<f64>,
    /// Users that searched or asked; the bearers of links are not counted.
    users: i64,
    /// Versions of documents that were published.
    published: i64,
    /// Documents that were refused.
    refused: i64,
    /// Documents that were deleted.
    deleted: i64,
}

/// A question, whatever its letter case, its spaces and its punctuation at the end.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AskedQuestionView {
    /// The question in one of the ways in which it was written.
    question: String,
    /// How many times it was searched for or asked.
    asked: i64,
    /// How many times nothing was found, or no passage supported the answer.
    unanswered: i64,
    /// When it was asked last.
    last_asked_at: DateTime<Utc>,
}

impl From<Activity> for ActivityView {
    fn from(counts: Activity) -> Self {
        Self {
            searches: counts.searches,
            empty_searches: counts.empty_searches,
            search_p50_ms: counts.search_p50_ms,
            search_p95_ms: counts.search_p95_ms,
            answers: counts.answers,
            answered: counts.answered,
            not_found: counts.not_found,
            unsupported: counts.unsupported,
            broken_off: counts.broken_off,
            answer_p50_ms: counts.answer_p50_ms,
            answer_p95_ms: counts.answer_p95_ms,
            users: counts.users,
            published: counts.published,
            refused: counts.refused,
            deleted: counts.deleted,
        }
    }
}

impl From<AskedQuestion> for AskedQuestionView {
    fn from(asked: AskedQuestion) -> Self {
        let AskedQuestion { question, asked, unanswered, last_asked_at } = asked;
        Self { question, asked, unanswered, last_asked_at }
    }
}

impl From<ActivityReport> for ActivityReportView {
    fn from(report: ActivityReport) -> Self {
        let ActivityReport { from, to, total, days, questions, unanswered, stores_questions } = report;
        let days = days.into_iter().filter_map(|counts| {
            let day = counts.day?;
            Some(DayActivityView { day, total: counts.into() })
        });
        Self {
            from,
            to,
            total: total.into(),
            days: days.collect(),
            questions: questions.into_iter().map(Into::into).collect(),
            unanswered: unanswered.into_iter().map(Into::into).collect(),
            stores_questions,
        }
    }
}

/// Searches, answers and documents by day, and the questions that are asked most often or have no answer: your own; for admins, whose key
/// may manage, of the whole organisation. Events are stored up to half a second late.
#[utoipa::path(get, path = "/v1/activity", tag = "accounts", params(UsageParams), responses(
    (status = 200, body = ActivityReportView),
    (status = 422, body = crate::problem::Problem, content_type = "application/problem+json")))]
pub(crate) async fn get_activity(
    app: web::Data<App>,
    caller: May<Own>,
    Params(params): Params<UsageParams>,
) -> ApiResult<Json<ActivityReportView>> {
    let (actor, user, days) = (caller.actor, seen_user(&caller)?, params.days());
    let report = app.blocking(move |engine| Ok(engine.report_activity(actor, days, user)?)).await?;
    Ok(Json(report.into()))
}
