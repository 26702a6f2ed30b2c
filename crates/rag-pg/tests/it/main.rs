//! The embedded server, tried on a real PostgreSQL from `RAG_HOME`, which `scripts/setup` fills.
#![expect(clippy::unwrap_used, reason = "what fails in a helper fails its test")]

mod access;
mod crash;
mod life;
mod refusals;
mod support;
