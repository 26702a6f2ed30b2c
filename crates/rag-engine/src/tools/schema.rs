//! Checks the JSON Schema of a tool's parameters. Never fetches a reference.

use std::error::Error;

use jsonschema::{Retrieve, Uri, ValidationError, error::ValidationErrorKind, paths::Location};
use serde_json::Value;

/// Maximum length of a schema, in bytes of JSON.
const MAX_SCHEMA_BYTES: usize = 32_768;
/// Maximum number of arrays and objects around a value of a schema.
const MAX_SCHEMA_DEPTH: usize = 32;
/// Beginnings of the names of drafts, whose meta-schemas are built in.
const DRAFTS: [&str; 2] = ["http://json-schema.org/", "https://json-schema.org/"];

/// Checks that a value is a JSON Schema of an object, within limits and without references to other documents. The error names the
/// place as a JSON Pointer.
pub(super) fn check_schema(schema: &Value) -> Result<(), String> {
    let Some(members) = schema.as_object() else { return Err("parameters must be an object".to_owned()) };
    check_limits(schema)?;
    if members.get("type").is_some_and(|kind| kind != "object") {
        return Err(at("/type", "must be \"object\": a tool is called with named parameters"));
    }
    let built = jsonschema::options().with_retriever(Closed).build(schema);
    built.map(|_| ()).map_err(|error| refusal(schema, &error))
}

fn refusal(schema: &Value, error: &ValidationError<'_>) -> String {
    if let (ValidationErrorKind::Referencing(_), Some(place)) = (error.kind(), find_reference(schema, "")) {
        return at(
            &place,
            "refers to another document, and none is fetched. Write its schema here, under $defs",
        );
    }
    // The first path is that of a value that the draft forbids; it is empty for a value that is wrong in itself, such as a pattern that
    // cannot be compiled.
    let mut paths = [error.instance_path(), error.schema_path()].into_iter().map(Location::as_str);
    at(paths.find(|path| !path.is_empty()).unwrap_or_default(), &error.to_string())
}

fn at(place: &str, problem: &str) -> String {
    format!("parameters{place}: {problem}")
}

/// Knows no document apart from the meta-schemas.
struct Closed;

impl Retrieve for Closed {
    fn retrieve(&self, _: &Uri<String>) -> Result<Value, Box<dyn Error + Send + Sync>> {
        Err("no document is fetched".into())
    }
}

fn check_limits(schema: &Value) -> Result<(), String> {
    check_depth(schema, "", 0)?;
    let bytes = schema.to_string().len();
    if bytes > MAX_SCHEMA_BYTES {
        return Err(format!("parameters: {bytes} bytes of JSON, and the maximum is {MAX_SCHEMA_BYTES}"));
    }
    Ok(())
}

/// Refuses a value that is too deep, and NUL characters, which PostgreSQL cannot store.
fn check_depth(value: &Value, place: &str, depth: usize) -> Result<(), String> {
    if depth > MAX_SCHEMA_DEPTH {
        return Err(at(place, &format!("nested deeper than {MAX_SCHEMA_DEPTH} levels")));
    }
    let texts = value.as_object().into_iter().flat_map(|members| members.keys().map(String::as_str));
    if texts.chain(value.as_str()).any(|text| text.contains('\0')) {
        return Err(at(place, "holds a NUL character"));
    }
    children(value).try_for_each(|(step, child)| check_depth(child, &format!("{place}/{step}"), depth + 1))
}

/// Returns the values in an array or an object, each with its step of a JSON Pointer.
fn children(value: &Value) -> impl Iterator<Item = (String, &Value)> {
    let items = value.as_array().into_iter().flatten().enumerate();
    let members = value.as_object().into_iter().flatten();
    items
        .map(|(place, item)| (place.to_string(), item))
        .chain(members.map(|(name, member)| (name.replace('~', "~0").replace('/', "~1"), member)))
}

/// Returns the place of the first reference that points neither into the schema itself nor to a draft.
fn find_reference(value: &Value, place: &str) -> Option<String> {
    children(value).find_map(|(step, child)| {
        let is_reference = matches!(step.as_str(), "$ref" | "$dynamicRef" | "$schema");
        let place = format!("{place}/{step}");
        let is_outside =
            |target: &str| !target.starts_with('#') && !DRAFTS.iter().any(|draft| target.starts_with(draft));
        if is_reference && child.as_str().is_some_and(is_outside) {
            return Some(place);
        }
        find_reference(child, &place)
    })
}

