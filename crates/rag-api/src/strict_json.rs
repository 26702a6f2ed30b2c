//! Deserialises JSON as serde does, except for two forms that serde also accepts: a struct as an array, and a variant as its
//! number.

use serde::{
    Deserializer,
    de::{
        Error as _, Expected, IntoDeserializer, Unexpected, Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::{Error, Value};

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
            Value::Object(fields) => {
                let fields = fields.into_iter().map(|(name, value)| (name, Self(value)));
                let mut fields = MapDeserializer::new(fields);
                let value = visitor.visit_map(&mut fields)?;
                fields.end().map(|()| value)
            }
            scalar => scalar.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.0.is_array() { Err(no_object()) } else { self.deserialize_any(visitor) }
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
        self.0.deserialize_enum(name, variants, visitor)
    }

    /// The tag of an enum, for which serde also accepts the number of the variant.
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Number(_) => Err(Error::invalid_type(Unexpected::Other("a number"), &"a string")),
            value => value.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map ignored_any
    }
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
