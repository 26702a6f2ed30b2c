//! Arguments of `rag import`, `rag document` and `rag collection`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Json;

/// Arguments of `rag import`.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Files to import; - reads standard input
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Collection to store into; created if missing
    #[arg(long, default_value = "default", value_name = "NAME")]
    pub(crate) collection: String,
    /// Field with the text; dots lead into objects
    #[arg(long, value_name = "FIELD")]
    pub(crate) text: Option<String>,
    /// Field with the title [default: title, name or subject]
    #[arg(long, value_name = "FIELD")]
    pub(crate) title: Option<String>,
    /// Field with the id [default: _id, id or uuid]
    #[arg(long, value_name = "FIELD")]
    pub(crate) id: Option<String>,
    /// Show how the first records are understood, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print one JSON object
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) json: bool,
}

/// `rag document ..`.
#[derive(Debug, Subcommand)]
pub(crate) enum DocumentCommand {
    /// List documents, newest first
    List(DocumentList),
    /// Show a document with its versions
    Show(DocumentShow),
    /// Delete documents with all their versions
    Delete(DocumentDelete),
}

/// Arguments of `rag document list`.
#[derive(Debug, Args)]
pub(crate) struct DocumentList {
    /// Name of the collection
    #[arg(long, default_value = "default", value_name = "NAME")]
    pub(crate) collection: String,
    /// List only documents whose source begins with this text, such as a folder with its last slash
    #[arg(long, value_name = "TEXT")]
    pub(crate) source_prefix: Option<String>,
    /// Maximum number of documents
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=100_000))]
    pub(crate) limit: i64,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `rag document show`.
#[derive(Debug, Args)]
pub(crate) struct DocumentShow {
    /// Id or source of the document
    pub(crate) document: String,
    /// Name of the collection in which a source is looked up
    #[arg(long, default_value = "default", value_name = "NAME")]
    pub(crate) collection: String,
    /// Print the text instead
    #[arg(long, conflicts_with = "json")]
    pub(crate) text: bool,
    /// Number of the version whose text is printed [default: the one that searches find]
    #[arg(long, value_name = "N", requires = "text")]
    pub(crate) version: Option<i32>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `rag document delete`.
#[derive(Debug, Args)]
pub(crate) struct DocumentDelete {
    /// Ids or sources of the documents
    #[arg(required_unless_present = "source_prefix")]
    pub(crate) documents: Vec<String>,
    /// Name of the collection in which sources are looked up
    #[arg(long, default_value = "default", value_name = "NAME")]
    pub(crate) collection: String,
    /// Delete all documents whose source begins with this text, such as a folder with its last slash
    #[arg(long, value_name = "TEXT", conflicts_with = "documents")]
    pub(crate) source_prefix: Option<String>,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

/// `rag collection ..`.
#[derive(Debug, Subcommand)]
pub(crate) enum CollectionCommand {
    /// List the collections with their sizes
    List(Json),
    /// Show a collection
    Show {
        /// Name of the collection
        name: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Create a collection
    Create {
        /// Name of the collection
        name: String,
        /// Description of the contents
        #[arg(long, default_value = "", value_name = "TEXT")]
        description: String,
    },
    /// Delete a collection with all its documents
    Delete {
        /// Name of the collection
        name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}
