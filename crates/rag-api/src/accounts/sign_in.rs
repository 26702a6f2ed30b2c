//! `/v1/login`, `/v1/register`, `/v1/password-reset` and accepting invitations: public, with attempts limited by address and by account.

use actix_web::{
    HttpRequest,
    cookie::Cookie,
    http::header,
    web::{self, Json},
};
use rag_engine::{
    Engine, EngineResult,
    accounts::{Device, Enrolment, Tokens},
};
use rag_schema::models::User;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::{login_cookie, me::UserView};
use crate::{
    app::App,
    auth::{May, Own, request_id},
    extract::Body,
    names::check_name,
    problem::{ApiError, ApiResult, Code, Problem},
    respond::{Created, NoContent, WithCookie},
};

/// E-mail address and password of a user who signs in.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogInBody {
    /// E-mail address.
    #[validate(length(min = 3, max = 254))]
    #[schema(min_length = 3, max_length = 254)]
    email: String,
    /// Password.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    password: String,
    /// Whether the refresh token is kept in a cookie, which scripts cannot read, instead of being returned: for pages of this
    /// server.
    #[serde(default)]
    cookie: bool,
}

/// A refresh token.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshBody {
    /// Refresh token that was returned with the access token. It can be used once. By default that of the cookie.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    refresh_token: Option<String>,
}

/// An account to create with an organisation of its own.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegisterBody {
    /// E-mail address.
    #[validate(length(min = 3, max = 254))]
    #[schema(min_length = 3, max_length = 254)]
    email: String,
    /// Display name.
    #[validate(length(min = 1, max = 200), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 200)]
    display_name: String,
    /// Name of the organisation.
    #[validate(length(min = 1, max = 200), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 200)]
    organisation: String,
    /// Password, 12 to 200 characters.
    #[validate(length(min = 12, max = 200))]
    #[schema(min_length = 12, max_length = 200)]
    password: String,
    /// Whether the refresh token is kept in a cookie, which scripts cannot read, instead of being returned: for pages of this
    /// server.
    #[serde(default)]
    cookie: bool,
}

/// An invitation to accept.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptBody {
    /// Token of the invitation.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    token: String,
    /// Display name.
    #[validate(length(min = 1, max = 200), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 200)]
    display_name: String,
    /// Password, 12 to 200 characters.
    #[validate(length(min = 12, max = 200))]
    #[schema(min_length = 12, max_length = 200)]
    password: String,
    /// Whether the refresh token is kept in a cookie, which scripts cannot read, instead of being returned: for pages of this
    /// server.
    #[serde(default)]
    cookie: bool,
}

/// A new password, with the token that allows it.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetPasswordBody {
    /// Token that an admin or the operator made.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    token: String,
    /// New password, 12 to 200 characters.
    #[validate(length(min = 12, max = 200))]
    #[schema(min_length = 12, max_length = 200)]
    password: String,
    /// Whether the refresh token is kept in a cookie, which scripts cannot read, instead of being returned: for pages of this
    /// server.
    #[serde(default)]
    cookie: bool,
}

/// The tokens of a login.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokensView {
    /// Access token, to send as `Authorization: Bearer`.
    access_token: String,
    /// Validity of the access token, in seconds.
    expires_in: i32,
    /// Refresh token. It can be exchanged once, for the next pair. Absent if it is in a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// Id of the user who signed in.
    user_id: Uuid,
}

/// A new account with its first login.
#[derive(Serialize, ToSchema)]
pub(crate) struct EnrolledView {
    /// Account.
    user: UserView,
    /// Tokens of its first login.
    tokens: TokensView,
}

impl TokensView {
    /// Returns the view of `tokens`, and the cookie with the refresh token if it is kept in one.
    fn new(req: &HttpRequest, tokens: Tokens, in_cookie: bool) -> (Self, Option<Cookie<'static>>) {
        let (refresh_token, cookie) = if in_cookie {
            (None, Some(login_cookie::keep(req, tokens.refresh)))
        } else {
            (Some(tokens.refresh), None)
        };
        let view = Self {
            access_token: tokens.access,
            expires_in: tokens.expires_in_s,
            refresh_token,
            user_id: tokens.user.uuid(),
        };
        (view, cookie)
    }
}

/// Signs in with e-mail address and password.
#[utoipa::path(post, path = "/v1/login", tag = "accounts", request_body = LogInBody, responses(
    (status = 200, body = TokensView),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn log_in(
    app: web::Data<App>,
    req: HttpRequest,
    Body(body): Body<LogInBody>,
) -> ApiResult<WithCookie<Json<TokensView>>> {
    app.attempt_account(&req, &body.email).await?;
    sign_in(&app, &req, body.cookie, move |engine, request, device| {
        engine.log_in(request, &body.email, &body.password, device)
    })
    .await
}

