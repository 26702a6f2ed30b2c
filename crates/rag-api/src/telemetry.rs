//! The span of a request for OpenTelemetry (semantic conventions for HTTP 1.37): a child of the caller's span, if it names one.

use actix_web::{
    HttpMessage,
    dev::ServiceRequest,
    http::{
        StatusCode,
        header::{HeaderMap, HeaderName},
    },
};
use opentelemetry::{global, propagation::Extractor, trace::Status};
use tracing::Span;
use tracing_actix_web::RequestId;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Returns the span of a request; a disabled one where no traces are sent.
pub(crate) fn begin(request: &ServiceRequest) -> Span {
    let method = request.method();
    // Matched only where traces are sent: the values of a disabled span are not computed.
    let route = || request.match_pattern().unwrap_or_default();
    let span =
        tracing::debug_span!("http", otel.name = format!("{method} {}", route()), otel.kind = "server");
    if span.is_disabled() {
        return span;
    }
    let caller =
        global::get_text_map_propagator(|propagator| propagator.extract(&Headers(request.headers())));
    // An error means that the span has begun elsewhere; it is a root then.
    let _ = span.set_parent(caller);
    span.set_attribute("http.request.method", method.to_string());
    span.set_attribute("http.route", route());
    if let Some(id) = request.extensions().get::<RequestId>() {
        span.set_attribute("rag.request_id", id.to_string());
    }
    span
}

/// Notes the outcome of a request.
pub(crate) fn end(span: &Span, status: StatusCode) {
    if span.is_disabled() {
        return;
    }
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set_status(Status::error(status.to_string()));
    }
}

/// The headers of a request, as a source of `traceparent`.
struct Headers<'h>(&'h HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}
