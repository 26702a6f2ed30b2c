//! Errors as RFC 9457 problem documents: the table of codes, and the mapping from the engine's errors to it.

use std::fmt;

use actix_web::{
    HttpResponse, HttpResponseBuilder, ResponseError,
    http::{StatusCode, header},
};
use rag_engine::EngineError;
use rag_repo::RepoError;
use serde::Serialize;
use utoipa::ToSchema;

/// Result of a handler.
pub(crate) type ApiResult<T> = Result<T, ApiError>;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $slug:literal, $status:ident, $title:literal;)+) => {
        /// The kinds of errors that clients see.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code { $($(#[$doc])* $name),+ }

        impl Code {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Returns the stable name for programs.
            pub fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug),+ }
            }

            /// Returns the HTTP status.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status),+ }
            }

            /// Returns the description of the kind, which is the same for every occurrence.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title),+ }
            }
        }
    };
}

codes! {
    /// The body is not JSON or not multipart, or the request cannot be parsed.
    Malformed = "malformed", BAD_REQUEST, "The request cannot be parsed";
    /// The key is missing or wrong.
    Unauthorized = "unauthorized", UNAUTHORIZED, "A valid key is required";
    /// The object is visible to the caller, who lacks the right to do this with it.
    Forbidden = "forbidden", FORBIDDEN, "You do not have the right to do this";
    /// The object does not exist, or the caller cannot see it.
    NotFound = "not_found", NOT_FOUND, "The object was not found";
    /// The path exists, but does not support the method.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "This method is not supported here";
    /// The client sent too slowly.
    Timeout = "timeout", REQUEST_TIMEOUT, "The request took too long to arrive";
    /// The request conflicts with the current state.
    Conflict = "conflict", CONFLICT, "The request conflicts with the current state";
    /// The body or document is too long.
    TooLarge = "too_large", PAYLOAD_TOO_LARGE, "The content is too large";
    /// The media type or document format is not supported.
    Unsupported = "unsupported", UNSUPPORTED_MEDIA_TYPE, "This kind of content is not supported";
    /// Some values are invalid.
    Invalid = "invalid", UNPROCESSABLE_ENTITY, "Some values cannot be accepted";
    /// The document cannot be read.
    Unreadable = "unreadable", UNPROCESSABLE_ENTITY, "The document cannot be read";
    /// There are too many requests, or a limit of the organisation is exhausted.
    LimitReached = "limit_reached", TOO_MANY_REQUESTS, "A limit was reached";
    /// An internal error.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Internal server error";
    /// The chat model failed.
    ModelFailed = "model_failed", BAD_GATEWAY, "The chat model failed";
    /// A disk of the server is full.
    StorageFull = "storage_full", INSUFFICIENT_STORAGE, "The server's disk is full";
    /// The server is busy or cannot reach its database.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The service is temporarily unavailable";
}

/// A refused value.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Path of the field in the body or query.
    pub field: String,
    /// Description of the fault.
    pub detail: String,
}

/// An error in the format of RFC 9457.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// URI of the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// Description of the kind of problem.
    pub title: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Description of this occurrence, with its cure.
    pub detail: String,
    /// Stable code for programs.
    pub code: &'static str,
    /// URI of the request, with its id in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Refused values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

/// An error on its way to the client.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    pub(crate) code: Code,
    pub(crate) detail: String,
    pub(crate) errors: Vec<FieldProblem>,
    pub(crate) allow: Option<String>,
    pub(crate) retry_after_s: Option<String>,
}

