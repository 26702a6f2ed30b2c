//! Arguments of `rag pg`.

use std::ffi::OsString;

use clap::{Args, Subcommand, ValueEnum};

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
    /// List the statements that the database spends its time on
    #[command(
        after_help = "Texts have placeholders in place of values. Examples:\n  rag pg statements\n  rag pg statements --by reads --limit 5\n  rag pg statements --reset"
    )]
    Statements(StatementsArgs),
}

/// Arguments of `rag pg statements`.
#[derive(Debug, Args)]
pub(crate) struct StatementsArgs {
    /// Order: the largest first
    #[arg(long, value_enum, default_value_t = StatementColumn::Total)]
    pub(crate) by: StatementColumn,
    /// Maximum number of statements
    #[arg(long, default_value_t = 20, value_name = "NUMBER", value_parser = clap::value_parser!(i32).range(1..=5000))]
    pub(crate) limit: i32,
    /// Forget the statements of this database, and count from now on
    #[arg(long, conflicts_with_all = ["by", "limit", "json"])]
    pub(crate) reset: bool,
    /// Print one JSON object, with the whole texts
    #[arg(long)]
    pub(crate) json: bool,
}

/// The orders of `rag pg statements`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatementColumn {
    /// Time of all calls together
    Total,
    /// Mean time of a call
    Mean,
    /// Number of calls
    Calls,
    /// Bytes that were not in PostgreSQL's cache
    Reads,
    /// Bytes of temporary files
    Temp,
}
