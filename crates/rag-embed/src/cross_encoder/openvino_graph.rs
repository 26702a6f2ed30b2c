//! The graph in OpenVINO, which is faster on some processors.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rten::ThreadPool;

use super::folder::bad;
use super::network::{Engine, Input, inputs};
use crate::EmbedError;
use crate::openvino::{Graph, OpenVino, Values};

pub(super) struct OpenVinoGraph {
    graph: Graph,
    inputs: Vec<(String, Input)>,
    output: String,
    path: PathBuf,
}

impl OpenVinoGraph {
    pub(super) fn compile(openvino: &OpenVino, path: &Path, threads: usize) -> Result<Self, EmbedError> {
        let graph = openvino.compile(path, threads).map_err(|error| unusable(path, error))?;
        let names = graph.inputs()?;
        let inputs = inputs(names.iter().map(String::as_str), path)?;
        let mut outputs = graph.outputs()?;
        let logits = outputs.iter().position(|name| name == "logits");
        let output = match (logits, outputs.len()) {
            (Some(place), _) => outputs.swap_remove(place),
            (None, 1) => outputs.swap_remove(0),
            (None, _) => return Err(bad(path, "none of its outputs is named logits")),
        };
        Ok(Self { graph, inputs: names.into_iter().zip(inputs).collect(), output, path: path.to_owned() })
    }
}

impl Engine for OpenVinoGraph {
    fn run(
        &self,
        shape: [usize; 2],
        value: &dyn Fn(Input) -> Vec<i32>,
        _pool: &Arc<ThreadPool>,
    ) -> Result<([usize; 2], Vec<f32>), EmbedError> {
        let values: Vec<Vec<i32>> = self.inputs.iter().map(|(_, input)| value(*input)).collect();
        let inputs: Vec<(&str, &[usize], Values<'_>)> = self
            .inputs
            .iter()
            .zip(&values)
            .map(|((name, _), values)| (name.as_str(), shape.as_slice(), Values::Integers(values)))
            .collect();
        let (shape, logits) = self.graph.run(&inputs, &self.output)?;
        let shape = <[usize; 2]>::try_from(shape).map_err(|shape| {
            bad(&self.path, format!("its output is no table of numbers (shape {shape:?})"))
        })?;
        Ok((shape, logits))
    }
}

/// The error of a file that OpenVINO cannot compile, with OpenVINO's reason.
fn unusable(path: &Path, error: EmbedError) -> EmbedError {
    match error {
        EmbedError::Inference(reason) => bad(path, reason),
        other => other,
    }
}
