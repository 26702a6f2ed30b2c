//! `rag pg`: a temporary server for one command; state, URL, psql and statements of the embedded server.

use std::{
    env,
    ffi::OsString,
    io::{self, IsTerminal},
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Child, Command, ExitCode},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use rag_pg::{Running, Server, Status, Temporary};
use rustix::process::{Pid, kill_process};
use serde_json::json;

use super::statements;
use crate::{
    args::PgCommand,
    config::Config,
    failure::{Exit, Failure, Outcome, SETUP},
    output, postgres,
    signals::{self, Stop},
};

/// Runs a subcommand.
pub(crate) fn run(config: &Config, command: PgCommand) -> Outcome<ExitCode> {
    match command {
        PgCommand::Exec { command } => exec(config, &command),
        PgCommand::Status(args) => status(config, args.json),
        PgCommand::Url => url(config),
        PgCommand::Psql { args } => psql(config, &args),
        PgCommand::Statements(args) => statements::run(config, &args),
    }
}

/// State that the signal listener shares with the main thread.
#[derive(Debug, Default)]
struct Shared {
    child: Mutex<Option<Pid>>,
    stopped: AtomicBool,
}

impl Shared {
    /// Forwards a signal to the child. A terminal has already sent Ctrl-C to the child, which is in our process group.
    fn tell(&self, stop: Stop) {
        self.stopped.store(true, Ordering::Relaxed);
        let by_terminal = stop == Stop::Interrupt && io::stdin().is_terminal();
        let child = *self.child.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pid) = child.filter(|_| !by_terminal) {
            // The child may just have ended.
            let _ = kill_process(pid, stop.signal());
        }
    }
}

fn exec(config: &Config, command: &[OsString]) -> Outcome<ExitCode> {
    let (program, args) =
        command.split_first().ok_or_else(|| Failure::new(Exit::Usage, "no command is given"))?;
    let shared = Arc::<Shared>::default();
    let told = Arc::clone(&shared);
    // Registered before the server starts, so that an early Ctrl-C leaves no server running.
    signals::listen(move |stop| told.tell(stop))?;
    let temporary = Temporary::start(postgres::install(config)?, Some(env::current_exe()?))?;
    if shared.stopped.load(Ordering::Relaxed) {
        return Ok(ExitCode::from(130));
    }
    let mut command = Command::new(program);
    // An empty value counts as none, and hides that of a file .env.
    command.args(args).env("DATABASE_URL", temporary.server().url()).env("RAG_DATABASE__URL", "");
    let child = command.spawn().map_err(|error| {
        Failure::new(Exit::Usage, format!("{} cannot be run: {error}", program.display()))
    })?;
    let code = wait(child, &shared);
    drop(temporary);
    code
}

fn wait(mut child: Child, shared: &Shared) -> Outcome<ExitCode> {
    let set = |pid| *shared.child.lock().unwrap_or_else(PoisonError::into_inner) = pid;
    set(i32::try_from(child.id()).ok().and_then(Pid::from_raw));
    let status = child.wait();
    set(None);
    let status = status?;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

fn status(config: &Config, as_json: bool) -> Outcome<ExitCode> {
    let data_dir = config.data_dir();
    let status = rag_pg::status(&data_dir)?;
    let (state, pid, ready) = match &status {
        Status::Absent => ("absent", None, false),
        Status::Stopped { .. } => ("stopped", None, false),
        Status::Running(running) => ("running", Some(running.pid), running.ready),
    };
    if as_json {
        output::json(&json!({"data_dir": data_dir, "state": state, "pid": pid, "ready": ready}));
        return Ok(ExitCode::SUCCESS);
    }
    let text = match status {
        Status::Absent => "no data yet".to_owned(),
        Status::Stopped { major } => format!("stopped; the data are of PostgreSQL {major}"),
        Status::Running(running) if running.ready => format!("running, process {}", running.pid),
        Status::Running(running) => format!("starting or stopping, process {}", running.pid),
    };
    output::line(format!("{}: {text}", data_dir.display()));
    Ok(ExitCode::SUCCESS)
}

fn url(config: &Config) -> Outcome<ExitCode> {
    output::line(running(config)?.address.url());
    Ok(ExitCode::SUCCESS)
}

/// Replaces this process by psql, which then has the terminal and its signals for itself.
fn psql(config: &Config, args: &[OsString]) -> Outcome<ExitCode> {
    let address = running(config)?.address;
    let program = postgres::install(config)?.program("psql");
    let mut command = Command::new(&program);
    command.args(args).envs(address.environment());
    // libpq gives these precedence over the variables above.
    for name in ["PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE", "PGSYSCONFDIR"] {
        command.env_remove(name);
    }
    let error = command.exec();
    Err(Failure::new(Exit::Failed, format!("cannot run {}: {error}", program.display()))
        .hint(format!("run {SETUP}, which installs PostgreSQL again")))
}

/// Returns the server of the data folder, once it accepts connections.
fn running(config: &Config) -> Outcome<Running> {
    Server::join(&config.data_dir()).map_err(|error| {
        let failure = Failure::from(error);
        match config.sections.database.url.given() {
            Some(_) => failure.hint(
                "database.url (or $DATABASE_URL) names another PostgreSQL, which rag uses instead of its own: give that URL to the tool",
            ),
            None => failure,
        }
    })
}
