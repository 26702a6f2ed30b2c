//! `rag mcp`: the Model Context Protocol on standard input and output, for assistants that start the program themselves.

use std::{io, process::ExitCode};

use crate::{
    config::Config,
    failure::{Failure, Outcome},
    runtime::Context,
};

/// Answers lines until the end of the input.
pub(crate) fn run(config: Config) -> Outcome<ExitCode> {
    let context = Context::open(config)?;
    let engine = context.engine.clone();
    let served = actix_web::rt::System::new()
        .block_on(async { rag_api::serve_mcp_lines(engine, io::stdin().lock(), io::stdout().lock()).await });
    served.map_err(Failure::from)?;
    Ok(ExitCode::SUCCESS)
}
