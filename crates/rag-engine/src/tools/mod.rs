//! Tools that programs call: described, found for a request, and ranked by how often their uses succeed. Nothing here calls a tool.
//!
//! A tool is a passage in a collection of tools, so it has the search, word statistics and row-level security of documents (ADR 20).

mod definition;
mod schema;
mod store;
mod uses;

pub use definition::ToolDefinition;
pub use store::{ToolKey, ToolQuery};
pub use uses::{ToolReport, UseOfTool};
