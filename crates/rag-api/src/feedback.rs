//! `/v1/sessions/{id}/messages/{message_id}/feedback`: ratings of answers.

use actix_web::web::{self, Json};
use chrono::{DateTime, Utc};
use rag_engine::Feedback;
use rag_schema::{
    enums::{FaultReason, Rating},
    models::AnswerFeedback,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    app::App,
    auth::{Ask, May},
    extract::Body,
    problem::ApiResult,
    respond::NoContent,
    turns::MessagePath,
};

/// A rating to store.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackBody {
    /// `up` if the answer helped, otherwise `down`.
    #[schema(value_type = String)]
    rating: Rating,
    /// Fault of an answer that is rated down: `wrong`, `incomplete`, `unsupported` by its citations, `outdated` or `other`.
    #[schema(value_type = Option<String>)]
    reason: Option<FaultReason>,
    /// Comment, 1 to 2,000 characters.
    #[validate(length(min = 1, max = 2000))]
    #[schema(min_length = 1, max_length = 2000)]
    comment: Option<String>,
}

/// A rating of an answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedbackView {
    /// `up` if the answer helped, otherwise `down`.
    rating: &'static str,
    /// Fault of an answer that is rated down; absent if none was stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// Comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    /// Time of storing.
    created_at: DateTime<Utc>,
}

impl From<AnswerFeedback> for FeedbackView {
    fn from(row: AnswerFeedback) -> Self {
        Self {
            rating: row.rating.as_str(),
            reason: row.reason.map(FaultReason::as_str),
            comment: row.comment,
            created_at: row.created_at,
        }
    }
}

/// Rates an answer of one of your conversations, replacing an earlier rating.
#[utoipa::path(put, path = "/v1/sessions/{id}/messages/{message_id}/feedback", tag = "answers", request_body = FeedbackBody,
    params(("id" = Uuid, Path), ("message_id" = Uuid, Path)), responses(
    (status = 200, body = FeedbackView)))]
pub(crate) async fn put_feedback(
    app: web::Data<App>,
    caller: May<Ask>,
    path: MessagePath,
    Body(body): Body<FeedbackBody>,
) -> ApiResult<Json<FeedbackView>> {
    let MessagePath { session, message } = path;
    let rated = Feedback { rating: body.rating, reason: body.reason, comment: body.comment };
    let row =
        app.blocking(move |engine| Ok(engine.rate_answer(caller.actor, session, message, &rated)?)).await?;
    Ok(Json(FeedbackView::from(row)))
}

/// Deletes your rating of an answer.
#[utoipa::path(delete, path = "/v1/sessions/{id}/messages/{message_id}/feedback", tag = "answers",
    params(("id" = Uuid, Path), ("message_id" = Uuid, Path)), responses(
    (status = 204)))]
pub(crate) async fn delete_feedback(
    app: web::Data<App>,
    caller: May<Ask>,
    path: MessagePath,
) -> ApiResult<NoContent> {
    let MessagePath { session, message } = path;
    app.blocking(move |engine| Ok(engine.delete_feedback(caller.actor, session, message)?)).await?;
    Ok(NoContent)
}
