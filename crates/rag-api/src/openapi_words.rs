//! The possible values of string fields in the OpenAPI document: the words of enums, and the patterns of names.

use rag_schema::enums::{
    ChangeMaker, FaultReason, JobKind, JobStage, JobState, MemberRole, MemoryAction, MemoryKind,
    MemorySource, MemoryState, Outcome, Rating, Role, Scope, Sender, SentenceSupport, StopReason, UserState,
    VersionState,
};
use serde_json::Value;
use utoipa::openapi::{
    OpenApi, RefOr, Schema,
    path::{Parameter, ParameterIn},
    schema::{Array, ArrayItems, Object, SchemaType, Type},
};

use crate::{
    names::{EMAIL_PATTERN, NAME_PATTERN},
    openai::PURPOSES,
    openapi::operations_mut,
};

macro_rules! fields {
    ($($words:ident: $($schema:literal $property:literal),+;)+) => {
        [$($((
            $schema,
            $property,
            || $words::ALL.iter().map(|word| word.as_str()).collect(),
        )),+),+]
    };
}

/// Schema, property, and function that returns the words.
type Field = (&'static str, &'static str, fn() -> Vec<&'static str>);

const FIELDS: [Field; 32] = fields! {
    Role: "InvitationView" "role", "InviteBody" "role", "UpdateUserBody" "role", "UserView" "role";
    UserState: "UpdateUserBody" "state", "UserView" "state";
    MemberRole: "ShareBody" "role";
    Scope: "CreateKeyBody" "scopes", "KeyView" "scopes";
    JobKind: "JobView" "kind";
    JobStage: "JobView" "stage";
    JobState: "JobView" "state";
    VersionState: "VersionView" "state";
    Sender: "MessageView" "sender";
    Outcome: "AnswerView" "outcome", "MessageView" "outcome";
    Rating: "FeedbackBody" "rating", "FeedbackView" "rating";
    FaultReason: "FeedbackBody" "reason", "FeedbackView" "reason";
    SentenceSupport: "SentenceView" "support";
    StopReason: "AnswerView" "stop_reason", "MessageView" "stop_reason";
    MemoryKind: "MemoryView" "kind", "RememberBody" "kind", "UpdateMemoryBody" "kind", "RecallBody" "kinds";
    MemorySource: "MemoryView" "source", "RememberBody" "source";
    MemoryState: "MemoryView" "state";
    MemoryAction: "MemoryChangeView" "action";
    ChangeMaker: "MemoryChangeView" "made_by";
};

/// The parameters of lists that take words, by path and name.
const PARAMETERS: [Field; 4] = fields! {
    JobState: "/v1/jobs" "state";
    JobKind: "/v1/jobs" "kind";
    MemoryState: "/v1/memories" "state";
    MemoryKind: "/v1/memories" "kind";
};

/// The fields with other words than those of an enum.
const OTHERS: [Field; 3] = [
    // The owner of a collection is a member, too, with a role that cannot be assigned.
    ("MemberView", "role", || {
        ["owner"].into_iter().chain(MemberRole::ALL.iter().map(|role| role.as_str())).collect()
    }),
    ("OpenAiFileForm", "purpose", || PURPOSES.to_vec()),
    // Memories are superseded and merged by other memories only.
    ("UpdateMemoryBody", "state", || {
        [MemoryState::Active, MemoryState::Archived, MemoryState::Forgotten].map(MemoryState::as_str).into()
    }),
];

/// Adds the words of each field and parameter that takes words.
pub(crate) fn list_words(document: &mut OpenApi) {
    let schemas = document.components.get_or_insert_default();
    for (schema, property, words) in FIELDS.into_iter().chain(OTHERS) {
        if let Some(field) = schemas.schemas.get_mut(schema).and_then(|schema| field_of(schema, property)) {
            list(field, &words());
        }
        // A list contains the schema of its items again.
        let items = schemas.schemas.get_mut(&format!("ListView_{schema}"));
        if let Some(Schema::Array(Array { items: ArrayItems::RefOrSchema(item), .. })) =
            items.and_then(|list| field_of(list, "items"))
            && let Some(field) = field_of(item, property)
        {
            list(field, &words());
        }
    }
    for (path, name, words) in PARAMETERS {
        let listing = document.paths.paths.get_mut(path).and_then(|item| item.get.as_mut());
        for parameter in listing.and_then(|operation| operation.parameters.as_mut()).into_iter().flatten() {
            if let RefOr::T(parameter) = parameter
                && parameter.name == name
                && let Some(RefOr::T(schema)) = &mut parameter.schema
            {
                list(schema, &words());
            }
        }
    }
}

/// Schema, property and pattern of every name and e-mail address that a client chooses.
const NAMES: [(&str, &str, &str); 18] = [
    ("BulkDocumentBody", "source", NAME_PATTERN),
    ("BulkDocumentBody", "title", NAME_PATTERN),
    ("RedriveBody", "code", NAME_PATTERN),
    ("InviteBody", "email", EMAIL_PATTERN),
    ("RegisterBody", "email", EMAIL_PATTERN),
    ("AcceptBody", "display_name", NAME_PATTERN),
    ("CreateCollectionBody", "name", NAME_PATTERN),
    ("CreateKeyBody", "name", NAME_PATTERN),
    ("CreateSessionBody", "title", NAME_PATTERN),
    ("CreateTextBody", "source", NAME_PATTERN),
    ("CreateTextBody", "title", NAME_PATTERN),
    ("RegisterBody", "display_name", NAME_PATTERN),
    ("RegisterBody", "organisation", NAME_PATTERN),
    ("UpdateCollectionBody", "name", NAME_PATTERN),
    ("UpdateMeBody", "display_name", NAME_PATTERN),
    ("UpdateSessionBody", "title", NAME_PATTERN),
    ("CreateVectorStoreBody", "name", NAME_PATTERN),
    ("UpdateVectorStoreBody", "name", NAME_PATTERN),
];

/// Pattern of texts without NUL characters, which PostgreSQL cannot store.
const TEXT_PATTERN: &str = r"^[^\u0000]*$";

/// Adds the patterns of all texts in query parameters and request bodies.
pub(crate) fn state_patterns(document: &mut OpenApi) {
    let operations = document.paths.paths.values_mut().flat_map(operations_mut);
    for parameter in operations.filter_map(|operation| operation.parameters.as_mut()).flatten() {
        if let RefOr::T(Parameter { parameter_in: ParameterIn::Query, schema: Some(schema), .. }) = parameter
        {
            state_text_pattern(schema);
        }
    }
    let schemas = document.components.get_or_insert_default();
    for (_, schema) in schemas.schemas.iter_mut().filter(|(name, _)| name.ends_with("Body")) {
        if let RefOr::T(Schema::Object(object)) = schema {
            object.properties.values_mut().for_each(state_text_pattern);
        }
    }
    for (schema, property, pattern) in NAMES {
        if let Some(Schema::Object(field)) =
            schemas.schemas.get_mut(schema).and_then(|schema| field_of(schema, property))
        {
            field.pattern = Some(pattern.to_owned());
        }
    }
}

fn state_text_pattern(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(field)) => {
            let is_text = match &field.schema_type {
                SchemaType::Type(only) => *only == Type::String,
                SchemaType::Array(types) => types.contains(&Type::String),
                SchemaType::AnyValue => false,
            };
            if is_text && field.enum_values.is_none() && field.format.is_none() && field.pattern.is_none() {
                field.pattern = Some(TEXT_PATTERN.to_owned());
            }
        }
        RefOr::T(Schema::Array(Array { items: ArrayItems::RefOrSchema(items), .. })) => {
            state_text_pattern(items);
        }
        _ => {}
    }
}

