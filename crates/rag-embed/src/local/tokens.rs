//! The model's own tokenizer: text to token ids cut at the window, and to the spans of all tokens.

use std::ops::Range;

use tokenizers::Tokenizer;

use super::models::LocalModel;
use super::network::Sequence;
use crate::{EmbedError, PartedText};

/// Maximum number of bytes that can fill the window, so that a whole book is not tokenized for the tokens of its beginning.
const WINDOW_BYTES: usize = 64 * 1024;

pub(super) struct Tokens {
    tokenizer: Tokenizer,
    query: Frame,
    document: Frame,
}

/// The tokens before and after those of a text.
struct Frame {
    /// The first special token and the prefix.
    before: Vec<u32>,
    /// The last special token.
    after: u32,
    /// Maximum number of tokens of the text.
    room: usize,
}

impl Tokens {
    pub(super) fn new(tokenizer: Tokenizer, model: &LocalModel) -> Result<Self, EmbedError> {
        let [first, last] = model.special;
        let frame = |prefix: &str| {
            let prefix = tokenizer.encode_fast(prefix, false).map_err(EmbedError::Inference)?;
            let before: Vec<u32> = [first].iter().chain(prefix.get_ids()).copied().collect();
            Ok(Frame { room: model.max_tokens.saturating_sub(before.len() + 1), before, after: last })
        };
        Ok(Self { query: frame(model.query_prefix)?, document: frame(model.document_prefix)?, tokenizer })
    }

    /// The tokens of a query.
    pub(super) fn query(&self, text: &str) -> Result<Sequence, EmbedError> {
        let encoding = self.tokenizer.encode_fast(beginning(text), false).map_err(EmbedError::Inference)?;
        Ok(Sequence { ids: self.query.around(encoding.get_ids()), parts: Vec::new() })
    }

    /// The tokens of a document, with those of each part; a part outside the window has none.
    pub(super) fn document(&self, parted: &PartedText<'_>) -> Result<Sequence, EmbedError> {
        let encoding = self.tokenizer.encode(beginning(parted.text), false).map_err(EmbedError::Inference)?;
        let spans = encoding.get_offsets();
        let spans = spans.get(..self.document.room).unwrap_or(spans);
        let parts = parted.parts.iter().map(|part| {
            let first = spans.partition_point(|(_, end)| *end <= part.start);
            let last = spans.partition_point(|(start, _)| *start < part.end);
            let moved = self.document.before.len();
            first + moved..last.max(first) + moved
        });
        Ok(Sequence { parts: parts.collect(), ids: self.document.around(encoding.get_ids()) })
    }

    /// The byte spans of all tokens of the text; estimated ones if the tokenizer fails.
    pub(super) fn spans(&self, text: &str) -> Vec<Range<usize>> {
        let Ok(encoding) = self.tokenizer.encode(text, false) else {
            return crate::spans::approximate(text);
        };
        encoding.get_offsets().iter().map(|&(start, end)| start..end).collect()
    }
}

impl Frame {
    /// The frame with the ids of a text in it, cut at the window.
    fn around(&self, ids: &[u32]) -> Vec<u32> {
        self.before.iter().chain(ids.iter().take(self.room)).chain([&self.after]).copied().collect()
    }
}

/// As much of the text as can fill the window.
fn beginning(text: &str) -> &str {
    text.get(..text.floor_char_boundary(WINDOW_BYTES)).unwrap_or(text)
}
