//! A database for one test, copied from a template that is migrated once.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    path::PathBuf,
    sync::Mutex,
};

use diesel::{PgConnection, QueryResult, RunQueryDsl, connection::SimpleConnection, sql_query};
use rag_repo::{migrations, server};
use uuid::Uuid;

use crate::checkout;

/// Key of the lock under which the template is made.
const TEMPLATE_LOCK: i64 = 7_244_011;

/// A migrated database. It must outlive whatever connects to it.
pub struct TestDb {
    url: String,
    /// Drops it at the end, unless it goes with its server.
    _dropped: Option<Dropped>,
}

/// A database that is dropped with this.
struct Dropped {
    /// In a mutex, so that servers of several threads share the database.
    admin: Mutex<PgConnection>,
    name: String,
}

impl TestDb {
    /// A new database on the server that the environment names.
    #[expect(clippy::new_without_default, reason = "a default value would be a database")]
    pub fn new() -> Self {
        Self::create(false)
    }

    #[expect(clippy::disallowed_methods, reason = "the environment names the server that tests use")]
    fn create(is_empty: bool) -> Self {
        let base = std::env::var("DATABASE_URL")
            .expect("DATABASE_URL names no server: run the tests with `make test`");
        let mut admin = server::connect(&base).expect("the test server answers");
        // Roles belong to the whole server: the migrations of the first template make them.
        let migrated = template(&mut admin, &base);
        let template = if is_empty { "template0" } else { &migrated };
        let name = format!("test_{}", Uuid::new_v4().simple());
        run(&mut admin, &format!("CREATE DATABASE {name} TEMPLATE {template}")).expect("a database");
        let url = with_database(&base, &name);
        Self { url, _dropped: Some(Dropped { admin: Mutex::new(admin), name }) }
    }

    /// The migrated database at `url`, which goes with its server.
    pub fn at(url: &str) -> Self {
        Self { url: url.to_owned(), _dropped: None }
    }

    /// A database restored from a dump of `pg_dump --inserts` and migrated to this version.
    pub fn upgraded(dump: &str) -> Self {
        let db = Self::create(true);
        let mut conn = server::connect(&db.url).unwrap();
        conn.batch_execute(dump).expect("the dump can be restored");
        // The dump leaves the connection without a search path.
        let mut conn = server::connect(&db.url).unwrap();
        migrations::run_pending(&mut conn).expect("the database can be upgraded");
        db
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Dropped {
    fn drop(&mut self) {
        let dropped =
            run(self.admin.get_mut().unwrap(), &format!("DROP DATABASE {} WITH (FORCE)", self.name));
        assert!(dropped.is_ok() || std::thread::panicking(), "the test's database stays: {dropped:?}");
    }
}

fn run(conn: &mut PgConnection, statement: &str) -> QueryResult<usize> {
    sql_query(statement).execute(conn)
}

/// The name of the template for these very migrations, made now if it is not there.
fn template(admin: &mut PgConnection, base: &str) -> String {
    let name = format!("template_{:x}", fingerprint());
    run(admin, &format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})")).unwrap();
    let exists = run(admin, &format!("SELECT 1 FROM pg_database WHERE datname = '{name}'")).unwrap() == 1;
    if !exists {
        let draft = format!("draft_{}", Uuid::new_v4().simple());
        run(admin, &format!("CREATE DATABASE {draft}")).unwrap();
        let mut conn = server::connect(&with_database(base, &draft)).unwrap();
        migrations::run_pending(&mut conn).unwrap();
        drop(conn);
        run(admin, &format!("ALTER DATABASE {draft} RENAME TO {name}")).unwrap();
    }
    run(admin, &format!("SELECT pg_advisory_unlock({TEMPLATE_LOCK})")).unwrap();
    name
}

fn fingerprint() -> u64 {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(checkout().join("migrations")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let mut hasher = DefaultHasher::new();
    for folder in folders {
        fs::read(folder.join("up.sql")).unwrap_or_default().hash(&mut hasher);
    }
    hasher.finish()
}

fn with_database(url: &str, name: &str) -> String {
    let (before, parameters) = url.split_once('?').unwrap_or((url, ""));
    let (server, _) = before.rsplit_once('/').expect("a URL with a database");
    format!("{server}/{name}?{parameters}")
}
