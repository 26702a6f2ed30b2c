//! The neural network: token ids in, vectors out; does not see texts.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, op_registry};
use rten_tensor::NdTensor;

use super::{DIMENSIONS, weights};
use crate::{EmbedError, PartedVector, batch, vector};

/// The graph without weights, written by `scripts/model/minilm_graph.py`.
const GRAPH: &[u8] = include_bytes!("../../assets/all-minilm-l6-v2.onnx");

/// The size of the `model.safetensors` that belongs to the graph.
const WEIGHTS_BYTES: u64 = 90_868_376;

/// Token ids, the special ones included, and the ranges of the tokens of parts.
pub(super) struct Sequence {
    pub(super) ids: Vec<i32>,
    pub(super) parts: Vec<Range<usize>>,
}

pub(super) struct Network {
    model: Model,
    input_ids: NodeId,
    attention_mask: NodeId,
    last_hidden_state: NodeId,
}

impl Network {
    pub(super) fn load(weights_path: &Path) -> Result<Self, EmbedError> {
        let ops = op_registry!(
            Add,
            Cast,
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
        for (name, bytes) in weights::read(weights_path, WEIGHTS_BYTES)? {
            options.external_data(&format!("{name}.onnx_data"), bytes);
        }
        let model = options
            .load_static_slice(GRAPH)
            .map_err(|error| EmbedError::BadModel { path: weights_path.into(), reason: error.to_string() })?;
        let node = |name| model.node_id(name).map_err(|error| EmbedError::Inference(error.into()));
        Ok(Self {
            input_ids: node("input_ids")?,
            attention_mask: node("attention_mask")?,
            last_hidden_state: node("last_hidden_state")?,
            model,
        })
    }

    /// The vector of one sequence of token ids.
    pub(super) fn embed_one(&self, ids: &[i32], pool: &Arc<ThreadPool>) -> Result<Vec<f32>, EmbedError> {
        let hidden = self.run([1, ids.len()], ids.to_vec(), vec![1; ids.len()], pool)?;
        mean_direction(&hidden, 0..ids.len()).ok_or_else(without_direction)
    }

    /// The vectors of a batch of sequences, which are padded to the longest of them, and of their parts.
    pub(super) fn embed(
        &self,
        batch: &[&Sequence],
        pool: &Arc<ThreadPool>,
    ) -> Result<Vec<PartedVector>, EmbedError> {
        let longest = batch.iter().map(|sequence| sequence.ids.len()).max().unwrap_or(0);
        let ids = batch::padded(batch.iter().map(|sequence| sequence.ids.as_slice()), longest, 0);
        let mask = batch::mask(batch.iter().map(|sequence| sequence.ids.len()), longest);
        let hidden = self.run([batch.len(), longest], ids, mask, pool)?;
        let rows = hidden.chunks_exact((longest * DIMENSIONS).max(1));
        let vectors = batch.iter().zip(rows).map(|(sequence, row)| {
            let whole = mean_direction(row, 0..sequence.ids.len()).ok_or_else(without_direction)?;
            let parts = sequence.parts.iter().map(|part| mean_direction(row, part.clone())).collect();
            Ok(PartedVector { whole, parts })
        });
        vectors.collect()
    }

    fn run(
        &self,
        shape: [usize; 2],
        ids: Vec<i32>,
        mask: Vec<i32>,
        pool: &Arc<ThreadPool>,
    ) -> Result<Vec<f32>, EmbedError> {
        let inputs = vec![
            (self.input_ids, NdTensor::from_data(shape, ids).into()),
            (self.attention_mask, NdTensor::from_data(shape, mask).into()),
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
