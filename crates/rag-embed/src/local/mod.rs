//! Sentence-embedding models in this process: encoders like BERT, mean pooling, vectors of unit length.

mod e5;
mod file;
mod minilm;
mod models;
mod network;
mod openvino_graph;
mod quantised;
mod rten_graph;
mod safetensors;
mod tokens;
mod words;

use std::error::Error as _;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use self::models::Content;
pub use self::models::{LOCAL_MODELS, LocalModel, MINILM, MULTILINGUAL_E5_SMALL};
use self::network::{Engine, Network, Sequence};
use self::openvino_graph::{GraphFiles, OpenVinoGraph};
use self::rten_graph::RtenGraph;
use self::tokens::Tokens;
use crate::workers::Workers;
use crate::{EmbedError, Embedder, ModelInfo, ModelLanguages, OpenVino, PartedText, PartedVector};

/// The length of the vectors of all local models.
pub const DIMENSIONS: usize = 384;

/// A local model, loaded once and shared by all threads.
///
/// Queries run immediately on their own threads. Documents run on the same number of other threads with low priority, which yield
/// the processor to queries and to everything else on the machine.
pub struct LocalEmbedder {
    info: ModelInfo,
    description: &'static LocalModel,
    tokens: Tokens,
    /// One network for both in engines that run on the caller's thread; two in engines with threads of their own.
    query_network: Network,
    document_network: Network,
    query_workers: Workers,
    document_workers: Workers,
}

impl LocalEmbedder {
    /// Loads the model from the folder that its setup fills.
    ///
    /// `threads` (at least 1) is the number of threads for queries and, again, for documents. Without `openvino` the engine is rten.
    /// OpenVINO runs the model once as a check, because processors differ in the kernels that it takes.
    pub fn load(
        model: &'static LocalModel,
        dir: &Path,
        threads: usize,
        openvino: Option<&OpenVino>,
    ) -> Result<Self, EmbedError> {
        let threads = threads.max(1);
        let Content { tokenizer, words, weights } = (model.read)(dir, model.setup)?;
        let (query_workers, document_workers) = (Workers::urgent(threads), Workers::patient(threads));
        let engines: [Arc<dyn Engine>; 2] = match openvino {
            None => {
                let graph = Arc::new(RtenGraph::load(model.graph, weights)?);
                [Arc::<RtenGraph>::clone(&graph), graph]
            }
            Some(openvino) => {
                let files = GraphFiles::write(model.graph, &weights)?;
                [
                    Arc::new(OpenVinoGraph::compile(openvino, &files, &query_workers)?),
                    Arc::new(OpenVinoGraph::compile(openvino, &files, &document_workers)?),
                ]
            }
        };
        let words = Arc::new(words);
        let [query_network, document_network] =
            engines.map(|engine| Network::new(Arc::clone(&words), engine));
        let model = Self {
            info: ModelInfo { name: model.name.into(), dimensions: DIMENSIONS, max_tokens: model.max_tokens },
            description: model,
            tokens: Tokens::new(tokenizer, model)?,
            query_network,
            document_network,
            query_workers,
            document_workers,
        };
        if openvino.is_some() {
            model.check()?;
        }
        Ok(model)
    }

    /// Embeds texts of several lengths, so that one is padded.
    fn check(&self) -> Result<(), EmbedError> {
        let unfit = |error: EmbedError| EmbedError::UnfitEngine(error.source().unwrap_or(&error).to_string());
        self.embed_query("Does it work?").map_err(unfit)?;
        self.embed_documents(&["It does.", "It works with texts of other lengths, too."]).map_err(unfit)?;
        Ok(())
    }
}

impl Embedder for LocalEmbedder {
    fn model(&self) -> &ModelInfo {
        &self.info
    }

    fn languages(&self) -> ModelLanguages {
        self.description.languages
    }

    fn unrelated_cosine(&self) -> f64 {
        self.description.unrelated_cosine
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        let sequence = self.tokens.query(text)?;
        let mut vectors = self.query_workers.run(|pool| self.query_network.embed(&[&sequence], pool))?;
        vectors.pop().map(|vector| vector.whole).ok_or_else(|| EmbedError::Inference("no vector".into()))
    }

    fn embed_parted(&self, texts: &[PartedText<'_>]) -> Result<Vec<PartedVector>, EmbedError> {
        let sequences: Vec<Sequence> =
            self.document_workers.map(texts, |parted, _| self.tokens.document(parted))?;
        self.document_workers.map_batches(
            &sequences,
            |sequence| sequence.ids.len(),
            |batch, pool| self.document_network.embed(batch, pool),
        )
    }

    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let whole: Vec<PartedText<'_>> =
            texts.iter().map(|text| PartedText { text, parts: Vec::new() }).collect();
        Ok(self.embed_parted(&whole)?.into_iter().map(|vector| vector.whole).collect())
    }

    fn token_spans(&self, text: &str) -> Vec<Range<usize>> {
        self.tokens.spans(text)
    }
}
