//! Arguments of `rag doctor`.

use clap::Args;

/// Arguments of `rag doctor`.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Doctor {
    /// Repair what can be repaired safely
    #[arg(long)]
    pub(crate) repair: bool,
    /// Show what would be repaired, and change nothing
    #[arg(long, requires = "repair")]
    pub(crate) dry_run: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}