impl ApiError {
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), allow: None, retry_after_s: None }
    }

    pub(crate) fn field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        let error = FieldProblem { field: field.into(), detail: detail.into() };
        Self {
            errors: vec![error],
            ..Self::new(Code::Invalid, "The values listed under errors cannot be accepted.")
        }
    }

    pub(crate) fn not_found(what: &'static str) -> Self {
        EngineError::NotFound(what).into()
    }

    pub(crate) fn too_large(limit_bytes: impl fmt::Display) -> Self {
        Self::new(
            Code::TooLarge,
            format!("The content is longer than the {limit_bytes} bytes that are allowed."),
        )
    }

    /// Returns the problem document; `request_id` is the id of the request in the log.
    pub(crate) fn problem(&self, request_id: Option<String>) -> Problem {
        Problem {
            kind: format!("urn:rag:problem:{}", self.code.slug()),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            detail: self.detail.clone(),
            code: self.code.slug(),
            instance: request_id.map(|id| format!("urn:uuid:{id}")),
            errors: self.errors.clone(),
        }
    }

    /// Returns the response with the headers of the code.
    pub(crate) fn respond(&self, request_id: Option<String>) -> HttpResponse {
        let mut response = self.response();
        let body = serde_json::to_string(&self.problem(request_id)).unwrap_or_default();
        response.content_type("application/problem+json").body(body)
    }

    /// Returns a response without a body: the status and the headers of the code.
    pub(crate) fn response(&self) -> HttpResponseBuilder {
        let mut response = HttpResponseBuilder::new(self.code.status());
        match self.code {
            Code::Unauthorized => drop(response.insert_header((header::WWW_AUTHENTICATE, "Bearer"))),
            Code::Unavailable => drop(response.insert_header((header::RETRY_AFTER, "1"))),
            Code::StorageFull => drop(response.insert_header((header::RETRY_AFTER, "60"))),
            // An exhausted quota: only time, a deletion or the operator changes it. Limits of rates know their own time.
            Code::LimitReached => drop(response.insert_header((header::RETRY_AFTER, "3600"))),
            _ => {}
        }
        if let Some(seconds) = &self.retry_after_s {
            response.insert_header((header::RETRY_AFTER, seconds.as_str()));
        }
        if let Some(allow) = &self.allow {
            response.insert_header((header::ALLOW, allow.as_str()));
        }
        response
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.slug())
    }
}

impl std::error::Error for ApiError {}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        self.respond(None)
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        Self::from(&error)
    }
}

impl From<&EngineError> for ApiError {
    fn from(error: &EngineError) -> Self {
        let detail = error.to_string();
        match error {
            EngineError::NotFound(_) => Self::new(Code::NotFound, detail),
            EngineError::Forbidden(_) => Self::new(Code::Forbidden, detail),
            EngineError::Unproven(_) => Self::new(Code::Unauthorized, detail),
            EngineError::Exhausted(_) => Self::new(Code::LimitReached, detail),
            EngineError::Conflict(_) => Self::new(Code::Conflict, detail),
            EngineError::Invalid(_) | EngineError::Fetch(_) => Self::new(Code::Invalid, detail),
            EngineError::Document(refusal) => match refusal.slug() {
                "too_long" => Self::new(Code::TooLarge, detail),
                "unsupported" | "no_ocr" => Self::new(Code::Unsupported, detail),
                "internal" => {
                    tracing::error!(%detail, "a document could not be taken");
                    Self::new(
                        Code::Unavailable,
                        "The document could not be read because of a fault of this server.",
                    )
                }
                _ => Self::new(Code::Unreadable, detail),
            },
            EngineError::Unavailable(_) | EngineError::Collision | EngineError::ReadOnly => {
                Self::new(Code::Unavailable, detail)
            }
            EngineError::StorageFull | EngineError::DiskLow { .. } => Self::new(Code::StorageFull, detail),
            EngineError::File(cause) => {
                tracing::error!(%cause, "cannot use a temporary file");
                Self::new(Code::Unavailable, detail)
            }
            EngineError::ChatModelPaused { retry_after_s, .. } => {
                let retry_after_s = Some(retry_after_s.to_string());
                Self { retry_after_s, ..Self::new(Code::Unavailable, detail) }
            }
            EngineError::ChatModel(_) => Self::new(Code::ModelFailed, detail),
            EngineError::Bug(source) => bug(&**source),
        }
    }
}

impl From<RepoError> for ApiError {
    fn from(error: RepoError) -> Self {
        EngineError::from(error).into()
    }
}

impl From<std::io::Error> for ApiError {
    fn from(error: std::io::Error) -> Self {
        EngineError::from(error).into()
    }
}

/// Logs an internal error with all its causes. The client learns only that there was one.
pub(crate) fn bug(error: &(dyn std::error::Error + 'static)) -> ApiError {
    let mut chain = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        chain.push(cause.to_string());
        next = cause.source();
    }
    tracing::error!(chain = chain.join(": "), "a request failed by a mistake of ours");
    ApiError::new(
        Code::Internal,
        "Something went wrong on the server. The log has more under this request's id.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_that_asks_for_patience_tells_how_long() {
        for code in Code::ALL {
            let is_temporary = [429, 503, 507].contains(&code.status().as_u16());
            let response = ApiError::new(*code, "").respond(None);
            assert_eq!(response.headers().contains_key(header::RETRY_AFTER), is_temporary, "{}", code.slug());
        }
        let limited =
            ApiError { retry_after_s: Some("7".to_owned()), ..ApiError::new(Code::LimitReached, "") };
        assert_eq!(limited.respond(None).headers().get(header::RETRY_AFTER).unwrap(), "7");
    }
}
