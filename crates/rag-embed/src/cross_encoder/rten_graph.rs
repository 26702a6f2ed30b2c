//! The graph in rten, which runs everywhere.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool};
use rten_tensor::NdTensor;

use super::folder::bad;
use super::network::{Engine, Input, inputs};
use crate::EmbedError;

pub(super) struct RtenGraph {
    model: Model,
    inputs: Vec<(NodeId, Input)>,
    logits: NodeId,
    path: PathBuf,
}

impl RtenGraph {
    pub(super) fn load(path: &Path) -> Result<Self, EmbedError> {
        let mut options = ModelOptions::with_all_ops();
        options.prepack_weights(true);
        let model = options.load_file(path).map_err(|error| bad(path, error))?;
        let infos: Vec<_> = model.input_ids().iter().map(|&node| model.node_info(node)).collect();
        let names = infos.iter().map(|info| info.as_ref().and_then(rten::NodeInfo::name).unwrap_or_default());
        let inputs = model.input_ids().iter().copied().zip(inputs(names, path)?).collect();
        let logits = output(&model, path)?;
        Ok(Self { inputs, logits, path: path.to_owned(), model })
    }
}

impl Engine for RtenGraph {
    fn run(
        &self,
        shape: [usize; 2],
        value: &dyn Fn(Input) -> Vec<i32>,
        pool: &Arc<ThreadPool>,
    ) -> Result<([usize; 2], Vec<f32>), EmbedError> {
        let inputs = self
            .inputs
            .iter()
            .map(|&(node, input)| (node, NdTensor::from_data(shape, value(input)).into()))
            .collect();
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(pool)));
        let run = self.model.run_n(inputs, [self.logits], Some(options));
        let [output] = run.map_err(|error| EmbedError::Inference(error.into()))?;
        output
            .into_shape_vec::<f32, 2>()
            .map_err(|error| bad(&self.path, format!("its output is no table of numbers ({error})")))
    }
}

fn output(model: &Model, path: &Path) -> Result<NodeId, EmbedError> {
    let named = model.find_node("logits").filter(|node| model.output_ids().contains(node));
    match (named, model.output_ids()) {
        (Some(node), _) => Ok(node),
        (None, [only]) => Ok(*only),
        (None, _) => Err(bad(path, "none of its outputs is named logits")),
    }
}
