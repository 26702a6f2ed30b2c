//! Sets up the log, which is written to standard error.

use std::io;

use tracing_subscriber::{EnvFilter, fmt, prelude::*};

use crate::{
    config::{
        Config,
        layers::Origin,
        sections::{Log, LogFormat},
    },
    failure::{Exit, Failure, Outcome},
    output,
    traces::Traces,
};

/// Starts logging, and traces if a collector is configured, until the traces are dropped. Short-lived commands log only errors, unless a
/// level is configured.
pub(crate) fn start(config: &Config, is_server: bool) -> Outcome<Option<Traces>> {
    let Log { level, format, .. } = &config.sections.log;
    let is_default =
        config.layers.entries().any(|(key, _, origin)| key == "log.level" && *origin == Origin::Default);
    let level = if is_server || !is_default { level.as_str() } else { "error" };
    // The pool's own messages contain the driver's text; the engine logs the errors.
    let filter = EnvFilter::try_new(format!("r2d2=off,actix_server=warn,{level}")).map_err(|error| {
        Failure::new(Exit::Usage, format!("{}: {error}", config.layers.describe("log.level")))
            .hint("allowed is error, warn, info, debug, trace, or a filter such as info,rag_engine=debug")
    })?;
    let traces = Traces::start(&config.sections.traces)?;
    let log = match format {
        LogFormat::Text => {
            fmt::layer().with_ansi(output::is_watched()).with_writer(io::stderr).with_filter(filter).boxed()
        }
        LogFormat::Json => {
            fmt::layer().json().flatten_event(true).with_writer(io::stderr).with_filter(filter).boxed()
        }
    };
    let registry = tracing_subscriber::registry().with(log).with(traces.as_ref().map(Traces::layer));
    registry
        .try_init()
        .map_err(|error| Failure::new(Exit::Failed, format!("cannot set up the log: {error}")))?;
    Ok(traces)
}
