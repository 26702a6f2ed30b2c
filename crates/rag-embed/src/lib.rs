//! Text to vectors: the in-process `MiniLM` model and a client for OpenAI-compatible embedding servers; no database, no server.

mod embedder;
mod error;
#[cfg(feature = "fakes")]
pub mod hash;
pub mod minilm;
pub mod remote;
pub mod spans;
pub mod vector;

pub use embedder::{Embedder, ModelInfo};
pub use error::EmbedError;
pub use minilm::MiniLm;
pub use remote::{RemoteConfig, RemoteEmbedder};