/// Returns the names and descriptions of the parameters, outermost first, at most `max_chars` Unicode scalar values.
pub(super) fn parameter_text(schema: &Value, max_chars: usize) -> String {
    let mut words = Vec::new();
    collect_words(schema, &mut words);
    words.join("\n").chars().take(max_chars).collect()
}

fn collect_words(schema: &Value, words: &mut Vec<String>) {
    let Some(members) = schema.as_object() else { return };
    for (name, parameter) in members.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let description = parameter.get("description").and_then(Value::as_str).unwrap_or_default();
        words.push(format!("{} {description}", super::definition::name_words(name)));
    }
    for (name, member) in members {
        match member {
            // The members of these are schemas by name, those of others by keyword.
            Value::Object(named) if matches!(name.as_str(), "properties" | "$defs" | "definitions") => {
                named.values().for_each(|schema| collect_words(schema, words));
            }
            Value::Array(schemas) => schemas.iter().for_each(|schema| collect_words(schema, words)),
            schema => collect_words(schema, words),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schemas_of_usual_tools_pass() {
        for schema in [
            json!({}),
            json!({"type": "object", "properties": {}}),
            json!({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
                   "properties": {"city": {"type": "string", "minLength": 1}}, "required": ["city"], "additionalProperties": false}),
            json!({"type": "object", "properties": {"at": {"$ref": "#/$defs/place"}, "$ref": {"type": "string"}},
                   "$defs": {"place": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"$ref": "#/$defs/place"}}]}}}),
            json!({"type": "object", "properties": {"code": {"type": "string", "pattern": "^(?!x)[a-z]{2}$"}}}),
        ] {
            assert_eq!(check_schema(&schema), Ok(()), "{schema}");
        }
    }

    #[test]
    fn a_refusal_names_the_place() {
        let deep = (0..40).fold(json!({"type": "string"}), |inner, _| json!({"items": inner}));
        for (schema, place) in [
            (json!([1]), "parameters must be an object"),
            (json!({"type": "string"}), "parameters/type: "),
            (json!({"properties": {"city": {"type": "strng"}}}), "parameters/properties/city/type: "),
            (json!({"properties": {"a/b": {"minLength": -1}}}), "parameters/properties/a~1b/minLength: "),
            (json!({"required": "city"}), "parameters/required: "),
            (
                json!({"properties": {"x": {"$ref": "https://example.com/x.json"}}}),
                "parameters/properties/x/$ref: ",
            ),
            (json!({"properties": {"x": {"$ref": "file:///etc/passwd"}}}), "parameters/properties/x/$ref: "),
            (json!({"$schema": "https://example.com/own-draft"}), "parameters/$schema: "),
            (json!({"properties": {"x": {"$ref": "#/$defs/none"}}}), "parameters"),
            (json!({"properties": {"x": {"pattern": "("}}}), "parameters/properties/x/pattern: "),
            (
                json!({"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"x": {"pattern": "("}}}),
                "parameters/properties/x/pattern: ",
            ),
            (json!({"description": "a\0"}), "parameters/description: "),
            (json!({"description": "x".repeat(MAX_SCHEMA_BYTES)}), "parameters: "),
            (deep, "parameters/items/items/"),
        ] {
            let refused = check_schema(&schema).unwrap_err();
            assert!(refused.starts_with(place) && refused.len() < 1_000, "{refused}");
        }
    }

    #[test]
    fn names_and_descriptions_of_all_levels_are_words_of_the_parameters() {
        let schema = json!({"type": "object", "properties": {
            "startTime": {"type": "string", "description": "When it begins."},
            "guests": {"type": "array", "items": {"type": "object", "properties": {"mail_address": {"type": "string"}}}},
        }});
        assert_eq!(parameter_text(&schema, 1_000), "guests \nstart time When it begins.\nmail address ");
        assert_eq!(parameter_text(&schema, 6), "guests");
    }
}
