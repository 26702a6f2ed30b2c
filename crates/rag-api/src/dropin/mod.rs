//! Interfaces for other products that store or read documents here, each with its own section of the settings.

pub(crate) mod dify;
pub(crate) mod librechat;
pub(crate) mod librechat_search;
mod librechat_token;
pub(crate) mod open_webui;

use rag_engine::{Actor, accounts::Guest};
use rag_repo::clock;
use uuid::Uuid;

use self::librechat_token::verify_token;
use crate::{
    app::App,
    auth::Caller,
    problem::{ApiError, ApiResult, Code},
};

/// Refuses a request of a product whose interface is off; `setting` is the key that switches it on.
fn check_is_on(is_on: bool, setting: &str) -> ApiResult<()> {
    if is_on { Ok(()) } else { Err(interface_is_off(setting)) }
}

fn interface_is_off(setting: &str) -> ApiError {
    let detail = format!("This interface is off. Set {setting} in the settings and start the server again.");
    ApiError::new(Code::NotFound, detail)
}

/// Returns whether a path belongs to one of these interfaces.
pub(crate) fn is_path(path: &str) -> bool {
    is_of_librechat(path) || ["/dify/", "/open-webui/"].iter().any(|start| path.starts_with(start))
}

/// Returns whether callers of this path authenticate with a token of LibreChat.
pub(crate) fn is_of_librechat(path: &str) -> bool {
    librechat::is_path(path)
}

/// Returns the user whom LibreChat's token names.
pub(crate) async fn find_librechat_caller(
    app: &App,
    token: Option<&str>,
    request: Option<Uuid>,
) -> ApiResult<Caller> {
    let Some(settings) = app.settings.librechat.clone() else {
        return Err(interface_is_off("librechat.jwt_secret"));
    };
    let claims = token.and_then(|token| verify_token(&settings.jwt_secret, token)).ok_or_else(unproven)?;
    let now = app.read(Actor::Authentication { request }, clock::now).await?;
    if claims.exp <= now.timestamp() {
        return Err(unproven());
    }
    let user = app
        .blocking(move |engine| {
            let organisation = &settings.organisation;
            Ok(engine.find_or_create_guest(Guest { product: "librechat", id: &claims.id, organisation })?)
        })
        .await?;
    Ok(Caller::guest(&user, request))
}

fn unproven() -> ApiError {
    let detail = "Send a token that LibreChat signed with the secret in librechat.jwt_secret, and that has not expired.";
    ApiError::new(Code::Unauthorized, detail)
}
