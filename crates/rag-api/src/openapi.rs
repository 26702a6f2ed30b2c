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
    answers, ask, collections, content, documents, health, jobs, problem, search, sessions, synonyms, uploads,
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
    ),
    components(schemas(problem::Problem, answers::SourcesView, answers::TokenView, answers::CitationView)),
    security(("key" = [])),
    modifiers(&Key, &Always),
)]
pub(crate) struct ApiDoc;

struct Key;

impl Modify for Key {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let key =
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("The server's key.")).build();
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
                ("401", "The key is missing or wrong."),
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
