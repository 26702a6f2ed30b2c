//! Parsers of values of the command line, whose errors say what is wanted.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// Parses a point in time.
pub(super) fn time(text: &str) -> Result<DateTime<Utc>, String> {
    text.parse().map_err(|_unread| "give a time such as 2026-11-30T12:00:00Z".to_owned())
}

/// Parses a day.
pub(super) fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_unread| "give a day such as 2026-11-30".to_owned())
}

/// Parses an id.
pub(super) fn id(text: &str) -> Result<Uuid, String> {
    text.parse().map_err(|_unread| "give an id such as 019ad1f4-8f1c-7cc0-b0a6-5f0e4e6d2c11".to_owned())
}
