//! Text to vectors, and question and text to a score: models in this process and clients of model servers; no database, no server.

mod batch;
pub mod cross_encoder;
mod embedder;
mod error;
#[cfg(feature = "fakes")]
pub mod hash;
pub mod local;
pub mod openvino;
#[cfg(feature = "fakes")]
pub mod overlap;
pub mod remote;
mod reranker;
pub mod spans;
pub mod vector;
mod workers;

pub use cross_encoder::CrossEncoder;
pub use embedder::{Embedder, ModelInfo, ModelLanguages, PartedText, PartedVector};
pub use error::{EmbedError, OPENVINO_SETUP};
pub use local::{LOCAL_MODELS, LocalEmbedder, LocalModel, MINILM, MULTILINGUAL_E5_SMALL};
pub use openvino::OpenVino;
pub use remote::{RemoteConfig, RemoteEmbedder, RemoteReranker, RerankConfig};
pub use reranker::Reranker;
