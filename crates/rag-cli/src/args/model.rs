//! Arguments of `rag model`.

use clap::{Args, Subcommand};

use super::Json;

/// What to do with embedding models.
#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// List the models with the collections of each
    List(Json),
    /// Make an installed model known; servers that start afterwards have it beside that of their settings
    Add {
        /// The model, such as multilingual-e5-small
        name: String,
    },
    /// Move collections to another model; they are searched by the one they have until every vector is there
    Switch(Switch),
    /// Remove a model that nothing needs, with its vectors
    Remove {
        /// The model
        name: String,
    },
}

/// Arguments of `rag model switch`.
#[derive(Debug, Args)]
pub(crate) struct Switch {
    /// The model; that of the collection ends a move
    pub(crate) name: String,
    /// Only this collection [default: all of another model]
    #[arg(long, value_name = "NAME")]
    pub(crate) collection: Option<String>,
}
