//! The neural network: token ids in, vectors out; does not see texts or know the engine.

use std::ops::Range;
use std::sync::Arc;

use rten::ThreadPool;

use super::DIMENSIONS;
use super::words::WordTable;
use crate::{EmbedError, PartedVector, batch, vector};

/// Token ids, the special ones included, and the ranges of the tokens of parts.
pub(super) struct Sequence {
    pub(super) ids: Vec<u32>,
    pub(super) parts: Vec<Range<usize>>,
}

/// A network in one engine.
pub(super) trait Engine: Send + Sync {
    /// Runs word vectors of shape (rows, columns, dimensions) and a mask of shape (rows, columns) through the network. Returns the
    /// states of the last layer, of the word vectors' shape.
    fn run(
        &self,
        shape: [usize; 2],
        words: Vec<f32>,
        mask: Vec<f32>,
        pool: &Arc<ThreadPool>,
    ) -> Result<Vec<f32>, EmbedError>;
}

pub(super) struct Network {
    words: Arc<WordTable>,
    engine: Arc<dyn Engine>,
}

impl Network {
    pub(super) fn new(words: Arc<WordTable>, engine: Arc<dyn Engine>) -> Self {
        Self { words, engine }
    }

    /// The vectors of a batch of sequences, which are padded to the longest of them, and of their parts.
    pub(super) fn embed(
        &self,
        batch: &[&Sequence],
        pool: &Arc<ThreadPool>,
    ) -> Result<Vec<PartedVector>, EmbedError> {
        let longest = batch.iter().map(|sequence| sequence.ids.len()).max().unwrap_or(0);
        let mask = batch::mask(batch.iter().map(|sequence| sequence.ids.len()), longest);
        let hidden =
            self.engine.run([batch.len(), longest], self.word_vectors(batch, longest), mask, pool)?;
        let rows = hidden.chunks_exact((longest * DIMENSIONS).max(1));
        let vectors = batch.iter().zip(rows).map(|(sequence, row)| {
            let whole = mean_direction(row, 0..sequence.ids.len()).ok_or_else(without_direction)?;
            let parts = sequence.parts.iter().map(|part| mean_direction(row, part.clone())).collect();
            Ok(PartedVector { whole, parts })
        });
        vectors.collect()
    }

    /// The word vectors of the batch, zeros for padding.
    fn word_vectors(&self, batch: &[&Sequence], longest: usize) -> Vec<f32> {
        let mut vectors = Vec::with_capacity(batch.len() * longest * DIMENSIONS);
        for (place, sequence) in batch.iter().enumerate() {
            sequence.ids.iter().for_each(|&id| self.words.append(id, &mut vectors));
            vectors.resize((place + 1) * longest * DIMENSIONS, 0.0);
        }
        vectors
    }
}

/// The direction of the mean of the states of these tokens, which their sum has, too; `None` if there are none.
fn mean_direction(states: &[f32], tokens: Range<usize>) -> Option<Vec<f32>> {
    let mut sum = vec![0.0; DIMENSIONS];
    for state in states.chunks_exact(DIMENSIONS).take(tokens.end).skip(tokens.start) {
        sum.iter_mut().zip(state).for_each(|(total, x)| *total += x);
    }
    vector::normalise(&mut sum).then_some(sum)
}

fn without_direction() -> EmbedError {
    EmbedError::Inference("a vector without direction".into())
}
