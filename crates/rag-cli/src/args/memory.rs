//! Arguments of `rag memory` and `rag recall`.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use rag_schema::enums::{MemoryKind, MemoryState};
use uuid::Uuid;

/// `rag memory ..`.
#[derive(Debug, Subcommand)]
pub(crate) enum MemoryCommand {
    /// Remember a statement, unless it is known, a question, small talk or a secret
    Add {
        /// The statement
        #[arg(required = true)]
        content: Vec<String>,
        /// fact, preference, event, instruction or episode [default: read from the words]
        #[arg(long, value_name = "KIND", value_parser = kind)]
        kind: Option<MemoryKind>,
        /// From 0 to 1 [default: 0.5]
        #[arg(long, value_name = "PART")]
        importance: Option<f32>,
        /// Since when it holds, such as 2024-03-13T00:00:00Z [default: now]
        #[arg(long, value_name = "TIME")]
        valid_from: Option<DateTime<Utc>>,
    },
    /// List memories, newest first
    List {
        /// Only of this state: active, superseded, merged, archived or forgotten
        #[arg(long, value_name = "STATE", value_parser = state)]
        state: Option<MemoryState>,
        /// Most memories
        #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
    /// Show a memory with its history
    Show {
        /// Id
        id: Uuid,
    },
    /// Change the words of a memory
    Edit {
        /// Id
        id: Uuid,
        /// The words
        #[arg(required = true)]
        content: Vec<String>,
    },
    /// Take a memory back, or erase it for good
    Forget {
        /// Id
        id: Uuid,
        /// Erase it with its words, its vector and its history; this cannot be undone
        #[arg(long)]
        erase: bool,
    },
    /// Undo a step
    Undo {
        /// The step, as `rag memory show` prints it
        step: Uuid,
    },
    /// Set aside what is unimportant and was neither changed nor used for long
    Archive {
        /// Importance below which a memory is unimportant
        #[arg(long, default_value_t = 0.3, value_name = "PART")]
        below_importance: f32,
        /// Days without a change or a use
        #[arg(long, default_value_t = 180, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=36_500))]
        idle_days: i32,
        /// Only list them
        #[arg(long)]
        dry_run: bool,
    },
    /// Remember the statements of a file of JSON lines: {"content": ..}, or mem0's {"memory": ..}
    Import {
        /// The file
        file: PathBuf,
    },
    /// Print all memories as JSON lines that `rag memory import` reads
    Export,
}

/// Arguments of `rag recall`.
#[derive(Debug, Args)]
pub(crate) struct RecallArgs {
    /// Question or words
    #[arg(required = true)]
    pub(crate) query: Vec<String>,
    /// Search documents, too
    #[arg(long)]
    pub(crate) documents: bool,
    /// Most results
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(crate) limit: u16,
    /// Recall what held at that time, such as 2024-03-13T00:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
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
