//! `rag migrate`: brings the tables up to date, reverts the last migration, or lists the pending ones.

use std::process::ExitCode;

use rag_repo::migrations;

use crate::{
    args::Migrate,
    config::Config,
    failure::{Exit, Failure, Outcome},
    output,
    postgres::Postgres,
    runtime::connect,
};

/// Runs on the configured server, the running embedded one, or one that it starts itself.
pub(crate) fn run(config: &Config, args: &Migrate) -> Outcome<ExitCode> {
    let postgres = Postgres::open(config)?;
    let conn = &mut connect(&postgres)?;
    if args.pending {
        let pending = migrations::pending(conn)?;
        pending.iter().for_each(output::line);
        if pending.is_empty() {
            output::line("Nothing is pending.");
        }
    } else if args.revert {
        let question =
            "Revert the last migration and delete the data of its tables and columns? Stop the server first.";
        output::confirm(question, args.yes)?;
        let reverted = migrations::revert_last(conn)?
            .ok_or_else(|| Failure::new(Exit::Failed, "there is no migration to revert"))?;
        output::line(format!(
            "Reverted migration {reverted}; the data of its tables and columns was deleted. The next start and `rag migrate` run it again, \
             without that data."
        ));
    } else {
        let done = migrations::run_pending(conn)?;
        for version in &done {
            output::line(format!("Ran {version}."));
        }
        if done.is_empty() {
            output::line("The tables are up to date.");
        }
    }
    Ok(ExitCode::SUCCESS)
}
