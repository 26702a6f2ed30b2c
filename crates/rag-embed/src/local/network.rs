//! The neural network: token ids in, vectors out; does not see texts.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, op_registry};
use rten_tensor::NdTensor;

use super::DIMENSIONS;
use super::words::WordTable;
use crate::{EmbedError, PartedVector, batch, vector};

/// Token ids, the special ones included, and the ranges of the tokens of parts.
pub(super) struct Sequence {
    pub(super) ids: Vec<u32>,
    pub(super) parts: Vec<Range<usize>>,
}

pub(super) struct Network {
    words: WordTable,
    model: Model,
    word_embeddings: NodeId,
    attention_mask: NodeId,
    last_hidden_state: NodeId,
}

impl Network {
    pub(super) fn load(
        graph: &'static [u8],
        words: WordTable,
        weights: BTreeMap<String, Vec<u8>>,
    ) -> Result<Self, EmbedError> {
        let ops = op_registry!(
            Add,
            Div,
            Erf,
            Gather,
            LayerNormalization,
            MatMul,
            Mul,
            Reshape,
            Shape,
            Slice,
            Softmax,
            Sub,
            Transpose,
            Unsqueeze
        );
        let mut options = ModelOptions::with_ops(ops);
        options.prepack_weights(true);
        for (name, bytes) in weights {
            options.external_data(&format!("{name}.onnx_data"), bytes);
        }
        let model = options.load_static_slice(graph).map_err(|error| EmbedError::Inference(error.into()))?;
        let node = |name| model.node_id(name).map_err(|error| EmbedError::Inference(error.into()));
        Ok(Self {
            words,
            word_embeddings: node("word_embeddings")?,
            attention_mask: node("attention_mask")?,
            last_hidden_state: node("last_hidden_state")?,
            model,
        })
    }

    /// The vectors of a batch of sequences, which are padded to the longest of them, and of their parts.
    pub(super) fn embed(
        &self,
        batch: &[&Sequence],
        pool: &Arc<ThreadPool>,
    ) -> Result<Vec<PartedVector>, EmbedError> {
        let longest = batch.iter().map(|sequence| sequence.ids.len()).max().unwrap_or(0);
        let mask = batch::mask(batch.iter().map(|sequence| sequence.ids.len()), longest);
        let hidden = self.run([batch.len(), longest], self.word_vectors(batch, longest), mask, pool)?;
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

    fn run(
        &self,
        [rows, columns]: [usize; 2],
        words: Vec<f32>,
        mask: Vec<f32>,
        pool: &Arc<ThreadPool>,
    ) -> Result<Vec<f32>, EmbedError> {
        let inputs = vec![
            (self.word_embeddings, NdTensor::from_data([rows, columns, DIMENSIONS], words).into()),
            (self.attention_mask, NdTensor::from_data([rows, columns], mask).into()),
        ];
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(pool)));
        let run = self.model.run_n(inputs, [self.last_hidden_state], Some(options));
        let [output] = run.map_err(|error| EmbedError::Inference(error.into()))?;
        let (_, hidden) =
            output.into_shape_vec::<f32, 3>().map_err(|error| EmbedError::Inference(error.into()))?;
        Ok(hidden)
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
