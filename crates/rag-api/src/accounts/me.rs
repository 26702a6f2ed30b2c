//! `/v1/me`: the caller's own account and logins, and their erasure.

use actix_web::{
    HttpRequest,
    web::{self, Json},
};
use chrono::{DateTime, Utc};
use rag_repo::{logins, users};
use rag_schema::{
    ids::LoginId,
    models::{Login, User},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::App,
    auth::{Manage, May, Own},
    extract::{Body, Id},
    names::check_name,
    page::ListView,
    problem::{ApiError, ApiResult, Code, Problem},
    respond::NoContent,
};

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserView {
    /// Id.
    pub(crate) id: Uuid,
    /// Id of the organisation.
    pub(crate) organisation_id: Uuid,
    /// E-mail address.
    pub(crate) email: String,
    /// Display name.
    pub(crate) display_name: String,
    /// `admin` or `member`.
    pub(crate) role: &'static str,
    /// `active` or `suspended`.
    pub(crate) state: &'static str,
    /// Time of creation.
    pub(crate) created_at: DateTime<Utc>,
}

impl From<User> for UserView {
    fn from(row: User) -> Self {
        Self {
            id: row.id.uuid(),
            organisation_id: row.organisation_id.uuid(),
            email: row.email,
            display_name: row.display_name,
            role: row.role.as_str(),
            state: row.state.as_str(),
            created_at: row.created_at,
        }
    }
}

/// Changes of one's own account; absent fields stay unchanged.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateMeBody {
    /// New display name.
    #[validate(length(min = 1, max = 200), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 200)]
    display_name: Option<String>,
    /// New password, 12 to 200 characters; all other logins end.
    #[validate(length(min = 12, max = 200))]
    #[schema(min_length = 12, max_length = 200)]
    password: Option<String>,
    /// Current password; required to change it.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    current_password: Option<String>,
}

/// The receipt of an erasure.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceiptView {
    /// Id of the erased user.
    user_id: Uuid,
    /// Number of collections that the user owned.
    collections: i64,
    /// Number of these collections that other users were members of.
    shared_collections: i64,
    /// Number of documents in these collections, with all their versions, passages, vectors and words.
    documents: i64,
    /// Number of conversations that the user held, with all their messages.
    sessions: i64,
    /// Number of the user's memories, with their history.
    memories: i64,
    /// Number of events of the user's actions.
    events: i64,
}

impl From<rag_engine::accounts::Receipt> for ReceiptView {
    fn from(receipt: rag_engine::accounts::Receipt) -> Self {
        Self {
            user_id: receipt.user_id.uuid(),
            collections: receipt.collections,
            shared_collections: receipt.shared_collections,
            documents: receipt.documents,
            sessions: receipt.sessions,
            memories: receipt.memories,
            events: receipt.events,
        }
    }
}

/// A login.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoginView {
    /// Id.
    id: Uuid,
    /// User agent that signed in.
    device: String,
    /// Time of signing in.
    created_at: DateTime<Utc>,
    /// Time at which it ends, even if it is refreshed.
    expires_at: DateTime<Utc>,
    /// Whether this request uses it.
    is_current: bool,
}

/// Returns your account.
#[utoipa::path(get, path = "/v1/me", tag = "accounts", responses((status = 200, body = UserView)))]
pub(crate) async fn get_me(app: web::Data<App>, caller: May<Own>) -> ApiResult<Json<UserView>> {
    let id = caller.person()?.id;
    let row = app.read(caller.actor, move |conn| users::find(conn, id)).await?;
    Ok(Json(UserView::from(row)))
}

/// Changes your name or password.
#[utoipa::path(patch, path = "/v1/me", tag = "accounts", request_body = UpdateMeBody, responses(
    (status = 200, body = UserView)))]
pub(crate) async fn update_me(
    app: web::Data<App>,
    caller: May<Manage>,
    req: HttpRequest,
    Body(body): Body<UpdateMeBody>,
) -> ApiResult<Json<UserView>> {
    let (person, request) = (caller.person()?, caller.request());
    if let Some(password) = body.password {
        let Some(current) = body.current_password else {
            return Err(ApiError::new(Code::Unauthorized, "A new password needs current_password as well."));
        };
        let email = app.read(caller.actor, move |conn| users::find(conn, person.id)).await?.email;
        app.attempt_account(&req, &email).await?;
        app.with_password(move |engine| {
            Ok(engine.change_password(request, person.id, person.login, &current, &password)?)
        })
        .await?;
    }
    if let Some(name) = body.display_name {
        app.blocking(move |engine| Ok(engine.set_display_name(request, person.id, name.trim())?)).await?;
    }
    let row = app.read(caller.actor, move |conn| users::find(conn, person.id)).await?;
    Ok(Json(UserView::from(row)))
}

/// Erases your account with everything that you own: collections, documents, conversations, keys. Collections that others use are
/// kept if you transfer them before: `PUT /v1/collections/{id}/owner`.
#[utoipa::path(delete, path = "/v1/me", tag = "accounts", responses(
    (status = 200, body = ReceiptView),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn erase_me(app: web::Data<App>, caller: May<Manage>) -> ApiResult<Json<ReceiptView>> {
    let (id, actor) = (caller.person()?.id, caller.actor);
    let receipt = app.blocking(move |engine| Ok(engine.erase_user(actor, id)?)).await?;
    Ok(Json(ReceiptView::from(receipt)))
}

/// Lists your active logins, newest first.
#[utoipa::path(get, path = "/v1/me/logins", tag = "accounts", responses((status = 200, body = ListView<LoginView>)))]
pub(crate) async fn list_logins(
    app: web::Data<App>,
    caller: May<Own>,
) -> ApiResult<Json<ListView<LoginView>>> {
    let current = caller.person()?.login;
    let rows = app.read(caller.actor, logins::list).await?;
    let view = |row: Login| LoginView {
        id: row.id.uuid(),
        device: row.device,
        created_at: row.created_at,
        expires_at: row.expires_at,
        is_current: Some(row.id) == current,
    };
    Ok(Json(ListView::whole(rows.into_iter().map(view).collect())))
}

/// Revokes one of your logins.
#[utoipa::path(delete, path = "/v1/me/logins/{id}", tag = "accounts", params(("id" = Uuid, Path)), responses(
    (status = 204)))]
pub(crate) async fn revoke_login(
    app: web::Data<App>,
    caller: May<Manage>,
    Id(id): Id<LoginId>,
) -> ApiResult<NoContent> {
    app.blocking(move |engine| Ok(engine.revoke_login(caller.actor, id)?)).await?;
    Ok(NoContent)
}
