//! The embedded server, tried on a real PostgreSQL from `RAG_HOME`, which `scripts/setup` fills.

mod access;
mod crash;
mod life;
mod refusals;
mod support;
