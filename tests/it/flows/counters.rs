//! The counters of an organisation: right after everything that changes them, and locked by none of it before its end.

use diesel::{PgConnection, connection::SimpleConnection, prelude::*, sql_query, sql_types::BigInt};
use rag_repo::server;
use rag_testkit::TestApp;

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    document_count: i64,
    #[diesel(sql_type = BigInt)]
    size_bytes: i64,
}

fn connect(app: &TestApp) -> PgConnection {
    server::connect(app.database_url()).unwrap()
}

fn counted(conn: &mut PgConnection) -> (i64, i64) {
    let counted: Counted =
        sql_query("SELECT document_count, size_bytes FROM organisation_usage").get_result(conn).unwrap();
    (counted.document_count, counted.size_bytes)
}

/// Spends tokens, as every answer of a chat model does.
fn spend(app: &TestApp) -> QueryResult<()> {
    connect(app)
        .batch_execute("SET lock_timeout = '1s'; UPDATE organisation_usage SET token_count = token_count + 1")
}

#[test]
fn a_file_that_is_being_stored_keeps_no_answer_waiting() {
    let app = TestApp::start();
    let mut storing = connect(&app);
    storing
        .batch_execute(
            "BEGIN; INSERT INTO files (id, user_id, organisation_id, name, purpose, size_bytes, content_sha256)
                 SELECT gen_random_uuid(), id, organisation_id, 'a', 'a', 7, sha256('x') FROM users",
        )
        .unwrap();
    spend(&app).unwrap();
    storing.batch_execute("COMMIT").unwrap();
    assert_eq!(counted(&mut storing), (0, 7));
    storing.batch_execute("DELETE FROM files").unwrap();
    assert_eq!(counted(&mut storing), (0, 0));
}

#[test]
fn a_collection_that_is_being_deleted_keeps_no_answer_waiting() {
    let app = TestApp::start();
    let client = app.client();
    client.text(&client.collection("stays"), "a", "A text.");
    client.text(&client.collection("goes"), "b", "Another text.");
    let mut deleting = connect(&app);
    let (documents, bytes) = counted(&mut deleting);
    assert_eq!(documents, 2);
    deleting.batch_execute("BEGIN; DELETE FROM collections WHERE name = 'goes'").unwrap();
    spend(&app).unwrap();
    deleting.batch_execute("COMMIT").unwrap();
    let left = counted(&mut deleting);
    assert!(left.0 == 1 && left.1 > 0 && left.1 < bytes, "{left:?} of {bytes}");
    deleting.batch_execute("BEGIN; DELETE FROM documents").unwrap();
    spend(&app).unwrap();
    deleting.batch_execute("COMMIT").unwrap();
    assert_eq!(counted(&mut deleting), (0, 0));
}
