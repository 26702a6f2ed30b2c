//! Arguments of `rag model`.

use clap::{Args, Subcommand};

use super::Json;

/// `rag model ..`.
#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// List the models with the collections of each
    List(Json),
    /// Register an installed model; servers that start afterwards load it besides the model of their settings
    Add {
        /// Name of the model, such as multilingual-e5-small
        name: String,
    },
    /// Move collections to another model; searches use the current model until all vectors are there
    Switch(Switch),
    /// Remove an unused model with its vectors
    Remove {
        /// Name of the model
        name: String,
    },
}

/// Arguments of `rag model switch`.
#[derive(Debug, Args)]
pub(crate) struct Switch {
    /// Name of the model; the collection's current model cancels a move
    pub(crate) name: String,
    /// Move only this collection [default: all with another model]
    #[arg(long, value_name = "NAME")]
    pub(crate) collection: Option<String>,
}
