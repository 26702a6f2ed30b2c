//! A cross-encoder in this process: reads a question and a text together and returns one score, 0 to 1.

mod folder;
mod network;
mod openvino_graph;
mod pairs;
mod rten_graph;

use std::path::Path;

use self::network::{Engine, Network};
use self::openvino_graph::OpenVinoGraph;
use self::pairs::{Pair, Pairs};
use self::rten_graph::RtenGraph;
use crate::workers::Workers;
use crate::{EmbedError, OpenVino, Reranker};

/// A cross-encoder like BERT, loaded once and shared by all threads.
///
/// Its graph takes `input_ids` and `attention_mask`, and `token_type_ids` if it names them. It returns `logits` of one column, whose
/// logistic function is the score, or of two (irrelevant, relevant), of which the score is the second one's probability.
pub struct CrossEncoder {
    name: String,
    pairs: Pairs,
    network: Network,
    workers: Workers,
}

impl CrossEncoder {
    /// Loads the model from a folder as Hugging Face exports it: `model.onnx` (or `onnx/model.onnx`), `tokenizer.json`, and
    /// `config.json` for window and padding; without it they are 512 tokens and the id 0. Runs the model once as a check.
    ///
    /// `threads` (at least 1) is the number of threads; each processes its own batch. Without `openvino` the engine is rten.
    pub fn load(dir: &Path, threads: usize, openvino: Option<&OpenVino>) -> Result<Self, EmbedError> {
        let settings = folder::Settings::read(dir)?;
        let graph = folder::graph(dir)?;
        let threads = threads.max(1);
        let engine: Box<dyn Engine> = match openvino {
            None => Box::new(RtenGraph::load(&graph)?),
            Some(openvino) => Box::new(OpenVinoGraph::compile(openvino, &graph, threads)?),
        };
        let name = dir.file_name().unwrap_or(dir.as_os_str()).to_string_lossy().into_owned();
        let encoder = Self {
            name,
            pairs: Pairs::load(&dir.join("tokenizer.json"), settings.window())?,
            network: Network::new(engine, graph.clone(), settings.pad_token_id),
            workers: Workers::urgent(threads),
        };
        match encoder.rerank("Does it work?", &["It does.", "It works with padding, too."]) {
            Err(EmbedError::Inference(error)) => {
                Err(folder::bad(&graph, format!("it cannot be run: {error}")))
            }
            Err(error) => Err(error),
            Ok(_) => Ok(encoder),
        }
    }
}

impl Reranker for CrossEncoder {
    fn name(&self) -> &str {
        &self.name
    }

    fn rerank(&self, query: &str, texts: &[&str]) -> Result<Vec<f32>, EmbedError> {
        let question = self.pairs.question(query)?;
        let pairs: Vec<Pair> = self.workers.map(texts, |text, _| self.pairs.encode(question, text))?;
        self.workers.map_batches(
            &pairs,
            |pair| pair.ids.len(),
            |batch, pool| self.network.scores(batch, pool),
        )
    }
}
