//! Transactions that are repeated after real failures, those that are not, and kinds of work that do not wait for each other.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_query,
    sql_types::{BigInt, Integer},
};
use rag_repo::{Actor, Db, PoolSettings, RepoError, RepoResult};

use crate::{db::migrated, own_database::OwnDatabase};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn number(conn: &mut PgConnection, expression: &str) -> RepoResult<i64> {
    let found: Number = sql_query(format!("SELECT ({expression})::bigint AS number")).get_result(conn)?;
    Ok(found.number)
}

fn backend(conn: &mut PgConnection) -> RepoResult<i64> {
    number(conn, "pg_backend_pid()")
}

/// A database with the table `counters (id, count)`, whose two rows everybody can change.
fn counters() -> (OwnDatabase, Db) {
    let (mut database, db) = migrated("jit = off");
    let table = "CREATE TABLE counters (id INTEGER PRIMARY KEY, count INTEGER NOT NULL); \
                 INSERT INTO counters VALUES (1, 0), (2, 0); GRANT SELECT, UPDATE ON counters TO rag_worker";
    database.conn().batch_execute(table).unwrap();
    (database, db)
}

fn count_up(conn: &mut PgConnection, id: i32) -> RepoResult<usize> {
    let update = sql_query("UPDATE counters SET count = count + 1 WHERE id = $1");
    Ok(update.bind::<Integer, _>(id).execute(conn)?)
}

fn counted(database: &mut OwnDatabase) -> i64 {
    number(database.conn(), "SELECT sum(count) FROM counters").unwrap()
}

fn terminate(database: &mut OwnDatabase, backend: i64) {
    let terminate = sql_query("SELECT pg_terminate_backend($1, 10000)");
    terminate.bind::<Integer, _>(i32::try_from(backend).unwrap()).execute(database.conn()).unwrap();
}

#[test]
fn a_transaction_whose_connection_is_lost_runs_again_on_another_one() {
    let (mut database, db) = counters();
    let mut backends = Vec::new();
    let stored = db.transaction(Actor::System, |conn| {
        backends.push(backend(conn)?);
        count_up(conn, 1)?;
        if backends.len() == 1 {
            terminate(&mut database, backends[0]);
        }
        count_up(conn, 2)
    });
    assert_eq!(stored.unwrap(), 1);
    assert_eq!((backends.len(), counted(&mut database)), (2, 2));
    assert_ne!(backends[0], backends[1]);
}

#[test]
fn a_read_whose_connection_is_lost_at_any_time_runs_again() {
    let (mut database, db) = counters();
    let mut runs = 0;
    let read = db.read(Actor::System, |conn| {
        runs += 1;
        let backend = backend(conn)?;
        // After the last statement: only the COMMIT is still to come.
        if runs == 1 {
            terminate(&mut database, backend);
        }
        Ok::<_, RepoError>(backend)
    });
    assert!(read.is_ok());
    assert_eq!(runs, 2);
}

#[test]
fn a_transaction_that_was_lost_while_it_was_stored_is_not_repeated() {
    let (mut database, db) = counters();
    let ended_by_commit = "CREATE FUNCTION end_backend() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ \
                           BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(10); RETURN NULL; END $$; \
                           CREATE CONSTRAINT TRIGGER end_backend AFTER UPDATE ON counters \
                           DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION end_backend()";
    database.conn().batch_execute(ended_by_commit).unwrap();
    let mut runs = 0;
    let lost = db.transaction(Actor::System, |conn| {
        runs += 1;
        count_up(conn, 1)
    });
    assert!(
        matches!(&lost, Err(RepoError::Unavailable(text)) if text.contains("may have succeeded")),
        "{lost:?}"
    );
    assert_eq!(runs, 1);
    assert!(db.read(Actor::System, backend).is_ok());
}

#[test]
fn a_serialization_failure_runs_again() {
    let (mut database, db) = counters();
    let mut runs = 0;
    let stored = db.transaction(Actor::System, |conn| {
        runs += 1;
        conn.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")?;
        number(conn, "SELECT sum(count) FROM counters")?;
        if runs == 1 {
            count_up(database.conn(), 1)?;
        }
        count_up(conn, 1)
    });
    assert_eq!((stored.unwrap(), runs, counted(&mut database)), (1, 2, 2));
}

