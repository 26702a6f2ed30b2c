//! Which PostgreSQL a command works with: a configured one, one that another `rag` runs, or one of its own.

use std::{
    env, thread,
    time::{Duration, Instant},
};

use rag_pg::{Install, PgError, Server, Settings, Supervisor};

use crate::{
    config::Config,
    failure::{Exit, Failure, Outcome},
};

/// How long another `rag` may take to start or stop the server that we want to share.
const PATIENCE: Duration = Duration::from_mins(1);
const STEP: Duration = Duration::from_millis(200);

/// A PostgreSQL for as long as it is needed.
#[derive(Debug)]
pub(crate) enum Postgres {
    /// Named in the configuration.
    Configured(String),
    /// Run by another `rag` on the same data directory.
    Joined(String),
    /// Run by us; it stops when this is dropped.
    Own(Supervisor),
}

impl Postgres {
    /// The configured server, or one of our own; refused when another `rag` runs it already.
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

    /// The configured server, the one that runs, or one of our own.
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
                // Another `rag` has begun to start the server, or has not yet stopped it.
                Err(PgError::AlreadyRunning { .. }) if began.elapsed() < PATIENCE => thread::sleep(STEP),
                other => return Ok(other?),
            }
        }
    }

    /// Its libpq URL, which holds the password.
    pub(crate) fn url(&self) -> &str {
        match self {
            Self::Configured(url) | Self::Joined(url) => url,
            Self::Own(supervisor) => supervisor.url(),
        }
    }

    /// Whether it is ours, kept dying and is started no more.
    pub(crate) fn has_given_up(&self) -> bool {
        matches!(self, Self::Own(supervisor) if supervisor.has_given_up())
    }

    /// Where it runs, for people.
    pub(crate) fn place(&self) -> &'static str {
        match self {
            Self::Configured(_) => "configured (database.url)",
            Self::Joined(_) => "embedded, run by another rag",
            Self::Own(_) => "embedded, run by this command",
        }
    }
}

fn configured(config: &Config) -> Option<Postgres> {
    config.sections.database.url.given().map(|url| Postgres::Configured(url.to_owned()))
}

/// The installation that the configuration names.
pub(crate) fn install(config: &Config) -> Outcome<Install> {
    Ok(Install::find(&config.install_dir())?)
}

fn own(config: &Config) -> Outcome<Result<Postgres, PgError>> {
    let settings =
        Settings { shim: Some(env::current_exe()?), ..Settings::new(config.data_dir(), install(config)?) };
    Ok(Supervisor::start(&settings).map(Postgres::Own))
}
