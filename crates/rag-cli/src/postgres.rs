//! The PostgreSQL of a command: a configured one, one that another `rag` runs, or one that it starts itself.

use std::{
    env, thread,
    time::{Duration, Instant},
};

use rag_pg::{Install, PgError, Server, Settings, Status, Supervisor};

use crate::{
    config::Config,
    failure::{Exit, Failure, Outcome},
};

/// Maximum time for another `rag` to start or stop the server that this process wants to share.
const PATIENCE: Duration = Duration::from_mins(1);
const STEP: Duration = Duration::from_millis(200);

/// A PostgreSQL server for the duration of a command.
#[derive(Debug)]
pub(crate) enum Postgres {
    /// The configured server, by its URL.
    Configured(String),
    /// The server that another `rag` runs on the same data folder, by its URL.
    Joined(String),
    /// The server that this process runs; it stops when this is dropped.
    Own(Supervisor),
}

impl Postgres {
    /// Returns the configured server, or starts one. Fails if another `rag` already runs it.
    pub(crate) fn serve(config: &Config) -> Outcome<Self> {
        match configured(config) {
            Some(postgres) => Ok(postgres),
            None => own(config)?.map_err(|error| match error {
                PgError::AlreadyRunning { data_dir, pid } => Failure::new(
                    Exit::Failed,
                    format!("another rag (process {pid}) runs on the data directory {}", data_dir.display()),
                )
                .hint("use that one, stop it, or choose another place with --data-dir"),
                other => other.into(),
            }),
        }
    }

    /// Returns the configured server or the running one, or starts one.
    pub(crate) fn open(config: &Config) -> Outcome<Self> {
        if let Some(postgres) = configured(config) {
            return Ok(postgres);
        }
        let began = Instant::now();
        loop {
            match Server::join(&config.data_dir()) {
                Ok(running) => return Ok(Self::Joined(running.address.url())),
                Err(PgError::NotRunning { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            match own(config)? {
                // Another `rag` is starting the server, or is still stopping it.
                Err(PgError::AlreadyRunning { .. }) if began.elapsed() < PATIENCE => thread::sleep(STEP),
                other => return Ok(other?),
            }
        }
    }

    /// Returns the server's libpq URL, which contains the password.
    pub(crate) fn url(&self) -> &str {
        match self {
            Self::Configured(url) | Self::Joined(url) => url,
            Self::Own(supervisor) => supervisor.url(),
        }
    }

    /// Returns whether this process runs the server and no longer restarts it, because it failed repeatedly.
    pub(crate) fn has_given_up(&self) -> bool {
        matches!(self, Self::Own(supervisor) if supervisor.has_given_up())
    }

    /// Returns a description of the place where the server runs.
    pub(crate) fn place(&self) -> &'static str {
        match self {
            Self::Configured(_) => "configured (database.url)",
            Self::Joined(_) => "embedded, run by another rag",
            Self::Own(_) => "embedded, run by this command",
        }
    }
}

/// Refuses a data folder without a database, which a command that reads what is stored would create empty.
pub(crate) fn require_database(config: &Config) -> Outcome<()> {
    let data_dir = config.data_dir();
    if configured(config).is_none() && matches!(rag_pg::status(&data_dir)?, Status::Absent) {
        let message = format!("there is no database in {} yet", data_dir.display());
        let cure = "`rag ingest docs/` stores the documents of a folder and creates it; --data-dir names another place";
        return Err(Failure::new(Exit::Failed, message).hint(cure));
    }
    Ok(())
}

fn configured(config: &Config) -> Option<Postgres> {
    config.sections.database.url.given().map(|url| Postgres::Configured(url.to_owned()))
}

/// Returns the configured installation of PostgreSQL.
pub(crate) fn install(config: &Config) -> Outcome<Install> {
    Ok(Install::find(&config.install_dir())?)
}

fn own(config: &Config) -> Outcome<Result<Postgres, PgError>> {
    let settings =
        Settings { shim: Some(env::current_exe()?), ..Settings::new(config.data_dir(), install(config)?) };
    Ok(Supervisor::start(&settings).map(Postgres::Own))
}
