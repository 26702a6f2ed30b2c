//! The cookie in which a browser keeps the refresh token of its login, out of reach of scripts.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
    http::header,
};
use rag_engine::accounts::REFRESH_VALIDITY_S;

use crate::problem::{ApiError, ApiResult, Code};

const NAME: &str = "rag_login";
/// Path of the only routes that receive the cookie: no other request can be made in the user's name with it.
const PATH: &str = "/v1/login";

/// Returns the cookie that keeps `token`. It is sent over TLS only if the page was loaded over TLS.
pub(super) fn keep(req: &HttpRequest, token: String) -> Cookie<'static> {
    let origin = req.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok());
    Cookie::build(NAME, token)
        .path(PATH)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(origin.is_some_and(|origin| origin.starts_with("https://")))
        .max_age(Duration::seconds(REFRESH_VALIDITY_S.into()))
        .finish()
}

/// Returns the cookie that makes a browser delete its own.
pub(super) fn delete() -> Cookie<'static> {
    Cookie::build(NAME, "").path(PATH).http_only(true).max_age(Duration::ZERO).finish()
}

/// Returns the token in the cookie of a request. Refuses the request of a page of another origin, even of one on the same site.
pub(super) fn read(req: &HttpRequest) -> ApiResult<String> {
    let site = req.headers().get("sec-fetch-site").map_or(&b"same-origin"[..], header::HeaderValue::as_bytes);
    let cookie = req.cookie(NAME).filter(|_| matches!(site, b"same-origin" | b"none"));
    cookie.map(|cookie| cookie.value().to_owned()).ok_or_else(|| {
        ApiError::new(
            Code::Unauthorized,
            "There is no refresh token, in the body or in a cookie. Sign in again.",
        )
    })
}
