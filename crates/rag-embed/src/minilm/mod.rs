//! all-MiniLM-L6-v2 in this process: 384 dimensions, a window of 256 tokens, mean pooling, unit length.

mod network;
mod tokens;
mod weights;

use std::ops::Range;
use std::path::Path;

use self::network::{Network, Sequence};
use self::tokens::Tokens;
use crate::workers::Workers;
use crate::{EmbedError, Embedder, ModelInfo, PartedText, PartedVector};

/// The length of the vectors.
pub const DIMENSIONS: usize = 384;

/// The window in tokens, the two special ones included.
pub const MAX_TOKENS: usize = 256;

/// The model all-MiniLM-L6-v2, loaded once and shared by all threads.
///
/// Queries run immediately on their own threads. Documents run on the same number of other threads with low priority, which yield
/// the processor to queries and to everything else on the machine.
pub struct MiniLm {
    model: ModelInfo,
    tokens: Tokens,
    network: Network,
    query_workers: Workers,
    document_workers: Workers,
}

impl MiniLm {
    /// The name under which its vectors are stored.
    pub const NAME: &'static str = "all-MiniLM-L6-v2";

    /// Loads the model from the folder that `make setup` fills (`model.safetensors`, `tokenizer.json`).
    ///
    /// `threads` (at least 1) is the number of threads for queries and, again, for documents.
    pub fn load(dir: &Path, threads: usize) -> Result<Self, EmbedError> {
        let threads = threads.max(1);
        Ok(Self {
            model: ModelInfo { name: Self::NAME.into(), dimensions: DIMENSIONS, max_tokens: MAX_TOKENS },
            tokens: Tokens::load(&dir.join("tokenizer.json"))?,
            network: Network::load(&dir.join("model.safetensors"))?,
            query_workers: Workers::urgent(threads),
            document_workers: Workers::patient(threads),
        })
    }
}

impl Embedder for MiniLm {
    fn reads_only_latin(&self) -> bool {
        true
    }

    fn model(&self) -> &ModelInfo {
        &self.model
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        let ids = self.tokens.ids(text)?;
        self.query_workers.run(|pool| self.network.embed_one(&ids, pool))
    }

    fn embed_parted(&self, texts: &[PartedText<'_>]) -> Result<Vec<PartedVector>, EmbedError> {
        let sequences = self.document_workers.map(texts, |parted, _| self.tokens.sequence(parted))?;
        self.document_workers.map_batches(
            &sequences,
            |sequence| sequence.ids.len(),
            |batch, pool| self.network.embed(batch, pool),
        )
    }

    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let sequences = self
            .document_workers
            .map(texts, |text, _| Ok(Sequence { ids: self.tokens.ids(text)?, parts: Vec::new() }))?;
        let embedded = self.document_workers.map_batches(
            &sequences,
            |sequence| sequence.ids.len(),
            |batch, pool| self.network.embed(batch, pool),
        )?;
        Ok(embedded.into_iter().map(|vector| vector.whole).collect())
    }

    fn token_spans(&self, text: &str) -> Vec<Range<usize>> {
        self.tokens.spans(text)
    }
}
