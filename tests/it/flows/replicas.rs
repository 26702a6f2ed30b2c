//! Reads from a replica, and the failure of either server: with a PostgreSQL and a replica of the test's own.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicBool, AtomicI64, Ordering},
    thread,
    time::{Duration, Instant},
};

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_query,
    sql_types::{BigInt, Bool},
};
use rag_repo::{Actor, Db, PoolSettings, RepoError, RepoResult, organisations, users};
use rag_schema::{
    enums::Role,
    ids::{OrganisationId, UserId},
    models::NewUser,
};
use rag_testkit::{Answer, Replicated, Setup, TestApp, TestDb};
use serde_json::json;

/// Longer than a test takes.
const LONG: Duration = Duration::from_mins(5);

#[derive(QueryableByName)]
struct Holds {
    #[diesel(sql_type = Bool)]
    holds: bool,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn is_on_replica(conn: &mut PgConnection) -> RepoResult<bool> {
    let found: Holds = sql_query("SELECT pg_is_in_recovery() AS holds").get_result(conn)?;
    Ok(found.holds)
}

fn insert_user(db: &Db, organisation_id: OrganisationId, name: &str) -> UserId {
    let new = NewUser {
        id: UserId::new(),
        organisation_id,
        email: &format!("{name}@example.org"),
        display_name: name,
        role: Role::Member,
        password_hash: None,
    };
    db.transaction(Actor::System, |conn| users::insert(conn, &new)).unwrap();
    new.id
}

fn count(conn: &mut PgConnection, table: &str) -> i64 {
    sql_query(format!("SELECT count(*) FROM {table}")).get_result::<Count>(conn).unwrap().count
}

fn wait(what: &str, condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_mins(1), "waited for: {what}");
        thread::yield_now();
    }
}

/// A database with a replica, and two people.
struct Scene {
    servers: Replicated,
    db: Db,
    organisation: OrganisationId,
    people: [UserId; 2],
}

impl Scene {
    fn new(max_lag: Duration) -> Self {
        let servers = Replicated::new();
        let db = Db::new(&servers.primary_url(), &PoolSettings::default())
            .with_replicas(&servers.replicas(max_lag));
        let admin = db.transaction(Actor::System, |conn| users::ensure_admin(conn, "ada@example.org", "Ada"));
        let admin = admin.unwrap();
        let bob = insert_user(&db, admin.organisation_id, "Bob");
        let scene = Self { servers, db, organisation: admin.organisation_id, people: [admin.id, bob] };
        wait("the replica", || scene.db.replicas()[0].is_used);
        for person in scene.people {
            wait("the people", || scene.name(person).1);
        }
        scene
    }

    /// The name of the organisation as a person reads it, and whether a replica said so.
    fn name(&self, person: UserId) -> (String, bool) {
        let read = |conn: &mut PgConnection| -> RepoResult<_> {
            Ok((organisations::own(conn)?.0.name, is_on_replica(conn)?))
        };
        self.db.read(Actor::user(person), read).unwrap()
    }

    fn rename(&self, db: &Db, actor: Actor, name: &str) {
        let organisation = self.organisation;
        let rename = |conn: &mut PgConnection| -> RepoResult<usize> {
            let update = format!("UPDATE organisations SET name = '{name}' WHERE id = '{organisation}'");
            // A person's own rights do not reach so far; the position in the log is noted for the one who acts.
            conn.batch_execute("SET LOCAL ROLE rag_worker")?;
            Ok(sql_query(update).execute(conn)?)
        };
        assert_eq!(db.transaction(actor, rename).unwrap(), 1);
    }
}

