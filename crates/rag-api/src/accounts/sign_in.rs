//! `/v1/login`, `/v1/register` and accepting invitations: public, with attempts limited by address and by account.

use actix_web::{
    HttpRequest,
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

use super::me::UserView;
use crate::{
    app::App,
    auth::{May, Own, request_id},
    extract::Body,
    names::check_name,
    problem::{ApiError, ApiResult, Code, Problem},
    respond::{Created, NoContent},
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
}

/// A refresh token.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshBody {
    /// Refresh token that was returned with the access token. It can be used once.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    refresh_token: String,
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
}

/// The tokens of a login.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokensView {
    /// Access token, to send as `Authorization: Bearer`.
    access_token: String,
    /// Validity of the access token, in seconds.
    expires_in: i32,
    /// Refresh token. It can be exchanged once, for the next pair.
    refresh_token: String,
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

impl From<Tokens> for TokensView {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access,
            expires_in: tokens.expires_in_s,
            refresh_token: tokens.refresh,
            user_id: tokens.user.uuid(),
        }
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
) -> ApiResult<Json<TokensView>> {
    app.attempt_account(&req, &body.email).await?;
    let (request, agent, address) = (request_id(&req), user_agent(&req), app.address(&req).to_string());
    let tokens = app
        .with_password(move |engine| {
            let device = Device { name: &agent, address: &address };
            Ok(engine.log_in(request, &body.email, &body.password, device)?)
        })
        .await?;
    Ok(Json(TokensView::from(tokens)))
}

/// Exchanges a refresh token for the next pair. Using a token a second time ends the login.
#[utoipa::path(post, path = "/v1/login/refresh", tag = "accounts", request_body = RefreshBody, responses(
    (status = 200, body = TokensView),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn refresh_login(
    app: web::Data<App>,
    req: HttpRequest,
    Body(body): Body<RefreshBody>,
) -> ApiResult<Json<TokensView>> {
    let request = request_id(&req);
    let refreshed = app.blocking(move |engine| Ok(engine.refresh(request, &body.refresh_token)?)).await;
    if matches!(refreshed, Err(ApiError { code: Code::Unauthorized, .. })) {
        app.attempt(&req).await?;
    }
    Ok(Json(TokensView::from(refreshed?)))
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
) -> ApiResult<Created<EnrolledView>> {
    let RegisterBody { email, display_name, organisation, password } = body;
    enrol(&app, &req, display_name, password, move |engine, request, new| {
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
) -> ApiResult<Created<EnrolledView>> {
    let AcceptBody { token, display_name, password } = body;
    enrol(&app, &req, display_name, password, move |engine, request, new| engine.accept(request, &token, new))
        .await
}

/// Signs out and revokes the tokens of this login.
#[utoipa::path(post, path = "/v1/logout", tag = "accounts", responses(
    (status = 204), (status = 409, description = "It was a key, not a login", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn log_out(app: web::Data<App>, caller: May<Own>) -> ApiResult<NoContent> {
    let Some(login) = caller.person()?.login else {
        return Err(ApiError::new(Code::Conflict, "This is a key, not a login. Delete it under /v1/keys."));
    };
    app.blocking(move |engine| Ok(engine.revoke_login(caller.actor, login)?)).await?;
    Ok(NoContent)
}

/// Creates an account with `work` and responds with its first login.
async fn enrol(
    app: &App,
    req: &HttpRequest,
    display_name: String,
    password: String,
    work: impl FnOnce(&Engine, Option<Uuid>, &Enrolment<'_>) -> EngineResult<(User, Tokens)> + Send + 'static,
) -> ApiResult<Created<EnrolledView>> {
    app.attempt(req).await?;
    let (request, agent, address) = (request_id(req), user_agent(req), app.address(req).to_string());
    let (user, tokens) = app
        .with_password(move |engine| {
            let device = Device { name: &agent, address: &address };
            let new = Enrolment { display_name: display_name.trim(), password: &password, device };
            Ok(work(engine, request, &new)?)
        })
        .await?;
    Ok(Created::new(EnrolledView { user: user.into(), tokens: tokens.into() }))
}

fn user_agent(req: &HttpRequest) -> String {
    let agent = req.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    agent.unwrap_or_default().to_owned()
}
