//! PostgreSQL's clock: the one that all rows are dated by.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{IntervalDsl, now},
    prelude::*,
    sql_types::Timestamptz,
};

use crate::RepoResult;

/// The time `days` from the transaction's beginning.
pub fn in_days(conn: &mut PgConnection, days: i32) -> RepoResult<DateTime<Utc>> {
    Ok(diesel::select(now.into_sql::<Timestamptz>() + days.days()).get_result(conn)?)
}
