//! The checkout that is tested.

use std::{env, path::PathBuf};

/// Its folder, looked for from the working directory upwards: a path compiled in would be that of whichever
/// checkout built the tests, where several share a target folder.
#[must_use]
pub fn checkout() -> PathBuf {
    let here = env::current_dir().unwrap();
    here.ancestors()
        .find(|folder| folder.join("Cargo.lock").exists())
        .expect("a checkout around us")
        .to_owned()
}

/// The folder that `scripts/setup` fills.
pub(crate) fn rag_home() -> PathBuf {
    let usual = || env::home_dir().unwrap_or_default().join(".cache/rag");
    env::var_os("RAG_HOME").map_or_else(usual, PathBuf::from)
}
