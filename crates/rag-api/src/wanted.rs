//! Texts that say which value is wanted, in place of those of the libraries that read values.

use serde::de::{Error as _, Expected, Visitor};
use serde_json::Error;

/// Returns the text for a value that a visitor of serde, of Uuid or of chrono refuses; `None` for other visitors.
pub(crate) fn wanted(visitor: &dyn Expected) -> Option<&'static str> {
    Some(match visitor.to_string().as_str() {
        "a UUID string" | "a formatted UUID string" => {
            "must be an id such as 019ad1f4-8f1c-7cc0-b0a6-5f0e4e6d2c11"
        }
        "an RFC 3339 formatted date and time string" => "must be a time such as 2026-11-30T12:00:00Z",
        "a formatted date string" => "must be a day such as 2026-11-30",
        "u8" => "must be a whole number from 0 to 255",
        "u16" => "must be a whole number from 0 to 65535",
        "u32" => "must be a whole number from 0 to 4294967295",
        "u64" | "usize" => "must be a whole number, 0 or more",
        "i32" => "must be a whole number from -2147483648 to 2147483647",
        "i8" | "i16" | "i64" | "isize" => "must be a whole number",
        "f32" | "f64" => "must be a number",
        "a boolean" => "must be true or false",
        _ => return None,
    })
}

/// Reads a value with a visitor. If the visitor refuses it, the error says which value is wanted.
pub(crate) fn visit<'de, V: Visitor<'de>>(
    visitor: V,
    read: impl FnOnce(V) -> Result<V::Value, Error>,
) -> Result<V::Value, Error> {
    let wanted = wanted(&visitor);
    read(visitor).map_err(|error| wanted.map_or(error, Error::custom))
}

/// Returns the text for a value that is not among these.
pub(crate) fn one_of(variants: &[&str]) -> String {
    format!("must be one of {}", variants.join(", "))
}
