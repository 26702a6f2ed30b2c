//! `/v1/users` and `/v1/invitations`: the users of the organisation.

use actix_web::web::{self, Json};
use chrono::{DateTime, Utc};
use rag_engine::accounts::Shown;
use rag_repo::{invitations, users, users::UserChange};
use rag_schema::{
    enums::{Role, Scope, UserState},
    ids::{InvitationId, UserId},
    models::{Invitation, PasswordReset},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::me::{ReceiptView, UserView};
use crate::{
    app::App,
    auth::{Administer, May, Own},
    extract::{Body, Id, Params},
    page::{ListView, PageParams},
    problem::{ApiError, ApiResult, Problem},
    respond::{Created, NoContent},
};

/// Changes of a user; absent fields stay unchanged.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateUserBody {
    /// `admin` or `member`.
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    /// `active` or `suspended`: all requests of a suspended user are refused, and their streams end within seconds.
    #[schema(value_type = Option<String>)]
    state: Option<UserState>,
}

/// A user to invite.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InviteBody {
    /// E-mail address.
    #[validate(length(min = 3, max = 254))]
    #[schema(min_length = 3, max_length = 254)]
    email: String,
    /// `admin` or `member`, the default.
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
}

/// An open invitation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvitationView {
    /// Id.
    id: Uuid,
    /// E-mail address of the invited user.
    email: String,
    /// Role that the user will have.
    role: &'static str,
    /// Time of creation.
    created_at: DateTime<Utc>,
    /// Time of expiry.
    expires_at: DateTime<Utc>,
}

impl From<Invitation> for InvitationView {
    fn from(row: Invitation) -> Self {
        Self {
            id: row.id.uuid(),
            email: row.email,
            role: row.role.as_str(),
            created_at: row.created_at,
            expires_at: row.expires_at,
        }
    }
}

/// A new invitation; its token is shown only once.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewInvitationView {
    /// Token to send to the invited user, who accepts with it at `/v1/invitations/accept`.
    token: String,
    /// The stored invitation.
    #[serde(flatten)]
    view: InvitationView,
}

/// A new reset of a password; its token is shown only once.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewPasswordResetView {
    /// Token to send to the user, who sets a new password with it at `/v1/password-reset`.
    token: String,
    /// Id of the user.
    user_id: Uuid,
    /// Time of creation.
    created_at: DateTime<Utc>,
    /// Time of expiry, 24 hours later; earlier if the key that made it expires earlier.
    expires_at: DateTime<Utc>,
}

impl From<Shown<PasswordReset>> for NewPasswordResetView {
    fn from(made: Shown<PasswordReset>) -> Self {
        let PasswordReset { user_id, created_at, expires_at } = made.row;
        Self { token: made.secret, user_id: user_id.uuid(), created_at, expires_at }
    }
}

/// Lists the users of your organisation, oldest account first.
#[utoipa::path(get, path = "/v1/users", tag = "accounts", params(PageParams), responses(
    (status = 200, body = ListView<UserView>)))]
pub(crate) async fn list_users(
    app: web::Data<App>,
    caller: May<Own>,
    Params(params): Params<PageParams>,
) -> ApiResult<Json<ListView<UserView>>> {
    let page = params.page();
    let rows = app.read(caller.actor, move |conn| users::list(conn, page)).await?;
    let views = rows.into_iter().map(UserView::from).collect();
    Ok(Json(ListView::new(views, params.limit, |view: &UserView| view.id.to_string())))
}

/// Changes a user's role, or suspends them. To make a user an admin, or active again, you need a login or a key with every scope.
#[utoipa::path(patch, path = "/v1/users/{id}", tag = "accounts", params(("id" = Uuid, Path)), request_body = UpdateUserBody, responses(
    (status = 200, body = UserView),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn update_user(
    app: web::Data<App>,
    caller: May<Administer>,
    Id(id): Id<UserId>,
    Body(body): Body<UpdateUserBody>,
) -> ApiResult<Json<UserView>> {
    if body.role.is_none() && body.state.is_none() {
        return Err(ApiError::field("role", "or state is needed: there is nothing to change"));
    }
    if body.role == Some(Role::Admin) || body.state == Some(UserState::Active) {
        caller.check_scopes(Scope::ALL)?;
    }
    let organisation = caller.person()?.organisation;
    let change = UserChange { role: body.role, state: body.state };
    let row =
        app.blocking(move |engine| Ok(engine.update_user(caller.actor, organisation, id, change)?)).await?;
    Ok(Json(UserView::from(row)))
}

