//! Every route: what it answers and what it refuses.

mod ai_sdk;
mod ask;
mod bulk;
mod collections;
mod cors;
mod documents;
mod grouped;
mod idempotency;
mod memories;
mod memory_values;
mod patience;
mod recall;
mod refusals;
mod reingest;
mod rerank;
mod search;
mod sessions;
mod synonyms;
mod tools;
mod ui;
mod understanding;
mod uploads;
mod versions;

use serde_json::Value;

/// The text at `pointer`.
pub(crate) fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no text at {pointer}: {value}"))
}

/// An id that names nothing.
pub(crate) const NOBODY: &str = "01900000-0000-7000-8000-000000000000";
