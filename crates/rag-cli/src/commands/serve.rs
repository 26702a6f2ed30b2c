//! `rag serve`: starts everything in order, serves the HTTP API, and stops everything in order.

use std::{
    io, mem,
    net::{SocketAddr, TcpListener},
    process::ExitCode,
    time::{Duration, Instant},
};

use rag_api::{ApiSettings, RunningServer};
use rag_engine::{Actor, jobs::Workers};
use rag_schema::enums::Role;
use tokio::sync::watch;

use crate::{
    config::{
        Config,
        pools::{PoolSizes, pool_sizes},
    },
    failure::{Exit, Failure, Outcome},
    output,
    postgres::Postgres,
    runtime::{Context, clear_scratch},
    signals,
};

/// Address of the first admin, who is invited before their real address is known. `rag user add` invites others by theirs.
const FIRST_ADMIN: &str = "admin@localhost";
/// Interval at which the state of PostgreSQL is checked.
const LOOK: Duration = Duration::from_millis(500);

/// Serves until a signal asks it to end.
pub(crate) fn run(config: Config) -> Outcome<ExitCode> {
    let begun = Instant::now();
    let bind = config.sections.server.bind;
    let key = config.server_key()?;
    let librechat = config.librechat()?;
    let metrics_bind = config.sections.server.metrics_bind;
    std::iter::once(bind).chain(metrics_bind).try_for_each(check_free)?;
    let (stop, mut stopped) = watch::channel(false);
    // Sending fails only if the receiver is gone.
    signals::listen(move |_| _ = stop.send(true))?;
    let postgres = Postgres::serve(&config)?;
    let context = Context::for_serving(config, postgres)?;
    context.warn_of_other_index();
    context.warn_of_missing_models()?;
    clear_scratch(&context.config.scratch_dir());
    invite_first(&context, bind, key.as_deref())?;
    if *stopped.borrow() {
        return Ok(ExitCode::SUCCESS);
    }
    let workers = Workers::start(&context.engine, context.config.sections.ingest.workers)?;
    let settings = ApiSettings { librechat, ..api_settings(&context.config, key) };
    let served = serve(&context, settings, begun, &mut stopped);
    if context.postgres.has_given_up() {
        // They would wait for a database that does not come back, and have nothing to record.
        mem::forget(workers);
    } else {
        workers.stop();
    }
    served?;
    drop(context);
    output::note("Stopped.");
    Ok(ExitCode::SUCCESS)
}

/// Invites an admin if no key is set, no user can sign in, and the server refuses requests without proof: because other machines
/// can reach it, or because all its accounts were erased.
fn invite_first(context: &Context, bind: SocketAddr, key: Option<&str>) -> Outcome<()> {
    let engine = &context.engine;
    let is_closed = !bind.ip().to_canonical().is_loopback() || engine.had_accounts()?;
    if key.is_some() || !is_closed || engine.has_accounts()? {
        return Ok(());
    }
    let organisation = engine.local_user().organisation_id;
    let invited = engine.invite(Actor::System, organisation, FIRST_ADMIN, Role::Admin)?;
    output::line("There is no account yet. This token creates that of the first administrator, once:\n");
    output::line(format!(
        "  curl http://{bind}/v1/invitations/accept -H 'content-type: application/json' \\\n       -d '{{\"token\": \"{}\", \"display_name\": \"..\", \"password\": \"..\"}}'\n",
        invited.token
    ));
    Ok(())
}

/// Runs the HTTP API until `stopped` is set or the server fails.
fn serve(
    context: &Context,
    settings: ApiSettings,
    begun: Instant,
    stopped: &mut watch::Receiver<bool>,
) -> Outcome<()> {
    actix_web::rt::System::new().block_on(async {
        let bind = settings.bind;
        let server =
            rag_api::serve(context.engine.clone(), settings).map_err(|error| cannot_serve(bind, &error))?;
        greet(context, &server, begun);
        tokio::select! {
            ended = server.ended() => ended.map_err(Failure::from),
            // An error means that the sender is gone, which ends the server, too.
            _ = stopped.wait_for(|stop| *stop) => {
                output::note("Stopping ..");
                server.stop().await;
                Ok(())
            }
            () = given_up(&context.postgres) => Err(lost(&context.config)),
        }
    })
}

/// Waits until our PostgreSQL is no longer restarted.
async fn given_up(postgres: &Postgres) {
    while !postgres.has_given_up() {
        actix_web::rt::time::sleep(LOOK).await;
    }
}

