//! The model's own tokenizer: text to token ids cut at the window, and to the spans of all tokens.

use std::ops::Range;
use std::path::Path;

use tokenizers::Tokenizer;

use super::network::Sequence;
use super::{MAX_TOKENS, weights};
use crate::{EmbedError, PartedText};

const CLS: i32 = 101;
const SEP: i32 = 102;

/// Maximum number of bytes that can fill the window, so that a whole book is not tokenized for its first 254 tokens.
const WINDOW_BYTES: usize = 64 * 1024;

pub(super) struct Tokens {
    tokenizer: Tokenizer,
}

impl Tokens {
    pub(super) fn load(path: &Path) -> Result<Self, EmbedError> {
        let json = weights::read_file(path)?;
        let bad =
            |error: tokenizers::Error| EmbedError::BadModel { path: path.into(), reason: error.to_string() };
        let mut tokenizer = Tokenizer::from_bytes(json).map_err(bad)?;
        // The file sets padding and truncation to 128 tokens: a short query would take ten times as long.
        tokenizer.with_padding(None).with_truncation(None).map_err(bad)?;
        Ok(Self { tokenizer })
    }

    /// The ids of the text's tokens between the two special ones, `MAX_TOKENS` at most.
    pub(super) fn ids(&self, text: &str) -> Result<Vec<i32>, EmbedError> {
        let start = text.get(..text.floor_char_boundary(WINDOW_BYTES)).unwrap_or(text);
        let encoding = self.tokenizer.encode_fast(start, false).map_err(EmbedError::Inference)?;
        between_special(encoding.get_ids())
    }

    /// As `ids`, with the tokens of each part; a part outside the window has none.
    pub(super) fn sequence(&self, parted: &PartedText<'_>) -> Result<Sequence, EmbedError> {
        let text = parted.text;
        let start = text.get(..text.floor_char_boundary(WINDOW_BYTES)).unwrap_or(text);
        let encoding = self.tokenizer.encode(start, false).map_err(EmbedError::Inference)?;
        let spans = encoding.get_offsets().get(..MAX_TOKENS - 2).unwrap_or_else(|| encoding.get_offsets());
        let parts = parted.parts.iter().map(|part| {
            let first = spans.partition_point(|(_, end)| *end <= part.start);
            let last = spans.partition_point(|(start, _)| *start < part.end);
            // The first special token moves all others by one.
            first + 1..last.max(first) + 1
        });
        Ok(Sequence { parts: parts.collect(), ids: between_special(encoding.get_ids())? })
    }

    /// The byte spans of all tokens of the text; estimated ones if the tokenizer fails.
    pub(super) fn spans(&self, text: &str) -> Vec<Range<usize>> {
        let Ok(encoding) = self.tokenizer.encode(text, false) else {
            return crate::spans::approximate(text);
        };
        encoding.get_offsets().iter().map(|&(start, end)| start..end).collect()
    }
}

/// The ids between the two special ones, cut at the window.
fn between_special(ids: &[u32]) -> Result<Vec<i32>, EmbedError> {
    let words = ids.iter().take(MAX_TOKENS - 2);
    let ids = words.map(|&id| i32::try_from(id).map_err(|error| EmbedError::Inference(error.into())));
    [Ok(CLS)].into_iter().chain(ids).chain([Ok(SEP)]).collect()
}
