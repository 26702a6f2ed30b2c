//! Why a filter was refused, in words for its author.

/// A filter that was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", if .pointer.is_empty() { "the filter" } else { .pointer.as_str() })]
pub struct FilterError {
    /// Where in the filter: a JSON pointer, empty for the whole of it; long names are cut.
    pub pointer: String,
    /// What is wrong, and what to do about it.
    pub message: String,
}
