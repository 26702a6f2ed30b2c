//! Errors in OpenAI's format, from the same table as the problem documents.

use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{ApiError, Code};

/// The body of an error in OpenAI's format.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenAiErrorView {
    /// The error.
    pub(crate) error: OpenAiError,
}

/// The error in the body of a response or in an event of a stream.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenAiError {
    /// Description of the failure, with its cure.
    pub(crate) message: String,
    /// `invalid_request_error`, `rate_limit_error` or `server_error`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// Name of the refused field; the first of several.
    pub(crate) param: Option<String>,
    /// Stable code for programs, as in our problem documents.
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

/// Returns whether errors of this path have OpenAI's format.
pub(crate) fn is_path(path: &str) -> bool {
    path.starts_with("/openai/")
}

/// Returns the response of an error.
pub(crate) fn respond(error: &ApiError) -> HttpResponse {
    let mut response = error.response();
    // The official clients retry these statuses, but an exhausted quota or a taken name does not change.
    let is_final =
        error.code == Code::Conflict || (error.code == Code::LimitReached && error.retry_after_s.is_none());
    if is_final {
        response.insert_header(("x-should-retry", "false"));
    }
    response.json(OpenAiErrorView::from(error))
}
