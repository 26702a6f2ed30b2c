//! The commands, one file each; this file loads the settings and selects the command.

mod activity;
mod answer_json;
mod ask;
mod backup;
mod collection;
mod config;
mod doctor;
mod document;
mod eval;
mod eval_answers;
mod eval_memory;
mod index;
mod ingest;
mod job;
mod mcp;
mod memory;
mod migrate;
mod model;
mod pg;
mod reindex;
mod search;
mod serve;
mod statements;
mod status;
mod synonyms;
mod tool;
mod usage;
mod user;

use std::process::ExitCode;

use crate::{
    args::{Cli, CollectionCommand, Command},
    config::Config,
    failure::Outcome,
    logging,
    postgres::require_database,
};

/// Runs a command to its end.
pub(crate) fn run(cli: Cli) -> Outcome<ExitCode> {
    let flags: Vec<(&str, String)> = match &cli.command {
        Command::Serve(args) => args.bind.iter().map(|bind| ("server.bind", bind.clone())).collect(),
        Command::Index(args) => args.kind.iter().map(|kind| ("index.kind", kind.clone())).collect(),
        _ => Vec::new(),
    };
    let config = Config::load(&cli.global, &flags)?;
    if needs_database(&cli.command) {
        require_database(&config)?;
    }
    let _traces = logging::start(&config, matches!(cli.command, Command::Serve(_)))?;
    match cli.command {
        Command::Serve(_) => serve::run(config),
        Command::Ingest(args) => ingest::run(config, &args),
        Command::Import(args) => ingest::import(config, &args),
        Command::Document(command) => document::run(config, &command),
        Command::Job(command) => job::run(config, &command),
        Command::Collection(command) => collection::run(config, &command),
        Command::Eval(args) => eval::run(config, &args),
        Command::Ask(args) => ask::run(config, &args),
        Command::Mcp => mcp::run(config),
        Command::Search(args) => search::run(config, &args),
        Command::Reindex(args) => reindex::run(config, &args),
        Command::Index(args) => index::run(config, &args),
        Command::Model(command) => model::run(config, &command),
        Command::Synonyms(args) => synonyms::run(config, &args),
        Command::Memory(command) => memory::run(config, command),
        Command::Recall(args) => memory::recall(config, &args),
        Command::Tool(command) => tool::run(config, command),
        Command::Status(args) => status::run(&config, args.json),
        Command::Doctor(args) => Ok(doctor::run(&config, args)),
        Command::Migrate(args) => migrate::run(&config, &args),
        Command::Backup(args) => backup::run(&config, args),
        Command::Restore(args) => backup::restore(&config, &args),
        Command::User(command) => user::user(config, &command),
        Command::Key(command) => user::key(config, &command),
        Command::Organisation(command) => user::organisation(config, &command),
        Command::Usage(args) => usage::run(config, &args),
        Command::Activity(args) => activity::run(config, &args),
        Command::Config(command) => config::run(&config, &command),
        Command::Pg(command) => pg::run(&config, command),
    }
}

/// Returns whether a command uses what is stored, so that a new database is of no use to it.
fn needs_database(command: &Command) -> bool {
    match command {
        Command::Ask(_)
        | Command::Search(_)
        | Command::Recall(_)
        | Command::Document(_)
        | Command::Job(_)
        | Command::Reindex(_)
        | Command::Synonyms(_)
        | Command::Usage(_)
        | Command::Activity(_) => true,
        Command::Collection(command) => !matches!(command, CollectionCommand::Create { .. }),
        Command::Backup(args) => args.verify.is_none(),
        Command::Migrate(args) => args.revert,
        _ => false,
    }
}
