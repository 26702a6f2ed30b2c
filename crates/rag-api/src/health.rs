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
    /// Whether requests that store something are refused, because the disk of the database is nearly full; only from `/ready`.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_only: Option<bool>,
}

/// Reports that the process is up.
#[utoipa::path(get, path = "/health", tag = "health", responses((status = 200, body = StatusView)))]
pub(crate) async fn health() -> Json<StatusView> {
    Json(StatusView { status: "up", read_only: None })
}

/// Reports whether requests can be served: the database answers within a second. A busy server is ready, and so is one that stores nothing
/// because the disk of its database is nearly full: searches and questions go on.
#[utoipa::path(get, path = "/ready", tag = "health", responses((status = 200, body = StatusView)))]
pub(crate) async fn ready(app: Data<App>) -> ApiResult<Json<StatusView>> {
    if app.shutdown.is_cancelled() {
        return Err(ApiError::new(Code::Unavailable, "The server is stopping."));
    }
    if app.is_ready().await {
        let read_only = app.engine.disk().is_some_and(|disk| disk.is_low);
        Ok(Json(StatusView { status: "ready", read_only: Some(read_only) }))
    } else {
        Err(ApiError::new(Code::Unavailable, "The database does not answer."))
    }
}
