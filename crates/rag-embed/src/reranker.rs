//! The trait every reranking model implements; never an implementation.

use crate::EmbedError;

/// Judges how well texts answer a query by reading both together: better than comparing vectors, and much slower.
pub trait Reranker: Send + Sync {
    /// The model's name, for traces and logs.
    fn name(&self) -> &str;

    /// One score for each text, in the order of the texts: finite, and more is better. Models that give a probability, as nearly
    /// all do, stay within 0 to 1; a server that gives raw scores is not corrected. Scores of different queries are not comparable.
    fn rerank(&self, query: &str, texts: &[&str]) -> Result<Vec<f32>, EmbedError>;
}
