//! Arguments of `rag reindex`, `rag index` and `rag synonyms`.

use std::path::PathBuf;

use clap::Args;

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
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `rag synonyms`.
#[derive(Debug, Args)]
pub(crate) struct Synonyms {
    /// Name of the collection
    pub(crate) collection: String,
    /// File with the groups that replace the present ones
    pub(crate) file: Option<PathBuf>,
}
