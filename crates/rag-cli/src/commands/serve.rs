//! `rag serve`: everything up in order, the HTTP API in front, everything down in order.

use std::{net::SocketAddr, process::ExitCode, time::Instant};

use rag_engine::ingest::Workers;
use tokio::sync::watch;

use crate::{
    config::Config,
    failure::{Exit, Failure, Outcome},
    output,
    postgres::Postgres,
    runtime::{Context, clear_scratch},
    signals,
};

/// Serves until a signal asks it to end.
pub(crate) fn run(config: Config) -> Outcome<ExitCode> {
    let begun = Instant::now();
    let bind = config.sections.server.bind;
    let key = config.server_key()?;
    refuse_open(bind, key.as_deref())?;
    let (stop, mut stopped) = watch::channel(false);
    // Sending fails only when nobody waits any more.
    signals::listen(move |_| _ = stop.send(true))?;
    let postgres = Postgres::serve(&config)?;
    let context = Context::on(config, postgres)?;
    clear_scratch(&context.config.scratch_dir());
    if *stopped.borrow() {
        return Ok(ExitCode::SUCCESS);
    }
    let workers = Workers::start(&context.engine, context.config.sections.ingest.workers)?;
    let served = serve(&context, bind, begun, &mut stopped);
    workers.stop();
    served?;
    drop(context);
    output::note("Stopped.");
    Ok(ExitCode::SUCCESS)
}

/// Without a key, only this machine may ask.
fn refuse_open(bind: SocketAddr, key: Option<&str>) -> Outcome<()> {
    if key.is_some() || bind.ip().is_loopback() {
        return Ok(());
    }
    Err(Failure::new(Exit::Usage, format!("{bind} is open to other machines, and no key is asked for"))
        .hint("set server.key or server.key_file, or bind to 127.0.0.1"))
}

fn serve(_context: &Context, _bind: SocketAddr, _begun: Instant, _stopped: &mut watch::Receiver<bool>) -> Outcome<()> {
    Err(Failure::new(Exit::Failed, "the HTTP API is not built in yet"))
}
