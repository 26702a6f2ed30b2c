//! The neural network: token ids in, vectors out; does not see texts.

use std::path::Path;
use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, op_registry};
use rten_tensor::NdTensor;

use super::{DIMENSIONS, weights};
use crate::{EmbedError, batch, vector};

/// The graph without weights, written by `scripts/model/minilm_graph.py`.
const GRAPH: &[u8] = include_bytes!("../../assets/all-minilm-l6-v2.onnx");

/// The size of the `model.safetensors` that belongs to the graph.
const WEIGHTS_BYTES: u64 = 90_868_376;

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
        self.embed(&[ids], pool)?.pop().ok_or_else(|| EmbedError::Inference("no output".into()))
    }

    /// The vectors of a batch of sequences, which are padded to the longest of them.
    pub(super) fn embed(
        &self,
        batch: &[&[i32]],
        pool: &Arc<ThreadPool>,
    ) -> Result<Vec<Vec<f32>>, EmbedError> {
        let longest = batch.iter().map(|ids| ids.len()).max().unwrap_or(0);
        let ids = batch::padded(batch.iter().copied(), longest, 0);
        let mask = batch::mask(batch.iter().map(|ids| ids.len()), longest);
        let hidden = self.run([batch.len(), longest], ids, mask, pool)?;
        let rows = hidden.chunks_exact((longest * DIMENSIONS).max(1));
        batch.iter().zip(rows).map(|(ids, row)| mean_direction(row, ids.len())).collect()
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

/// The direction of the mean of the first `tokens` states; the sum has the same direction as the mean.
fn mean_direction(states: &[f32], tokens: usize) -> Result<Vec<f32>, EmbedError> {
    let mut sum = vec![0.0; DIMENSIONS];
    for state in states.chunks_exact(DIMENSIONS).take(tokens) {
        sum.iter_mut().zip(state).for_each(|(total, x)| *total += x);
    }
    if vector::normalise(&mut sum) {
        Ok(sum)
    } else {
        Err(EmbedError::Inference("a vector without direction".into()))
    }
}
