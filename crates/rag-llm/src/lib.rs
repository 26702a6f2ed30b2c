//! Chat models behind one trait: a streaming client for OpenAI-compatible servers.
