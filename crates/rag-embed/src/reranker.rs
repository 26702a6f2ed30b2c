//! The trait of reranking models; never an implementation.

use crate::EmbedError;

/// Judges how well texts answer a query by reading both together: more accurate than comparing vectors, and much slower.
pub trait Reranker: Send + Sync {
    /// The model's name, for traces and logs.
    fn name(&self) -> &str;

    /// One score for each text, in the order of the texts: finite, and higher is better. Nearly all models
    /// return a probability, 0 to 1; raw scores of a server are not converted. Scores of different queries are not comparable.
    fn rerank(&self, query: &str, texts: &[&str]) -> Result<Vec<f32>, EmbedError>;
}