#[test]
fn everybody_finds_what_they_have_written_and_seen_and_others_read_from_the_replica() {
    let scene = Scene::new(LONG);
    let [ada, bob] = scene.people;
    let before = scene.name(bob).0;
    scene.servers.pause();
    scene.rename(&scene.db, Actor::user(ada), "first");
    assert_eq!(scene.name(ada), ("first".to_owned(), false), "what one has written");
    assert_eq!(scene.name(bob), (before, true), "others");
    assert!(scene.db.read(Actor::System, |conn| Ok::<_, RepoError>(!is_on_replica(conn)?)).unwrap());

    // What the program does for somebody concerns everybody.
    scene.rename(&scene.db, Actor::System, "second");
    assert_eq!(scene.name(bob), ("second".to_owned(), false));
    scene.servers.resume();
    for person in [ada, bob] {
        wait("the replica has replayed", || scene.name(person) == ("second".to_owned(), true));
    }

    // What one has seen stays seen, also if work in the background wrote it.
    scene.servers.pause();
    scene.rename(&scene.db.for_work(), Actor::System, "third");
    assert_eq!(scene.name(ada), ("second".to_owned(), true));
    let seen = scene
        .db
        .read_primary(Actor::user(ada), |conn| -> RepoResult<_> { Ok(organisations::own(conn)?.0.name) });
    assert_eq!(seen.unwrap(), "third");
    assert_eq!(scene.name(ada), ("third".to_owned(), false));
    assert_eq!(scene.name(bob), ("second".to_owned(), true));

    // A row that the replica does not have yet is looked for on the primary.
    let other_process = Db::new(&scene.servers.primary_url(), &PoolSettings::default());
    let eve = insert_user(&other_process, scene.organisation, "Eve");
    let found = scene.db.read(Actor::user(eve), |conn| users::find(conn, eve));
    assert_eq!(found.unwrap().display_name, "Eve");
}

#[test]
fn a_read_that_the_replica_cancels_is_answered_by_the_primary() {
    let mut scene = Scene::new(LONG);
    let mut primary = scene.servers.on_primary();
    primary.batch_execute("CREATE TABLE t AS SELECT 1; GRANT SELECT ON t TO rag_user").unwrap();
    let mut replica = scene.servers.on_replica();
    replica.batch_execute("ALTER SYSTEM SET max_standby_streaming_delay = 0").unwrap();
    scene.servers.restart_replica();
    wait("the table", || count(&mut scene.servers.on_replica(), "pg_class WHERE relname = 't'") == 1);
    wait("the replica", || scene.name(scene.people[1]).1);
    let mut places = Vec::new();
    let read = scene.db.read(Actor::user(scene.people[1]), |conn| -> RepoResult<_> {
        places.push(is_on_replica(conn)?);
        let before = sql_query("SELECT count(*) FROM t").get_result::<Count>(conn)?.count;
        if places.len() == 1 {
            // The replica cannot replay this while the table is read.
            primary.batch_execute("TRUNCATE t").unwrap();
            sql_query("SELECT pg_sleep(60)").execute(conn)?;
        }
        Ok(before)
    });
    assert_eq!((read.unwrap(), places), (0, vec![true, false]));
}

