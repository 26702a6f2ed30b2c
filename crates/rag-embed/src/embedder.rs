//! The trait of embedding models, and the description of a model; never an implementation.

use std::ops::Range;

use crate::EmbedError;

/// The properties of a model that callers need before they store its vectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    /// The name stored with each vector; vectors of different names are never compared.
    pub name: String,
    /// The length of every vector.
    pub dimensions: usize,
    /// The window in tokens, special tokens included; longer texts are cut at its end.
    pub max_tokens: usize,
}

/// A text and the byte ranges of its parts, such as its sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartedText<'t> {
    /// The whole text.
    pub text: &'t str,
    /// Ranges of it, in order.
    pub parts: Vec<Range<usize>>,
}

impl<'t> PartedText<'t> {
    /// A text whose parts are places in what follows its first `before` bytes, counted in Unicode scalar values.
    pub fn at(text: &'t str, before: usize, places: impl Iterator<Item = Range<usize>>) -> Self {
        let rest = text.get(before..).unwrap_or_default();
        let bytes: Vec<usize> = rest.char_indices().map(|(byte, _)| byte).collect();
        let byte_at = |place: usize| before + bytes.get(place).copied().unwrap_or(rest.len());
        Self { text, parts: places.map(|part| byte_at(part.start)..byte_at(part.end)).collect() }
    }
}

/// The vectors of a text and of its parts, each of unit length.
#[derive(Debug, Clone, PartialEq)]
pub struct PartedVector {
    /// The vector of the whole text.
    pub whole: Vec<f32>,
    /// One vector for each part, `None` for a part outside the window; empty if the model gives none.
    pub parts: Vec<Option<Vec<f32>>>,
}

/// The languages that a model was trained on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelLanguages {
    /// Not known.
    Unknown,
    /// These alone, as ISO 639-3 codes; they are written in Latin script. Vectors of texts in other languages are poor.
    Only(&'static [&'static str]),
    /// Many, so that a question in one language is near its answer in another.
    Many,
}

/// Turns texts into vectors of unit length, so that their dot product is their cosine similarity.
pub trait Embedder: Send + Sync {
    /// The model's name, dimensions and window.
    fn model(&self) -> &ModelInfo;

    /// The vector of one search query; returns soon even while documents are being embedded.
    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError>;

    /// One vector for each text, in the order of the texts; made for throughput, not for latency.
    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError>;

    /// As `embed_documents`, with the vectors of the texts' parts from the same pass, if the model gives its tokens' states: the
    /// vector of a part is the mean of its tokens' states, so that it knows the text around the part.
    fn embed_parted(&self, texts: &[PartedText<'_>]) -> Result<Vec<PartedVector>, EmbedError> {
        let whole: Vec<&str> = texts.iter().map(|parted| parted.text).collect();
        let vectors = self.embed_documents(&whole)?;
        Ok(vectors.into_iter().map(|whole| PartedVector { whole, parts: Vec::new() }).collect())
    }

    /// The languages that the model was trained on.
    fn languages(&self) -> ModelLanguages {
        ModelLanguages::Unknown
    }

    /// The usual cosine of a query and a document that have nothing to do with each other, 0 up to below 1.
    fn unrelated_cosine(&self) -> f64 {
        0.0
    }

    /// The byte ranges of the tokens of the whole text, in order, without special tokens and without the cut at the window.
    ///
    /// Every bound lies between two characters; neighbours may leave gaps (white space) and, rarely, share a range.
    fn token_spans(&self, text: &str) -> Vec<Range<usize>>;
}
