//! `POST /mcp`: one message, one reply. There are no streams and no sessions, so any server process can handle the next message.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header::HeaderMap},
    web,
};

use super::{
    dispatch::{Message, Reply, dispatch},
    revision::{RepeatedHeaders, RpcError},
};
use crate::{
    app::App,
    ask::unless_left,
    auth::{May, Read, is_from_allowed_page},
    extract::Body,
    problem::{ApiError, ApiResult, Code, Problem},
};

/// Handles a message of the Model Context Protocol: revision 2026-07-28 without sessions, and 2025-11-25 to 2025-03-26.
#[utoipa::path(post, path = "/mcp", tag = "mcp", request_body = Object, responses(
    (status = 200, description = "The reply", content_type = "application/json", body = Object),
    (status = 202, description = "A notification was taken"),
    (status = 403, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn call_mcp(
    app: web::Data<App>,
    caller: May<Read>,
    req: HttpRequest,
    Body(message): Body<Message>,
) -> ApiResult<HttpResponse> {
    if !is_from_allowed_page(req.headers(), &app.settings.cors_origins) {
        return Err(ApiError::new(
            Code::Forbidden,
            "Pages of this origin may not call. Add it to server.cors_origins in the settings.",
        ));
    }
    let headers = repeated_headers(req.headers());
    unless_left(&req, async {
        let Some(Reply { body, stateless_error }) = dispatch(&app, &caller, message, Some(&headers)).await
        else {
            return Ok(HttpResponse::Accepted().finish());
        };
        let status = match stateless_error {
            None => StatusCode::OK,
            Some(RpcError::METHOD_NOT_FOUND) => StatusCode::NOT_FOUND,
            Some(_) => StatusCode::BAD_REQUEST,
        };
        Ok(HttpResponse::build(status).json(body))
    })
    .await
}

fn repeated_headers(headers: &HeaderMap) -> RepeatedHeaders {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    RepeatedHeaders {
        version: text("mcp-protocol-version"),
        method: text("mcp-method"),
        name: text("mcp-name"),
    }
}
