//! Facts of a whole database, with which a copy is compared; and what a copy needs before and after its tables.

use diesel::{
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Uuid as SqlUuid},
};
use rag_schema::ROW_SECURITY_MIGRATION;
use uuid::Uuid;

use crate::{RepoError, RepoResult};

/// Passages whose neighbours are compared.
const SAMPLES: i32 = 20;
/// Neighbours of each.
const NEIGHBOURS: i32 = 5;

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct TableFacts {
    /// Schema and name, quoted where SQL needs it.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Rows.
    #[diesel(sql_type = BigInt)]
    pub row_count: i64,
    /// Sum of the hashes of all rows, whatever their order.
    #[diesel(sql_type = Text)]
    pub fingerprint: String,
}

/// A passage and the passages nearest to it, itself among them.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Sample {
    /// The model of the vectors.
    #[diesel(sql_type = Integer)]
    pub model_id: i32,
    /// The passage.
    #[diesel(sql_type = SqlUuid)]
    pub passage_id: Uuid,
    /// The nearest, nearest first, by comparing all.
    #[diesel(sql_type = Array<SqlUuid>)]
    pub nearest: Vec<Uuid>,
}

/// What a database holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Every table.
    pub tables: Vec<TableFacts>,
    /// Some passages with their neighbours.
    pub samples: Vec<Sample>,
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Answer {
    #[diesel(sql_type = Bool)]
    holds: bool,
}

/// Runs `work` on one snapshot of the database, which it gets the name of. Other connections can share the snapshot meanwhile.
pub fn in_snapshot<T, E: From<RepoError>>(
    conn: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection, &str) -> Result<T, E>,
) -> Result<T, E> {
    let begin = |conn: &mut PgConnection| -> RepoResult<String> {
        sql_query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(conn)?;
        let snapshot: Line = sql_query("SELECT pg_export_snapshot() AS line").get_result(conn)?;
        Ok(snapshot.line)
    };
    let snapshot = begin(conn).map_err(E::from)?;
    let done = work(conn, &snapshot)?;
    sql_query("COMMIT").execute(conn).map_err(RepoError::from)?;
    Ok(done)
}

/// Reads every row of every table, within a transaction such as that of [`in_snapshot`].
pub fn facts(conn: &mut PgConnection) -> RepoResult<Facts> {
    // The text of a row depends on these.
    sql_query("SELECT set_config(name, value, true) FROM (VALUES ('TimeZone', 'UTC'), ('DateStyle', 'ISO'), ('IntervalStyle', 'postgres'), ('extra_float_digits', '1'), ('bytea_output', 'hex')) AS setting (name, value)")
        .execute(conn)?;
    let statements: Vec<Line> = sql_query(include_str!("table_facts.sql")).load(conn)?;
    let tables = statements.into_iter().map(|Line { line }| sql_query(line).get_result(conn));
    let tables = tables.collect::<Result<_, _>>()?;
    let samples = sql_query(include_str!("sample_neighbours.sql"))
        .bind::<Integer, _>(SAMPLES)
        .bind::<Integer, _>(NEIGHBOURS)
        .load(conn)?;
    Ok(Facts { tables, samples })
}

/// Whether row-level security hides nothing from the connected user.
pub fn sees_every_row(conn: &mut PgConnection) -> RepoResult<bool> {
    let answer: Answer =
        sql_query("SELECT rolsuper OR rolbypassrls AS holds FROM pg_roles WHERE rolname = current_user")
            .get_result(conn)?;
    Ok(answer.holds)
}

/// Whether no table is there.
pub fn is_empty(conn: &mut PgConnection) -> RepoResult<bool> {
    let answer: Answer = sql_query(
        "SELECT NOT EXISTS (SELECT FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')) AS holds",
    )
    .get_result(conn)?;
    Ok(answer.holds)
}

/// The last migration that the database has; `None` if it has none.
pub fn last_migration(conn: &mut PgConnection) -> RepoResult<Option<String>> {
    #[derive(QueryableByName)]
    #[diesel(check_for_backend(diesel::pg::Pg))]
    struct Last {
        #[diesel(sql_type = Nullable<Text>)]
        last: Option<String>,
    }
    let last: Last =
        sql_query("SELECT max(version) AS last FROM __diesel_schema_migrations").get_result(conn)?;
    Ok(last.last)
}

/// Makes the roles that row-level security needs. They belong to the server, so that no copy of a database holds them.
pub fn ensure_roles(conn: &mut PgConnection) -> RepoResult<()> {
    // The first statement of the migration that introduced them; it does nothing where they are.
    let (roles, _) = ROW_SECURITY_MIGRATION.split_once("\n$$;").unwrap_or_default();
    diesel::connection::SimpleConnection::batch_execute(conn, &format!("{roles}\n$$;"))?;
    Ok(())
}

/// Functions and views that the role `rag_rules` owns, as `ALTER` names them: `FUNCTION search.enter(uuid)`.
pub fn owned_by_rules(conn: &mut PgConnection) -> RepoResult<Vec<String>> {
    // Types of arguments are named with their schema unless it is in the path.
    sql_query("SET LOCAL search_path = ''").execute(conn)?;
    let owned: Vec<Line> = sql_query(include_str!("owned_by_rules.sql")).load(conn)?;
    sql_query("SET LOCAL search_path TO DEFAULT").execute(conn)?;
    Ok(owned.into_iter().map(|line| line.line).collect())
}

/// The statements that give functions and views, as [`owned_by_rules`] names them, to the role `rag_rules`.
pub fn give_to_rules(owned: &[String]) -> String {
    let mut statements = vec!["GRANT CREATE ON SCHEMA public, search TO rag_rules;\n".to_owned()];
    statements.extend(owned.iter().map(|object| format!("ALTER {object} OWNER TO rag_rules;\n")));
    statements.push("REVOKE CREATE ON SCHEMA public, search FROM rag_rules;\n".to_owned());
    statements.concat()
}