fn field_of<'s>(schema: &'s mut RefOr<Schema>, property: &str) -> Option<&'s mut Schema> {
    let RefOr::T(Schema::Object(object)) = schema else { return None };
    match object.properties.get_mut(property)? {
        RefOr::T(field) => Some(field),
        RefOr::Ref(_) => None,
    }
}

fn list(schema: &mut Schema, words: &[&str]) {
    match schema {
        Schema::Object(object) => {
            let null = is_nullable(object).then_some(Value::Null);
            object.enum_values = Some(words.iter().map(|word| Value::from(*word)).chain(null).collect());
        }
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items
                && let RefOr::T(items) = &mut **items
            {
                list(items, words);
            }
        }
        _ => {}
    }
}

fn is_nullable(object: &Object) -> bool {
    matches!(&object.schema_type, SchemaType::Array(types) if types.contains(&Type::Null))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_in_a_body_has_a_pattern() {
        let document = serde_json::to_value(crate::openapi::document()).unwrap();
        let query = &document["components"]["schemas"]["SearchBody"]["properties"]["query"];
        assert_eq!(query["pattern"], TEXT_PATTERN);
        let scopes = &document["components"]["schemas"]["CreateKeyBody"]["properties"]["scopes"];
        assert!(scopes["items"]["enum"].is_array() && scopes["items"]["pattern"].is_null(), "{scopes}");
    }

    #[test]
    fn every_name_has_its_pattern_in_the_document() {
        let document = serde_json::to_value(crate::openapi::document()).unwrap();
        for (schema, property, pattern) in NAMES {
            let field = &document["components"]["schemas"][schema]["properties"][property];
            assert_eq!(field["pattern"], pattern, "{schema}.{property}");
        }
    }

    #[test]
    fn every_field_has_its_words_in_the_document() {
        let document = serde_json::to_value(crate::openapi::document()).unwrap();
        for (schema, property, words) in FIELDS.into_iter().chain(OTHERS) {
            let field = &document["components"]["schemas"][schema]["properties"][property];
            let listed = field.get("enum").or_else(|| field["items"].get("enum"));
            let listed = listed.unwrap_or_else(|| panic!("{schema}.{property}: {field}")).as_array().unwrap();
            let items = &document["components"]["schemas"][format!("ListView_{schema}")];
            let item = &items["properties"]["items"]["items"]["properties"][property];
            assert!(item.is_null() || item.to_string().contains("\"enum\""), "a list of {schema}: {item}");
            assert!(words().iter().all(|word| listed.contains(&Value::from(*word))), "{schema}.{property}");
        }
        assert!(document["paths"]["/v1/jobs"]["get"]["parameters"].to_string().contains("refused"));
    }
}
