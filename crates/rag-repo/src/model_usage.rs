//! The ledger of chat models: tokens and costs of each user, day and model.

use chrono::NaiveDate;
use diesel::{
    prelude::*,
    sql_types::{BigInt, Bool, Date, Double, Nullable, Text, Uuid},
};
use rag_schema::{enums::UsagePurpose, ids::UserId, schema::model_usage};

use crate::RepoResult;

diesel::define_sql_function! {
    /// The database's own function: the app's role may not write the ledger itself.
    fn add_model_usage(
        model: Text, purpose: Text, prompt_tokens: BigInt, completion_tokens: BigInt, is_estimate: Bool,
        prompt_price: Double, completion_price: Double,
    ) -> Nullable<Bool>;
}

/// A request to a chat model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NewModelUsage<'a> {
    /// Name of the model that wrote.
    pub model: &'a str,
    /// The purpose of the request.
    pub purpose: UsagePurpose,
    /// Tokens that it read.
    pub prompt_tokens: u32,
    /// Tokens that it wrote.
    pub completion_tokens: u32,
    /// Whether both are estimates.
    pub is_estimate: bool,
    /// Price of a million tokens read, in any currency.
    pub prompt_price: f64,
    /// Price of a million tokens written, in the same currency.
    pub completion_price: f64,
}

/// Tokens that chat models read and wrote today (UTC) for a user and a purpose.
pub fn tokens_today(conn: &mut PgConnection, user: UserId, purpose: UsagePurpose) -> RepoResult<i64> {
    let rows: Vec<(i64, i64)> = model_usage::table
        .filter(model_usage::user_id.eq(user))
        .filter(model_usage::purpose.eq(purpose))
        .filter(model_usage::day.eq(diesel::dsl::today))
        .select((model_usage::prompt_tokens, model_usage::completion_tokens))
        .load(conn)?;
    Ok(rows.into_iter().map(|(read, written)| read + written).sum())
}

/// Sums of requests to chat models.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, QueryableByName)]
pub struct UsageTotals {
    /// Requests.
    #[diesel(sql_type = BigInt)]
    pub request_count: i64,
    /// Tokens read.
    #[diesel(sql_type = BigInt)]
    pub prompt_tokens: i64,
    /// Tokens written.
    #[diesel(sql_type = BigInt)]
    pub completion_tokens: i64,
    /// The part of both that is estimated.
    #[diesel(sql_type = BigInt)]
    pub estimated_tokens: i64,
    /// Costs in millionths of the currency of the prices.
    #[diesel(sql_type = BigInt)]
    pub cost_micros: i64,
}

/// The sums of a day, of a model, of a purpose, of a user, or of all of them: at most one of the four is set.
#[derive(Debug, Clone, QueryableByName)]
pub struct UsageSum {
    /// Day (UTC).
    #[diesel(sql_type = Nullable<Date>)]
    pub day: Option<NaiveDate>,
    /// Name of a model.
    #[diesel(sql_type = Nullable<Text>)]
    pub model: Option<String>,
    /// Purpose.
    #[diesel(sql_type = Nullable<Text>)]
    pub purpose: Option<String>,
    /// User.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub user_id: Option<UserId>,
    /// Address of the user.
    #[diesel(sql_type = Nullable<Text>)]
    pub email: Option<String>,
    /// The sums.
    #[diesel(embed)]
    pub totals: UsageTotals,
}

/// Adds a request of the asker, today (UTC). Adds nothing if no user asks.
pub fn add(conn: &mut PgConnection, new: &NewModelUsage<'_>) -> RepoResult<()> {
    let added = add_model_usage(
        new.model,
        new.purpose,
        i64::from(new.prompt_tokens),
        i64::from(new.completion_tokens),
        new.is_estimate,
        new.prompt_price,
        new.completion_price,
    );
    diesel::select(added).execute(conn)?;
    Ok(())
}

/// Adds a request of a user, today (UTC); for the system. Adds nothing if there is no such user.
pub fn add_of(conn: &mut PgConnection, user: UserId, new: &NewModelUsage<'_>) -> RepoResult<()> {
    diesel::sql_query(include_str!("add_model_usage_of.sql"))
        .bind::<Uuid, _>(user)
        .bind::<Text, _>(new.model)
        .bind::<Text, _>(new.purpose)
        .bind::<BigInt, _>(i64::from(new.prompt_tokens))
        .bind::<BigInt, _>(i64::from(new.completion_tokens))
        .bind::<Bool, _>(new.is_estimate)
        .bind::<Double, _>(new.prompt_price)
        .bind::<Double, _>(new.completion_price)
        .execute(conn)?;
    Ok(())
}

/// Requests of a user in one day, to one model and for one purpose.
#[derive(Debug, Clone, QueryableByName)]
pub struct DayUsage {
    /// Day (UTC).
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    /// Name of the model.
    #[diesel(sql_type = Text)]
    pub model: String,
    /// Purpose.
    #[diesel(sql_type = Text)]
    pub purpose: String,
    /// The sums.
    #[diesel(embed)]
    pub totals: UsageTotals,
}

/// The rows of a user by day, model and purpose, at most `limit`, those after row `after` if given.
pub fn list_by_user(
    conn: &mut PgConnection,
    user: UserId,
    after: Option<&DayUsage>,
    limit: i64,
) -> RepoResult<Vec<DayUsage>> {
    Ok(diesel::sql_query(include_str!("list_model_usage.sql"))
        .bind::<Uuid, _>(user)
        .bind::<Nullable<Date>, _>(after.map(|row| row.day))
        .bind::<Nullable<Text>, _>(after.map(|row| row.model.as_str()))
        .bind::<Nullable<Text>, _>(after.map(|row| row.purpose.as_str()))
        .bind::<BigInt, _>(limit)
        .load(conn)?)
}

/// The sums from the first to the last day, of what the asker may see, or of one user: the total, each day in order, then models,
/// purposes and users, the most expensive first.
pub fn sum(
    conn: &mut PgConnection,
    (first, last): (NaiveDate, NaiveDate),
    user: Option<UserId>,
) -> RepoResult<Vec<UsageSum>> {
    Ok(diesel::sql_query(include_str!("sum_model_usage.sql"))
        .bind::<Date, _>(first)
        .bind::<Date, _>(last)
        .bind::<Nullable<Uuid>, _>(user)
        .load(conn)?)
}
