//! The span of a request in the log: its id, and the organisation of its caller. Never the query string, in which people's words stand.

use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
};
use tracing::{Span, field};
use tracing_actix_web::{RequestId, RootSpanBuilder};

/// A span with the request's id, and a field for the tenant, which is set after authentication. The library's own span has the query
/// string too; method, path, status and duration are in the line of the request.
pub(crate) struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let request_id = request.extensions().get::<RequestId>().copied().map(field::display);
        tracing::info_span!("request", request_id, tenant = field::Empty)
    }

    fn on_request_end<B: MessageBody>(_: Span, _: &Result<ServiceResponse<B>, Error>) {}
}
