//! Where things lie unless the settings say otherwise; the same rule as in `scripts/setup`.

use std::{env, path::PathBuf};

/// `RAG_HOME`, else `~/.cache/rag`: what `make setup` installs and, unless closed to PostgreSQL's user, the data.
pub(crate) fn rag_home() -> PathBuf {
    match env::var_os("RAG_HOME").filter(|home| !home.is_empty()) {
        Some(home) => PathBuf::from(home),
        None => home().join(".cache/rag"),
    }
}

/// Data of the embedded server.
pub(crate) fn data_dir() -> PathBuf {
    rag_pg::default_data_dir(&rag_home())
}

/// A local model, as the setup installs it.
pub(crate) fn model_dir(folder: &str) -> PathBuf {
    rag_home().join("model").join(folder)
}

/// The user's own configuration file.
pub(crate) fn user_config() -> PathBuf {
    home().join(".config/rag/rag.toml")
}

fn home() -> PathBuf {
    env::var_os("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from)
}
