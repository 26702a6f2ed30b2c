//! Arguments of `rag reindex`, `rag index` and `rag synonyms`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Arguments of `rag reindex`.
#[derive(Debug, Args)]
pub(crate) struct Reindex {
    /// Index only this collection [default: all]
    #[arg(long, value_name = "NAME")]
    pub(crate) collection: Option<String>,
}

/// Arguments of `rag index`.
#[derive(Debug, Args)]
pub(crate) struct Index {
    /// Rebuild the index
    #[arg(long)]
    pub(crate) rebuild: bool,
    /// Kind of the index: `hnsw`, `hnsw_binary`, `ivfflat` or `none`, as index.kind
    #[arg(long, requires = "rebuild", value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// Measure the recall of searches by the index, apply the breadth that the last measurement proposes, or undo that
    #[arg(long, value_name = "ACTION", conflicts_with = "rebuild")]
    pub(crate) breadth: Option<BreadthAction>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// An action on the breadth of searches by the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BreadthAction {
    /// Measure the recall, and the smallest breadth that reaches `search.recall_target`
    Measure,
    /// Have searches use the breadth that the last measurement proposes
    Apply,
    /// Return to the breadth of before
    Undo,
}

/// Arguments of `rag synonyms`.
#[derive(Debug, Args)]
pub(crate) struct Synonyms {
    /// Name of the collection
    pub(crate) collection: String,
    /// File with the groups that replace the present ones
    pub(crate) file: Option<PathBuf>,
}
