//! The `rag` command: one program, which first checks whether it runs as one of its hidden child processes.

mod args;
mod commands;
mod config;
mod disk;
mod failure;
mod inference;
mod logging;
mod missing_models;
mod output;
mod paths;
mod postgres;
mod progress;
mod replicas;
mod runtime;
mod signals;
mod traces;

use std::{env, ffi::OsString, process::ExitCode};

use clap::Parser;

use crate::{
    args::Cli,
    failure::{Exit, Failure},
};

fn main() -> ExitCode {
    let mut args = env::args_os().skip(1);
    let first = args.next();
    match first.as_deref().and_then(|word| word.to_str()) {
        Some(rag_text::isolate::CHILD_COMMAND) => extract_child(args),
        Some(rag_pg::SHIM_COMMAND) => {
            let error = rag_pg::shim_main(args);
            output::failure(&Failure::new(Exit::Failed, error.to_string()));
            ExitCode::FAILURE
        }
        _ => command(),
    }
}

/// Reads one document in a separate process.
fn extract_child(args: impl Iterator<Item = OsString>) -> ExitCode {
    match rag_text::isolate::parse_child_args(args) {
        Some(job) => rag_text::isolate::child_main(job),
        None => ExitCode::from(Exit::Usage),
    }
}

fn command() -> ExitCode {
    let cli = Cli::parse();
    match commands::run(cli) {
        Ok(code) => code,
        Err(failure) => {
            output::failure(&failure);
            failure.exit.into()
        }
    }
}
