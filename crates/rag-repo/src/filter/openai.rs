//! The OpenAI form: `{"type", "key", "value"}` and `{"type", "filters"}`.

use serde_json::{Map, Value};

use super::{
    Filter, FilterError,
    parse::{self, Parser},
    place::{Place, shown},
    value,
};

const COMPARISONS: [&str; 8] = ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"];
const COMPOUNDS: [&str; 2] = ["and", "or"];

/// Whether the object is in this form, and not the Mongo form with a metadata key called `type`.
pub(super) fn is_openai(object: &Map<String, Value>) -> bool {
    let Some(Value::String(word)) = object.get("type") else { return false };
    let known = COMPARISONS.contains(&word.as_str()) || COMPOUNDS.contains(&word.as_str());
    let only =
        |names: &[&str]| object.len() == names.len() && names.iter().all(|name| object.contains_key(*name));
    (known && (object.contains_key("key") || object.contains_key("filters")))
        || only(&["type", "key", "value"])
        || only(&["type", "filters"])
}

impl Parser {
    pub(super) fn openai(
        &mut self,
        object: &Map<String, Value>,
        place: &Place,
    ) -> Result<Filter, FilterError> {
        match object.get("type").and_then(Value::as_str).unwrap_or_default() {
            "and" => Ok(Filter::And(self.compound(object, place)?)),
            "or" => Ok(Filter::Or(self.compound(object, place)?)),
            word => self.single(word, object, place),
        }
    }

    fn compound(&mut self, object: &Map<String, Value>, place: &Place) -> Result<Vec<Filter>, FilterError> {
        refuse_others(object, &["type", "filters"], place)?;
        self.filters(field(object, "filters", place)?, &place.child("filters"))
    }

    fn single(
        &mut self,
        word: &str,
        object: &Map<String, Value>,
        place: &Place,
    ) -> Result<Filter, FilterError> {
        let unknown = || {
            let known = [COMPARISONS.as_slice(), COMPOUNDS.as_slice()].concat().join(", ");
            place.child("type").error(format!("{} is no type of filter: use {known}", shown(word)))
        };
        if !COMPARISONS.contains(&word) {
            return Err(unknown());
        }
        refuse_others(object, &["type", "key", "value"], place)?;
        let key_place = place.child("key");
        let key = match field(object, "key", place)? {
            Value::String(text) => parse::key(text, &key_place)?,
            other => return Err(key_place.error(format!("a key is a string, not {}", value::kind(other)))),
        };
        let value = field(object, "value", place)?;
        self.comparison(word, &key, value, &place.child("value"))?.ok_or_else(unknown)
    }
}

fn field<'a>(object: &'a Map<String, Value>, name: &str, place: &Place) -> Result<&'a Value, FilterError> {
    object.get(name).ok_or_else(|| place.error(format!("`{name}` is missing: add it")))
}

fn refuse_others(object: &Map<String, Value>, known: &[&str], place: &Place) -> Result<(), FilterError> {
    match object.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            Err(place.child(name).error(format!("unknown field: this type has {}", known.join(", "))))
        }
    }
}
