//! A database for tests that need several connections or the migrations themselves.

use diesel::{PgConnection, prelude::*};
use rag_repo::server;
use rag_schema::ids::VersionId;

/// A database of its own, dropped at the end.
pub(crate) struct OwnDatabase {
    admin: PgConnection,
    name: String,
    url: String,
    conn: Option<PgConnection>,
}

impl OwnDatabase {
    #[expect(clippy::disallowed_methods, reason = "the environment gives tests their server")]
    pub(crate) fn new() -> Self {
        let url = std::env::var("DATABASE_URL")
            .expect("DATABASE_URL names no server: run the tests with `make test`");
        let mut admin = server::connect(&url).expect("the test server answers");
        let name = format!("schema_{}", VersionId::new().uuid().simple());
        diesel::sql_query(format!("CREATE DATABASE {name}")).execute(&mut admin).expect("a database");
        let (before, parameters) =
            url.split_once('?').map_or((url.as_str(), ""), |(before, after)| (before, after));
        let base = before.rsplit_once('/').expect("a URL with a database").0;
        let url = format!("{base}/{name}?{parameters}");
        let conn = server::connect(&url).expect("the new database answers");
        Self { admin, name, url, conn: Some(conn) }
    }

    /// Where further connections go to.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn conn(&mut self) -> &mut PgConnection {
        self.conn.as_mut().expect("connected until dropped")
    }
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        drop(self.conn.take());
        let dropped =
            diesel::sql_query(format!("DROP DATABASE {} WITH (FORCE)", self.name)).execute(&mut self.admin);
        assert!(dropped.is_ok() || std::thread::panicking());
    }
}
