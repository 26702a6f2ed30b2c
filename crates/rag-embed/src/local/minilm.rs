//! The files of all-MiniLM-L6-v2: weights in safetensors, the tokenizer as JSON.

use std::path::Path;

use tokenizers::Tokenizer;

use super::file::ModelFile;
use super::models::Content;
use super::safetensors;
use super::words::WordTable;
use crate::EmbedError;

/// The size of the `model.safetensors` that belongs to the graph.
const WEIGHTS_BYTES: u64 = 90_868_376;

pub(super) fn read(dir: &Path, setup: &'static str) -> Result<Content, EmbedError> {
    let file = ModelFile::new(dir, "tokenizer.json", setup);
    let json = file.read()?;
    let mut tokenizer = Tokenizer::from_bytes(json).map_err(|error| file.bad(error))?;
    // The file sets padding and truncation to 128 tokens: a short query would take ten times as long.
    tokenizer.with_padding(None).with_truncation(None).map_err(|error| file.bad(error))?;
    let file = ModelFile::new(dir, "model.safetensors", setup);
    let mut weights = safetensors::read(&file, WEIGHTS_BYTES)?;
    let words = weights.remove("embeddings.word_embeddings.weight").unwrap_or_default();
    Ok(Content { tokenizer, words: WordTable::Floats(words), weights })
}