#[test]
fn a_replica_that_lags_or_is_killed_is_left_out_until_it_is_back() {
    let mut scene = Scene::new(Duration::from_millis(500));
    let bob = scene.people[1];
    scene.servers.pause();
    scene.rename(&scene.db.for_work(), Actor::System, "first");
    wait("the lag is noticed", || !scene.db.replicas()[0].is_used);
    assert_eq!(scene.name(bob), ("first".to_owned(), false));
    scene.servers.resume();
    wait("the replica has caught up", || scene.name(bob) == ("first".to_owned(), true));

    scene.servers.kill_replica();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(1) {
        assert_eq!(scene.name(bob).0, "first", "no read fails");
    }
    assert!(!scene.db.replicas()[0].is_used && !scene.name(bob).1);
    scene.servers.restart_replica();
    wait("the replica is back", || scene.name(bob).1);
    assert!(scene.db.replicas()[0].reads > 0);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the environment names another server")]
fn a_server_of_another_cluster_and_one_that_accepts_writes_serve_no_reads() {
    let scene = Scene::new(LONG);
    let replicas = rag_repo::ReplicaSettings {
        urls: vec![
            std::env::var("DATABASE_URL").unwrap(),
            scene.servers.primary_url(),
            scene.servers.replica_url(),
        ],
        max_lag: LONG,
    };
    let db = Db::new(&scene.servers.primary_url(), &PoolSettings::default()).with_replicas(&replicas);
    wait("the true replica", || db.replicas()[2].is_used);
    wait("the primary", || db.replicas()[1].is_primary && !db.replicas()[0].is_primary);
    let read = |_| db.read(Actor::user(scene.people[0]), is_on_replica).unwrap();
    assert!((0..20).all(read));
    let used: Vec<_> = db.replicas().iter().map(|replica| (replica.is_used, replica.reads)).collect();
    assert_eq!(used, [(false, 0), (false, 0), (true, 20)]);
}

#[test]
fn after_a_failover_no_acknowledged_row_is_lost_and_writes_go_on_within_ten_seconds() {
    let servers = Replicated::new();
    let mut primary = servers.on_primary();
    primary
        .batch_execute(
            "CREATE TABLE acknowledged (n BIGINT PRIMARY KEY); GRANT INSERT ON acknowledged TO rag_worker",
        )
        .unwrap();
    // On the primary alone: after the failover there is nobody to wait for.
    primary.batch_execute("ALTER SYSTEM SET synchronous_standby_names = '*'").unwrap();
    primary.batch_execute("SELECT pg_reload_conf()").unwrap();
    let synchronous = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
    while sql_query(synchronous).get_result::<Count>(&mut primary).unwrap().count == 0 {
        thread::yield_now();
    }
    let db = Db::new(&servers.either_url(), &PoolSettings::default());
    let insert = |n: i64| {
        let insert = |conn: &mut PgConnection| -> RepoResult<usize> {
            Ok(sql_query("INSERT INTO acknowledged VALUES ($1)").bind::<BigInt, _>(n).execute(conn)?)
        };
        db.transaction(Actor::System, insert).is_ok()
    };
    let ends = AtomicBool::new(false);
    let writer = |first: i64| {
        let numbers = (first..).step_by(4).take_while(|_| !ends.load(Ordering::Relaxed));
        numbers.filter(|n| insert(*n)).collect::<Vec<_>>()
    };
    let (acknowledged, took) = thread::scope(|scope| {
        let writers: Vec<_> = (0..4).map(|first| scope.spawn(move || writer(first))).collect();
        wait("some rows", || count(&mut servers.on_primary(), "acknowledged") > 100);
        servers.kill_primary();
        let killed = Instant::now();
        servers.promote();
        let first = AtomicI64::new(-1);
        wait("a write after the failover", || insert(first.fetch_sub(1, Ordering::Relaxed)));
        let took = killed.elapsed();
        let before = count(&mut servers.on_replica(), "acknowledged");
        wait("more rows", || count(&mut servers.on_replica(), "acknowledged") > before + 100);
        ends.store(true, Ordering::Relaxed);
        (writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect::<Vec<_>>(), took)
    });
    assert!(took < Duration::from_secs(10), "{took:?}");
    let list = acknowledged.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let found = count(&mut servers.on_replica(), &format!("acknowledged WHERE n IN ({list})"));
    assert_eq!(usize::try_from(found).unwrap(), acknowledged.len());
}

#[test]
fn requests_are_served_by_the_replica_and_metrics_show_it() {
    let servers = Replicated::new();
    let mut setup = Setup { replicas: servers.replicas(LONG), ..Setup::default() };
    setup.api.metrics_bind = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let app = TestApp::on(TestDb::at(&servers.primary_url()), setup);
    let client = app.client();
    let collection = client.collection("harbours");
    client.text(&collection, "Piraeus", "The harbour of Piraeus has three basins.");
    let search = || client.post("/v1/search", &json!({"query": "harbour basins"})).expect(200);
    wait("a search on the replica", || {
        assert_eq!(
            search()["results"].as_array().unwrap().len(),
            1,
            "a document is found once its job is done"
        );
        client.get(&format!("/v1/collections/{collection}")).expect(200);
        app.engine().db().replicas()[0].reads > 10
    });
    servers.pause();
    let rename = client.request("PATCH", &format!("/v1/collections/{collection}"));
    Answer::of(rename.json(&json!({"name": "ports"}))).expect(200);
    assert_eq!(client.get(&format!("/v1/collections/{collection}")).expect(200)["name"], "ports");
    client.text(&collection, "Hamburg", "The harbour basins of Hamburg.");
    assert_eq!(search()["results"].as_array().unwrap().len(), 2);
    let metrics = String::from_utf8(app.metrics().get("/metrics").body).unwrap();
    for series in [
        "rag_replica_used{replica=\"1\"} 1",
        "rag_replica_lag_seconds{replica=\"1\"}",
        "rag_replica_reads_total{replica=\"1\"}",
        "rag_database_connections{pool=\"replica 1\",state=\"max\"} 4",
        "rag_database_connections{pool=\"work\",state=\"max\"} 3",
    ] {
        assert!(metrics.contains(series), "{series} in\n{metrics}");
    }
}
