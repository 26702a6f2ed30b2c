//! The neural network: pairs of token ids in, scores out; does not see texts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool};
use rten_tensor::NdTensor;

use super::folder::bad;
use super::pairs::Pair;
use crate::{EmbedError, batch};

/// The content of one input of the graph.
#[derive(Clone, Copy, PartialEq)]
enum Input {
    Ids,
    Mask,
    Types,
}

pub(super) struct Network {
    model: Model,
    inputs: Vec<(NodeId, Input)>,
    logits: NodeId,
    padding: i32,
    path: PathBuf,
}

impl Network {
    /// Loads the graph; `padding` is the id of the padding token.
    pub(super) fn load(path: PathBuf, padding: i32) -> Result<Self, EmbedError> {
        let mut options = ModelOptions::with_all_ops();
        options.prepack_weights(true);
        let model = options.load_file(&path).map_err(|error| bad(&path, error))?;
        let inputs = inputs(&model, &path)?;
        let logits = output(&model, &path)?;
        Ok(Self { model, inputs, logits, padding, path })
    }

    /// The scores of a batch of pairs, 0 to 1.
    pub(super) fn scores(&self, pairs: &[&Pair], pool: &Arc<ThreadPool>) -> Result<Vec<f32>, EmbedError> {
        let longest = pairs.iter().map(|pair| pair.ids.len()).max().unwrap_or(0);
        let shape = [pairs.len(), longest];
        let value = |input| match input {
            Input::Ids => batch::padded(pairs.iter().map(|pair| pair.ids.as_slice()), longest, self.padding),
            Input::Mask => batch::mask(pairs.iter().map(|pair| pair.ids.len()), longest),
            Input::Types => batch::padded(pairs.iter().map(|pair| pair.types.as_slice()), longest, 0),
        };
        let inputs = self
            .inputs
            .iter()
            .map(|&(node, input)| (node, NdTensor::from_data(shape, value(input)).into()))
            .collect();
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(pool)));
        let run = self.model.run_n(inputs, [self.logits], Some(options));
        let [output] = run.map_err(|error| EmbedError::Inference(error.into()))?;
        let ([rows, columns], logits) = output
            .into_shape_vec::<f32, 2>()
            .map_err(|error| bad(&self.path, format!("its output is no table of numbers ({error})")))?;
        if rows != pairs.len() {
            return Err(bad(&self.path, format!("it gives {rows} scores for {} pairs", pairs.len())));
        }
        let scores: Option<Vec<f32>> = logits.chunks(columns.max(1)).map(score).collect();
        let scores = scores.ok_or_else(|| {
            bad(
                &self.path,
                format!("its output has {columns} columns; one (relevance) or two (irrelevant, relevant) can be read"),
            )
        })?;
        if scores.iter().all(|score| score.is_finite()) {
            Ok(scores)
        } else {
            Err(EmbedError::Inference("a score that is no number".into()))
        }
    }
}

/// The probability that a row of logits represents; `None` if it has more than two columns.
fn score(row: &[f32]) -> Option<f32> {
    match row {
        [relevant] => Some(logistic(*relevant)),
        [irrelevant, relevant] => Some(logistic(relevant - irrelevant)),
        _ => None,
    }
}

fn logistic(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

fn inputs(model: &Model, path: &Path) -> Result<Vec<(NodeId, Input)>, EmbedError> {
    let mut inputs = Vec::new();
    for &node in model.input_ids() {
        let info = model.node_info(node);
        let input = match info.as_ref().and_then(rten::NodeInfo::name).unwrap_or_default() {
            "input_ids" => Input::Ids,
            "attention_mask" => Input::Mask,
            "token_type_ids" => Input::Types,
            other => return Err(bad(path, format!("it wants an input {other:?}, which is not known"))),
        };
        inputs.push((node, input));
    }
    for (wanted, name) in [(Input::Ids, "input_ids"), (Input::Mask, "attention_mask")] {
        if !inputs.iter().any(|(_, input)| *input == wanted) {
            return Err(bad(path, format!("it takes no {name}")));
        }
    }
    Ok(inputs)
}

fn output(model: &Model, path: &Path) -> Result<NodeId, EmbedError> {
    let named = model.find_node("logits").filter(|node| model.output_ids().contains(node));
    match (named, model.output_ids()) {
        (Some(node), _) => Ok(node),
        (None, [only]) => Ok(*only),
        (None, _) => Err(bad(path, "none of its outputs is named logits")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logits_become_probabilities_without_overflow() {
        assert_eq!(score(&[0.0]), Some(0.5));
        assert_eq!(score(&[3.0, 3.0]), Some(0.5));
        assert_eq!((score(&[-1e30]), score(&[1e30])), (Some(0.0), Some(1.0)));
        assert_eq!((score(&[]), score(&[1.0, 2.0, 3.0])), (None, None));
    }
}
