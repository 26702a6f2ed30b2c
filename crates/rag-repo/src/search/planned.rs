//! A query with the planner settings that it is run under.

use diesel::{PgConnection, QueryableByName, connection::SimpleConnection, pg::Pg};

use crate::{
    RepoResult,
    statement::{PlanDepth, Statement},
};

/// Forbids sequential scans, so that the inverted index is used. PostgreSQL takes comparing two arrays for as cheap as two numbers,
/// and would otherwise compare those of all rows when a question's words are in many.
pub(super) const BY_WORDS: &str = "SET LOCAL enable_seqscan = off";

/// A query with the planner settings that it needs. Call it in a transaction, which they hold for.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    statement: Statement,
    settings: Option<String>,
}

impl Planned {
    /// A query that needs no settings.
    pub(super) fn without_settings(statement: Statement) -> Self {
        Self { statement, settings: None }
    }

    /// A query that runs with `settings`. A query that connections keep is planned once for all values: these settings leave
    /// one plan, and planning it again takes longer than some of the queries.
    pub(super) fn with_settings(settings: &str, statement: Statement) -> Self {
        let mode = if statement.is_kept() { "force_generic_plan" } else { "auto" };
        let settings = format!("{settings}; SET LOCAL plan_cache_mode = {mode}");
        Self { statement, settings: Some(settings) }
    }

    /// The query itself.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// Runs it.
    pub fn load<Row: QueryableByName<Pg> + 'static>(&self, conn: &mut PgConnection) -> RepoResult<Vec<Row>> {
        self.run_under_settings(conn, |conn| self.statement.load(conn))
    }

    /// PostgreSQL's plan for its values, one line per row.
    pub fn explain(&self, conn: &mut PgConnection, depth: PlanDepth) -> RepoResult<Vec<String>> {
        self.run_under_settings(conn, |conn| self.statement.explain(conn, depth))
    }

    /// Runs `run` under the settings, and then takes back what would mislead the queries after it.
    fn run_under_settings<T>(
        &self,
        conn: &mut PgConnection,
        run: impl FnOnce(&mut PgConnection) -> RepoResult<T>,
    ) -> RepoResult<T> {
        let Some(settings) = &self.settings else { return run(conn) };
        conn.batch_execute(settings)?;
        let result = run(conn)?;
        conn.batch_execute(
            "SET LOCAL enable_seqscan = on; SET LOCAL enable_sort = on; SET LOCAL plan_cache_mode = auto",
        )?;
        Ok(result)
    }
}
