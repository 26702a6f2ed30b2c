//! The log of slow statements: their plans, nothing of their values, and transactions that are as they would be without it.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use diesel::{
    connection::SimpleConnection,
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Text, Uuid as UuidSql},
};
use rag_repo::{
    Actor, Db, PgConnection, PoolSettings, RepoError, RepoResult, migrations,
    statement::{Bind, Statement},
};
use rag_schema::ids::UserId;
use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

use crate::own_database::OwnDatabase;

/// Text that stands for the words of a person.
const SECRET: &str = "a secret of Mallory's";

#[derive(QueryableByName)]
struct Note {
    #[diesel(sql_type = Text)]
    note: String,
}

/// A database with the table `notes`, and statements that are slow from 50 ms on.
struct Scene {
    database: OwnDatabase,
    db: Db,
}

impl Scene {
    fn new(settings: &PoolSettings) -> Self {
        let mut database = OwnDatabase::new();
        migrations::run_pending(database.conn()).unwrap();
        let notes = "CREATE TABLE notes (note text NOT NULL); GRANT ALL ON notes TO rag_user, rag_worker";
        database.conn().batch_execute(notes).unwrap();
        let db = Db::new(database.url(), settings);
        Self { database, db }
    }

    fn notes(&self) -> Vec<String> {
        let find = |conn: &mut PgConnection| -> RepoResult<Vec<Note>> {
            Ok(sql_query("SELECT note FROM notes ORDER BY 1").load(conn)?)
        };
        self.db.read(Actor::System, find).unwrap().into_iter().map(|row| row.note).collect()
    }
}

fn settings(slow_statement_ms: u64) -> PoolSettings {
    PoolSettings { slow_statement_ms, read_connections: 1, write_connections: 1, ..PoolSettings::default() }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// The lines about slow statements that `work` writes in the span of a request.
fn logged(work: impl FnOnce()) -> Vec<Value> {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().json().flatten_event(true).with_writer(log.clone()).finish();
    tracing::subscriber::with_default(subscriber, || {
        tracing::info_span!("request", request_id = "r-1").in_scope(work);
    });
    let bytes = log.0.lock().unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(!text.contains("secret"), "{text}");
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.filter(|line: &Value| line["message"] == "slow statement").collect()
}

/// Takes 150 ms, reads a table, and has a value.
fn slow_query(conn: &mut PgConnection) -> RepoResult<()> {
    let text = "SELECT count(*) FROM (SELECT pg_sleep(0.15)) AS slept LEFT JOIN notes ON note = $1";
    sql_query(text).bind::<Text, _>(SECRET).execute(conn)?;
    Ok(())
}

fn add_note(conn: &mut PgConnection) -> RepoResult<()> {
    sql_query("INSERT INTO notes VALUES ($1)").bind::<Text, _>("kept").execute(conn)?;
    Ok(())
}

#[test]
fn a_slow_statement_is_logged_with_its_plan_and_request_and_the_transaction_still_commits() {
    let scene = Scene::new(&settings(50));
    let lines = logged(|| {
        scene
            .db
            .transaction(Actor::System, |conn| {
                slow_query(conn)?;
                add_note(conn)
            })
            .unwrap();
    });
    assert_eq!(lines.len(), 1, "{lines:#?}");
    let line = &lines[0];
    assert!((150..5000).contains(&line["ms"].as_u64().unwrap()), "{line}");
    assert_eq!(line["level"], "WARN");
    assert_eq!(
        line["sql"],
        "SELECT count(*) FROM (SELECT pg_sleep(0.15)) AS slept LEFT JOIN notes ON note = $1"
    );
    let plan = line["plan"].as_str().unwrap();
    assert!(
        plan.contains("Seq Scan on notes") && plan.contains("note = $1") && plan.contains("cost="),
        "{plan}"
    );
    assert_eq!(line["span"]["request_id"], "r-1");
    assert_eq!(scene.notes(), ["kept"]);
}

#[test]
fn the_plan_is_that_of_the_actor_and_of_the_settings_of_the_transaction() {
    let scene = Scene::new(&settings(50));
    let slow = "SELECT count(*) FROM (SELECT pg_sleep(0.15)) AS slept LEFT JOIN documents ON title = $1";
    let plan = |actor: Actor| {
        let lines = logged(|| {
            let work = |conn: &mut PgConnection| -> RepoResult<usize> {
                conn.batch_execute("SET LOCAL enable_nestloop = off; SET LOCAL enable_material = off")?;
                Ok(sql_query(slow).bind::<Text, _>(SECRET).execute(conn)?)
            };
            scene.db.read(actor, work).unwrap();
        });
        lines[0]["plan"].as_str().unwrap().to_owned()
    };
    let of_user = plan(Actor::user(UserId::new()));
    assert!(
        of_user.contains("visible") || of_user.contains("SubPlan") || of_user.contains("InitPlan"),
        "{of_user}"
    );
    let scene = Scene::new(&settings(50));
    let work = |conn: &mut PgConnection| -> RepoResult<usize> {
        Ok(sql_query(slow).bind::<Text, _>(SECRET).execute(conn)?)
    };
    let lines = logged(|| assert!(scene.db.read(Actor::System, work).is_ok()));
    let of_system = lines[0]["plan"].as_str().unwrap();
    assert!(of_system.lines().count() < of_user.lines().count(), "{of_system}\n{of_user}");
}

#[test]
fn a_statement_that_ran_into_its_time_limit_is_logged_with_its_plan() {
    let scene = Scene::new(&PoolSettings { statement_timeout_ms: 200, ..settings(50) });
    let mut failed = None;
    let lines = logged(|| {
        failed = Some(scene.db.transaction(Actor::System, |conn| -> RepoResult<()> {
            add_note(conn)?;
            sql_query("SELECT count(*) FROM (SELECT pg_sleep(60)) AS slept LEFT JOIN notes ON note = $1")
                .bind::<Text, _>(SECRET)
                .execute(conn)?;
            Ok(())
        }));
    });
    assert!(matches!(failed, Some(Err(RepoError::TooSlow))), "{failed:?}");
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(lines[0]["failed"], true);
    assert!(lines[0]["plan"].as_str().unwrap().contains("Seq Scan on notes"), "{lines:#?}");
    assert_eq!(scene.notes(), Vec::<String>::new());
    scene.db.transaction(Actor::System, add_note).unwrap();
    assert_eq!(scene.notes(), ["kept"]);
}

#[test]
fn a_statement_that_is_slow_again_is_counted_only() {
    let scene = Scene::new(&settings(50));
    let lines = logged(|| {
        for _ in 0..3 {
            scene.db.read(Actor::System, slow_query).unwrap();
        }
    });
    assert_eq!(lines.len(), 1, "{lines:#?}");
}

#[test]
fn nothing_is_logged_with_a_threshold_of_zero_or_below_the_threshold() {
    for threshold in [0, 60_000] {
        let scene = Scene::new(&settings(threshold));
        let lines = logged(|| scene.db.read(Actor::System, slow_query).unwrap());
        assert_eq!(lines, Vec::<Value>::new());
    }
}

#[test]
fn a_slow_commit_has_no_plan_and_begin_shows_no_id() {
    let mut scene = Scene::new(&settings(50));
    scene
        .database
        .conn()
        .batch_execute(
            "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN PERFORM pg_sleep(0.15); RETURN NULL; END $$; \
             CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED \
             FOR EACH ROW EXECUTE FUNCTION wait(); \
             ALTER PROCEDURE enter RENAME TO enter_at_once; CREATE PROCEDURE enter(uuid, uuid, boolean, uuid) LANGUAGE plpgsql AS \
             $$ BEGIN PERFORM pg_sleep(0.15); END $$",
        )
        .unwrap();
    let user = UserId::new();
    let lines = logged(|| scene.db.transaction(Actor::user(user), add_note).unwrap());
    let texts: Vec<_> = lines.iter().map(|line| line["sql"].as_str().unwrap()).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].starts_with("BEGIN; SET LOCAL ROLE rag_user"), "{texts:?}");
    assert!(!texts[0].contains(&user.to_string()), "{texts:?}");
    assert_eq!(texts[1], "COMMIT");
    assert!(lines.iter().all(|line| line.get("plan").is_none()), "{lines:#?}");
}

