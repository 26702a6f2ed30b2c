//! Requests that clients can send again: those in progress, and the answers of those that succeeded.

use diesel::{
    dsl::{IntervalDsl, now},
    prelude::*,
    sql_types::{BigInt, Double, Text, Timestamptz, Uuid as SqlUuid},
};
use rag_schema::{ids::UserId, schema::idempotency_keys};
use uuid::Uuid;

use crate::{RepoError, RepoResult};

/// Time for which a key is kept, in hours.
const KEEP_HOURS: i32 = 24;
/// Maximum number of keys of one user.
pub const MAX_KEYS: i64 = 10_000;

/// A key and the attempt that uses it.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// User who sent the request.
    pub user: UserId,
    /// Value that the client chose, 1 to 255 characters.
    pub key: &'a str,
    /// The attempt, which no other one equals.
    pub holder: Uuid,
}

/// The answer of a request that succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// SHA-256 of the request.
    pub request_sha256: Vec<u8>,
    /// HTTP status, 200 to 299.
    pub status: i16,
    /// Header `Location`; `None` without one.
    pub location: Option<String>,
    /// Body.
    pub body: Vec<u8>,
}

/// What a key stands for when a request arrives with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nothing so far: the attempt holds the key now.
    New,
    /// A request that another attempt works on.
    InProgress,
    /// A request that succeeded.
    Answered(StoredAnswer),
}

/// Hash, status, location and body of an answer.
type Columns = (Option<Vec<u8>>, Option<i16>, Option<String>, Option<Vec<u8>>);

/// Takes the key for the attempt, for `lease_s` seconds, unless it is known. Keys that are older than a day, and those whose process has
/// died, are not. `RepoError::Exhausted` if the user has `MAX_KEYS` keys.
pub fn begin(conn: &mut PgConnection, attempt: Attempt<'_>, lease_s: i32) -> RepoResult<Known> {
    let own = idempotency_keys::table.find((attempt.user, attempt.key));
    diesel::delete(own)
        .filter(
            idempotency_keys::created_at.lt(now.into_sql::<Timestamptz>() - KEEP_HOURS.hours()).or(
                idempotency_keys::held_until.lt(now.into_sql::<Timestamptz>().nullable()).assume_not_null(),
            ),
        )
        .execute(conn)?;
    // The user's other requests wait, so that each is counted.
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('idempotency_keys ' || $1, 0))")
        .bind::<SqlUuid, _>(attempt.user)
        .execute(conn)?;
    let inserted = diesel::sql_query(include_str!("begin_idempotency_key.sql"))
        .bind::<SqlUuid, _>(attempt.user)
        .bind::<Text, _>(attempt.key)
        .bind::<SqlUuid, _>(attempt.holder)
        .bind::<Double, _>(f64::from(lease_s))
        .bind::<BigInt, _>(MAX_KEYS)
        .execute(conn)?;
    if inserted > 0 {
        return Ok(Known::New);
    }
    let found: Option<Columns> = own
        .select((
            idempotency_keys::request_sha256,
            idempotency_keys::status,
            idempotency_keys::location,
            idempotency_keys::body,
        ))
        .first(conn)
        .optional()?;
    match found {
        Some((Some(request_sha256), Some(status), location, Some(body))) => {
            Ok(Known::Answered(StoredAnswer { request_sha256, status, location, body }))
        }
        Some(_) => Ok(Known::InProgress),
        None => Err(RepoError::Exhausted(format!(
            "You have used {MAX_KEYS} idempotency keys within a day. Send the request without one, or wait."
        ))),
    }
}

/// Prolongs the attempt's hold of the key by `lease_s` seconds from now.
pub fn renew(conn: &mut PgConnection, attempt: Attempt<'_>, lease_s: i32) -> RepoResult<()> {
    let until = (now.into_sql::<Timestamptz>() + lease_s.seconds()).nullable();
    diesel::update(idempotency_keys::table.find((attempt.user, attempt.key)))
        .filter(idempotency_keys::holder.eq(attempt.holder))
        .filter(idempotency_keys::held_until.is_not_null())
        .set(idempotency_keys::held_until.eq(until))
        .execute(conn)?;
    Ok(())
}

/// Stores the answer of the attempt's request. Nothing happens if the attempt no longer holds the key.
pub fn answer(conn: &mut PgConnection, attempt: Attempt<'_>, answer: &StoredAnswer) -> RepoResult<()> {
    diesel::update(idempotency_keys::table.find((attempt.user, attempt.key)))
        .filter(idempotency_keys::holder.eq(attempt.holder))
        .filter(idempotency_keys::held_until.is_not_null())
        .set((
            idempotency_keys::held_until.eq(None::<chrono::DateTime<chrono::Utc>>),
            idempotency_keys::request_sha256.eq(&answer.request_sha256),
            idempotency_keys::status.eq(answer.status),
            idempotency_keys::location.eq(answer.location.as_deref()),
            idempotency_keys::body.eq(&answer.body),
        ))
        .execute(conn)?;
    Ok(())
}

/// Frees the key of an attempt whose request did not succeed.
pub fn release(conn: &mut PgConnection, attempt: Attempt<'_>) -> RepoResult<()> {
    diesel::delete(idempotency_keys::table.find((attempt.user, attempt.key)))
        .filter(idempotency_keys::holder.eq(attempt.holder))
        .filter(idempotency_keys::held_until.is_not_null())
        .execute(conn)?;
    Ok(())
}

/// Deletes up to `limit` keys that are older than a day, and says how many.
pub fn delete_old(conn: &mut PgConnection, limit: i64) -> RepoResult<usize> {
    Ok(diesel::sql_query(include_str!("delete_old_idempotency_keys.sql"))
        .bind::<diesel::sql_types::Integer, _>(KEEP_HOURS)
        .bind::<BigInt, _>(limit)
        .execute(conn)?)
}
