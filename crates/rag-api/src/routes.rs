//! The table of routes: every path with its methods, everything else refused as a problem.

use actix_web::{
    HttpResponse, Resource, Route,
    middleware::from_fn,
    web::{self, ServiceConfig, delete, get, post, put},
};
use utoipa::OpenApi;
use utoipa_swagger_ui::SwaggerUi;

use crate::{
    ask, auth, collections, content, documents, health, jobs,
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
        .service(
            web::scope("/v1")
                .wrap(from_fn(auth::require_key))
                .configure(guarded)
                .default_service(web::to(unknown)),
        )
        // Open: a browser cannot send the key for a page, and the document tells of this program, not of anybody's data.
        .service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", ApiDoc::openapi()))
        .default_service(web::to(unknown));
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