#[test]
fn statements_of_every_form_have_plans() {
    let scene = Scene::new(&settings(50));
    let sleep = "(SELECT pg_sleep(0.1)) IS NOT NULL";
    let lines = logged(|| {
        scene
            .db
            .transaction(Actor::System, |conn| -> RepoResult<()> {
                add_note(conn)?;
                let update = format!("-- $1 a note\nUPDATE notes SET note = $1 WHERE {sleep}");
                sql_query(update).bind::<Text, _>(SECRET).execute(conn)?;
                let delete = format!("WITH gone AS (DELETE FROM notes WHERE note = $1 AND {sleep} RETURNING 1) SELECT FROM gone LIMIT $2");
                sql_query(delete).bind::<Text, _>(SECRET).bind::<BigInt, _>(7).execute(conn)?;
                let ids = format!("SELECT FROM jobs WHERE id = ANY($1) UNION ALL SELECT WHERE {sleep}");
                sql_query(ids).bind::<Array<UuidSql>, _>(vec![uuid::Uuid::nil()]).execute(conn)?;
                Ok(())
            })
            .unwrap();
        // The types of the first placeholder cannot be inferred.
        let kept =
            "SELECT note FROM unnest($1) AS asked (note) WHERE note = $2 AND pg_sleep(0.1) IS NOT NULL";
        let kept = Statement::fixed(kept)
            .bind(Bind::Texts(vec![SECRET.to_owned()]))
            .bind(Bind::Text(SECRET.to_owned()));
        scene.db.read(Actor::System, |conn| kept.load::<Note>(conn).map(drop)).unwrap();
    });
    assert_eq!(lines.len(), 4, "{lines:#?}");
    for line in &lines {
        assert!(line["plan"].as_str().is_some_and(|plan| plan.contains("cost=")), "{line:#}");
        assert!(line["sql"].as_str().unwrap().contains("$1") && line.get("no_plan").is_none(), "{line:#}");
    }
}
