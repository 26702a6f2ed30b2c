//! Runs a network in rten; knows nothing about its purpose.

use std::path::Path;

use rten::{Model, ModelOptions, NodeId};
use rten_tensor::NdTensor;

use crate::refusal::Refusal;

/// The mean and the deviation of a channel's values, 0 to 1, that a network expects: blue, green, red.
pub(super) type Scaling = [(f32, f32); 3];

/// The scaling of the network that finds lines.
pub(super) const DETECTION: Scaling = [(0.406, 0.225), (0.456, 0.224), (0.485, 0.229)];
/// The scaling of the network that reads lines.
pub(super) const RECOGNITION: Scaling = [(0.5, 0.5); 3];

/// Loads a network with one input and one output.
pub(super) fn load(file: &Path) -> Result<(Model, NodeId, NodeId), Refusal> {
    let bad = |error: &dyn std::fmt::Display| Refusal::internal(&format!("load {}", file.display()), error);
    let mut options = ModelOptions::with_all_ops();
    options.prepack_weights(true);
    let model = options.load_file(file).map_err(|error| bad(&error))?;
    match (model.input_ids(), model.output_ids()) {
        (&[input], &[output]) => Ok((model, input, output)),
        _ => Err(bad(&"it has several inputs or outputs")),
    }
}

/// The planes of blue, green and red of pixels, as a network expects them.
pub(super) fn planes(pixels: impl Iterator<Item = [u8; 3]>, count: usize, scaling: Scaling) -> Vec<f32> {
    let [mut blue, mut green, mut red] = [(); 3].map(|()| Vec::with_capacity(count));
    let [scale_blue, scale_green, scale_red] =
        scaling.map(|(mean, deviation)| move |value: u8| (f32::from(value) / 255.0 - mean) / deviation);
    blue.reserve_exact(count * 2);
    for [r, g, b] in pixels {
        blue.push(scale_blue(b));
        green.push(scale_green(g));
        red.push(scale_red(r));
    }
    blue.append(&mut green);
    blue.append(&mut red);
    blue
}

/// Runs a network; returns the shape and the values of its output.
pub(super) fn run<const N: usize>(
    model: &Model,
    (input, output): (NodeId, NodeId),
    shape: [usize; 4],
    values: Vec<f32>,
) -> Result<([usize; N], Vec<f32>), Refusal> {
    let failed = |error: &dyn std::fmt::Display| Refusal::internal("run text recognition", error);
    let inputs = vec![(input, NdTensor::from_data(shape, values).into())];
    let [found] = model.run_n(inputs, [output], None).map_err(|error| failed(&error))?;
    found.into_shape_vec::<f32, N>().map_err(|error| failed(&error))
}
