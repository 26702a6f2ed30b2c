//! The OpenAPI document: every route and body, and the key.

use utoipa::{
    Modify, OpenApi,
    openapi::{
        Content, PathItem, Ref, RefOr, Response, ResponseBuilder,
        path::Operation,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::{
    accounts::{door, export, keys, me, organisation, people, sharing},
    answers, ask, collections, content, documents, health, jobs, problem, search, sessions, synonyms,
    uploads,
};

/// The document.
#[derive(OpenApi)]
#[openapi(
    info(title = "rag", description = "Documents in, passages and answers with citations out."),
    paths(
        health::health, health::ready,
        collections::create_collection, collections::list_collections, collections::get_collection,
        collections::delete_collection, synonyms::get_synonyms, synonyms::put_synonyms,
        uploads::upload_document, uploads::create_text,
        documents::list_documents, documents::get_document, documents::delete_document, documents::list_chunks,
        documents::get_document_text, content::get_document_content,
        jobs::list_jobs, jobs::get_job, jobs::retry_job,
        search::search,
        sessions::create_session, sessions::list_sessions, sessions::get_session, sessions::list_messages,
        sessions::delete_session,
        ask::ask, ask::ask_in_session,
        door::log_in, door::refresh_login, door::register, door::accept_invitation, door::log_out,
        me::get_me, me::update_me, me::erase_me, me::list_logins, me::revoke_login, export::export_me,
        keys::create_key, keys::list_keys, keys::delete_key,
        people::list_users, people::update_user, people::erase_user,
        people::invite, people::list_invitations, people::delete_invitation,
        organisation::get_organisation, organisation::list_audit_events,
        sharing::list_members, sharing::share_collection, sharing::unshare_collection,
        sharing::create_link, sharing::list_links, sharing::delete_link,
    ),
    components(schemas(problem::Problem, answers::SourcesView, answers::TokenView, answers::CitationView)),
    security(("key" = [])),
    modifiers(&Key, &Always),
)]
pub(crate) struct ApiDoc;

struct Key;

impl Modify for Key {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let key = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "A key, the access token of a login, the secret of a link, or the server's own key.",
            ))
            .build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(key));
    }
}

/// What every operation under `/v1` may answer, whatever else it does.
struct Always;

impl Modify for Always {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let paths = openapi.paths.paths.iter_mut().filter(|(path, _)| path.starts_with("/v1/"));
        for operation in paths.flat_map(|(_, item)| operations(item)) {
            let mut always = vec![
                ("401", "No proof of who calls, or none that is good."),
                ("403", "The caller is known, but may not do this."),
                ("429", "Too many requests: try again after `Retry-After`."),
                ("503", "Busy or restarting: try again after `Retry-After`."),
            ];
            if operation.request_body.is_some() {
                always.push(("408", "The body came too slowly."));
            }
            for (status, description) in always {
                operation
                    .responses
                    .responses
                    .entry(status.to_owned())
                    .or_insert_with(|| problem(description));
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete]
        .into_iter()
        .filter_map(Option::as_mut)
}

fn problem(description: &str) -> RefOr<Response> {
    let body = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().description(description).content("application/problem+json", body).build().into()
}

/// The OpenAPI document of this version, as pretty JSON.
pub fn openapi_json() -> String {
    ApiDoc::openapi().to_pretty_json().unwrap_or_default()
}
