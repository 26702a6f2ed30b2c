//! Arguments of `rag pg`.

use std::ffi::OsString;

use clap::Subcommand;

use super::Json;

/// `rag pg ..`.
#[derive(Debug, Subcommand)]
pub(crate) enum PgCommand {
    /// Run a command with `DATABASE_URL` set to a temporary database
    #[command(
        after_help = "Example:\n  rag pg exec -- cargo test\n\nExits with the command's code; the database is gone then."
    )]
    Exec {
        /// Command to run and its arguments
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "CMD")]
        command: Vec<OsString>,
    },
    /// Show the state of the server of the data folder
    Status(Json),
    /// Print the libpq URL of the running server, including the password
    #[command(after_help = "Example:\n  diesel --database-url \"$(rag pg url)\" migration run")]
    Url,
    /// Run the bundled psql against the running server
    #[command(after_help = "Examples:\n  rag pg psql\n  rag pg psql -c 'SELECT count(*) FROM documents'")]
    Psql {
        /// Arguments of psql
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
        args: Vec<OsString>,
    },
}
