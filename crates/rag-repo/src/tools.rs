//! Tools: rows with their vectors and words, how often they are used, and with what outcomes.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Double, Integer, Nullable, Text, Timestamptz, Uuid},
};
use rag_schema::{
    ids::{CollectionId, PassageId, ToolUseId, UserId},
    models::{NewEmbedding, NewPassage, NewTool, NewToolUse, Tool, ToolCounts, ToolUse},
    schema::{tool_counts, tool_uses, tools},
};

use crate::{
    Page, RepoError, RepoResult,
    error::changed,
    events::Kept,
    own_passages::{self, insert_search_rows},
    passage_words::PassageWords,
};

/// A tool with how often it is used and succeeds.
pub type UsedTool = (Tool, ToolCounts);

/// Inserts a tool with its passage, its vector and its words. Call it in a transaction.
pub fn insert(
    conn: &mut PgConnection,
    passage: &NewPassage,
    new: &NewTool<'_>,
    (embedding, words): (&NewEmbedding, &PassageWords),
) -> RepoResult<()> {
    own_passages::insert(conn, passage)?;
    diesel::insert_into(tools::table).values(new).execute(conn).map_err(collision_of_names)?;
    diesel::insert_into(tool_counts::table)
        .values((tool_counts::tool_id.eq(new.id), tool_counts::collection_id.eq(new.collection_id)))
        .execute(conn)?;
    insert_search_rows(conn, embedding, words)
}

/// Another transaction has just stored a tool of the same name: run again, this one finds it.
fn collision_of_names(error: diesel::result::Error) -> RepoError {
    let error = RepoError::from(error);
    if error.hits("tools_collection_id_name_key") { RepoError::Collision } else { error }
}

/// Replaces the description and the parameters of a tool that the asker sees. `RepoError::Forbidden` when they may not change it.
pub fn update(
    conn: &mut PgConnection,
    id: PassageId,
    description: &str,
    parameters: &serde_json::Value,
) -> RepoResult<()> {
    let change = (tools::description.eq(description), tools::parameters.eq(parameters));
    let updated = changed(diesel::update(tools::table.find(id)).set(change).execute(conn)?);
    updated.map_err(forbidden_if_missing)
}

/// Deletes a tool that the asker sees, with its vector, its words and its uses. `RepoError::Forbidden` when they may not change it.
pub fn erase(conn: &mut PgConnection, id: PassageId) -> RepoResult<()> {
    own_passages::erase(conn, id).map_err(forbidden_if_missing)
}

/// The error for a row that the asker sees and that a statement did not change.
fn forbidden_if_missing(error: RepoError) -> RepoError {
    if matches!(error, RepoError::NotFound) { RepoError::Forbidden } else { error }
}

/// The tools of that name that the asker may see: one in each collection at most.
pub fn find_by_name(conn: &mut PgConnection, name: &str) -> RepoResult<Vec<UsedTool>> {
    Ok(tools::table
        .inner_join(tool_counts::table)
        .filter(tools::name.eq(name))
        .order(tools::id)
        .select((Tool::as_select(), ToolCounts::as_select()))
        .load(conn)?)
}

/// The tool of that name in the collection.
pub fn find_in(
    conn: &mut PgConnection,
    collection: CollectionId,
    name: &str,
) -> RepoResult<Option<UsedTool>> {
    Ok(tools::table
        .inner_join(tool_counts::table)
        .filter(tools::collection_id.eq(collection))
        .filter(tools::name.eq(name))
        .select((Tool::as_select(), ToolCounts::as_select()))
        .first(conn)
        .optional()?)
}

/// Tools, newest first; of one collection if it is given.
pub fn list(
    conn: &mut PgConnection,
    collection: Option<CollectionId>,
    page: Page,
) -> RepoResult<Vec<UsedTool>> {
    let mut query = tools::table
        .inner_join(tool_counts::table)
        .select((Tool::as_select(), ToolCounts::as_select()))
        .order(tools::id.desc())
        .limit(page.limit)
        .into_boxed();
    if let Some(collection) = collection {
        query = query.filter(tools::collection_id.eq(collection));
    }
    if let Some(after) = page.after {
        query = query.filter(tools::id.lt(PassageId::from(after)));
    }
    Ok(query.load(conn)?)
}

/// Records a use; a trigger adds it to the counts of the tool.
pub fn insert_use(conn: &mut PgConnection, new: &NewToolUse) -> RepoResult<()> {
    diesel::insert_into(tool_uses::table).values(new).execute(conn)?;
    Ok(())
}

/// Somebody's uses of tools, newest first.
pub fn list_uses_by_user(conn: &mut PgConnection, user: UserId, page: Page) -> RepoResult<Vec<ToolUse>> {
    let mut query = tool_uses::table
        .filter(tool_uses::user_id.eq(user))
        .select(ToolUse::as_select())
        .order(tool_uses::id.desc())
        .limit(page.limit)
        .into_boxed();
    if let Some(after) = page.after {
        query = query.filter(tool_uses::id.lt(ToolUseId::from(after)));
    }
    Ok(query.load(conn)?)
}

/// Uses of a tool in a period.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct ToolUsage {
    /// The tool.
    #[diesel(sql_type = Uuid)]
    pub tool_id: PassageId,
    /// Its collection.
    #[diesel(sql_type = Uuid)]
    pub collection_id: CollectionId,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Uses, at least 1.
    #[diesel(sql_type = BigInt)]
    pub use_count: i64,
    /// Uses that succeeded.
    #[diesel(sql_type = BigInt)]
    pub success_count: i64,
    /// Median of the durations that are known, in milliseconds; `None` if there are none.
    #[diesel(sql_type = Nullable<Double>)]
    pub median_duration_ms: Option<f64>,
    /// When it was last used in the period.
    #[diesel(sql_type = Timestamptz)]
    pub last_used_at: DateTime<Utc>,
}

impl ToolUsage {
    /// Returns the share of uses that succeeded, from 0 to 1.
    pub fn success_share(&self) -> f64 {
        let number = |count: i64| i32::try_from(count).map_or(f64::from(i32::MAX), f64::from);
        number(self.success_count) / number(self.use_count.max(1))
    }
}

/// Uses of each tool from one time to another, which is excluded, by all who use it; the most used tools first.
pub fn usage(
    conn: &mut PgConnection,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> RepoResult<Vec<ToolUsage>> {
    Ok(diesel::sql_query(include_str!("tool_usage.sql"))
        .bind::<Timestamptz, _>(from)
        .bind::<Timestamptz, _>(until)
        .bind::<BigInt, _>(limit)
        .load(conn)?)
}

/// As `events::keep_partitions`, for uses of tools.
pub fn keep_use_partitions(conn: &mut PgConnection, months_ahead: i32, keep_months: i32) -> RepoResult<Kept> {
    Ok(diesel::sql_query(include_str!("keep_tool_use_partitions.sql"))
        .bind::<Integer, _>(months_ahead)
        .bind::<Integer, _>(keep_months)
        .get_result(conn)?)
}
