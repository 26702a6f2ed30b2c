//! The table of routes: every path with its methods, everything else refused as a problem.

use actix_web::{
    HttpResponse, Resource, Route,
    middleware::from_fn,
    web::{self, ServiceConfig, delete, get, patch, post, put},
};
use utoipa::OpenApi;
use utoipa_swagger_ui::SwaggerUi;

use crate::{
    accounts, ask, auth, collections, content, documents, health, jobs,
    openapi::ApiDoc,
    problem::{ApiError, ApiResult, Code},
    search, sessions, synonyms, uploads,
};

/// A path with its methods; `allow` lists them for whoever tries another.
fn path(path: &str, allow: &'static str, routes: impl IntoIterator<Item = Route>) -> Resource {
    let refuse = move || async move {
        let refusal = ApiError::new(Code::MethodNotAllowed, format!("Use {allow}."));
        ApiResult::<HttpResponse>::Err(ApiError { allow: Some(allow), ..refusal })
    };
    routes.into_iter().fold(web::resource(path), Resource::route).default_service(web::to(refuse))
}

async fn unknown() -> ApiResult<HttpResponse> {
    Err(ApiError::new(Code::NotFound, "There is no such path. GET /openapi.json lists those there are."))
}

/// Registers all routes.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(path("/health", "GET", [get().to(health::health)]))
        .service(path("/ready", "GET", [get().to(health::ready)]))
        .configure(door)
        .service(
            web::scope("/v1")
                .wrap(from_fn(auth::prove))
                .configure(guarded)
                .configure(about_accounts)
                .default_service(web::to(unknown)),
        )
        // Open: a browser cannot send the key for a page, and the document tells of this program, not of anybody's data.
        .service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", ApiDoc::openapi()))
        .default_service(web::to(unknown));
}

/// Where people come to be let in; all else under `/v1` needs a proof of who calls.
fn door(config: &mut ServiceConfig) {
    config
        .service(path("/v1/login", "POST", [post().to(accounts::door::log_in)]))
        .service(path("/v1/login/refresh", "POST", [post().to(accounts::door::refresh_login)]))
        .service(path("/v1/register", "POST", [post().to(accounts::door::register)]))
        .service(path("/v1/invitations/accept", "POST", [post().to(accounts::door::accept_invitation)]));
}

fn about_accounts(config: &mut ServiceConfig) {
    use accounts::{door, export, keys, me, organisation, people, sharing};
    config
        .service(path("/logout", "POST", [post().to(door::log_out)]))
        .service(path(
            "/me",
            "GET, PATCH, DELETE",
            [get().to(me::get_me), patch().to(me::update_me), delete().to(me::erase_me)],
        ))
        .service(path("/me/export", "GET", [get().to(export::export_me)]))
        .service(path("/me/logins", "GET", [get().to(me::list_logins)]))
        .service(path("/me/logins/{id}", "DELETE", [delete().to(me::revoke_login)]))
        .service(path("/keys", "GET, POST", [get().to(keys::list_keys), post().to(keys::create_key)]))
        .service(path("/keys/{id}", "DELETE", [delete().to(keys::delete_key)]))
        .service(path("/users", "GET", [get().to(people::list_users)]))
        .service(path(
            "/users/{id}",
            "PATCH, DELETE",
            [patch().to(people::update_user), delete().to(people::erase_user)],
        ))
        .service(path(
            "/invitations",
            "GET, POST",
            [get().to(people::list_invitations), post().to(people::invite)],
        ))
        .service(path("/invitations/{id}", "DELETE", [delete().to(people::delete_invitation)]))
        .service(path("/organisation", "GET", [get().to(organisation::get_organisation)]))
        .service(path("/audit", "GET", [get().to(organisation::list_audit_events)]))
        .service(path("/collections/{id}/members", "GET", [get().to(sharing::list_members)]))
        .service(path(
            "/collections/{id}/members/{user_id}",
            "PUT, DELETE",
            [put().to(sharing::share_collection), delete().to(sharing::unshare_collection)],
        ))
        .service(path(
            "/collections/{id}/links",
            "GET, POST",
            [get().to(sharing::list_links), post().to(sharing::create_link)],
        ))
        .service(path("/links/{id}", "DELETE", [delete().to(sharing::delete_link)]));
}

fn guarded(config: &mut ServiceConfig) {
    config
        .service(path(
            "/collections",
            "GET, POST",
            [get().to(collections::list_collections), post().to(collections::create_collection)],
        ))
        .service(path(
            "/collections/{id}",
            "GET, DELETE",
            [get().to(collections::get_collection), delete().to(collections::delete_collection)],
        ))
        .service(path(
            "/collections/{id}/documents",
            "GET, POST",
            [get().to(documents::list_documents), post().to(uploads::upload_document)],
        ))
        .service(path(
            "/collections/{id}/synonyms",
            "GET, PUT",
            [get().to(synonyms::get_synonyms), put().to(synonyms::put_synonyms)],
        ))
        .service(path("/collections/{id}/texts", "POST", [post().to(uploads::create_text)]))
        .service(path(
            "/documents/{id}",
            "GET, DELETE",
            [get().to(documents::get_document), delete().to(documents::delete_document)],
        ))
        .service(path("/documents/{id}/content", "GET", [get().to(content::get_document_content)]))
        .service(path("/documents/{id}/text", "GET", [get().to(documents::get_document_text)]))
        .service(path("/documents/{id}/chunks", "GET", [get().to(documents::list_chunks)]))
        .service(path("/jobs", "GET", [get().to(jobs::list_jobs)]))
        .service(path("/jobs/{id}", "GET", [get().to(jobs::get_job)]))
        .service(path("/jobs/{id}/retry", "POST", [post().to(jobs::retry_job)]))
        .service(path("/search", "POST", [post().to(search::search)]))
        .service(path(
            "/sessions",
            "GET, POST",
            [get().to(sessions::list_sessions), post().to(sessions::create_session)],
        ))
        .service(path(
            "/sessions/{id}",
            "GET, DELETE",
            [get().to(sessions::get_session), delete().to(sessions::delete_session)],
        ))
        .service(path("/sessions/{id}/messages", "GET", [get().to(sessions::list_messages)]))
        .service(path("/sessions/{id}/ask", "POST", [post().to(ask::ask_in_session)]))
        .service(path("/ask", "POST", [post().to(ask::ask)]));
}
