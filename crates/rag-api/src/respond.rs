//! The responses of handlers: the type determines the status of success and the view in the body.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder, Responder,
    body::BoxBody,
    cookie::Cookie,
    http::{StatusCode, header},
    web::Json,
};
use serde::Serialize;

use crate::problem::ApiResult;

/// A response whose type determines its status.
pub(crate) trait Output {
    /// Statuses of success; empty if the handler chooses, as those of streams and downloads do.
    const STATUSES: &'static [StatusCode];
}

impl Output for HttpResponse {
    const STATUSES: &'static [StatusCode] = &[];
}

impl<T> Output for Json<T> {
    const STATUSES: &'static [StatusCode] = &[StatusCode::OK];
}

impl<T: Output> Output for ApiResult<T> {
    const STATUSES: &'static [StatusCode] = T::STATUSES;
}

/// Status 201 with the object that the request created.
pub(crate) struct Created<T> {
    view: T,
    location: Option<String>,
}

impl<T> Created<T> {
    /// Creates a response without `Location`, for an object that cannot be read by itself.
    pub(crate) fn new(view: T) -> Self {
        Self { view, location: None }
    }

    /// Creates a response with the path of the object in `Location`.
    pub(crate) fn at(location: String, view: T) -> Self {
        Self { view, location: Some(location) }
    }
}

impl<T> Output for Created<T> {
    const STATUSES: &'static [StatusCode] = &[StatusCode::CREATED];
}

impl<T: Serialize> Responder for Created<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        json(StatusCode::CREATED, self.location, &self.view)
    }
}

/// Status 202 with the object on which work continues in the background.
pub(crate) struct Accepted<T>(pub(crate) T);

impl<T> Output for Accepted<T> {
    const STATUSES: &'static [StatusCode] = &[StatusCode::ACCEPTED];
}

impl<T: Serialize> Responder for Accepted<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        json(StatusCode::ACCEPTED, None, &self.0)
    }
}

/// Status 202 with an object that the request stored, or 200 with an equal one that was stored before.
pub(crate) struct Stored<T> {
    /// Body.
    pub(crate) view: T,
    /// Path of the object.
    pub(crate) location: String,
    /// Whether an equal object was stored before.
    pub(crate) duplicate: bool,
}

impl<T> Output for Stored<T> {
    const STATUSES: &'static [StatusCode] = &[StatusCode::OK, StatusCode::ACCEPTED];
}

impl<T: Serialize> Responder for Stored<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let status = if self.duplicate { StatusCode::OK } else { StatusCode::ACCEPTED };
        json(status, Some(self.location), &self.view)
    }
}

/// Status 204, without a body.
pub(crate) struct NoContent;

impl Output for NoContent {
    const STATUSES: &'static [StatusCode] = &[StatusCode::NO_CONTENT];
}

impl Responder for NoContent {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }
}

/// A response that also sets a cookie.
pub(crate) struct WithCookie<T> {
    /// Response.
    pub(crate) response: T,
    /// Cookie; `None` to set none.
    pub(crate) cookie: Option<Cookie<'static>>,
}

impl<T: Output> Output for WithCookie<T> {
    const STATUSES: &'static [StatusCode] = T::STATUSES;
}

impl<T: Responder> Responder for WithCookie<T> {
    type Body = T::Body;

    fn respond_to(self, req: &HttpRequest) -> HttpResponse<T::Body> {
        let mut response = self.response.respond_to(req);
        if let Some(cookie) = self.cookie
            && let Err(error) = response.add_cookie(&cookie)
        {
            tracing::error!(%error, name = cookie.name(), "cannot set a cookie");
        }
        response
    }
}

fn json(status: StatusCode, location: Option<String>, view: &impl Serialize) -> HttpResponse {
    let mut response = HttpResponseBuilder::new(status);
    if let Some(location) = location {
        response.insert_header((header::LOCATION, location));
    }
    response.json(view)
}
