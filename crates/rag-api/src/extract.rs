//! Extractors of ids, query parameters and JSON bodies, with validation; errors are problem documents.

use std::{
    future::{Future, Ready, ready},
    pin::Pin,
    str::FromStr,
    time::Duration,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::timeout;
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use crate::{
    app::App,
    problem::{ApiError, ApiResult, Code, FieldProblem, bug},
    query_text::parameters,
    registration::Input,
    strict_json::StrictJson,
};

/// The id in the path. A text that is not a UUID is answered with 404.
pub(crate) struct Id<T>(pub(crate) T);

impl<T: FromStr> FromRequest for Id<T> {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = req.match_info().get("id").and_then(|id| id.parse().ok());
        ready(id.map(Self).ok_or_else(|| ApiError::not_found("object")))
    }
}

impl<T> Input for Id<T> {
    const PROBLEMS: &'static [Code] = &[Code::NotFound];
}

/// Query parameters.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned + Validate> FromRequest for Params<T> {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(params(req.query_string()))
    }
}

impl<T> Input for Params<T> {
    const PROBLEMS: &'static [Code] = &[Code::Invalid];
}

fn params<T: DeserializeOwned + Validate>(query: &str) -> ApiResult<Params<T>> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(query)
        .map_err(|error| {
            ApiError::field("query", error.to_string().replace("Query deserialize error: ", ""))
        })?
        .into_inner();
    // PostgreSQL cannot store or compare it.
    if let Some((name, _)) = pairs.iter().find(|(name, value)| name.contains('\0') || value.contains('\0')) {
        return Err(ApiError::field(name.clone(), "holds a NUL character"));
    }
    let params: T = serde_path_to_error::deserialize(parameters(pairs)).map_err(|error| {
        let path = error.path().to_string();
        ApiError::field(if path == "." { "query".to_owned() } else { path }, error.inner().to_string())
    })?;
    check(&params)?;
    Ok(Params(params))
}

/// A validated JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = ApiResult<Self>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let req = req.clone();
        let payload = payload.take();
        Box::pin(async move { parse(&read(&req, payload).await?).map(Self) })
    }
}

impl<T> Input for Body<T> {
    const PROBLEMS: &'static [Code] = <web::Payload as Input>::PROBLEMS;
}

async fn read(req: &HttpRequest, mut payload: Payload) -> ApiResult<Vec<u8>> {
    let app = app(req)?;
    let media_type =
        req.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(ApiError::new(Code::Unsupported, "Send the body as application/json."));
    }
    let limit = app.settings.max_body_bytes;
    let collect = async {
        let mut body = Vec::new();
        while let Some(part) = payload.next().await {
            let part = part.map_err(|_cut| ApiError::new(Code::Malformed, "The body broke off."))?;
            if body.len() + part.len() > limit {
                return Err(ApiError::too_large(limit));
            }
            body.extend_from_slice(&part);
        }
        Ok(body)
    };
    let patience = Duration::from_millis(app.settings.body_timeout_ms.max(1));
    timeout(patience, collect).await.unwrap_or_else(|_| Err(slow()))
}

/// Returns the error for a body that arrives too slowly.
pub(crate) fn slow() -> ApiError {
    ApiError::new(Code::Timeout, "The body arrived too slowly. Send it again.")
}

/// Parses a JSON text: first its syntax, then its shape, then its values.
pub(crate) fn parse<T: DeserializeOwned + Validate>(text: &[u8]) -> ApiResult<T> {
    let value: Value = serde_json::from_slice(text)
        .map_err(|error| ApiError::new(Code::Malformed, format!("The body is not JSON: {error}.")))?;
    let body: T = deserialize(value, None)?;
    check(&body)?;
    Ok(body)
}

/// Deserialises a body, or the value of a form's `field`; an error names the path.
fn deserialize<T: DeserializeOwned>(value: Value, field: Option<&str>) -> ApiResult<T> {
    serde_path_to_error::deserialize(StrictJson(value)).map_err(|error| {
        let path = match (field, error.path().to_string()) {
            (None, path) if path == "." => "body".to_owned(),
            (None, path) => path,
            (Some(field), path) if path == "." => field.to_owned(),
            (Some(field), path) => format!("{field}.{path}"),
        };
        ApiError::field(path, error.inner().to_string())
    })
}

/// Parses the JSON text in the field of a form.
pub(crate) fn parse_field(field: &str, text: &str) -> ApiResult<Value> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| ApiError::field(field, format!("is not JSON: {error}")))?;
    deserialize(value, Some(field))
}

/// Validates the values.
fn check(values: &impl Validate) -> ApiResult<()> {
    let Err(errors) = values.validate() else { return Ok(()) };
    let mut listed = Vec::new();
    list_problems(&errors, "", &mut listed);
    listed.sort_by(|a, b| a.field.cmp(&b.field));
    Err(ApiError {
        errors: listed,
        ..ApiError::new(Code::Invalid, "The values listed under errors cannot be accepted.")
    })
}

/// Lists the problems of all fields, those of nested values under their paths.
fn list_problems(errors: &ValidationErrors, prefix: &str, listed: &mut Vec<FieldProblem>) {
    for (field, kind) in errors.errors() {
        let path = format!("{prefix}{field}");
        match kind {
            ValidationErrorsKind::Field(errors) => {
                listed.extend(
                    errors.iter().map(|error| FieldProblem { field: path.clone(), detail: describe(error) }),
                );
            }
            ValidationErrorsKind::Struct(errors) => list_problems(errors, &format!("{path}."), listed),
            ValidationErrorsKind::List(items) => {
                for (place, errors) in items {
                    list_problems(errors, &format!("{path}[{place}]."), listed);
                }
            }
        }
    }
}

fn describe(error: &validator::ValidationError) -> String {
    let bound = |name: &str| error.params.get(name).map(ToString::to_string);
    let is_text = error.params.get("value").is_some_and(Value::is_string);
    let sized = |size: String| {
        if is_text { format!("must be {size} characters long") } else { format!("must hold {size} items") }
    };
    match (error.code.as_ref(), bound("min"), bound("max")) {
        ("length", Some(min), Some(max)) => sized(format!("{min} to {max}")),
        ("length", None, Some(max)) => sized(format!("at most {max}")),
        ("range", Some(min), Some(max)) => format!("must be {min} to {max}"),
        ("range", Some(min), None) => format!("must be at least {min}"),
        (code, ..) => error.message.as_ref().map_or_else(|| code.to_owned(), ToString::to_string),
    }
}

/// Returns the application state of a request.
pub(crate) fn app(req: &HttpRequest) -> ApiResult<web::Data<App>> {
    let missing = || bug(&std::io::Error::other("the application is not registered"));
    req.app_data::<web::Data<App>>().cloned().ok_or_else(missing)
}
