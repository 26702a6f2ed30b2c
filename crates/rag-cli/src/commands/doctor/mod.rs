//! `rag doctor`: checks all that `rag` needs and stores, one line each, with the cure; changes nothing unless it is told to repair.

mod machine;
mod models;
mod report;
mod rules;
mod secrets;
mod server;

use std::process::ExitCode;

use self::report::{Check, Grade};
use crate::{args::Doctor, config::Config, failure::Outcome, postgres::Postgres};

/// Runs all checks. The exit code is that of the first one that failed: 3 if the database or a model cannot be reached.
pub(crate) fn run(config: &Config, args: Doctor) -> ExitCode {
    let mut checks = machine::checks(config);
    match Postgres::open(config) {
        Ok(postgres) => database(&postgres, config, args, &mut checks),
        Err(failure) => checks.push(server::unusable(config, failure)),
    }
    checks.extend(models::checks(config));
    report::print(&checks, args);
    let first = checks.iter().find(|check| check.grade == Grade::Fail);
    first.map_or(ExitCode::SUCCESS, |check| check.exit.into())
}

fn database(postgres: &Postgres, config: &Config, args: Doctor, checks: &mut Vec<Check>) {
    let mut look = || -> Outcome<()> {
        let mut conn = rag_repo::server::connect(postgres.url())?;
        if server::look(&mut conn, postgres, config, checks)? {
            models::stored(postgres, config, checks)?;
            rules::look(&mut conn, postgres, config, args, checks)?;
        }
        Ok(())
    };
    if let Err(failure) = look() {
        checks.push(server::unusable(config, failure));
    }
}
