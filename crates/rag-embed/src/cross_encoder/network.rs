//! The neural network: pairs of token ids in, scores out; does not see texts or know the engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rten::ThreadPool;

use super::folder::bad;
use super::pairs::Pair;
use crate::{EmbedError, batch};

/// A network in one engine.
pub(super) trait Engine: Send + Sync {
    /// Runs a batch of that many pairs, padded to `columns` tokens. Returns the shape and the values of the output.
    fn run(
        &self,
        shape: [usize; 2],
        value: &dyn Fn(Input) -> Vec<i32>,
        pool: &Arc<ThreadPool>,
    ) -> Result<([usize; 2], Vec<f32>), EmbedError>;
}

/// The content of one input of the graph.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Input {
    Ids,
    Mask,
    Types,
}

pub(super) struct Network {
    engine: Box<dyn Engine>,
    padding: i32,
    path: PathBuf,
}

impl Network {
    /// The graph in `path` as `engine` runs it; `padding` is the id of the padding token.
    pub(super) fn new(engine: Box<dyn Engine>, path: PathBuf, padding: i32) -> Self {
        Self { engine, padding, path }
    }

    /// The scores of a batch of pairs, 0 to 1.
    pub(super) fn scores(&self, pairs: &[&Pair], pool: &Arc<ThreadPool>) -> Result<Vec<f32>, EmbedError> {
        let longest = pairs.iter().map(|pair| pair.ids.len()).max().unwrap_or(0);
        let value = |input| match input {
            Input::Ids => batch::padded(pairs.iter().map(|pair| pair.ids.as_slice()), longest, self.padding),
            Input::Mask => batch::mask(pairs.iter().map(|pair| pair.ids.len()), longest),
            Input::Types => batch::padded(pairs.iter().map(|pair| pair.types.as_slice()), longest, 0),
        };
        let ([rows, columns], logits) = self.engine.run([pairs.len(), longest], &value, pool)?;
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

/// The inputs of a graph with these names, in their order.
pub(super) fn inputs<'n>(
    names: impl IntoIterator<Item = &'n str>,
    path: &Path,
) -> Result<Vec<Input>, EmbedError> {
    let inputs = names.into_iter().map(|name| match name {
        "input_ids" => Ok(Input::Ids),
        "attention_mask" => Ok(Input::Mask),
        "token_type_ids" => Ok(Input::Types),
        other => Err(bad(path, format!("it wants an input {other:?}, which is not known"))),
    });
    let inputs: Vec<Input> = inputs.collect::<Result<_, _>>()?;
    for (wanted, name) in [(Input::Ids, "input_ids"), (Input::Mask, "attention_mask")] {
        if !inputs.contains(&wanted) {
            return Err(bad(path, format!("it takes no {name}")));
        }
    }
    Ok(inputs)
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
