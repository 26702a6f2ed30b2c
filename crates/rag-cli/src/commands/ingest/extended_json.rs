//! `MongoDB`'s Extended JSON 2.0, which `mongoexport` writes, as plain JSON.

use serde_json::{Map, Value};

/// Returns a value without typed objects such as `{"$oid": ".."}`, `{"$date": ..}`, numbers.
pub(super) fn plain(value: Value) -> Value {
    match value {
        Value::Array(values) => values.into_iter().map(plain).collect(),
        Value::Object(object) => match typed(&object) {
            Some(value) => value,
            None => object.into_iter().map(|(name, value)| (name, plain(value))).collect(),
        },
        other => other,
    }
}

fn typed(object: &Map<String, Value>) -> Option<Value> {
    let (name, value) = object.iter().next().filter(|_| object.len() == 1)?;
    let text = || value.as_str().map(str::to_owned);
    match name.as_str() {
        // A decimal has more digits than a JSON reader keeps.
        "$oid" | "$uuid" | "$symbol" | "$numberDecimal" => text().map(Value::String),
        "$date" => match plain(value.clone()) {
            Value::Number(ms) => {
                let time = chrono::DateTime::from_timestamp_millis(ms.as_i64()?)?;
                Some(Value::String(time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)))
            }
            other => Some(other),
        },
        "$numberInt" | "$numberLong" | "$numberDouble" => {
            // "Infinity" and "NaN" are no JSON numbers and stay text.
            let text = text()?;
            Some(serde_json::from_str(&text).unwrap_or(Value::String(text)))
        }
        _ => None,
    }
}
