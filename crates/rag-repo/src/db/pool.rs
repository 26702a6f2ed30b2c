//! A pool of connections to one server for one kind of work; knows no transactions.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use diesel::{
    PgConnection,
    connection::SimpleConnection,
    r2d2::{self, ConnectionManager, CustomizeConnection, PooledConnection},
};

use super::{
    PoolSettings, UNTRANSLATED,
    slow::{self, SlowLog},
};
use crate::{RepoError, RepoResult};

/// How often a pool tries to reach a server that is away. Its own default grows to half of the callers' patience.
const RECONNECT: Duration = Duration::from_millis(250);

/// A connection that returns to its pool when it is dropped.
pub(super) type Connection = PooledConnection<ConnectionManager<PgConnection>>;

/// A pool and its connections at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolState {
    /// The work that it is for: `read`, `write`, `work`, or `replica N` for the reads that replica number N serves.
    pub name: String,
    /// Connections that are open.
    pub open: u32,
    /// Connections that are open and not in use.
    pub idle: u32,
    /// Maximum number of connections.
    pub max: u32,
}

/// A pool of connections. Clones share them.
#[derive(Clone)]
pub(super) struct Pool {
    name: String,
    connections: r2d2::Pool<ConnectionManager<PgConnection>>,
}

impl Pool {
    /// A pool of at most `size` connections, at least 1. Connects them when they are wanted, none before: a command that ends at once
    /// would leave one half-made, for which libpq prints an error when its server stops.
    pub(super) fn new(
        name: &str,
        url: &str,
        size: u32,
        settings: &PoolSettings,
        slow: Option<Arc<SlowLog>>,
    ) -> Self {
        let statement_timeout_ms = settings.statement_timeout_ms;
        let defaults = SessionDefaults { application: format!("rag {name}"), statement_timeout_ms, slow };
        let connections = r2d2::Pool::builder()
            .max_size(size.max(1))
            .min_idle(Some(0))
            // The pool pauses for half of this at most; how long callers wait is said with each call.
            .connection_timeout(RECONNECT * 2)
            .connection_customizer(Box::new(defaults))
            .build_unchecked(ConnectionManager::new(url));
        Self { name: name.to_owned(), connections }
    }

    /// Takes a connection that answers, until `deadline`.
    pub(super) fn get(&self, deadline: Instant) -> RepoResult<Connection> {
        let patience = deadline.saturating_duration_since(Instant::now());
        self.connections.get_timeout(patience).map_err(|error| {
            tracing::debug!(%error, pool = self.name, "no connection from the pool");
            RepoError::Unavailable(format!("no free connection for {} in time", self.name))
        })
    }

    pub(super) fn state(&self) -> PoolState {
        let state = self.connections.state();
        PoolState {
            name: self.name.clone(),
            open: state.connections,
            idle: state.idle_connections,
            max: self.connections.max_size(),
        }
    }
}

/// Sets on each new connection what every statement relies on.
#[derive(Debug)]
struct SessionDefaults {
    /// Name in `pg_stat_activity`.
    application: String,
    statement_timeout_ms: u64,
    /// The log of slow statements; `None` if they are not logged.
    slow: Option<Arc<SlowLog>>,
}

impl CustomizeConnection<PgConnection, r2d2::Error> for SessionDefaults {
    fn on_acquire(&self, connection: &mut PgConnection) -> Result<(), r2d2::Error> {
        let Self { application, statement_timeout_ms, slow } = self;
        connection
            .batch_execute(&format!(
                "SET statement_timeout = {statement_timeout_ms}; SET idle_in_transaction_session_timeout = '60s'; \
                 SET timezone = 'UTC'; SET jit = off; SET application_name = '{application}'; {UNTRANSLATED}"
            ))
            .map_err(r2d2::Error::QueryError)?;
        if let Some(log) = slow {
            slow::watch(log, connection);
        }
        Ok(())
    }
}
