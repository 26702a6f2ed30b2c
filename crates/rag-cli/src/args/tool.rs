//! Arguments of `rag tool`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use rag_schema::enums::ToolOutcome;
use uuid::Uuid;

use super::values;

/// `rag tool ..`.
#[derive(Debug, Subcommand)]
pub(crate) enum ToolCommand {
    /// List tools, newest first
    List {
        /// Maximum number of tools
        #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
    /// Describe a tool, or replace its description and parameters
    Set {
        /// Name by which programs call it: letters, digits, _, . and -
        name: String,
        /// Its purpose, in words; say when to use it
        #[arg(required = true)]
        description: Vec<String>,
        /// File with the JSON Schema of its parameters, - for standard input [default: no parameters]
        #[arg(long, value_name = "FILE")]
        parameters: Option<PathBuf>,
        /// Collection of tools in which to store it [default: your own]
        #[arg(long, value_name = "ID", value_parser = values::id)]
        collection: Option<Uuid>,
    },
    /// Show a tool with its parameters and counts
    Show(ToolArgs),
    /// Delete a tool with its counts and uses
    Delete(ToolArgs),
    /// Find tools for a request
    Find {
        /// Request, in words
        #[arg(required = true)]
        query: Vec<String>,
        /// Maximum number of tools
        #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=50))]
        limit: u16,
    },
    /// Record a use of a tool, from which later searches learn
    Use {
        /// The tool
        #[command(flatten)]
        tool: ToolArgs,
        /// Outcome: success or failure
        #[arg(value_parser = outcome)]
        outcome: ToolOutcome,
        /// How long the use took, in milliseconds
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(0..))]
        duration_ms: Option<i32>,
    },
    /// Report uses and outcomes of each tool
    Usage {
        /// First day (UTC), such as 2026-11-01 [default: 29 days before the last one]
        #[arg(long, value_name = "DAY", value_parser = values::day)]
        from: Option<NaiveDate>,
        /// Last day (UTC) [default: today]
        #[arg(long, value_name = "DAY", value_parser = values::day)]
        to: Option<NaiveDate>,
    },
}

/// A tool.
#[derive(Debug, Args)]
pub(crate) struct ToolArgs {
    /// Name of the tool
    pub(crate) name: String,
    /// Collection of the tool [default: your own, then those that are shared with you]
    #[arg(long, value_name = "ID", value_parser = values::id)]
    pub(crate) collection: Option<Uuid>,
}

fn outcome(word: &str) -> Result<ToolOutcome, String> {
    let known = ToolOutcome::ALL.iter().copied().find(|outcome| outcome.as_str() == word);
    known.ok_or_else(|| "allowed are success and failure".to_owned())
}
