//! Organisations: their limits, and what they use.

use diesel::{connection::SimpleConnection, dsl::now, prelude::*, sql_types::Timestamptz};
use rag_schema::{
    ids::OrganisationId,
    models::{Organisation, Usage},
    schema::{organisation_usage, organisations},
};

use crate::RepoResult;

diesel::define_sql_function! {
    /// PostgreSQL's date of `now()`, in the session's time zone: UTC.
    #[sql_name = "date"]
    fn date_of(at: diesel::sql_types::Timestamptz) -> diesel::sql_types::Date;
}

diesel::define_sql_function! {
    /// The database's own function: the app's role may not write the counters itself.
    fn spend_tokens(tokens: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
}

/// Inserts an organisation with the server's limits.
pub fn insert(conn: &mut PgConnection, name: &str) -> RepoResult<OrganisationId> {
    Ok(diesel::insert_into(organisations::table)
        .values((organisations::id.eq(OrganisationId::new()), organisations::name.eq(name)))
        .returning(organisations::id)
        .get_result(conn)?)
}

/// The organisation of that name, inserted if it is missing. Two transactions that ask for the same name get the same organisation.
pub fn find_or_insert(conn: &mut PgConnection, name: &str) -> RepoResult<OrganisationId> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('organisation ' || $1, 0))")
        .bind::<diesel::sql_types::Text, _>(name)
        .execute(conn)?;
    match find_by_name(conn, name)? {
        Some(organisation) => Ok(organisation.id),
        None => insert(conn, name),
    }
}

/// The organisation, and what it stores and spends.
pub fn find(conn: &mut PgConnection, id: OrganisationId) -> RepoResult<(Organisation, Usage)> {
    Ok(organisations::table
        .inner_join(organisation_usage::table)
        .filter(organisations::id.eq(id))
        .select((Organisation::as_select(), Usage::as_select()))
        .first(conn)?)
}

/// The organisation of that name, the first of several.
pub fn find_by_name(conn: &mut PgConnection, name: &str) -> RepoResult<Option<Organisation>> {
    Ok(organisations::table
        .filter(organisations::name.eq(name))
        .select(Organisation::as_select())
        .order(organisations::id)
        .first(conn)
        .optional()?)
}

/// All organisations with what they store and spend, by name.
pub fn list(conn: &mut PgConnection) -> RepoResult<Vec<(Organisation, Usage)>> {
    Ok(organisations::table
        .inner_join(organisation_usage::table)
        .select((Organisation::as_select(), Usage::as_select()))
        .order((organisations::name, organisations::id))
        .load(conn)?)
}

/// The asker's own organisation, and what it stores and spends.
pub fn own(conn: &mut PgConnection) -> RepoResult<(Organisation, Usage)> {
    Ok(organisations::table
        .inner_join(organisation_usage::table)
        .select((Organisation::as_select(), Usage::as_select()))
        .first(conn)?)
}

/// Keeps others from changing who manages the organisation until the transaction ends.
pub fn lock(conn: &mut PgConnection, id: OrganisationId) -> RepoResult<()> {
    organisations::table
        .find(id)
        .select(organisations::id)
        .for_no_key_update()
        .first::<OrganisationId>(conn)?;
    Ok(())
}

/// Counts what the transaction has stored so far, which is otherwise done when it commits. The counters are then held
/// until it does.
pub fn count_stored_now(conn: &mut PgConnection) -> RepoResult<()> {
    Ok(conn.batch_execute("SET CONSTRAINTS document_versions_count, files_count IMMEDIATE")?)
}

/// Tokens spent today (UTC), by counters that may still be of an earlier day.
pub fn tokens_today(conn: &mut PgConnection, usage: &Usage) -> RepoResult<i64> {
    let is_today: bool =
        diesel::select(date_of(now.into_sql::<Timestamptz>()).eq(usage.token_day)).get_result(conn)?;
    Ok(if is_today { usage.token_count } else { 0 })
}

/// Adds to the tokens that chat models have read and written for the asker's organisation today.
pub fn spend(conn: &mut PgConnection, tokens: u32) -> RepoResult<()> {
    diesel::select(spend_tokens(i64::from(tokens))).execute(conn)?;
    Ok(())
}

/// Limits of an organisation's own; none is the server's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = organisations, treat_none_as_null = true)]
pub struct OwnLimits {
    /// Most documents, 0 and up.
    pub max_documents: Option<i64>,
    /// Most bytes of originals, 0 and up.
    pub max_bytes: Option<i64>,
    /// Most tokens that chat models read and write for it in a day (UTC), 0 and up.
    pub max_tokens_per_day: Option<i64>,
}

/// Sets the limits of the organisation.
pub fn limit(conn: &mut PgConnection, id: OrganisationId, limits: OwnLimits) -> RepoResult<Organisation> {
    Ok(diesel::update(organisations::table.find(id))
        .set(limits)
        .returning(Organisation::as_returning())
        .get_result(conn)?)
}
