//! Arguments of `rag backup` and `rag restore`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Arguments of `rag backup`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Backup {
    /// Verify a backup instead
    #[command(subcommand)]
    pub(crate) verify: Option<BackupCommand>,
    /// Folder to create [default: `rag-backup-DATE` in the current folder]
    pub(crate) folder: Option<PathBuf>,
}

/// `rag backup ..`.
#[derive(Debug, Subcommand)]
pub(crate) enum BackupCommand {
    /// Restore a backup into a temporary PostgreSQL, and compare every table with the saved data
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
