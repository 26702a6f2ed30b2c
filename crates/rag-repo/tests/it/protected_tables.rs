//! `protect_table()`: a table that it protects shows nothing to others, and no table in `public` is left open.

use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_types::Text,
};
use rag_repo::RepoError;

use crate::fixture::{Fixture, as_user, connect, new_user};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
}

fn texts(conn: &mut PgConnection, sql: &str) -> Vec<String> {
    let rows: Vec<Row> = diesel::sql_query(sql).load(conn).expect(sql);
    rows.into_iter().map(|row| row.text).collect()
}

fn count(conn: &mut PgConnection, table: &str) -> String {
    texts(conn, &format!("SELECT count(*)::text AS text FROM {table}")).concat()
}

/// Tables in `public` that lack forced row-level security or the policy behind it. A partition is reached through its parent,
/// so nobody but the owner may read it by itself.
const OPEN_TABLES: &str = "
    SELECT c.relname::text AS text FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname NOT IN ('__diesel_schema_migrations', 'embedding_models')
      AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
          SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'behind'
             AND p.polroles @> ARRAY['rag_rules'::regrole::oid, 'rag_worker'::regrole::oid]))
    UNION ALL SELECT c.relname::text || ' for ' || r.rolname FROM pg_class c, pg_roles r
    WHERE c.relnamespace = 'public'::regnamespace AND c.relispartition AND c.relkind IN ('r', 'p')
      AND r.rolname IN ('rag_user', 'rag_door', 'rag_worker', 'rag_rules')
      AND has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE')
    ORDER BY 1";

#[test]
fn no_table_is_left_open() {
    let mut fixture = Fixture::new();
    assert_eq!(texts(&mut fixture.conn, OPEN_TABLES), [""; 0]);
    // A migration that forgets the call is found.
    fixture.conn.batch_execute("CREATE TABLE forgotten (id INT)").unwrap();
    assert_eq!(texts(&mut fixture.conn, OPEN_TABLES), ["forgotten"]);
    fixture.conn.batch_execute("SELECT protect_table('forgotten', 'nobody')").unwrap();
    assert_eq!(texts(&mut fixture.conn, OPEN_TABLES), [""; 0]);
}

#[test]
fn a_protected_table_shows_a_collections_rows_to_its_readers_alone() {
    let mut fixture = Fixture::new();
    let (owner, stranger) = (fixture.user, new_user(&mut fixture.conn));
    fixture
        .conn
        .batch_execute("CREATE TABLE notes (collection_id UUID NOT NULL); SELECT protect_table('notes', 'collection', 'collection_id', '{adds,deletes}')")
        .unwrap();
    let add = format!("INSERT INTO notes VALUES ('{}')", fixture.collection);
    as_user(&mut fixture.conn, owner, |conn| {
        conn.batch_execute(&add).unwrap();
        assert_eq!(count(conn, "notes"), "1");
    });
    as_user(&mut fixture.conn, stranger, |conn| {
        assert_eq!(count(conn, "notes"), "0");
        let added = conn.transaction(|conn| Ok::<_, RepoError>(conn.batch_execute(&add)?));
        assert!(matches!(added, Err(RepoError::Forbidden)), "{added:?}");
        conn.batch_execute("DELETE FROM notes").unwrap();
    });
    fixture.conn.batch_execute("SET LOCAL ROLE rag_worker").unwrap();
    assert_eq!(count(&mut fixture.conn, "notes"), "1");
    fixture.conn.batch_execute("SET LOCAL ROLE NONE").unwrap();
    as_user(&mut fixture.conn, owner, |conn| {
        conn.batch_execute("DELETE FROM notes").unwrap();
        assert_eq!(count(conn, "notes"), "0");
    });
}

#[test]
fn rows_of_a_user_of_an_organisation_and_of_its_admins_are_theirs() {
    let mut fixture = Fixture::new();
    let (owner, stranger) = (fixture.user, new_user(&mut fixture.conn));
    for (reader, row) in [
        ("user", format!("'{owner}'")),
        ("organisation", format!("(SELECT organisation_id FROM users WHERE id = '{owner}')")),
        ("admin", format!("(SELECT organisation_id FROM users WHERE id = '{owner}')")),
    ] {
        let table = format!("rows_of_{reader}");
        fixture
            .conn
            .batch_execute(&format!(
                "CREATE TABLE {table} (whose UUID); INSERT INTO {table} SELECT {row}; SELECT protect_table('{table}', '{reader}', 'whose')"
            ))
            .unwrap();
        assert_eq!(as_user(&mut fixture.conn, owner, |conn| count(conn, &table)), "1", "{reader}");
        assert_eq!(as_user(&mut fixture.conn, stranger, |conn| count(conn, &table)), "0", "{reader}");
        fixture
            .conn
            .batch_execute(&format!("UPDATE users SET role = 'member' WHERE id = '{owner}'"))
            .unwrap();
        let seen = if reader == "admin" { "0" } else { "1" };
        assert_eq!(as_user(&mut fixture.conn, owner, |conn| count(conn, &table)), seen, "{reader}");
        fixture.conn.batch_execute(&format!("UPDATE users SET role = 'admin' WHERE id = '{owner}'")).unwrap();
    }
}

#[test]
fn the_owner_of_a_protected_table_is_held_too() {
    let mut conn = connect();
    conn.batch_execute(
        "CREATE ROLE plain_owner; CREATE TABLE owned (id INT); INSERT INTO owned VALUES (1);
         SELECT protect_table('owned', 'nobody'); ALTER TABLE owned OWNER TO plain_owner;
         GRANT USAGE ON SCHEMA public TO plain_owner; SET LOCAL ROLE plain_owner",
    )
    .unwrap();
    assert_eq!(count(&mut conn, "owned"), "0");
}

#[test]
fn a_reader_or_a_write_that_is_not_known_is_refused_and_so_is_everybody_but_the_owner() {
    let mut fixture = Fixture::new();
    fixture.conn.batch_execute("CREATE TABLE wrong (id UUID)").unwrap();
    for arguments in [
        "'wrong', 'everybody', 'id'",
        "'wrong', 'user', 'id', '{changes}'",
        "'wrong', 'nobody', NULL, '{adds}'",
    ] {
        let refused = fixture
            .conn
            .transaction(|conn| conn.batch_execute(&format!("SELECT protect_table({arguments})")))
            .unwrap_err();
        assert!(refused.to_string().starts_with("cannot protect wrong: "), "{refused}");
    }
    let called = fixture.as_user(|conn| {
        conn.transaction(|conn| conn.batch_execute("SELECT protect_table('documents', 'nobody')"))
    });
    assert!(called.unwrap_err().to_string().contains("permission denied"));
}
