//! The connection pool. A closure gets a connection for one transaction, entered on somebody's behalf, and never longer.

use std::time::Duration;

use diesel::{
    PgConnection,
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
    r2d2::{ConnectionManager, CustomizeConnection, Pool, PooledConnection},
};

use crate::{
    actor::Actor,
    error::{RepoError, RepoResult, TransactionError},
    tls,
};

/// Attempts of a transaction that collides with others.
const COLLISION_ATTEMPTS: u32 = 5;

/// How often the pool tries to reach a server that is away. Its own default grows to half of the callers' patience.
const RECONNECT: Duration = Duration::from_millis(250);

/// Has the server write its messages untranslated, where the user may choose: Diesel passes on neither the SQLSTATE of an error nor
/// anything else that would tell a refused row or a full disk from other errors in every language.
pub(crate) const UNTRANSLATED: &str = "DO $$ BEGIN PERFORM set_config('lc_messages', 'C', false); \
                            EXCEPTION WHEN insufficient_privilege THEN NULL; END $$";

/// Size and patience of the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolSettings {
    /// Most connections open at once, at least 1.
    pub max_connections: u32,
    /// How long a caller waits for a free connection, in milliseconds.
    pub wait_timeout_ms: u64,
    /// How long one statement may run, in milliseconds; 0 for no limit.
    pub statement_timeout_ms: u64,
    /// The same for a transaction that only reads, such as a search.
    pub read_timeout_ms: u64,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            max_connections: 16,
            wait_timeout_ms: 5_000,
            statement_timeout_ms: 60_000,
            read_timeout_ms: 15_000,
        }
    }
}

/// A pool of connections to one database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: Pool<ConnectionManager<PgConnection>>,
    /// One connection for `probe`, which must not wait for requests.
    probe: Pool<ConnectionManager<PgConnection>>,
    wait: Duration,
    read_timeout_ms: u64,
}

impl Db {
    /// A pool on the database at `url`. Connects lazily: an unreachable server shows at the first use.
    pub fn new(url: &str, settings: &PoolSettings) -> Self {
        let url = tls::with_authorities(url);
        let pool = Pool::builder()
            .max_size(settings.max_connections.max(1))
            .min_idle(Some(1))
            // The pool pauses for half of this at most; how long callers wait is said with each call.
            .connection_timeout(RECONNECT * 2)
            .connection_customizer(Box::new(SessionDefaults {
                statement_timeout_ms: settings.statement_timeout_ms,
            }))
            .build_unchecked(ConnectionManager::new(url.as_ref()));
        let probe = Pool::builder()
            .max_size(1)
            .min_idle(Some(0))
            .connection_timeout(RECONNECT * 2)
            .build_unchecked(ConnectionManager::new(url.as_ref()));
        Self {
            pool,
            probe,
            wait: Duration::from_millis(settings.wait_timeout_ms.max(1)),
            read_timeout_ms: settings.read_timeout_ms,
        }
    }

    /// Whether the database answers within `patience`, asked on a connection that no request uses: a busy server is not taken
    /// for one without its database.
    pub fn probe(&self, patience: Duration) -> RepoResult<()> {
        let mut connection = self.probe.get_timeout(patience).map_err(|error| {
            tracing::debug!(%error, "the database does not answer a probe");
            RepoError::Unavailable("no connection for a probe".to_owned())
        })?;
        crate::server::ping(&mut connection)
    }

    /// Runs `work` in a transaction on behalf of `actor`, again when it collides with another one; so `work` may run
    /// several times. There is no other way to a connection but `read`: row-level security holds whatever `work` asks.
    /// Whatever `work` returns as an error takes the transaction back.
    pub fn transaction<T, E: TransactionError>(
        &self,
        actor: Actor,
        work: impl FnMut(&mut PgConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.run(&format!("BEGIN; {}", actor.entry()), work)
    }

    /// As `transaction`, for reads alone: PostgreSQL refuses every write in it, and ends a statement earlier.
    pub fn read<T, E: TransactionError>(
        &self,
        actor: Actor,
        work: impl FnMut(&mut PgConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        let begin = format!(
            "BEGIN READ ONLY; SET LOCAL statement_timeout = {}; {}",
            self.read_timeout_ms,
            actor.entry()
        );
        self.run(&begin, work)
    }

    fn run<T, E: TransactionError>(
        &self,
        begin: &str,
        mut work: impl FnMut(&mut PgConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.connection()?;
        for _ in 1..COLLISION_ATTEMPTS {
            match run_once(begin, &mut connection, &mut work) {
                Err(error) if error.is_collision() => {}
                result => return result,
            }
        }
        run_once(begin, &mut connection, &mut work)
    }

    /// Connections open and idle now.
    pub fn connections(&self) -> (u32, u32) {
        let state = self.pool.state();
        (state.connections, state.idle_connections)
    }

    fn connection(&self) -> RepoResult<PooledConnection<ConnectionManager<PgConnection>>> {
        self.pool.get_timeout(self.wait).map_err(|error| {
            tracing::debug!(%error, "no connection from the pool");
            RepoError::Unavailable("no free connection in time".to_owned())
        })
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").field("connections", &self.connections()).finish()
    }
}

fn run_once<T, E: TransactionError>(
    begin: &str,
    connection: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection) -> Result<T, E>,
) -> Result<T, E> {
    // One message: the role and the asker cost no round trip.
    AnsiTransactionManager::begin_transaction_sql(connection, begin).map_err(RepoError::from)?;
    let result = work(connection);
    let ended = match result {
        Ok(_) => AnsiTransactionManager::commit_transaction(connection),
        Err(_) => AnsiTransactionManager::rollback_transaction(connection),
    };
    // The error of `work` tells more than that taking it back failed, too.
    result.and_then(|value| ended.map(|()| value).map_err(|error| RepoError::from(error).into()))
}

/// Sets on each new connection what every statement relies on.
#[derive(Debug)]
struct SessionDefaults {
    statement_timeout_ms: u64,
}

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for SessionDefaults {
    fn on_acquire(&self, connection: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        connection
            .batch_execute(&format!(
                "SET statement_timeout = {}; SET idle_in_transaction_session_timeout = '60s'; SET timezone = 'UTC'; \
                 SET jit = off; SET application_name = 'rag'; {UNTRANSLATED}",
                self.statement_timeout_ms
            ))
            .map_err(diesel::r2d2::Error::QueryError)
    }
}
