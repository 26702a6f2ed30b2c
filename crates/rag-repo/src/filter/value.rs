//! Values that filters give: of the type that their key holds, and not too large.

use chrono::{DateTime, SubsecRound, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::{
    FilterError, Key, Scalar,
    column::{Column, Kind},
    parse::MAX_LIST,
    place::Place,
};

/// Characters of a string.
const MAX_TEXT_CHARS: usize = 10_000;

/// A value to compare with.
pub(super) fn scalar(key: &Key, value: &Value, place: &Place) -> Result<Scalar, FilterError> {
    let Key::Column(column) = key else { return any(value, place) };
    match (column.kind(), value) {
        (_, Value::Null) => Ok(Scalar::Null),
        (Kind::Text, Value::String(text)) => Ok(Scalar::Text(checked(text, place)?)),
        (Kind::Time, Value::String(text)) => {
            time(text).map(Scalar::Time).ok_or_else(|| mistyped(*column, place))
        }
        (Kind::Id, Value::String(text)) => {
            text.parse().ok().map(Scalar::Id).ok_or_else(|| mistyped(*column, place))
        }
        _ => Err(mistyped(*column, place)),
    }
}

/// A value that has others above and below it.
pub(super) fn bound(key: &Key, value: &Value, place: &Place) -> Result<Scalar, FilterError> {
    match scalar(key, value, place)? {
        Scalar::Null | Scalar::Bool(_) => {
            Err(place
                .error("only numbers and strings are more or less than others: compare this by eq or ne"))
        }
        scalar => Ok(scalar),
    }
}

/// A list of values to compare with.
pub(super) fn scalars(key: &Key, value: &Value, place: &Place) -> Result<Vec<Scalar>, FilterError> {
    let parse = |(n, value): (usize, &Value)| scalar(key, value, &place.child(&n.to_string()));
    list(value, place)?.iter().enumerate().map(parse).collect()
}

/// The elements of a list that is not too long.
pub(super) fn list<'a>(value: &'a Value, place: &Place) -> Result<&'a [Value], FilterError> {
    match value {
        Value::Array(list) if list.len() <= MAX_LIST => Ok(list),
        Value::Array(list) => Err(place.error(format!(
            "the list has {} elements: give at most {MAX_LIST}, or ask in parts",
            list.len()
        ))),
        other => Err(place.error(format!("a list is needed here, not {}", kind(other)))),
    }
}

/// What sort of JSON it is, with its article.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn any(value: &Value, place: &Place) -> Result<Scalar, FilterError> {
    match value {
        Value::Null => Ok(Scalar::Null),
        Value::Bool(flag) => Ok(Scalar::Bool(*flag)),
        Value::Number(number) => Ok(Scalar::Number(number.clone())),
        Value::String(text) => Ok(Scalar::Text(checked(text, place)?)),
        Value::Array(_) | Value::Object(_) => Err(place.error(format!(
            "a value is a string, a number, true, false or null, not {}: use `in` for several values, \
             and a dotted key for what lies within an object",
            kind(value)
        ))),
    }
}

fn checked(text: &str, place: &Place) -> Result<String, FilterError> {
    if text.chars().nth(MAX_TEXT_CHARS).is_some() {
        return Err(place.error(format!("the string is longer than {MAX_TEXT_CHARS} characters: shorten it")));
    }
    if text.contains('\0') {
        return Err(place.error("the string holds a NUL character, which nothing stored can: leave it out"));
    }
    Ok(text.to_owned())
}

fn mistyped(column: Column, place: &Place) -> FilterError {
    let wanted = match column.kind() {
        Kind::Text => "a string",
        Kind::Time => "a time such as \"2026-11-21T09:30:00Z\", or a day such as \"2026-11-21\"",
        Kind::Id => "a UUID in a string",
    };
    place.error(format!("document.{} is compared with {wanted}, or with null by eq and in", column.name()))
}

/// PostgreSQL keeps microseconds; so must what is compared with them.
fn time(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text)
        .or_else(|_: chrono::ParseError| DateTime::parse_from_rfc3339(&format!("{text}T00:00:00Z")));
    Some(time.ok()?.to_utc().trunc_subsecs(6))
}

impl Scalar {
    /// The JSON that equals it.
    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(*flag),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text) => Value::String(text.clone()),
            Self::Time(time) => Value::String(time.to_rfc3339()),
            Self::Id(id) => Value::String(Uuid::to_string(id)),
        }
    }
}

impl Key {
    pub(super) fn may_hold_text(&self) -> bool {
        match self {
            Self::Path(_) => true,
            Self::Column(column) => column.kind() == Kind::Text,
        }
    }
}
