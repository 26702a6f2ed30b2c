//! `/health` and `/ready`: public, without any data.

use actix_web::web::{Data, Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    problem::{ApiError, ApiResult, Code},
};

/// The state of the server.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatusView {
    /// `up` from `/health`, `ready` from `/ready`.
    status: &'static str,
}

/// Reports that the process is up.
#[utoipa::path(get, path = "/health", tag = "health", responses((status = 200, body = StatusView)))]
pub(crate) async fn health() -> Json<StatusView> {
    Json(StatusView { status: "up" })
}

/// Reports whether requests can be served: the database answers within a second. A busy server is ready.
#[utoipa::path(get, path = "/ready", tag = "health", responses((status = 200, body = StatusView)))]
pub(crate) async fn ready(app: Data<App>) -> ApiResult<Json<StatusView>> {
    if app.shutdown.is_cancelled() {
        return Err(ApiError::new(Code::Unavailable, "The server is stopping."));
    }
    if app.is_ready().await {
        Ok(Json(StatusView { status: "ready" }))
    } else {
        Err(ApiError::new(Code::Unavailable, "The database does not answer."))
    }
}
