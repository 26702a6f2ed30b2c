//! A PostgreSQL of the test's own with a replica that follows it.

use diesel::{PgConnection, RunQueryDsl, connection::SimpleConnection, sql_query};
use rag_pg::{Install, Temporary};
use rag_repo::{ReplicaSettings, migrations, server};
use rustix::process::{Pid, Signal, kill_process};
use std::{thread, time::Duration};

use crate::checkout::rag_home;

/// A primary server with a migrated database, and its replica. Both end with this.
pub struct Replicated {
    // Dropped in this order: the replica ends before the server that it follows.
    replica: Temporary,
    primary: Temporary,
}

impl Replicated {
    /// Starts both.
    #[expect(clippy::new_without_default, reason = "a default value would be two servers")]
    pub fn new() -> Self {
        let install = Install::find(&rag_home()).expect("no PostgreSQL: `make setup` installs it");
        let primary = Temporary::start(install, None).unwrap();
        migrations::run_pending(&mut server::connect(&primary.server().url()).unwrap()).unwrap();
        let replica = Temporary::follow(primary.server()).unwrap();
        Self { replica, primary }
    }

    /// The database on the primary.
    pub fn primary_url(&self) -> String {
        self.primary.server().url()
    }

    /// The database on the replica.
    pub fn replica_url(&self) -> String {
        self.replica.server().url()
    }

    /// The database on the one of the two that accepts writes.
    pub fn either_url(&self) -> String {
        let host = |url: &str| url.split_once("?host=").unwrap().1.split_once('&').unwrap().0.to_owned();
        let (primary, replica) = (self.primary_url(), self.replica_url());
        let before = primary.split_once('?').unwrap().0;
        format!("{before}?host={},{}&port=5432,5432", host(&primary), host(&replica))
    }

    /// The replica as a setting.
    pub fn replicas(&self, max_lag: Duration) -> ReplicaSettings {
        ReplicaSettings { urls: vec![self.replica_url()], max_lag }
    }

    /// A connection to the primary, as its superuser.
    pub fn on_primary(&self) -> PgConnection {
        server::connect(&self.primary_url()).unwrap()
    }

    /// A connection to the replica, as its superuser.
    pub fn on_replica(&self) -> PgConnection {
        server::connect(&self.replica_url()).unwrap()
    }

    /// Holds back all changes from the replica's queries, until `resume`.
    pub fn pause(&self) {
        let mut conn = self.on_replica();
        conn.batch_execute("SELECT pg_wal_replay_pause()").unwrap();
        let paused = "SELECT 1 WHERE pg_get_wal_replay_pause_state() = 'paused'";
        while sql_query(paused).execute(&mut conn).unwrap() == 0 {
            thread::yield_now();
        }
    }

    /// Lets the replica replay again.
    pub fn resume(&self) {
        self.on_replica().batch_execute("SELECT pg_wal_replay_resume()").unwrap();
    }

    /// Kills the primary at once.
    pub fn kill_primary(&self) {
        kill(&self.primary);
    }

    /// Kills the replica at once.
    pub fn kill_replica(&self) {
        kill(&self.replica);
    }

    /// Starts the replica again.
    pub fn restart_replica(&mut self) {
        self.replica.server_mut().restart().unwrap();
    }

    /// Makes the replica a server that accepts writes.
    pub fn promote(&self) {
        self.on_replica().batch_execute("SELECT pg_promote()").unwrap();
    }
}

fn kill(server: &Temporary) {
    let pid = Pid::from_raw(server.server().pid()).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    server.server().wait();
}
