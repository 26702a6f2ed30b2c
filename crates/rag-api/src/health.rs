//! `/health` and `/ready`: open to all, and without a word about what is inside.

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::{
    app::App,
    problem::{ApiError, ApiResult, Code},
};

/// Whether the process is up.
#[utoipa::path(get, path = "/health", tag = "health", responses((status = 200)))]
pub(crate) async fn health() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "up"}))
}

/// Whether requests can be served: the database answers within a second. A busy server is ready.
#[utoipa::path(get, path = "/ready", tag = "health", responses(
    (status = 200)))]
pub(crate) async fn ready(app: web::Data<App>) -> ApiResult<HttpResponse> {
    if app.shutdown.is_cancelled() {
        return Err(ApiError::new(Code::Unavailable, "The server is stopping."));
    }
    if app.is_ready().await {
        Ok(HttpResponse::Ok().json(json!({"status": "ready"})))
    } else {
        Err(ApiError::new(Code::Unavailable, "The database does not answer."))
    }
}
