//! `/v1/organisation` and `/v1/audit`: usage and limits of the organisation, and its audit log.

use actix_web::web::{self, Json};
use chrono::{DateTime, Utc};
use rag_repo::{
    Page,
    audit::{self, AuditFilter},
};
use rag_schema::{ids::UserId, models::AuditEvent};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::App,
    auth::{Administer, May, Own},
    extract::Params,
    page::{ListView, default_limit},
    problem::ApiResult,
};

/// Your organisation, with its usage and limits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganisationView {
    /// Id.
    id: Uuid,
    /// Name.
    name: String,
    /// Current usage.
    usage: UsageView,
    /// Limits on the usage; 0 is no limit.
    limits: UsageView,
}

/// Numbers of documents, bytes and tokens.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsageView {
    /// Number of documents, where each version counts.
    documents: i64,
    /// Size of their originals, in bytes.
    bytes: i64,
    /// Number of tokens that chat models read and wrote today (UTC).
    tokens_per_day: i64,
}

/// Returns the usage and the limits of your organisation.
#[utoipa::path(get, path = "/v1/organisation", tag = "accounts", responses((status = 200, body = OrganisationView)))]
pub(crate) async fn get_organisation(
    app: web::Data<App>,
    caller: May<Own>,
) -> ApiResult<Json<OrganisationView>> {
    let actor = caller.actor;
    let view = app
        .blocking(move |engine| {
            let (row, usage, tokens_today) = engine.organisation(actor)?;
            let quota = engine.quota(&row);
            Ok(OrganisationView {
                id: row.id.uuid(),
                name: row.name,
                usage: UsageView {
                    documents: usage.document_count,
                    bytes: usage.size_bytes,
                    tokens_per_day: tokens_today,
                },
                limits: UsageView {
                    documents: quota.documents,
                    bytes: quota.bytes,
                    tokens_per_day: quota.tokens_per_day,
                },
            })
        })
        .await?;
    Ok(Json(view))
}

/// The events of the audit log to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditParams {
    /// Only events of this user's actions.
    actor_id: Option<Uuid>,
    /// Only events of this kind of object and this verb, such as `document.delete`.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    action: Option<String>,
    /// Only events of this object.
    object_id: Option<Uuid>,
    /// Maximum number of items, 1 to 200.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: i64,
    /// Only items after the one with this id.
    after: Option<Uuid>,
}

/// An event of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditEventView {
    /// Id.
    id: Uuid,
    /// Id of the acting user; absent for the server itself and for a caller who was not signed in.
    actor_id: Option<Uuid>,
    /// Kind of object, and `insert`, `update` or `delete`.
    action: String,
    /// Id of the object.
    object_id: Option<Uuid>,
    /// Id of the request, as in its `x-request-id`.
    request_id: Option<Uuid>,
    /// Further details; never content or secrets.
    #[schema(value_type = Object)]
    details: serde_json::Value,
    /// Time of the event.
    created_at: DateTime<Utc>,
}

impl From<AuditEvent> for AuditEventView {
    fn from(row: AuditEvent) -> Self {
        Self {
            id: row.id,
            actor_id: row.actor_id.map(UserId::uuid),
            action: row.action,
            object_id: row.object_id,
            request_id: row.request_id,
            details: row.details,
            created_at: row.created_at,
        }
    }
}

/// Lists the audit log of your organisation, newest first.
#[utoipa::path(get, path = "/v1/audit", tag = "accounts", params(AuditParams), responses(
    (status = 200, body = ListView<AuditEventView>)))]
pub(crate) async fn list_audit_events(
    app: web::Data<App>,
    caller: May<Administer>,
    Params(params): Params<AuditParams>,
) -> ApiResult<Json<ListView<AuditEventView>>> {
    let filter = AuditFilter {
        actor: params.actor_id.map(UserId::from),
        action: params.action,
        object: params.object_id,
    };
    let limit = params.limit;
    let page = Page { limit: limit + 1, after: params.after };
    let rows = app.read(caller.actor, move |conn| audit::list(conn, &filter, page)).await?;
    let views = rows.into_iter().map(AuditEventView::from).collect();
    Ok(Json(ListView::new(views, limit, |view: &AuditEventView| view.id.to_string())))
}
