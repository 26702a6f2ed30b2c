//! Arguments of `rag backup` and `rag restore`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Arguments of `rag backup`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Backup {
    /// Check a backup instead
    #[command(subcommand)]
    pub(crate) verify: Option<BackupCommand>,
    /// Folder to make [default: `rag-backup-DATE` here]
    pub(crate) folder: Option<PathBuf>,
}

/// What to do with a backup that was made.
#[derive(Debug, Subcommand)]
pub(crate) enum BackupCommand {
    /// Restore it into a throw-away PostgreSQL, and compare every table with what was saved
    Verify {
        /// Folder of the backup
        folder: PathBuf,
    },
}

/// Arguments of `rag restore`.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// Folder of the backup
    pub(crate) folder: PathBuf,
}
