//! The sizes of a collection's chunks: its own or the server's, within the window of its model.

use rag_schema::models::Collection;
use rag_text::ChunkSettings;

use crate::{EngineError, EngineResult, IngestSettings, Model};

/// Minimum of `max_tokens`. Equals the CHECK of the table.
const MIN_TOKENS: u16 = 32;
/// Maximum of `max_tokens`. Equals the CHECK of the table.
const MAX_TOKENS: u16 = 8192;
/// Number of special tokens that a model reads with each text.
const SPECIAL_TOKENS: usize = 2;

/// Sizes of chunks that a collection has instead of the server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkSizes {
    /// Maximum size of a chunk with the title and headings put before it, in tokens of the collection's model; 32 to 8,192.
    pub max_tokens: u16,
    /// Maximum number of tokens that a chunk repeats from the end of the previous one; at most half of `max_tokens`.
    pub overlap_tokens: u16,
}

impl ChunkSizes {
    /// Returns the sizes of the collection; `None` if it has those of the server.
    pub fn of(collection: &Collection) -> Option<Self> {
        Some(Self {
            max_tokens: collection.chunk_max_tokens?.try_into().ok()?,
            overlap_tokens: collection.chunk_overlap_tokens?.try_into().ok()?,
        })
    }

    /// Refuses sizes out of range, and chunks that the collection's model would read only in part. A `model` that this process does
    /// not have is not compared.
    pub(crate) fn check(self, model: Option<&Model>) -> EngineResult<()> {
        let Self { max_tokens, overlap_tokens } = self;
        if !(MIN_TOKENS..=MAX_TOKENS).contains(&max_tokens) {
            return Err(EngineError::Invalid(format!(
                "chunks of {max_tokens} tokens: give {MIN_TOKENS} to {MAX_TOKENS}"
            )));
        }
        if overlap_tokens > max_tokens / 2 {
            return Err(EngineError::Invalid(format!(
                "an overlap of {overlap_tokens} tokens exceeds half of the chunk size ({max_tokens})"
            )));
        }
        match model {
            Some(model) if usize::from(max_tokens) > room(model) => Err(EngineError::Invalid(format!(
                "chunks of {max_tokens} tokens: the model {} reads {} at a time",
                model.name(),
                room(model)
            ))),
            _ => Ok(()),
        }
    }
}

/// Returns the number of tokens of a text that the model reads.
fn room(model: &Model) -> usize {
    model.embedder().model().max_tokens.saturating_sub(SPECIAL_TOKENS)
}

/// Returns the sizes to which documents of the collection are cut for `model`.
pub(super) fn chunk_settings(
    ingest: &IngestSettings,
    collection: &Collection,
    model: &Model,
) -> ChunkSettings {
    let Some(own) = ChunkSizes::of(collection) else { return ingest.chunks };
    // The collection may have moved to a model with a smaller window.
    let max_tokens = usize::from(own.max_tokens).min(room(model));
    ChunkSettings {
        max_tokens,
        overlap_tokens: usize::from(own.overlap_tokens).min(max_tokens / 2),
        reserve_tokens: ingest.chunks.reserve_tokens.min(max_tokens / 2),
    }
}

/// Returns a fingerprint that changes whenever the same bytes would yield different chunks or vectors.
pub(super) fn fingerprint(ingest: &IngestSettings, chunks: ChunkSettings, model: &Model) -> String {
    let ocr = if ingest.reading.ocr.is_some() { " ocr" } else { "" };
    format!(
        "rag {} model {} chunks {}+{}-{}{ocr}",
        env!("CARGO_PKG_VERSION"),
        model.name(),
        chunks.max_tokens,
        chunks.overlap_tokens,
        chunks.reserve_tokens
    )
}
