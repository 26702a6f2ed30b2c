//! The outermost layer of every response: headers, and errors of any origin as problem documents.

use actix_web::{
    Error, HttpMessage, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderName, HeaderValue},
    middleware::Next,
};
use tracing_actix_web::RequestId;

use crate::{
    openai,
    problem::{ApiError, Code},
};

/// Header with the id of the request, as in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Completes a response.
pub(crate) async fn finish(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // The request is not kept: routing must be its only owner.
    let id = req.extensions().get::<RequestId>().map(ToString::to_string);
    let is_openai = openai::is_path(req.path());
    let mut response = next.call(req).await?.map_into_boxed_body();
    if let Some(problem) = response.response().error().map(as_problem) {
        let (request, refused) = response.into_parts();
        let mut answer = if is_openai { openai::respond(&problem) } else { problem.respond(id.clone()) };
        // Without these headers, a page of an allowed origin could not read the error.
        for (name, value) in refused.headers().iter().filter(|(name, _)| is_for_origins(name)) {
            answer.headers_mut().append(name.clone(), value.clone());
        }
        response = ServiceResponse::new(request, answer);
    }
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    if let Some(id) = id.and_then(|id| HeaderValue::try_from(id).ok()) {
        headers.insert(REQUEST_ID, id);
    }
    Ok(response)
}

fn is_for_origins(name: &HeaderName) -> bool {
    name == header::VARY || name.as_str().starts_with("access-control-")
}

/// Returns our own errors unchanged, and the framework's by their status.
fn as_problem(error: &Error) -> ApiError {
    if let Some(ours) = error.as_error::<ApiError>() {
        return ours.clone();
    }
    let status = ResponseError::status_code(error.as_response_error());
    let code = Code::ALL.iter().find(|code| code.status() == status).copied();
    let code = code.unwrap_or(if status.is_client_error() { Code::Malformed } else { Code::Internal });
    if code == Code::Internal {
        tracing::error!(%error, "a request failed in the framework");
    }
    ApiError::new(code, code.title())
}