/// Erases a user with everything that they own. Collections that others use are kept if their owner, or the operator, transfers them
/// before: `PUT /v1/collections/{id}/owner`.
#[utoipa::path(delete, path = "/v1/users/{id}", tag = "accounts", params(("id" = Uuid, Path)), responses(
    (status = 200, body = ReceiptView),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn erase_user(
    app: web::Data<App>,
    caller: May<Administer>,
    Id(id): Id<UserId>,
) -> ApiResult<Json<ReceiptView>> {
    let actor = caller.actor;
    let receipt = app.blocking(move |engine| Ok(engine.erase_user(actor, id)?)).await?;
    Ok(Json(ReceiptView::from(receipt)))
}

/// Makes a token with which a user who has forgotten their password sets a new one, in place of an earlier token. Its bearer signs in
/// as that user, so you need a login or a key with every scope. Your own password is changed at `/v1/me`.
#[utoipa::path(post, path = "/v1/users/{id}/password-reset", tag = "accounts", params(("id" = Uuid, Path)), responses(
    (status = 201, body = NewPasswordResetView),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn make_password_reset(
    app: web::Data<App>,
    caller: May<Administer>,
    Id(id): Id<UserId>,
) -> ApiResult<Created<NewPasswordResetView>> {
    caller.check_scopes(Scope::ALL)?;
    let actor = caller.actor;
    let made = app.blocking(move |engine| Ok(engine.make_password_reset(actor, id)?)).await?;
    Ok(Created::new(NewPasswordResetView::from(made)))
}

/// Revokes the token with which a user can set a new password.
#[utoipa::path(delete, path = "/v1/users/{id}/password-reset", tag = "accounts", params(("id" = Uuid, Path)), responses(
    (status = 204)))]
pub(crate) async fn delete_password_reset(
    app: web::Data<App>,
    caller: May<Administer>,
    Id(id): Id<UserId>,
) -> ApiResult<NoContent> {
    app.blocking(move |engine| Ok(engine.delete_password_reset(caller.actor, id)?)).await?;
    Ok(NoContent)
}

/// Invites a user into your organisation. A user has all rights of their role, so you need a login or a key with every scope.
#[utoipa::path(post, path = "/v1/invitations", tag = "accounts", request_body = InviteBody, responses(
    (status = 201, body = NewInvitationView),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn invite(
    app: web::Data<App>,
    caller: May<Administer>,
    Body(body): Body<InviteBody>,
) -> ApiResult<Created<NewInvitationView>> {
    caller.check_scopes(Scope::ALL)?;
    let (organisation, actor) = (caller.person()?.organisation, caller.actor);
    let role = body.role.unwrap_or(Role::Member);
    let invited =
        app.blocking(move |engine| Ok(engine.invite(actor, organisation, &body.email, role)?)).await?;
    Ok(Created::new(NewInvitationView { token: invited.token, view: invited.invitation.into() }))
}

/// Lists open invitations, newest first.
#[utoipa::path(get, path = "/v1/invitations", tag = "accounts", responses(
    (status = 200, body = ListView<InvitationView>)))]
pub(crate) async fn list_invitations(
    app: web::Data<App>,
    caller: May<Administer>,
) -> ApiResult<Json<ListView<InvitationView>>> {
    let rows = app.read(caller.actor, invitations::list).await?;
    Ok(Json(ListView::whole(rows.into_iter().map(InvitationView::from).collect())))
}

/// Revokes an invitation.
#[utoipa::path(delete, path = "/v1/invitations/{id}", tag = "accounts", params(("id" = Uuid, Path)), responses(
    (status = 204)))]
pub(crate) async fn delete_invitation(
    app: web::Data<App>,
    caller: May<Administer>,
    Id(id): Id<InvitationId>,
) -> ApiResult<NoContent> {
    app.blocking(move |engine| Ok(engine.delete_invitation(caller.actor, id)?)).await?;
    Ok(NoContent)
}
