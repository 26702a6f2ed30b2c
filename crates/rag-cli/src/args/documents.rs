//! Arguments of `rag import`, `rag document` and `rag collection`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Json;

/// Arguments of `rag ingest`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Ingest {
    /// Files, folders and web addresses to store
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Collection to store into; created if missing
    #[arg(long, default_value = "default", value_name = "NAME")]
    pub(crate) collection: String,
    /// Name of the file or folder in the sources of its documents, in place of its path
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// Number of links to follow from the page of an address to others of its site, 0 to 5
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u8).range(..=5))]
    pub(crate) depth: u8,
    /// Maximum number of pages of an address [default: 1, with --depth 100]
    #[arg(long, value_name = "N")]
    pub(crate) max_pages: Option<usize>,
    /// Delete the documents below the folders whose files are gone
    #[arg(long)]
    pub(crate) sync: bool,
    /// Show what would be stored and deleted, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// As --sync, then follow changes of the folders until Ctrl-C
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) watch: bool,
    /// Print one JSON object; with --watch one for each change
    #[arg(long)]
    pub(crate) json: bool,
}

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
    /// Make an older version the newest one again
    Restore(DocumentRestore),
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

/// Arguments of `rag document restore`.
#[derive(Debug, Args)]
pub(crate) struct DocumentRestore {
    /// Id or source of the document
    pub(crate) document: String,
    /// Number of the version; `rag document show` lists them
    pub(crate) version: i32,
    /// Name of the collection in which a source is looked up
    #[arg(long, default_value = "default", value_name = "NAME")]
    pub(crate) collection: String,
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
        /// Sizes of its chunks
        #[command(flatten)]
        chunks: ChunkArgs,
    },
    /// Change the sizes of a collection's chunks; `rag collection reingest` applies them to documents that were read
    Set {
        /// Name of the collection
        name: String,
        /// Sizes of its chunks
        #[command(flatten)]
        chunks: ChunkArgs,
        /// Use the sizes of the settings again
        #[arg(long, conflicts_with_all = ["chunk_tokens", "overlap_tokens"])]
        default_chunks: bool,
    },
    /// Read the documents again that would be read differently today: by other chunk sizes, another model, with OCR, or by a newer program
    ///
    /// Searches find the chunks that a document has until its new ones are whole.
    Reingest {
        /// Name of the collection
        name: String,
        /// Read all documents, also those that would be read as they were
        #[arg(long)]
        all: bool,
    },
    /// Make another user of the organisation the owner of a collection
    ///
    /// The previous owner stays as an editor; other members, links and documents stay as they are.
    Transfer {
        /// Name of the collection
        name: String,
        /// New owner, by e-mail address
        email: String,
        /// Present owner, by e-mail address [default: the operator]
        #[arg(long, value_name = "EMAIL")]
        owner: Option<String>,
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

/// Sizes of a collection's chunks.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ChunkArgs {
    /// Maximum size of a chunk with the title and headings put before it, in tokens of the collection's model, 32 to 8192 [default: the
    /// settings]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(32..=8192))]
    pub(crate) chunk_tokens: Option<u16>,
    /// Maximum number of tokens that a chunk repeats from the end of the previous one [default: an eighth of --chunk-tokens]
    #[arg(long, value_name = "N", requires = "chunk_tokens")]
    pub(crate) overlap_tokens: Option<u16>,
}
