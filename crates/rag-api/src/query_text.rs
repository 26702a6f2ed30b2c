//! Deserialises the parameters of a query: each is a text, which is read as the type of its field.

use std::str::FromStr;

use serde::{
    Deserializer,
    de::{Error as _, IntoDeserializer, Visitor, value::MapDeserializer},
    forward_to_deserialize_any,
};
use serde_json::Error;

use crate::wanted::{one_of, visit, wanted};

/// Returns a deserializer of the parameters.
pub(crate) fn parameters<'de>(
    pairs: Vec<(String, String)>,
) -> MapDeserializer<'de, impl Iterator<Item = (String, QueryText)>, Error> {
    MapDeserializer::new(pairs.into_iter().map(|(name, text)| (name, QueryText(text))))
}

/// The text of a parameter.
pub(crate) struct QueryText(String);

impl IntoDeserializer<'_, Error> for QueryText {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Reads a number or a truth value.
fn read<'de, T, V>(
    text: &str,
    visitor: V,
    visit_as: fn(V, T) -> Result<V::Value, Error>,
) -> Result<V::Value, Error>
where
    T: FromStr,
    V: Visitor<'de>,
{
    let wanted = wanted(&visitor).unwrap_or("has another type");
    let refused = || Error::custom(wanted);
    visit_as(visitor, text.parse().map_err(|_unread| refused())?).map_err(|_unread| refused())
}

macro_rules! scalars {
    ($($method:ident: $type:ty => $visit:ident,)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            read::<$type, V>(&self.0, visitor, V::$visit)
        })+
    };
}

impl<'de> Deserializer<'de> for QueryText {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visit(visitor, |visitor| visitor.visit_string(self.0))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let refused = |_unread: Error| Error::custom(one_of(variants));
        visitor.visit_enum(self.0.into_deserializer()).map_err(refused)
    }

    scalars! {
        deserialize_bool: bool => visit_bool,
        deserialize_i8: i8 => visit_i8,
        deserialize_i16: i16 => visit_i16,
        deserialize_i32: i32 => visit_i32,
        deserialize_i64: i64 => visit_i64,
        deserialize_u8: u8 => visit_u8,
        deserialize_u16: u16 => visit_u16,
        deserialize_u32: u32 => visit_u32,
        deserialize_u64: u64 => visit_u64,
        deserialize_f32: f32 => visit_f32,
        deserialize_f64: f64 => visit_f64,
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate, Utc};
    use serde::Deserialize;
    use uuid::Uuid;

    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum State {
        Queued,
        Done,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Params {
        limit: Option<i64>,
        after: Option<Uuid>,
        from: Option<NaiveDate>,
        at: Option<DateTime<Utc>>,
        state: Option<State>,
        #[serde(default)]
        archived: bool,
        q: Option<String>,
    }

    fn read(name: &str, text: &str) -> Result<Params, String> {
        let pairs = vec![(name.to_owned(), text.to_owned())];
        serde_path_to_error::deserialize(parameters(pairs)).map_err(|error| error.to_string())
    }

    #[test]
    fn texts_are_read_as_the_types_of_their_fields() {
        assert_eq!(read("limit", "7").unwrap().limit, Some(7));
        assert_eq!(read("after", &Uuid::nil().to_string()).unwrap().after, Some(Uuid::nil()));
        assert_eq!(read("from", "2026-11-30").unwrap().from.unwrap().to_string(), "2026-11-30");
        assert!(read("at", "2026-11-30T12:00:00Z").unwrap().at.is_some());
        assert_eq!(read("state", "done").unwrap().state, Some(State::Done));
        assert!(read("archived", "true").unwrap().archived);
        assert_eq!(read("q", "7").unwrap().q.as_deref(), Some("7"));
    }

    #[test]
    fn a_text_that_cannot_be_read_names_its_field_and_the_wanted_value() {
        for (name, text, refusal) in [
            ("limit", "abc", "limit: must be a whole number"),
            ("limit", "", "limit: must be a whole number"),
            ("after", "abc", "after: must be an id such as 019ad1f4-8f1c-7cc0-b0a6-5f0e4e6d2c11"),
            ("from", "x", "from: must be a day such as 2026-11-30"),
            ("at", "yesterday", "at: must be a time such as 2026-11-30T12:00:00Z"),
            ("state", "nope", "state: must be one of queued, done"),
            ("archived", "yes", "archived: must be true or false"),
        ] {
            assert_eq!(read(name, text).unwrap_err(), refusal);
        }
        assert!(read("nope", "1").unwrap_err().contains("unknown field `nope`"));
    }
}