/// Opens a login by `open`, which receives the id of the request and the device.
async fn sign_in(
    app: &App,
    req: &HttpRequest,
    in_cookie: bool,
    open: impl FnOnce(&Engine, Option<Uuid>, Device<'_>) -> EngineResult<Tokens> + Send + 'static,
) -> ApiResult<WithCookie<Json<TokensView>>> {
    let (request, agent, address) = (request_id(req), user_agent(req), app.address(req).to_string());
    let tokens = app
        .with_password(move |engine| Ok(open(engine, request, Device { name: &agent, address: &address })?))
        .await?;
    let (view, cookie) = TokensView::new(req, tokens, in_cookie);
    Ok(WithCookie { response: Json(view), cookie })
}

/// Exchanges a refresh token for the next pair. Using a token a second time ends the login. The next token is returned, or kept in
/// the cookie, as the last one was.
#[utoipa::path(post, path = "/v1/login/refresh", tag = "accounts", request_body = RefreshBody, responses(
    (status = 200, body = TokensView),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn refresh_login(
    app: web::Data<App>,
    req: HttpRequest,
    Body(body): Body<RefreshBody>,
) -> ApiResult<WithCookie<Json<TokensView>>> {
    let request = request_id(&req);
    let (token, in_cookie) = match body.refresh_token {
        Some(token) => (token, false),
        None => (login_cookie::read(&req)?, true),
    };
    let refreshed = app.blocking(move |engine| Ok(engine.refresh(request, &token)?)).await;
    if matches!(refreshed, Err(ApiError { code: Code::Unauthorized, .. })) {
        app.attempt(&req).await?;
    }
    let (view, cookie) = TokensView::new(&req, refreshed?, in_cookie);
    Ok(WithCookie { response: Json(view), cookie })
}

/// Creates an account with an organisation of its own, if the server has open registration.
#[utoipa::path(post, path = "/v1/register", tag = "accounts", request_body = RegisterBody, responses(
    (status = 201, body = EnrolledView),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn register(
    app: web::Data<App>,
    req: HttpRequest,
    Body(body): Body<RegisterBody>,
) -> ApiResult<WithCookie<Created<EnrolledView>>> {
    let RegisterBody { email, display_name, organisation, password, cookie } = body;
    enrol(&app, &req, display_name, password, cookie, move |engine, request, new| {
        engine.register(request, &email, organisation.trim(), new)
    })
    .await
}

/// Accepts an invitation: creates the account and signs in.
#[utoipa::path(post, path = "/v1/invitations/accept", tag = "accounts", request_body = AcceptBody, responses(
    (status = 201, body = EnrolledView),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn accept_invitation(
    app: web::Data<App>,
    req: HttpRequest,
    Body(body): Body<AcceptBody>,
) -> ApiResult<WithCookie<Created<EnrolledView>>> {
    let AcceptBody { token, display_name, password, cookie } = body;
    enrol(&app, &req, display_name, password, cookie, move |engine, request, new| {
        engine.accept(request, &token, new)
    })
    .await
}

/// Sets a new password with a token for a forgotten one, ends all logins of the user, and signs in. A token works once.
#[utoipa::path(post, path = "/v1/password-reset", tag = "accounts", request_body = ResetPasswordBody, responses(
    (status = 200, body = TokensView),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn reset_password(
    app: web::Data<App>,
    req: HttpRequest,
    Body(body): Body<ResetPasswordBody>,
) -> ApiResult<WithCookie<Json<TokensView>>> {
    app.attempt(&req).await?;
    sign_in(&app, &req, body.cookie, move |engine, request, device| {
        engine.reset_password(request, &body.token, &body.password, device)
    })
    .await
}

/// Signs out, revokes the tokens of this login and deletes its cookie.
#[utoipa::path(post, path = "/v1/logout", tag = "accounts", responses(
    (status = 204), (status = 409, description = "It was a key, not a login", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn log_out(app: web::Data<App>, caller: May<Own>) -> ApiResult<WithCookie<NoContent>> {
    let Some(login) = caller.person()?.login else {
        return Err(ApiError::new(Code::Conflict, "This is a key, not a login. Delete it under /v1/keys."));
    };
    app.blocking(move |engine| Ok(engine.revoke_login(caller.actor, login)?)).await?;
    Ok(WithCookie { response: NoContent, cookie: Some(login_cookie::delete()) })
}

/// Creates an account with `work` and responds with its first login.
async fn enrol(
    app: &App,
    req: &HttpRequest,
    display_name: String,
    password: String,
    in_cookie: bool,
    work: impl FnOnce(&Engine, Option<Uuid>, &Enrolment<'_>) -> EngineResult<(User, Tokens)> + Send + 'static,
) -> ApiResult<WithCookie<Created<EnrolledView>>> {
    app.attempt(req).await?;
    let (request, agent, address) = (request_id(req), user_agent(req), app.address(req).to_string());
    let (user, tokens) = app
        .with_password(move |engine| {
            let device = Device { name: &agent, address: &address };
            let new = Enrolment { display_name: display_name.trim(), password: &password, device };
            Ok(work(engine, request, &new)?)
        })
        .await?;
    let (tokens, cookie) = TokensView::new(req, tokens, in_cookie);
    Ok(WithCookie { response: Created::new(EnrolledView { user: user.into(), tokens }), cookie })
}

fn user_agent(req: &HttpRequest) -> String {
    let agent = req.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    agent.unwrap_or_default().to_owned()
}
