//! The statements of a database with their times and counts, which PostgreSQL's extension `pg_stat_statements` collects.

use diesel::{
    connection::SimpleConnection,
    prelude::*,
    sql_types::{BigInt, Bool, Double, Integer, Nullable, Text, Timestamptz},
};

use crate::{RepoResult, statement::without_constants};

/// The order of a list of statements: the largest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementOrder {
    /// The time of all calls together.
    Total,
    /// The mean time of a call.
    Mean,
    /// The number of calls.
    Calls,
    /// The bytes that were not in PostgreSQL's cache.
    Reads,
    /// The bytes of temporary files.
    Temp,
}

impl StatementOrder {
    /// The name of the column.
    fn column(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Mean => "mean",
            Self::Calls => "calls",
            Self::Reads => "reads",
            Self::Temp => "temp",
        }
    }
}

/// Whether a connection can read the statistics.
#[derive(Debug, Clone, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, with its own cure")]
pub struct StatisticsFacts {
    /// Whether the server has loaded the module.
    #[diesel(sql_type = Bool)]
    pub is_loaded: bool,
    /// Whether the extension has been created in the database of the connection.
    #[diesel(sql_type = Bool)]
    pub is_created: bool,
    /// Whether the user may read the texts of statements that ran as other roles, as those of `rag` do.
    #[diesel(sql_type = Bool)]
    pub may_read: bool,
    /// Whether the user may reset the statistics.
    #[diesel(sql_type = Bool)]
    pub may_reset: bool,
    /// Name of the database of the connection, quoted as SQL needs it.
    #[diesel(sql_type = Text)]
    pub database: String,
    /// Name of the user of the connection, quoted as SQL needs it.
    #[diesel(sql_type = Text)]
    pub user_name: String,
}

/// A statement, with all calls by all roles since the statistics began.
#[derive(Debug, Clone, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct ServerStatement {
    /// Text with placeholders in place of constants; that of a command ends before its first constant.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// Number of calls.
    #[diesel(sql_type = BigInt)]
    pub calls: i64,
    /// Time of all calls, in milliseconds.
    #[diesel(sql_type = Double)]
    pub total_ms: f64,
    /// Part of the time of all statements of the database, 0 to 1.
    #[diesel(sql_type = Double)]
    pub share: f64,
    /// Mean time of a call, in milliseconds.
    #[diesel(sql_type = Double)]
    pub mean_ms: f64,
    /// Time of the longest call, in milliseconds.
    #[diesel(sql_type = Double)]
    pub max_ms: f64,
    /// Number of rows that all calls have returned or changed.
    #[diesel(sql_type = BigInt)]
    pub rows: i64,
    /// Part of the pages that were in PostgreSQL's cache, 0 to 1; `None` if it has read none.
    #[diesel(sql_type = Nullable<Double>)]
    pub cache_hits: Option<f64>,
    /// Bytes that were not in PostgreSQL's cache.
    #[diesel(sql_type = BigInt)]
    pub read_bytes: i64,
    /// Bytes that were written to temporary files.
    #[diesel(sql_type = BigInt)]
    pub temp_bytes: i64,
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Since {
    #[diesel(sql_type = Timestamptz)]
    since: chrono::DateTime<chrono::Utc>,
}

/// Tells whether the connection can read the statistics. Finds the extension in any schema: sets the search path of the connection.
pub fn facts(conn: &mut PgConnection) -> RepoResult<StatisticsFacts> {
    Ok(diesel::sql_query(include_str!("statistics_facts.sql")).get_result(conn)?)
}

/// Creates the extension in the database of the connection, unless it is there. Only a superuser may do that.
pub fn create_extension(conn: &mut PgConnection) -> RepoResult<()> {
    Ok(conn.batch_execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")?)
}

/// The first `limit` statements of a database of the server; of the connection's if `database` is `None`.
pub fn list(
    conn: &mut PgConnection,
    database: Option<&str>,
    order: StatementOrder,
    limit: i32,
) -> RepoResult<Vec<ServerStatement>> {
    let mut statements: Vec<ServerStatement> = diesel::sql_query(include_str!("list_server_statements.sql"))
        .bind::<Nullable<Text>, _>(database)
        .bind::<Text, _>(order.column())
        .bind::<Integer, _>(limit)
        .load(conn)?;
    // PostgreSQL puts no placeholders into commands such as CREATE ROLE, which can hold a password.
    for statement in &mut statements {
        statement.text = without_constants(&statement.text);
    }
    Ok(statements)
}

/// The time since which statements are counted on the server.
pub fn counted_since(conn: &mut PgConnection) -> RepoResult<chrono::DateTime<chrono::Utc>> {
    let row: Since =
        diesel::sql_query("SELECT stats_reset AS since FROM pg_stat_statements_info").get_result(conn)?;
    Ok(row.since)
}

/// Forgets the statements of a database of the server; of the connection's if `database` is `None`.
pub fn reset(conn: &mut PgConnection, database: Option<&str>) -> RepoResult<()> {
    let text = "SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = coalesce($1, current_database())), 0)";
    diesel::sql_query(text).bind::<Nullable<Text>, _>(database).execute(conn)?;
    Ok(())
}
