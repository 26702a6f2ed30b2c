//! Refuses requests that grow the data while the disk of the database has reached its reserve.

use actix_web::{
    Error,
    body::BoxBody,
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::{Next, from_fn},
    web,
};
use rag_schema::enums::Scope;

use crate::{
    app::App,
    problem::ApiError,
    registration::{Access, Endpoint},
};

/// Operations that change rows or read a file, and add next to nothing: they go on, as searches, questions, sign-ins and deletions do.
const SMALL: [&str; 14] = [
    "archive_memories",
    "cancel_job",
    "librechat_text",
    "make_password_reset",
    "open_webui_process",
    "pause_ingest",
    "pause_job",
    "redrive_jobs",
    "resume_ingest",
    "resume_job",
    "retry_job",
    "transfer_collection",
    "update_me",
    "update_user",
];

/// Returns whether the operation stores something that can grow without bounds. A new operation that writes does, unless it is named in
/// `SMALL`.
pub(crate) fn grows_the_data(method: &Method, endpoint: &Endpoint) -> bool {
    let is_write = [Method::POST, Method::PUT, Method::PATCH].contains(method);
    let stores = matches!(endpoint.access, Some(Access { scope: Scope::Write | Scope::Manage, .. }));
    is_write && stores && !SMALL.contains(&endpoint.name)
}

/// Lets the endpoint answer only while the disk has room. Its body is not read otherwise.
pub(crate) fn if_there_is_room(endpoint: Endpoint) -> Endpoint {
    endpoint.map_route(|route| route.wrap(from_fn(check)))
}

async fn check(req: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let refusal = req.app_data::<web::Data<App>>().and_then(|app| app.engine.check_disk(0).err());
    match refusal {
        Some(error) => Ok(req.error_response(ApiError::from(error))),
        None => next.call(req).await,
    }
}
