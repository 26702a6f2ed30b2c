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

/// Runs the front until `stopped` says so. The HTTP API goes here, in place of the mere waiting.
fn serve(
    context: &Context,
    bind: SocketAddr,
    begun: Instant,
    stopped: &mut watch::Receiver<bool>,
) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    greet(context, bind, begun);
    runtime.block_on(async {
        // An error means that nobody is left to tell us, which ends us too.
        let _ = stopped.wait_for(|stop| *stop).await;
    });
    output::note("Stopping ..");
    Ok(())
}

/// What is where, and what to try next.
fn greet(context: &Context, bind: SocketAddr, begun: Instant) {
    output::line(format!("PostgreSQL  {}", context.postgres.place()));
    output::line(format!("data        {}", context.config.data_dir().display()));
    output::line(format!("HTTP        not built in yet ({bind} is kept for it); the workers run"));
    output::line("\nTry next, in another terminal:");
    output::line("  rag ingest docs/                 store the documents of a folder");
    output::line("  rag ask \"How do I ..?\"           answer with citations");
    output::line(format!("\nReady after {:.1} s. Ctrl-C stops everything.", begun.elapsed().as_secs_f64()));
}
