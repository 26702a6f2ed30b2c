//! Text to vectors: the in-process MiniLM model and a client for OpenAI-compatible embedding servers.
