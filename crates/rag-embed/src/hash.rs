//! A fake model for the tests of other crates: hashed words, deterministic, without files or network; never for production.

use std::ops::Range;

use crate::{EmbedError, Embedder, ModelInfo, PartedText, PartedVector, spans, vector};

/// Embeds a text as its bag of lower-case words, each word hashed to one signed dimension: texts with common words have similar vectors.
#[derive(Debug, Clone)]
pub struct HashEmbedder {
    model: ModelInfo,
}

impl HashEmbedder {
    /// A fake model with vectors of `dimensions` (at least 1) and a window of 256 tokens, which it does not enforce.
    pub fn new(dimensions: usize) -> Self {
        let dimensions = dimensions.max(1);
        Self { model: ModelInfo { name: format!("hash-{dimensions}"), dimensions, max_tokens: 256 } }
    }

    fn embed(&self, text: &str) -> Vec<f32> {
        let mut embedding = vec![0.0; self.model.dimensions];
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let hash = fnv1a(&word.to_lowercase());
            let dimension = usize::try_from(hash >> 1).unwrap_or(0) % self.model.dimensions;
            if let Some(x) = embedding.get_mut(dimension) {
                *x += if hash & 1 == 0 { 1.0 } else { -1.0 };
            }
        }
        if !vector::normalise(&mut embedding)
            && let Some(first) = embedding.first_mut()
        {
            *first = 1.0; // no words, or words that cancel out
        }
        embedding
    }
}

impl Embedder for HashEmbedder {
    fn model(&self) -> &ModelInfo {
        &self.model
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        Ok(self.embed(text))
    }

    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        Ok(texts.iter().map(|text| self.embed(text)).collect())
    }

    fn embed_parted(&self, texts: &[PartedText<'_>]) -> Result<Vec<PartedVector>, EmbedError> {
        let parted = |parted: &PartedText<'_>| {
            let parts =
                parted.parts.iter().map(|part| parted.text.get(part.clone()).map(|text| self.embed(text)));
            PartedVector { whole: self.embed(parted.text), parts: parts.collect() }
        };
        Ok(texts.iter().map(parted).collect())
    }

    fn token_spans(&self, text: &str) -> Vec<Range<usize>> {
        spans::approximate(text)
    }
}

fn fnv1a(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_share_words_are_nearer_than_others() {
        let model = HashEmbedder::new(384);
        let query = model.embed_query("where is the harbour").unwrap();
        let documents = model.embed_documents(&["The harbour is north.", "Bake bread slowly!"]).unwrap();
        assert!(vector::dot(&query, &documents[0]) > vector::dot(&query, &documents[1]) + 0.3);
    }

    #[test]
    fn every_text_has_unit_length() {
        for text in ["", " ", "...", "one", "Ein Satz über Öl."] {
            let embedding = HashEmbedder::new(8).embed_query(text).unwrap();
            assert!((vector::dot(&embedding, &embedding) - 1.0).abs() < 1e-6, "{text:?}");
        }
    }
}