fn lost(config: &Config) -> Failure {
    let log = config.data_dir().join("postgres.log");
    Failure::new(Exit::Unreachable, "PostgreSQL has stopped repeatedly and is not restarted")
        .hint(format!("its log {} says why; `rag doctor` checks the usual causes", log.display()))
}

/// Refuses an address that cannot be listened on, before anything is started or made for it.
fn check_free(bind: SocketAddr) -> Outcome<()> {
    TcpListener::bind(bind).map(drop).map_err(|error| cannot_serve(bind, &error))
}

fn cannot_serve(bind: SocketAddr, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::InvalidInput {
        return Failure::new(Exit::Usage, error.to_string()).hint("see [server] in `rag config show`");
    }
    let wrong = "choose an address of this machine and a port that this user can open with --bind";
    let (exit, cure) = match error.kind() {
        // They can be free at the next start, which a service manager makes unless the settings are wrong.
        io::ErrorKind::AddrInUse => {
            (Exit::Failed, "end the program that uses it, or choose another with --bind")
        }
        io::ErrorKind::AddrNotAvailable => (Exit::Failed, wrong),
        _ => (Exit::Usage, wrong),
    };
    Failure::new(exit, format!("cannot listen on {bind}: {error}")).hint(cure)
}

fn api_settings(config: &Config, bearer_key: Option<String>) -> ApiSettings {
    let server = &config.sections.server;
    let PoolSizes { read, write, .. } = pool_sizes(&config.sections);
    let [reads, writes] = [read, write].map(|size| usize::try_from(size).unwrap_or(1));
    ApiSettings {
        bind: server.bind,
        metrics_bind: server.metrics_bind,
        bearer_key,
        max_upload_bytes: config.sections.ingest.max_document_bytes,
        max_scratch_bytes: server.max_scratch_bytes,
        max_body_bytes: server.max_body_bytes,
        request_timeout_ms: server.request_timeout_ms,
        body_timeout_ms: server.body_timeout_ms,
        heartbeat_ms: server.heartbeat_ms,
        workers: server.threads,
        max_concurrent_reads: reads * (config.sections.database.replicas.len() + 1),
        max_concurrent_database_requests: writes,
        // A file is stored in one transaction: the other half of the connections is for everything else that writes.
        max_concurrent_uploads: (writes / 2).max(1),
        admission_timeout_ms: server.admission_timeout_ms,
        shutdown_timeout_s: server.shutdown_timeout_s,
        requests_per_minute: server.requests_per_minute,
        attempts_per_minute: server.attempts_per_minute,
        account_attempts_per_hour: server.account_attempts_per_hour,
        redis_url: server.redis_url.given().map(str::to_owned),
        trusted_proxies: server.trusted_proxies.clone(),
        max_concurrent_passwords: std::thread::available_parallelism().map_or(1, usize::from),
        cors_origins: server.cors_origins.clone(),
        dify: config.sections.dify.enabled,
        open_webui: config.sections.open_webui.enabled,
        ..ApiSettings::default()
    }
}

/// Prints the addresses and the next commands to try.
fn greet(context: &Context, server: &RunningServer, begun: Instant) {
    let address = server.address();
    output::line(format!("PostgreSQL  {}", context.postgres.place()));
    output::line(format!("data        {}", context.config.data_dir().display()));
    output::line(format!("API         http://{address}"));
    output::line(format!("try it      http://{address}/docs"));
    if let Some(metrics) = server.metrics_address() {
        output::line(format!("metrics     http://{metrics}/metrics"));
    }
    output::line("\nTry next, in another terminal:");
    output::line("  rag ingest docs/                 store the documents of a folder");
    output::line("  rag ask \"How do I ..?\"           answer with citations");
    output::line(format!("\nReady after {:.1} s. Ctrl-C stops everything.", begun.elapsed().as_secs_f64()));
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::Cli;

    #[test]
    fn the_defaults_of_the_interface_are_those_of_the_sample() {
        let cli = Cli::parse_from(["rag", "config", "check", "--config", "/dev/null"]);
        let config = Config::load(&cli.global, &[]).unwrap();
        // The number of passwords that are verified concurrently is the number of processors.
        let max_concurrent_passwords = ApiSettings::default().max_concurrent_passwords;
        let settings = ApiSettings { max_concurrent_passwords, ..api_settings(&config, None) };
        assert_eq!(format!("{settings:?}"), format!("{:?}", ApiSettings::default()));
        assert!(settings == ApiSettings::default(), "a default differs from config/rag.toml");
    }
}
