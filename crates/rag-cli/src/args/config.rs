//! Arguments of `rag config` and `rag migrate`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Json;

/// Arguments of `rag migrate`.
#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// Revert the last migration and delete the data in the tables and columns that it created
    #[arg(long, conflicts_with = "pending")]
    pub(crate) revert: bool,
    /// Revert without a question
    #[arg(long, requires = "revert")]
    pub(crate) yes: bool,
    /// Only list the pending migrations
    #[arg(long)]
    pub(crate) pending: bool,
}

/// `rag config ..`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// List every value with its origin; secrets are masked
    Show(Json),
    /// Check that the settings are valid
    Check,
    /// Write the built-in templates of the chat model's prompt into a folder, to be changed there
    #[command(
        after_help = "Example:\n  rag config templates prompts/\n  rag serve --set answer.templates=prompts"
    )]
    Templates {
        /// Folder; created if missing. Files that exist are kept
        folder: PathBuf,
    },
}
