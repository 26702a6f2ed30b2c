//! The clients of model servers against a real HTTP server.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "clippy spares test functions, not their helpers"
)]

mod embeddings;
mod rerank;
mod server;
