//! Who calls: the key of the server for now, one user behind it; handlers only ever see `Caller`.

use std::future::{Ready, ready};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::header,
    middleware::Next,
    web,
};
use rag_schema::ids::UserId;
use sha2::{Digest, Sha256};

use crate::{
    app::App,
    problem::{ApiError, Code},
};

/// The user on whose behalf a request runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller(pub(crate) UserId);

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(req.extensions().get::<Self>().copied().ok_or_else(refusal))
    }
}

/// Lets through who bears the key.
pub(crate) async fn require_key(
    app: web::Data<App>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Some(key) = &app.settings.bearer_key {
        let given =
            req.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(bearer);
        if !given.is_some_and(|given| same(given, key)) {
            return Ok(req.error_response(refusal()));
        }
    }
    req.extensions_mut().insert(Caller(app.engine.local_user()));
    Ok(next.call(req).await?.map_into_boxed_body())
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}

/// Compares digests, so that the time taken says nothing about the key.
fn same(given: &str, key: &str) -> bool {
    Sha256::digest(given.as_bytes()) == Sha256::digest(key.as_bytes())
}

fn refusal() -> ApiError {
    ApiError::new(Code::Unauthorized, "Send the server's key as \"Authorization: Bearer <key>\".")
}
