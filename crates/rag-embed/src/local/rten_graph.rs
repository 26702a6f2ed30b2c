//! The network in rten, which runs everywhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, op_registry};
use rten_tensor::NdTensor;

use super::DIMENSIONS;
use super::network::Engine;
use crate::EmbedError;

pub(super) struct RtenGraph {
    model: Model,
    word_embeddings: NodeId,
    attention_mask: NodeId,
    last_hidden_state: NodeId,
}

impl RtenGraph {
    pub(super) fn load(graph: &'static [u8], weights: BTreeMap<String, Vec<u8>>) -> Result<Self, EmbedError> {
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
            word_embeddings: node("word_embeddings")?,
            attention_mask: node("attention_mask")?,
            last_hidden_state: node("last_hidden_state")?,
            model,
        })
    }
}

impl Engine for RtenGraph {
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
