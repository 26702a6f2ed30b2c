//! The transport over standard input and output, for assistants that start the program themselves.

use std::io::{self, BufRead, Write};

use rag_engine::Engine;
use serde_json::Value;

use super::{
    dispatch::{Message, dispatch},
    revision::RpcError,
};
use crate::{ApiSettings, app::App, auth::Caller};

/// Answers each line of `input` with a line of `output`, on behalf of the operator, until the input ends. Call it inside an
/// `actix_web::rt::System`.
pub async fn serve_mcp_lines(engine: Engine, input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    let app = App::new(engine, ApiSettings::default())?;
    let caller = Caller::operator(&app.engine, None);
    for line in input.lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let reply = match serde_json::from_str::<Message>(&line) {
            Ok(message) => dispatch(&app, &caller, message, None).await.map(|reply| reply.body),
            Err(error) => Some(RpcError::new(-32_700, error.to_string()).body(&Value::Null)),
        };
        if let Some(reply) = reply {
            writeln!(output, "{reply}")?;
            output.flush()?;
        }
    }
    Ok(())
}
