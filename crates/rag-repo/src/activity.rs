//! What was searched and asked, counted from the events.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Bool, Date, Double, Nullable, Text, Timestamptz, Uuid},
};
use rag_schema::ids::UserId;

use crate::RepoResult;

/// Counts of a day, or of all days.
#[derive(Debug, Clone, Default, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Activity {
    /// Day (UTC); `None` for all days.
    #[diesel(sql_type = Nullable<Date>)]
    pub day: Option<NaiveDate>,
    /// Searches that were no part of an answer.
    #[diesel(sql_type = BigInt)]
    pub searches: i64,
    /// Those of them that found nothing.
    #[diesel(sql_type = BigInt)]
    pub empty_searches: i64,
    /// Median of the milliseconds of a search; `None` without a search.
    #[diesel(sql_type = Nullable<Double>)]
    pub search_p50_ms: Option<f64>,
    /// 95th percentile of the milliseconds of a search.
    #[diesel(sql_type = Nullable<Double>)]
    pub search_p95_ms: Option<f64>,
    /// Answers, of every outcome.
    #[diesel(sql_type = BigInt)]
    pub answers: i64,
    /// Answers that passages support.
    #[diesel(sql_type = BigInt)]
    pub answered: i64,
    /// Answers that say that nothing was found.
    #[diesel(sql_type = BigInt)]
    pub not_found: i64,
    /// Answers of a chat model that no passage supports.
    #[diesel(sql_type = BigInt)]
    pub unsupported: i64,
    /// Answers that failed, were stopped or interrupted.
    #[diesel(sql_type = BigInt)]
    pub broken_off: i64,
    /// Median of the milliseconds of an answer; `None` without an answer.
    #[diesel(sql_type = Nullable<Double>)]
    pub answer_p50_ms: Option<f64>,
    /// 95th percentile of the milliseconds of an answer.
    #[diesel(sql_type = Nullable<Double>)]
    pub answer_p95_ms: Option<f64>,
    /// Users that searched or asked; the bearers of links are not counted.
    #[diesel(sql_type = BigInt)]
    pub users: i64,
    /// Versions of documents that were published.
    #[diesel(sql_type = BigInt)]
    pub published: i64,
    /// Documents that were refused.
    #[diesel(sql_type = BigInt)]
    pub refused: i64,
    /// Documents that were deleted.
    #[diesel(sql_type = BigInt)]
    pub deleted: i64,
}

/// A question, whatever its letter case, its spaces and its punctuation at the end.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct AskedQuestion {
    /// The question in one of the ways in which it was written.
    #[diesel(sql_type = Text)]
    pub question: String,
    /// How many times it was searched for or asked.
    #[diesel(sql_type = BigInt)]
    pub asked: i64,
    /// How many times nothing was found, or no passage supported the answer.
    #[diesel(sql_type = BigInt)]
    pub unanswered: i64,
    /// When it was asked last.
    #[diesel(sql_type = Timestamptz)]
    pub last_asked_at: DateTime<Utc>,
}

/// The counts from the first to the last day (UTC), of what the asker may see, or of one user: each day with an event in order, then all.
pub fn sum(
    conn: &mut PgConnection,
    (first, last): (NaiveDate, NaiveDate),
    user: Option<UserId>,
) -> RepoResult<Vec<Activity>> {
    Ok(diesel::sql_query(include_str!("sum_activity.sql"))
        .bind::<Date, _>(first)
        .bind::<Date, _>(last)
        .bind::<Nullable<Uuid>, _>(user)
        .load(conn)?)
}

/// The questions from the first to the last day (UTC) that were asked most often or, with `unanswered`, that most often had no answer; at
/// most `limit`. Only questions whose text was stored.
pub fn list_questions(
    conn: &mut PgConnection,
    (first, last): (NaiveDate, NaiveDate),
    user: Option<UserId>,
    unanswered: bool,
    limit: i64,
) -> RepoResult<Vec<AskedQuestion>> {
    Ok(diesel::sql_query(include_str!("list_asked_questions.sql"))
        .bind::<Date, _>(first)
        .bind::<Date, _>(last)
        .bind::<Nullable<Uuid>, _>(user)
        .bind::<Bool, _>(unanswered)
        .bind::<BigInt, _>(limit)
        .load(conn)?)
}
