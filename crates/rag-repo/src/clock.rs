//! PostgreSQL's clock: the one that all rows are dated by.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{self, IntervalDsl},
    prelude::*,
    sql_types::Timestamptz,
};

use crate::RepoResult;

/// The time of the transaction's beginning.
pub fn now(conn: &mut PgConnection) -> RepoResult<DateTime<Utc>> {
    Ok(diesel::select(dsl::now.into_sql::<Timestamptz>()).get_result(conn)?)
}

/// The time `days` from the transaction's beginning.
pub fn in_days(conn: &mut PgConnection, days: i32) -> RepoResult<DateTime<Utc>> {
    Ok(diesel::select(dsl::now.into_sql::<Timestamptz>() + days.days()).get_result(conn)?)
}
