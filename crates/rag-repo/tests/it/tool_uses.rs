//! Uses of tools: their partitions, their counts, and the index that the report walks.

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl, connection::SimpleConnection, prelude::*, sql_types::Text,
};
use rag_repo::{
    Actor, RepoError,
    checkup::{self, Depth, Means},
    migrations, tools,
};

use crate::{
    fixture::{Fixture, as_user_if_allowed, new_user},
    own_database::OwnDatabase,
    private_rows::insert_used_tool,
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
}

fn texts(conn: &mut PgConnection, sql: &str) -> Vec<String> {
    let rows: Vec<Row> = diesel::sql_query(sql).load(conn).expect(sql);
    rows.into_iter().map(|row| row.text).collect()
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    text: String,
}

/// A database of its own with a tool that was used once.
fn own_database() -> OwnDatabase {
    let mut database = OwnDatabase::new();
    let conn = database.conn();
    migrations::run_pending(conn).unwrap();
    conn.batch_execute("SELECT register_embedding_model('m', 3)").unwrap();
    let user = new_user(conn);
    insert_used_tool(conn, user);
    database
}

fn use_at(conn: &mut PgConnection, times: &[&str], outcome: &str) {
    for time in times {
        let sql = format!(
            "INSERT INTO tool_uses (id, used_at, tool_id, collection_id, user_id, outcome)
             SELECT uuidv7(), '{time}', t.id, t.collection_id, c.owner_id, '{outcome}'
             FROM tools t JOIN collections c ON c.id = t.collection_id"
        );
        conn.batch_execute(&sql).unwrap();
    }
}

fn partitions(conn: &mut PgConnection) -> Vec<String> {
    texts(
        conn,
        "SELECT c.relname || ' ' || (SELECT count(*) FROM tool_uses u WHERE u.tableoid = c.oid) AS text
         FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'tool_uses'::regclass ORDER BY c.relname",
    )
}

fn counts(conn: &mut PgConnection) -> Vec<String> {
    texts(
        conn,
        "SELECT format('%s of %s, %s', success_count, use_count, round(success_rate::numeric, 3)) AS text FROM tool_counts",
    )
}

#[test]
fn uses_have_a_partition_for_each_month_and_their_counts_outlive_them() {
    let mut database = own_database();
    let conn = database.conn();
    conn.batch_execute("DELETE FROM tool_uses").unwrap();
    use_at(conn, &["2031-02-28T23:59:59Z", "2031-03-01T00:00:00Z", "2031-12-31T00:00:00Z"], "success");
    conn.batch_execute("SELECT keep_tool_use_partitions(1, 13, '2031-12-31T23:59:59Z')").unwrap();
    let made = ["tool_uses_2031_02 1", "tool_uses_2031_03 1", "tool_uses_2031_12 1", "tool_uses_2032_01 0"];
    assert_eq!(partitions(conn), [&made[..], &["tool_uses_default 0"]].concat());
    // A use in a partition that was made later is counted, too.
    use_at(conn, &["2032-01-02T00:00:00Z"], "failure");
    conn.batch_execute("SELECT keep_tool_use_partitions(0, 10, '2032-01-15T00:00:00Z')").unwrap();
    let left = ["tool_uses_2031_03 1", "tool_uses_2031_12 1", "tool_uses_2032_01 1", "tool_uses_default 0"];
    assert_eq!(partitions(conn), left);
    // (2 + 4) of (4 + 5), the use of the fixture among them.
    assert_eq!(counts(conn), ["4 of 5, 0.667"]);
    conn.batch_execute("DELETE FROM tools").unwrap();
    assert_eq!((counts(conn), texts(conn, "SELECT id::text AS text FROM tool_uses")), (vec![], vec![]));
}

#[test]
fn nobody_changes_a_use_and_nobody_adds_one_for_somebody_else() {
    let mut fixture = Fixture::new();
    let (user, other) = (fixture.user, new_user(&mut fixture.conn));
    insert_used_tool(&mut fixture.conn, user);
    let add = "INSERT INTO tool_uses (id, tool_id, collection_id, user_id, outcome)
               SELECT uuidv7(), id, collection_id, '{user}', 'success' FROM tools";
    let conn = &mut fixture.conn;
    for statement in [
        "UPDATE tool_uses SET outcome = 'failure'",
        "DELETE FROM tool_uses",
        "UPDATE tool_counts SET success_rate = 1",
        &add.replace("{user}", &other.to_string()),
    ] {
        assert!(!as_user_if_allowed(conn, user, statement), "{statement}");
    }
    let own = add.replace("{user}", &user.to_string());
    let reads = conn.transaction(|conn| {
        Actor::User { id: user, may_write: false, key: None, request: None }.enter(conn)?;
        Ok::<_, RepoError>(conn.batch_execute(&own)?)
    });
    assert!(reads.is_err(), "a key that only reads");
    assert!(as_user_if_allowed(conn, user, &own));
    assert_eq!(counts(conn), ["2 of 2, 0.667"]);
}

#[test]
fn the_report_walks_the_index_of_collections_and_times() {
    let mut fixture = Fixture::new();
    let user = fixture.user;
    insert_used_tool(&mut fixture.conn, user);
    let report = include_str!("../../src/tool_usage.sql");
    let report = report.replace("$1", "now() - interval '1 day'").replace("$2", "now()").replace("$3", "10");
    let plan: Vec<Line> = fixture.as_user(|conn| {
        conn.batch_execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off").unwrap();
        diesel::sql_query(format!("EXPLAIN {report}")).load(conn).unwrap()
    });
    let plan: String = plan.into_iter().map(|line| line.text + "\n").collect();
    assert!(plan.contains("collection_id_used_at_idx"), "{plan}");
    let now = rag_repo::clock::now(&mut fixture.conn).unwrap();
    let period = (now - chrono::TimeDelta::days(1), now + chrono::TimeDelta::days(1));
    let found = fixture.as_user(|conn| tools::usage(conn, period, 10)).unwrap();
    assert_eq!((found[0].name.as_str(), found[0].use_count, found[0].median_duration_ms), ("tool", 1, None));
}

#[test]
fn the_check_up_finds_an_old_use_in_the_default_partition_and_moves_it() {
    let mut database = own_database();
    let conn = database.conn();
    use_at(conn, &["2020-05-05T00:00:00Z"], "success");
    let rule = checkup::rules().find(|rule| rule.name == "default partition").unwrap();
    let found = checkup::check(conn, rule, Depth::Whole).unwrap();
    assert_eq!((found.count, found.example.as_deref()), (1, Some("2020-05")));
    let Means::Rows(statements) = rule.repair.unwrap().means else { panic!("{rule:?}") };
    checkup::change_rows(conn, statements).unwrap();
    assert_eq!(checkup::check(conn, rule, Depth::Whole).unwrap().count, 0);
}
