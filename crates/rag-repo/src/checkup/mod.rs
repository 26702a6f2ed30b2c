//! A check-up of the database: rules that find damage, and repairs. Rules are rows of tables; checking them changes nothing.

mod data;
mod facts;
mod index;
mod schema;
mod server;

use diesel::{
    connection::SimpleConnection,
    prelude::*,
    sql_types::{BigInt, Float, Nullable, Text, Uuid},
};
use rag_schema::ids::VersionId;

pub use facts::{
    ConnectionFacts, clock, connections, missing_vector_indexes, rebuild_vector_index, unused_vector_indexes,
};

use crate::{Actor, RepoResult};

/// Maximum time of the query of a rule with `Depth::Sample`, in milliseconds.
pub const MAX_QUERY_MS: u32 = 1_500;
/// Maximum number of pages of a table that `Depth::Sample` reads, 8 kB each.
const SAMPLE_PAGES: i64 = 2_000;

/// The part of the database that a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Tables, indexes, constraints, triggers.
    Schema,
    /// The PostgreSQL server.
    Server,
    /// Stored rows.
    Data,
}

/// The weight of what a rule finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Something is slower, larger or less complete than it should be.
    Warning,
    /// Data is damaged or open to others, or `rag` cannot work.
    Failure,
}

/// A rule that the database should keep, the query that finds what breaks it, and the cure.
#[derive(Debug)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub area: Area,
    /// The weight of what it finds.
    pub severity: Severity,
    /// The thing that breaks it: in the singular and in the plural.
    pub noun: (&'static str, &'static str),
    /// The state of the thing, after the noun.
    pub state: &'static str,
    /// The sentence that is true if the rule is kept.
    pub kept: &'static str,
    /// The cure by hand; the repair if it is empty.
    pub cure: &'static str,
    /// The repair, if there is a safe one.
    pub repair: Option<Repair>,
    /// The rows that the query reads.
    reads: Reads,
    /// Counts what breaks the rule, names an example, and tells the number of rows it looked at if these were not all.
    query: &'static str,
}

impl Rule {
    /// Whether it is about the index of rounds, which the settings can switch off.
    pub fn is_about_rounds(&self) -> bool {
        matches!(self.name, "rounds" | "round index")
    }
}

/// The rows that the query of a rule reads.
#[derive(Debug, Clone, Copy)]
enum Reads {
    /// Those that the connected user may read: the catalogue and the statistics.
    Catalogue,
    /// Those of all users, as a worker does.
    Rows,
    /// As `Rows`, of random pages of the table if it is large.
    Sample(&'static str),
}

/// A repair that can run at any time, also while `rag` serves, and again.
#[derive(Debug, Clone, Copy)]
pub struct Repair {
    /// The repair as an infinitive, such as "delete them".
    pub does: &'static str,
    /// How it is done.
    pub means: Means,
}

/// How a repair is done.
#[derive(Debug, Clone, Copy)]
pub enum Means {
    /// By statements that run as a worker, in one transaction.
    Rows(&'static str),
    /// By the statements that a query returns. Each runs as the connected user, outside of a transaction.
    Maintenance(&'static str),
    /// By making the words of the versions again that a query returns, which the engine does.
    Words(&'static str),
}

/// The result of a rule's query.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Finding {
    /// Number of things that break the rule, in the sample if there is one.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// One of them: an id or a name, never a text of a user.
    #[diesel(sql_type = Nullable<Text>)]
    pub example: Option<String>,
    /// Number of rows that were looked at; `None` for all.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub sample: Option<i64>,
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Percent {
    #[diesel(sql_type = Float)]
    percent: f32,
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Version {
    #[diesel(sql_type = Uuid)]
    id: VersionId,
}

/// All rules, in the order in which their repairs have to run.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    schema::RULES.iter().chain(server::RULES).chain(index::RULES).chain(data::RULES)
}

/// How much a check reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Random pages of large tables. `RepoError::TooSlow` after `MAX_QUERY_MS`.
    Sample,
    /// Whole tables, for as long as it takes, but for queries with a limit of their own.
    Whole,
}

/// Runs the query of a rule, in a transaction that cannot write.
pub fn check(conn: &mut PgConnection, rule: &Rule, depth: Depth) -> RepoResult<Finding> {
    let (max_ms, pages) = match depth {
        Depth::Sample => (MAX_QUERY_MS, SAMPLE_PAGES),
        Depth::Whole => (0, i64::from(u32::MAX)),
    };
    conn.build_transaction().read_only().run(|conn| {
        conn.batch_execute(&format!("SET LOCAL statement_timeout = {max_ms}; SET LOCAL jit = off"))?;
        let query = diesel::sql_query(rule.query);
        Ok(match rule.reads {
            Reads::Catalogue => query.get_result(conn)?,
            Reads::Rows => {
                Actor::System.enter(conn)?;
                query.get_result(conn)?
            }
            Reads::Sample(table) => {
                let pages: Percent = diesel::sql_query(include_str!("pages_percent.sql"))
                    .bind::<Text, _>(table)
                    .bind::<BigInt, _>(pages)
                    .get_result(conn)?;
                Actor::System.enter(conn)?;
                query.bind::<Float, _>(pages.percent).get_result(conn)?
            }
        })
    })
}

/// Runs the statements of `Means::Rows`.
pub fn change_rows(conn: &mut PgConnection, statements: &str) -> RepoResult<()> {
    conn.transaction(|conn| {
        Actor::System.enter(conn)?;
        Ok(conn.batch_execute(statements)?)
    })
}

/// Runs the statements that the query of `Means::Maintenance` returns.
pub fn maintain(conn: &mut PgConnection, list: &str) -> RepoResult<()> {
    let statements: Vec<Line> = diesel::sql_query(list).load(conn)?;
    for Line { line } in statements {
        conn.batch_execute(&line)?;
    }
    Ok(())
}

/// The versions that the query of `Means::Words` returns.
pub fn versions(conn: &mut PgConnection, list: &str) -> RepoResult<Vec<VersionId>> {
    let found: Vec<Version> = conn.transaction(|conn| -> RepoResult<_> {
        Actor::System.enter(conn)?;
        Ok(diesel::sql_query(list).load(conn)?)
    })?;
    Ok(found.into_iter().map(|version| version.id).collect())
}
