//! Arguments of `rag memory` and `rag recall`.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use rag_schema::enums::{MemoryKind, MemoryState};
use uuid::Uuid;

use super::values;

/// `rag memory ..`.
#[derive(Debug, Subcommand)]
pub(crate) enum MemoryCommand {
    /// Remember a statement, unless it is known, a question, small talk or a secret
    Add {
        /// Statement to remember
        #[arg(required = true)]
        content: Vec<String>,
        /// Kind: fact, preference, event, instruction or episode [default: determined from the words]
        #[arg(long, value_name = "KIND", value_parser = kind)]
        kind: Option<MemoryKind>,
        /// Importance, from 0 to 1 [default: 0.5]
        #[arg(long, value_name = "PART")]
        importance: Option<f32>,
        /// Start of validity, such as 2024-03-13T00:00:00Z [default: now]
        #[arg(long, value_name = "TIME", value_parser = values::time)]
        valid_from: Option<DateTime<Utc>>,
    },
    /// List memories, newest first
    List {
        /// List only memories in this state: active, superseded, merged, archived or forgotten
        #[arg(long, value_name = "STATE", value_parser = state)]
        state: Option<MemoryState>,
        /// Maximum number of memories
        #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
    /// Show a memory with its history
    Show {
        /// Id of the memory
        #[arg(value_parser = values::id)]
        id: Uuid,
    },
    /// Change the text of a memory
    Edit {
        /// Id of the memory
        #[arg(value_parser = values::id)]
        id: Uuid,
        /// New text
        #[arg(required = true)]
        content: Vec<String>,
    },
    /// Forget a memory, or erase it permanently
    Forget {
        /// Id of the memory
        #[arg(value_parser = values::id)]
        id: Uuid,
        /// Erase it with its words, vector and history; this cannot be undone
        #[arg(long)]
        erase: bool,
    },
    /// Undo a step
    Undo {
        /// Id of the step, as `rag memory show` prints it
        #[arg(value_parser = values::id)]
        step: Uuid,
    },
    /// Archive memories that are unimportant and were neither changed nor used for long
    Archive {
        /// Importance below which memories are archived, from 0 to 1
        #[arg(long, default_value_t = 0.3, value_name = "PART")]
        below_importance: f32,
        /// Number of days without a change or a use
        #[arg(long, default_value_t = 180, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=36_500))]
        idle_days: i32,
        /// Only list the memories
        #[arg(long)]
        dry_run: bool,
    },
    /// Consolidate small memories that share a subject into summaries
    Consolidate {
        /// Number of days without a change or a use
        #[arg(long, default_value_t = 180, value_name = "N", value_parser = clap::value_parser!(i32).range(0..=36_500))]
        idle_days: i32,
        /// Only list the memories
        #[arg(long)]
        dry_run: bool,
    },
    /// Remember the statements of a file of JSON lines: {"content": ..}, or mem0's {"memory": ..}
    Import {
        /// File to import
        file: PathBuf,
    },
    /// Print all memories as JSON lines, the input of `rag memory import`
    Export,
}

/// Arguments of `rag recall`.
#[derive(Debug, Args)]
pub(crate) struct RecallArgs {
    /// Question or words
    #[arg(required = true)]
    pub(crate) query: Vec<String>,
    /// Recall earlier questions with their answers, too.
    #[arg(long)]
    pub(crate) rounds: bool,
    /// Search documents, too
    #[arg(long)]
    pub(crate) documents: bool,
    /// Search tools, too
    #[arg(long)]
    pub(crate) tools: bool,
    /// Maximum number of results
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(crate) limit: u16,
    /// Recall memories as of that time, such as 2024-03-13T00:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    pub(crate) as_of: Option<DateTime<Utc>>,
}

fn kind(word: &str) -> Result<MemoryKind, String> {
    let known = MemoryKind::ALL.iter().copied().find(|kind| kind.as_str() == word);
    known.ok_or_else(|| "allowed are fact, preference, event, instruction and episode".to_owned())
}

fn state(word: &str) -> Result<MemoryState, String> {
    let known = MemoryState::ALL.iter().copied().find(|state| state.as_str() == word);
    known.ok_or_else(|| "allowed are active, superseded, merged, archived and forgotten".to_owned())
}
