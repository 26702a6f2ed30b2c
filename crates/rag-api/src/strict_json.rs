//! Deserialises JSON as serde does, with three differences: a struct is no array, a variant is no number, and `82.0` is an integer
//! as in JSON Schema. Values that PostgreSQL cannot store are refused, unless their field is ignored.

use serde::{
    Deserializer,
    de::{
        Error as _, Expected, IntoDeserializer, Unexpected, Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::{Error, Map, Value};

use crate::wanted::{one_of, visit};

/// Maximum magnitude of a number. PostgreSQL writes larger ones with so many digits that they cannot be read as a float again.
const MAX_NUMBER: f64 = 1e300;

macro_rules! integers {
    ($($method:ident)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visit(visitor, |visitor| integer(self.0).deserialize_any(visitor))
        })+
    };
}

/// A JSON value that deserialises to a struct only if it is an object.
pub(crate) struct StrictJson(pub(crate) Value);

impl IntoDeserializer<'_, Error> for StrictJson {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for StrictJson {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            // Serde has no separate method for these enums, and accepts arrays for them, too.
            Value::Array(_) if expectation(&visitor).starts_with("internally tagged enum") => {
                Err(no_object())
            }
            Value::Array(items) => {
                let mut items = SeqDeserializer::new(items.into_iter().map(Self));
                let value = visitor.visit_seq(&mut items)?;
                items.end().map(|()| value)
            }
            Value::Object(fields) if fields.keys().any(|name| name.contains('\0')) => {
                Err(Error::custom("has a name with a NUL character"))
            }
            Value::Object(fields) => visit_fields(fields, visitor),
            Value::String(text) if text.contains('\0') => Err(Error::custom("holds a NUL character")),
            Value::Number(number) if number.as_f64().is_none_or(|number| number.abs() > MAX_NUMBER) => {
                Err(Error::custom("is a number beyond 1e300"))
            }
            Value::String(text) => visit(visitor, |visitor| visitor.visit_string(text)),
            scalar => scalar.deserialize_any(visitor),
        }
    }

    /// Ignored values are neither checked nor stored.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(_) => Err(no_object()),
            // An unknown name is refused or ignored.
            Value::Object(fields) => visit_fields(fields, visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
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
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let is_text = self.0.is_string();
        self.0.deserialize_enum(name, variants, visitor).map_err(|error| {
            let is_unknown = is_text && error.to_string().starts_with("unknown variant");
            if is_unknown { Error::custom(one_of(variants)) } else { error }
        })
    }

    /// The tag of an enum, for which serde also accepts the number of the variant.
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Number(_) => Err(Error::invalid_type(Unexpected::Other("a number"), &"a string")),
            value => value.deserialize_any(visitor),
        }
    }

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    forward_to_deserialize_any! {
        bool f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map
    }
}

/// Returns a number without a fraction as an integer, and everything else as it is.
fn integer(value: Value) -> Value {
    // Beyond 2^53, numbers that differ are the same float.
    const MAX_EXACT: f64 = 9_007_199_254_740_992.0;
    match value.as_f64() {
        Some(number) if value.is_f64() && number.fract() == 0.0 && number.abs() <= MAX_EXACT => {
            // `Display` writes such a float as digits alone.
            number.to_string().parse::<i64>().map_or(value, Value::from)
        }
        _ => value,
    }
}

fn visit_fields<'de, V: Visitor<'de>>(fields: Map<String, Value>, visitor: V) -> Result<V::Value, Error> {
    let fields = fields.into_iter().map(|(name, value)| (name, StrictJson(value)));
    let mut fields = MapDeserializer::new(fields);
    let value = visitor.visit_map(&mut fields)?;
    fields.end().map(|()| value)
}

fn no_object() -> Error {
    Error::invalid_type(Unexpected::Seq, &"an object")
}

