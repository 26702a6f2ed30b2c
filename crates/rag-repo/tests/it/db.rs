//! Transactions: what they refuse, when they run again, and what their errors rely on.

use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::Text};
use rag_repo::{Actor, Db, PgConnection, PoolSettings, RepoError, RepoResult, TransactionError, migrations};

use crate::own_database::OwnDatabase;

const AUTHENTICATION: Actor = Actor::Authentication { request: None };

pub(crate) fn migrated(setting: &str) -> (OwnDatabase, Db) {
    let mut database = OwnDatabase::new();
    migrations::run_pending(database.conn()).unwrap();
    let name = database.url().split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    database.conn().batch_execute(&format!("ALTER DATABASE {name} SET {setting}")).unwrap();
    let db = Db::new(database.url(), &PoolSettings::default());
    (database, db)
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
}

fn shown(conn: &mut PgConnection, expression: &str) -> RepoResult<String> {
    let row: Row = sql_query(format!("SELECT {expression} AS text")).get_result(conn)?;
    Ok(row.text)
}

#[test]
fn messages_are_untranslated_whatever_language_the_server_speaks() {
    // The embedded server knows no other language, but another name of its own.
    let (_database, db) = migrated("lc_messages = 'POSIX'");
    assert_eq!(
        db.transaction(AUTHENTICATION, |conn| shown(conn, "current_setting('lc_messages')")).unwrap(),
        "C"
    );
}

#[test]
fn a_read_refuses_every_write() {
    let (_database, db) = migrated("jit = off");
    let written = db.read(Actor::System, |conn| -> RepoResult<usize> {
        Ok(sql_query("UPDATE jobs SET title = 'x'").execute(conn)?)
    });
    assert!(matches!(written, Err(RepoError::ReadOnly)), "{written:?}");
    assert_eq!(
        db.read(AUTHENTICATION, |conn| shown(conn, "current_setting('transaction_read_only')")).unwrap(),
        "on"
    );
    assert_eq!(
        db.transaction(AUTHENTICATION, |conn| shown(conn, "current_setting('transaction_read_only')"))
            .unwrap(),
        "off"
    );
}

/// An error of a caller.
#[derive(Debug, PartialEq)]
enum Refusal {
    Refused,
    Collided,
    Failed,
}

impl From<RepoError> for Refusal {
    fn from(error: RepoError) -> Self {
        if error.is_collision() { Self::Collided } else { Self::Failed }
    }
}

impl TransactionError for Refusal {
    fn is_collision(&self) -> bool {
        *self == Self::Collided
    }

    fn is_read_only(&self) -> bool {
        false
    }
}

#[test]
fn a_callers_error_takes_the_transaction_back() {
    let (_database, db) = migrated("jit = off");
    let refused = db.transaction(Actor::System, |conn| {
        let insert = "INSERT INTO organisations (id, name) VALUES (gen_random_uuid(), 'x')";
        sql_query(insert).execute(conn).map_err(RepoError::from)?;
        Err::<(), _>(Refusal::Refused)
    });
    assert_eq!(refused, Err(Refusal::Refused));
    let count = db.read(Actor::System, |conn| shown(conn, "(SELECT count(*)::text FROM organisations)"));
    assert_eq!(count.unwrap(), "0");
}

#[test]
fn a_transaction_that_collides_runs_again_and_then_tells() {
    let (_database, db) = migrated("jit = off");
    let mut runs = 0;
    let collided = db.transaction(AUTHENTICATION, |_| {
        runs += 1;
        Err::<(), _>(Refusal::Collided)
    });
    assert_eq!((collided, runs), (Err(Refusal::Collided), 5));
    let mut runs = 0;
    let ended = db.transaction(AUTHENTICATION, |_| {
        runs += 1;
        if runs < 3 { Err(Refusal::Collided) } else { Ok(runs) }
    });
    assert_eq!(ended, Ok(3));
}
