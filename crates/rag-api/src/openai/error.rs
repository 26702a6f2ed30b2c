//! Errors in OpenAI's shape, from the same table as the problem documents.

use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{ApiError, Code};

/// An error as clients of OpenAI's interface read it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenAiErrorView {
    /// The error.
    pub(crate) error: OpenAiError,
}

/// The error in an error's body, and in an event of a stream.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenAiError {
    /// The failure, and its cure.
    pub(crate) message: String,
    /// `invalid_request_error`, `rate_limit_error` or `server_error`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// The refused field; the first of several.
    pub(crate) param: Option<String>,
    /// The stable name for programs, as in our problem documents.
    pub(crate) code: &'static str,
}

impl From<&ApiError> for OpenAiErrorView {
    fn from(error: &ApiError) -> Self {
        let fields: Vec<String> =
            error.errors.iter().map(|refused| format!("{}: {}", refused.field, refused.detail)).collect();
        let message = if fields.is_empty() { error.detail.clone() } else { fields.join("; ") };
        let kind = match error.code {
            Code::LimitReached => "rate_limit_error",
            code if code.status().is_server_error() => "server_error",
            _ => "invalid_request_error",
        };
        let param = error.errors.first().map(|refused| refused.field.clone());
        Self { error: OpenAiError { message, kind, param, code: error.code.slug() } }
    }
}

/// Whether errors of this path have OpenAI's shape.
pub(crate) fn is_path(path: &str) -> bool {
    path.starts_with("/openai/")
}

/// The response of an error.
pub(crate) fn respond(error: &ApiError) -> HttpResponse {
    let mut response = error.response();
    // The official clients repeat requests with these statuses; an exhausted quota or a taken name stays what it is.
    let is_final =
        error.code == Code::Conflict || (error.code == Code::LimitReached && error.retry_after_s.is_none());
    if is_final {
        response.insert_header(("x-should-retry", "false"));
    }
    response.json(OpenAiErrorView::from(error))
}
