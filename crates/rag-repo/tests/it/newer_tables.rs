//! Tables that a newer program has changed.

use diesel::connection::SimpleConnection;
use rag_repo::migrations;

use crate::own_database::OwnDatabase;

#[test]
fn an_older_program_refuses_the_tables_of_a_newer_one() {
    let mut database = OwnDatabase::new();
    migrations::run_pending(database.conn()).unwrap();
    assert!(migrations::run_pending(database.conn()).unwrap().is_empty());
    database
        .conn()
        .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000001')")
        .unwrap();
    let refused = migrations::run_pending(database.conn()).unwrap_err().to_string();
    assert!(refused.contains("newer version of rag") && refused.contains("99991231000001"), "{refused}");
}
