//! The OpenAPI document: the registered operations, with the access that they need and the problems that they return.

use std::sync::LazyLock;

use actix_web::http::{Method, StatusCode};
use serde_json::json;
use utoipa::{
    OpenApi as _,
    openapi::{
        Content, OpenApi, PathItem, Ref, RefOr, Response, ResponseBuilder, Schema,
        extensions::Extensions,
        path::Operation,
        schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type},
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use crate::{
    answers, dropin, openai,
    openapi_words::{list_words, state_patterns},
    problem,
    problem::Code,
    registration::{Access, Endpoint, Operations, endpoints},
};

/// Properties of the document apart from the operations.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "rag", description = "Documents in, passages and answers with citations out."),
    components(schemas(problem::Problem, openai::OpenAiErrorView, answers::TurnIdsView, answers::SourcesView, answers::TokenView, answers::CitationView)),
    security(("key" = [])),
)]
struct Frame;

static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(build);

/// Returns the document.
pub(crate) fn document() -> &'static OpenApi {
    &DOCUMENT
}

/// Returns the document as pretty-printed JSON.
pub fn openapi_json() -> String {
    document().to_pretty_json().unwrap_or_default()
}

/// Returns the operations at one path, in the order in which `Allow` lists their methods.
pub(crate) fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    [
        (Method::GET, &item.get),
        (Method::POST, &item.post),
        (Method::PUT, &item.put),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

/// Returns the operations at one path, to be changed.
pub(crate) fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}

fn build() -> OpenApi {
    let (mut document, endpoints) = (Frame::openapi(), endpoints());
    document.merge(Operations::openapi());
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "A key, the access token of a login, the secret of a link, or the server's own key.",
        ))
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("key", SecurityScheme::Http(key));
    for (path, item) in &mut document.paths.paths {
        let problem = if openai::is_path(path) { openai_problem } else { problem };
        for operation in operations_mut(item) {
            if let Some(endpoint) = operation.operation_id.as_deref().and_then(|name| endpoints.get(name)) {
                describe(operation, endpoint, problem);
            }
            if dropin::is_path(path) {
                let absent = || described_problem("Nothing is found, or this interface is off.");
                operation.responses.responses.entry("404".to_owned()).or_insert_with(absent);
            }
            // A name or id in the path may be of nothing that the caller can see.
            if path.contains('{') {
                operation
                    .responses
                    .responses
                    .entry("404".to_owned())
                    .or_insert_with(|| problem(Code::NotFound));
            }
            complete_responses(operation);
        }
    }
    list_words(&mut document);
    state_patterns(&mut document);
    document
}

/// Adds the access and the problems in the handler's signature.
fn describe(operation: &mut Operation, endpoint: &Endpoint, problem: fn(Code) -> RefOr<Response>) {
    let access = match endpoint.access {
        None => {
            operation.security = Some(vec![SecurityRequirement::default()]);
            json!({"public": true})
        }
        Some(Access { scope, admin, link }) => {
            json!({"public": false, "scope": scope.as_str(), "admin": admin, "link": link})
        }
    };
    operation.extensions = Some(Extensions::builder().add("x-access", access).build());
    let responses = &mut operation.responses.responses;
    for status in endpoint.statuses {
        responses.entry(status.as_str().to_owned()).or_insert_with(|| Response::new("").into());
    }
    for code in &endpoint.problems {
        responses.entry(code.status().as_u16().to_string()).or_insert_with(|| problem(*code));
    }
}

/// Completes the responses: a description, which OpenAPI requires, is the name of the status; content without a schema is bytes.
fn complete_responses(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if response.description.is_empty() {
            let status = StatusCode::from_bytes(status.as_bytes()).ok();
            let reason = status.and_then(|status| status.canonical_reason()).unwrap_or_default();
            reason.clone_into(&mut response.description);
        }
        for content in response.content.values_mut() {
            if let RefOr::T(content) = content {
                content.schema.get_or_insert_with(bytes);
            }
        }
    }
}

fn bytes() -> RefOr<Schema> {
    let format = SchemaFormat::KnownFormat(KnownFormat::Binary);
    ObjectBuilder::new().schema_type(Type::String).format(Some(format)).into()
}

fn problem(code: Code) -> RefOr<Response> {
    described_problem(&format!("{}.", code.title()))
}

fn described_problem(description: &str) -> RefOr<Response> {
    let body = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().description(description).content("application/problem+json", body).build().into()
}

/// As `problem`, in OpenAI's format.
fn openai_problem(code: Code) -> RefOr<Response> {
    let body = Content::new(Some(Ref::from_schema_name("OpenAiErrorView")));
    let description = format!("{}.", code.title());
    ResponseBuilder::new().description(description).content("application/json", body).build().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_to_a_schema() {
        let text = openapi_json();
        let schemas = &serde_json::to_value(document()).unwrap()["components"]["schemas"];
        let references = text.split("\"#/components/schemas/").skip(1);
        let missing: Vec<&str> = references
            .filter_map(|rest| rest.split('"').next())
            .filter(|name| schemas.get(name).is_none())
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn every_response_has_a_description_and_its_content_a_schema() {
        for (method, operation) in document().paths.paths.values().flat_map(operations) {
            for (status, response) in &operation.responses.responses {
                let RefOr::T(response) = response else { panic!("{method} {status}") };
                let place = format!("{method} {:?} {status}", operation.operation_id);
                assert!(!response.description.is_empty(), "{place}");
                for content in response.content.values() {
                    assert!(matches!(content, RefOr::T(content) if content.schema.is_some()), "{place}");
                }
            }
        }
    }

    #[test]
    fn each_operation_documents_the_statuses_that_its_handler_returns() {
        let endpoints = endpoints();
        for (method, operation) in document().paths.paths.values().flat_map(operations) {
            let id = operation.operation_id.as_deref().unwrap();
            let returned: Vec<String> =
                endpoints[id].statuses.iter().map(|status| status.as_str().to_owned()).collect();
            let documented = operation.responses.responses.keys().filter(|status| status.starts_with('2'));
            let documented: Vec<String> = documented.cloned().collect();
            let chooses = returned.is_empty() && !documented.is_empty();
            assert!(chooses || returned == documented, "{method} {id}: {returned:?}, not {documented:?}");
            for status in returned.iter().filter(|status| *status != "204") {
                let RefOr::T(response) = &operation.responses.responses[status] else {
                    panic!("{method} {id}")
                };
                assert!(response.content.contains_key("application/json"), "{method} {id}: {status}");
            }
        }
    }
}