/// Returns a visitor's description of the expected value.
fn expectation(expected: &dyn Expected) -> String {
    expected.to_string()
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, de::DeserializeOwned};
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        number: Option<f64>,
        any: Option<Value>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(tag = "type", rename_all = "snake_case")]
    enum Tagged {
        One { inner: u8 },
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(tag = "type", content = "value", rename_all = "snake_case")]
    enum Adjacent {
        One(u8),
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        inners: Vec<Inner>,
        tagged: Option<Tagged>,
        pair: (u8, String),
    }

    fn read<T: DeserializeOwned>(value: Value) -> Result<T, String> {
        serde_path_to_error::deserialize(StrictJson(value)).map_err(|error| error.to_string())
    }

    #[test]
    fn objects_arrays_and_tuples_are_read() {
        let value = json!({"inners": [{"number": 1, "any": [1, {"a": [null]}]}, {}],
                           "tagged": {"type": "one", "inner": 7}, "pair": [1, "b"]});
        let inners = vec![
            Inner { number: Some(1.0), any: Some(json!([1, {"a": [null]}])) },
            Inner { number: None, any: None },
        ];
        let expected = Outer { inners, tagged: Some(Tagged::One { inner: 7 }), pair: (1, "b".to_owned()) };
        assert_eq!(read::<Outer>(value), Ok(expected));
    }

    #[test]
    fn a_number_without_a_fraction_is_an_integer() {
        let pair =
            |number| read::<Outer>(json!({"inners": [], "pair": [number, "b"]})).map(|outer| outer.pair.0);
        assert_eq!(pair(json!(82.0)), Ok(82));
        assert_eq!(pair(json!(-0.0)), Ok(0));
        for refused in [json!(82.5), json!(-1.0), json!(256.0), json!(1e17), json!("82")] {
            pair(refused.clone()).expect_err(&refused.to_string());
        }
        // Free values stay as they are.
        assert_eq!(read::<Inner>(json!({"any": 82.0})).unwrap().any.unwrap().to_string(), "82.0");
    }

    #[test]
    fn a_value_that_cannot_be_read_is_refused_with_the_wanted_one() {
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Mode {
            Hybrid,
            Dense,
        }
        #[derive(Debug, Deserialize)]
        struct Search {
            limit: Option<u32>,
            as_of: Option<chrono::DateTime<chrono::Utc>>,
            session: Option<uuid::Uuid>,
            mode: Option<Mode>,
        }
        for (body, refusal) in [
            (json!({"limit": -1}), "limit: must be a whole number from 0 to 4294967295"),
            (json!({"limit": "x"}), "limit: must be a whole number from 0 to 4294967295"),
            (json!({"as_of": "yesterday"}), "as_of: must be a time such as 2026-11-30T12:00:00Z"),
            (json!({"session": "x"}), "session: must be an id such as 019ad1f4-8f1c-7cc0-b0a6-5f0e4e6d2c11"),
            (json!({"mode": "both"}), "mode: must be one of hybrid, dense"),
        ] {
            assert_eq!(read::<Search>(body).unwrap_err(), refusal);
        }
        let read = read::<Search>(json!({"limit": 5, "mode": "dense"})).unwrap();
        assert!(matches!(
            read,
            Search { limit: Some(5), as_of: None, session: None, mode: Some(Mode::Dense) }
        ));
    }

    #[test]
    fn values_that_cannot_be_stored_are_refused_where_they_are_kept() {
        let refused = |any: Value| read::<Inner>(json!({"any": any})).unwrap_err();
        assert_eq!(refused(json!(["a", "b\0"])), "any[1]: holds a NUL character");
        assert_eq!(refused(json!({"a": {"\0": 1}})), "any.a: has a name with a NUL character");
        assert_eq!(refused(json!({"a": -1.7e308})), "any.a: is a number beyond 1e300");
        assert_eq!(read::<Inner>(json!({"number": 2e300})).unwrap_err(), "number: is a number beyond 1e300");
        let ignored = json!({"inners": [], "pair": [1, "b"], "more\0": {"\0": "\0"}, "number": 1.7e308});
        assert!(read::<Outer>(ignored).is_ok());
    }

    #[test]
    fn a_number_is_no_tag() {
        let tagged = json!({"inners": [], "tagged": {"type": 0, "inner": 7}, "pair": [1, "b"]});
        let refused = read::<Outer>(tagged).unwrap_err();
        assert_eq!(refused, "tagged.type: invalid type: a number, expected a string");
        assert_eq!(read::<Adjacent>(json!({"type": "one", "value": 7})), Ok(Adjacent::One(7)));
        assert!(read::<Adjacent>(json!({"type": 0, "value": 7})).is_err());
    }

    #[test]
    fn an_array_is_no_object_wherever_it_stands() {
        let refused = |value| read::<Outer>(value).unwrap_err();
        assert_eq!(refused(json!([[], null, [1, "b"]])), "invalid type: sequence, expected an object");
        let nested = json!({"inners": [[1.0, null]], "pair": [1, "b"]});
        assert_eq!(refused(nested), "inners[0]: invalid type: sequence, expected an object");
        let tagged = json!({"inners": [], "tagged": ["one", 7], "pair": [1, "b"]});
        assert_eq!(refused(tagged), "tagged: invalid type: sequence, expected an object");
    }
}
