//! The routes: every operation of the OpenAPI document; all other requests are refused with a problem.

use std::{collections::HashMap, mem};

use actix_web::{
    HttpResponse, Resource,
    http::Method,
    middleware::from_fn,
    web::{self, ServiceConfig},
};
use utoipa::openapi::{
    PathItem, RefOr,
    path::{Operation, Parameter},
};
use utoipa_swagger_ui::SwaggerUi;

use crate::{
    auth,
    idempotency::{IDEMPOTENCY_KEY, run_once},
    openapi::{document, operations},
    problem::{ApiError, ApiResult, Code},
    registration::{Endpoint, endpoints},
    storage, ui,
};

/// Prefixes of the paths that need an authenticated caller.
const GUARDED: [&str; 6] = ["/v1", "/openai/v1", "/mcp", "/dify", "/librechat", "/open-webui"];

/// Returns the resource of the endpoints at one path.
fn resource(path: &str, methods: Vec<(Method, Endpoint)>) -> Resource {
    let allow = methods.iter().map(|(method, _)| method.as_str()).collect::<Vec<_>>().join(", ");
    let refuse = move || {
        let refusal = ApiError::new(Code::MethodNotAllowed, format!("Use {allow}."));
        let refusal = ApiError { allow: Some(allow.clone()), ..refusal };
        async move { ApiResult::<HttpResponse>::Err(refusal) }
    };
    let routes = methods.into_iter().map(|(method, endpoint)| endpoint.route.method(method));
    routes.fold(web::resource(path), Resource::route).default_service(web::to(refuse))
}

/// Removes the endpoints of one path from the map and returns them.
fn take(item: &PathItem, endpoints: &mut HashMap<&'static str, Endpoint>) -> Vec<(Method, Endpoint)> {
    operations(item)
        .filter_map(|(method, operation)| {
            let endpoint = endpoints.remove(operation.operation_id.as_deref()?)?;
            let endpoint = if takes_key(operation) { once(endpoint) } else { endpoint };
            let grows = storage::grows_the_data(&method, &endpoint);
            Some((method, if grows { storage::if_there_is_room(endpoint) } else { endpoint }))
        })
        .collect()
}

fn takes_key(operation: &Operation) -> bool {
    let mut parameters = operation.parameters.iter().flatten();
    parameters
        .any(|parameter| matches!(parameter, RefOr::T(Parameter { name, .. }) if name == IDEMPOTENCY_KEY))
}

/// Lets requests to the endpoint be sent again.
fn once(endpoint: Endpoint) -> Endpoint {
    let access = endpoint.access;
    endpoint.map_route(|route| route.wrap(from_fn(move |req, next| run_once(access, req, next))))
}

async fn unknown() -> ApiResult<HttpResponse> {
    Err(ApiError::new(Code::NotFound, "This path does not exist. GET /openapi.json lists all paths."))
}

/// Registers all routes.
pub(crate) fn configure(config: &mut ServiceConfig) {
    let mut endpoints = endpoints();
    let mut guarded = GUARDED.map(|prefix| (prefix, web::scope(prefix).default_service(web::to(unknown))));
    for (path, item) in &document().paths.paths {
        let methods = take(item, &mut endpoints);
        let is_guarded = methods.iter().any(|(_, endpoint)| endpoint.access.is_some());
        let scope = guarded.iter_mut().find(|(prefix, _)| is_guarded && path.starts_with(*prefix));
        if let Some((prefix, scope)) = scope {
            let path = path.strip_prefix(*prefix).unwrap_or(path);
            *scope = mem::replace(scope, web::scope("")).service(resource(path, methods));
        } else {
            config.service(resource(path, methods));
        }
    }
    for (_, scope) in guarded {
        config.service(scope.wrap(from_fn(auth::authenticate)));
    }
    config
        // Public: a browser cannot send the key for a page, and the document describes the program, not its data.
        .service(web::redirect("/docs", "/docs/"))
        .route("/", web::get().to(ui::page))
        .route("/assets/{name}", web::get().to(ui::asset))
        .service(SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", document().clone()))
        .default_service(web::to(unknown));
}
