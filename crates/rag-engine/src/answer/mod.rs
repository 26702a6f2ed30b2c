//! Answering in three steps: `prepare` (find evidence), then write, as a stream if a model does it, then `record`.
//! Between the steps no connection is held.

mod citations;
mod extractive;
mod prompt;
mod turn;

pub use citations::{Citation, check_citations};
pub use turn::{Answer, AskRequest, Evidence, Plan, Prepared, Written};

/// What is said when the documents do not answer a question.
pub const NOT_FOUND: &str = "Not found in these documents.";
