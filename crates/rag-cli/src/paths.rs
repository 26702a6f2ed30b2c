//! Default paths; the same rules as in `scripts/setup`.

use std::{env, path::PathBuf};

/// Returns `RAG_HOME`, or else `~/.cache/rag`: the folder of the files that `make setup` installs and, if PostgreSQL's user can
/// access it, of the data.
pub(crate) fn rag_home() -> PathBuf {
    match env::var_os("RAG_HOME").filter(|home| !home.is_empty()) {
        Some(home) => PathBuf::from(home),
        None => home().join(".cache/rag"),
    }
}

/// Returns the data folder of the embedded server.
pub(crate) fn data_dir() -> PathBuf {
    rag_pg::default_data_dir(&rag_home())
}

/// Returns the folder of a local model that the setup installed.
pub(crate) fn model_dir(folder: &str) -> PathBuf {
    rag_home().join("model").join(folder)
}

/// Returns the folder of OpenVINO's libraries that the setup installed.
pub(crate) fn openvino_dir() -> PathBuf {
    rag_home().join("tools/openvino")
}

/// Returns the path of the user's own configuration file.
pub(crate) fn user_config() -> PathBuf {
    home().join(".config/rag/rag.toml")
}

fn home() -> PathBuf {
    env::var_os("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from)
}