#[test]
fn both_sides_of_a_deadlock_are_stored() {
    let (mut database, db) = counters();
    let (both_have_one, runs) = (Barrier::new(2), AtomicU32::new(0));
    let side = |rows: [i32; 2]| {
        let mut is_first = true;
        db.transaction(Actor::System, |conn| {
            runs.fetch_add(1, Ordering::Relaxed);
            count_up(conn, rows[0])?;
            if std::mem::take(&mut is_first) {
                both_have_one.wait();
            }
            count_up(conn, rows[1])
        })
    };
    thread::scope(|scope| {
        let other = scope.spawn(|| side([2, 1]));
        side([1, 2]).unwrap();
        other.join().unwrap().unwrap();
    });
    assert_eq!((runs.into_inner(), counted(&mut database)), (3, 4));
}

#[test]
fn a_connection_that_refuses_writes_is_replaced() {
    let (mut database, db) = counters();
    let name = database.url().split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    let set = |database: &mut OwnDatabase, value: &str| {
        let set = format!("ALTER DATABASE {name} SET default_transaction_read_only = {value}");
        database.conn().batch_execute(&set).unwrap();
    };
    // As after a failover behind an address that stays the same: connections that are open reach the demoted server.
    set(&mut database, "on");
    let pool = PoolSettings { write_connections: 1, ..PoolSettings::default() };
    let fresh = Db::new(database.url(), &pool);
    let mut backends = Vec::new();
    let stored = fresh.transaction(Actor::System, |conn| {
        backends.push(backend(conn)?);
        let counted = count_up(conn, 1);
        set(&mut database, "off");
        counted
    });
    assert_eq!((stored.unwrap(), backends.len(), counted(&mut database)), (1, 2, 1));
    assert_ne!(backends[0], backends[1]);
    drop(db);
}

#[test]
fn reads_writes_and_work_wait_for_nobody_but_their_own_kind() {
    let (database, _) = counters();
    let pool = PoolSettings {
        read_connections: 1,
        write_connections: 1,
        work_connections: 1,
        wait_timeout_ms: 1_000,
        ..PoolSettings::default()
    };
    let db = Db::new(database.url(), &pool);
    let authentication = Actor::Authentication { request: None };
    let reads = || db.read(Actor::System, backend).is_ok();
    let writes = || db.transaction(Actor::System, backend).is_ok();
    let authenticates = || db.read(authentication, backend).is_ok();
    let works = || db.for_work().transaction(Actor::System, backend).is_ok();
    let during = |held: &dyn Fn(&mut PgConnection) -> RepoResult<[bool; 4]>| {
        [
            db.read(Actor::System, held).unwrap(),
            db.transaction(Actor::System, held).unwrap(),
            db.for_work().read(Actor::System, held).unwrap(),
        ]
    };
    // Callers are known by the connections of writes.
    assert_eq!(
        during(&|_| Ok([reads(), writes(), authenticates(), works()])),
        [[false, true, true, true], [true, false, false, true], [true, true, true, false]]
    );
    assert!(db.pools().iter().all(|pool| pool.max == 1 && pool.open <= 1));
}

#[test]
fn the_host_that_answers_is_found_among_several() {
    let (database, _) = counters();
    let (before, parameters) = database.url().split_once("?host=").unwrap();
    let (host, port) = parameters.split_once("&port=").unwrap();
    let db = Db::new(&format!("{before}?host=/nowhere,{host}&port=1,{port}"), &PoolSettings::default());
    db.transaction(Actor::System, |conn| count_up(conn, 1)).unwrap();
    let begun = std::time::Instant::now();
    let nobody = Db::new(
        "postgresql://rag@/rag?host=/nowhere,/elsewhere",
        &PoolSettings { wait_timeout_ms: 100, ..PoolSettings::default() },
    );
    assert!(matches!(nobody.read(Actor::System, backend), Err(RepoError::Unavailable(_))));
    assert!(begun.elapsed() < Duration::from_secs(5), "the wait has an end");
}
