//! The models that can run in this process, one description each; holds no loaded model.

use std::collections::BTreeMap;
use std::path::Path;

use tokenizers::Tokenizer;

use super::words::WordTable;
use super::{e5, minilm};
use crate::{EmbedError, ModelLanguages};

/// A sentence-embedding model that can run in this process.
pub struct LocalModel {
    /// The name under which its vectors are stored, and of the setting that selects it.
    pub name: &'static str,
    /// The folder of its files, below the folder of all models.
    pub folder: &'static str,
    /// The commands that install it: in a checkout and of a package.
    pub setup: &'static str,
    /// The window in tokens, the special ones and a prefix included.
    pub max_tokens: usize,
    /// The languages that it was trained on.
    pub languages: ModelLanguages,
    /// The usual cosine of a query and a document that have nothing to do with each other.
    pub(super) unrelated_cosine: f64,
    /// Text put before every query.
    pub(super) query_prefix: &'static str,
    /// Text put before every document.
    pub(super) document_prefix: &'static str,
    /// Ids of the tokens before and after every text.
    pub(super) special: [u32; 2],
    /// The graph without weights, written by `scripts/model/encoder_graph.py`.
    pub(super) graph: &'static [u8],
    /// Reads the files of the folder.
    pub(super) read: fn(&Path, &'static str) -> Result<Content, EmbedError>,
}

/// The content of a model's folder.
pub(super) struct Content {
    pub(super) tokenizer: Tokenizer,
    pub(super) words: WordTable,
    /// The bytes of the other weights, little-endian 32-bit floats, by their names in the graph.
    pub(super) weights: BTreeMap<String, Vec<u8>>,
}

/// all-MiniLM-L6-v2: English, small and fast.
pub static MINILM: LocalModel = LocalModel {
    name: "all-MiniLM-L6-v2",
    folder: "all-minilm-l6-v2",
    setup: "`make setup` (of a package: `python3 -m rag_setup` or `sudo rag-setup`)",
    max_tokens: 256,
    languages: ModelLanguages::Only(&["eng"]),
    unrelated_cosine: 0.0,
    query_prefix: "",
    document_prefix: "",
    special: [101, 102],
    graph: include_bytes!("../../assets/all-minilm-l6-v2.onnx"),
    read: minilm::read,
};

/// multilingual-e5-small: a hundred languages, and questions in one language find documents in another.
pub static MULTILINGUAL_E5_SMALL: LocalModel = LocalModel {
    name: "multilingual-e5-small",
    folder: "multilingual-e5-small",
    setup: "`make setup-multilingual` (of a package: `python3 -m rag_setup multilingual` or `sudo rag-setup multilingual`)",
    max_tokens: 512,
    languages: ModelLanguages::Many,
    // Its vectors lie in a narrow cone: the mean cosine of all pairs of `XQuAD` is .74 (deviation .03), of the best ones .86.
    unrelated_cosine: 0.78,
    query_prefix: "query: ",
    document_prefix: "passage: ",
    special: [0, 2],
    graph: include_bytes!("../../assets/multilingual-e5-small.onnx"),
    read: e5::read,
};

/// All of them; the first one is the default.
pub static LOCAL_MODELS: [&LocalModel; 2] = [&MINILM, &MULTILINGUAL_E5_SMALL];
