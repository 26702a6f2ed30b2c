//! `/health` and `/ready`: open to all, and without a word about what is inside.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use rag_engine::Actor;
use rag_repo::server;
use serde_json::json;
use tokio::time::timeout;

use crate::{
    app::App,
    problem::{ApiError, ApiResult, Code, Problem},
};

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether the process is up.
#[utoipa::path(get, path = "/health", tag = "health", security(()), responses((status = 200)))]
pub(crate) async fn health() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "up"}))
}

/// Whether requests can be served: the database answers within a second.
#[utoipa::path(get, path = "/ready", tag = "health", security(()), responses(
    (status = 200), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn ready(app: web::Data<App>) -> ApiResult<HttpResponse> {
    let not_ready = || ApiError::new(Code::Unavailable, "The database does not answer.");
    if app.shutdown.is_cancelled() {
        return Err(ApiError::new(Code::Unavailable, "The server is stopping."));
    }
    timeout(PATIENCE, app.db(Actor::Door { request: None }, server::ping))
        .await
        .map_err(|_late| not_ready())?
        .map_err(|_error| not_ready())?;
    Ok(HttpResponse::Ok().json(json!({"status": "ready"})))
}
