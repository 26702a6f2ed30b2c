//! Question and text to the token ids of one sequence that fits the window; only the text is cut, and never to less than half.

use std::path::Path;

use tokenizers::{Tokenizer, TruncationParams};

use super::folder::bad;
use crate::EmbedError;

/// Maximum number of bytes that can fill a window, so that a whole book is not tokenized for its first page.
const WINDOW_BYTES: usize = 64 * 1024;

/// Maximum number of special tokens around and between question and text: BERT has three, `RoBERTa` four.
const SPECIAL_TOKENS: usize = 4;

/// One sequence: question and text with the special tokens between them.
pub(super) struct Pair {
    pub(super) ids: Vec<i32>,
    /// 0 for the question's tokens, 1 for the text's.
    pub(super) types: Vec<i32>,
}

pub(super) struct Pairs {
    tokenizer: Tokenizer,
    window: usize,
}

impl Pairs {
    /// The tokenizer of the file, with truncation to `window` instead of its own padding and truncation.
    pub(super) fn load(path: &Path, window: usize) -> Result<Self, EmbedError> {
        let json = std::fs::read(path).map_err(|error| bad(path, error))?;
        let mut tokenizer = Tokenizer::from_bytes(json).map_err(|error| bad(path, error))?;
        // The longer one is cut first, which is the text, because `question` never takes more than half.
        let cut = TruncationParams { max_length: window, ..TruncationParams::default() };
        tokenizer.with_padding(None).with_truncation(Some(cut)).map_err(|error| bad(path, error))?;
        Ok(Self { tokenizer, window })
    }

    /// The start of the query that takes at most half of the window without special tokens.
    pub(super) fn question<'q>(&self, query: &'q str) -> Result<&'q str, EmbedError> {
        let start = head(query);
        let most = self.window.saturating_sub(SPECIAL_TOKENS) / 2;
        let encoding = self.tokenizer.encode(start, false).map_err(EmbedError::Inference)?;
        let end = encoding.get_offsets().get(most).map_or(start.len(), |(from, _)| *from);
        Ok(start.get(..end).unwrap_or(start))
    }

    pub(super) fn encode(&self, question: &str, text: &str) -> Result<Pair, EmbedError> {
        let encoding =
            self.tokenizer.encode_fast((question, head(text)), true).map_err(EmbedError::Inference)?;
        Ok(Pair { ids: signed(encoding.get_ids())?, types: signed(encoding.get_type_ids())? })
    }
}

fn head(text: &str) -> &str {
    text.get(..text.floor_char_boundary(WINDOW_BYTES)).unwrap_or(text)
}

fn signed(ids: &[u32]) -> Result<Vec<i32>, EmbedError> {
    let signed = ids.iter().map(|&id| i32::try_from(id));
    signed.collect::<Result<_, _>>().map_err(|error| EmbedError::Inference(error.into()))
}
