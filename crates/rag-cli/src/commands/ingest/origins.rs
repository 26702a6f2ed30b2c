//! The folders whose documents this machine has stored, noted in a file of the data folder, so that another folder of the same name is
//! noticed; a missing or damaged note allows everything.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use rag_engine::Engine;
use rag_repo::{Page, documents, documents::SourceFilter};
use rag_schema::ids::CollectionId;
use serde::{Deserialize, Serialize};

use super::files::Root;
use crate::failure::Outcome;

/// A folder, with the name that the sources of its documents begin with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Origin {
    collection: CollectionId,
    source: String,
    path: PathBuf,
}

impl Origin {
    /// Returns the folder of a root: of a file, the one that its source names; `None` if it names none.
    fn of_root(collection: CollectionId, root: &Root) -> Option<Self> {
        let path = root.path.canonicalize().ok()?;
        if root.is_folder {
            return Some(Self { collection, source: root.source.clone(), path });
        }
        let (source, _) = root.source.rsplit_once('/')?;
        Some(Self { collection, source: source.to_owned(), path: path.parent()?.to_owned() })
    }

    /// Returns whether the folders have a source in common and are not the same, or one below the other.
    fn conflicts_with(&self, other: &Self) -> bool {
        let (outer, inner) =
            if self.source.len() <= other.source.len() { (self, other) } else { (other, self) };
        let rest = inner.source.strip_prefix(outer.source.as_str());
        let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with('/')) else { return false };
        self.collection == other.collection && outer.path.join(rest.trim_start_matches('/')) != inner.path
    }
}

/// The noted folders.
pub(super) struct Origins {
    file: PathBuf,
    known: Vec<Origin>,
}

impl Origins {
    pub(super) fn load(data_dir: &Path) -> Self {
        let file = data_dir.join(rag_pg::FOLDERS_FILE);
        let text = fs::read(&file).unwrap_or_default();
        Self { known: serde_json::from_slice(&text).unwrap_or_default(), file }
    }

    /// Returns why a root is not stored: documents with its sources come from another folder that still exists. A root whose name was
    /// given with `--as` is stored.
    pub(super) fn objection(
        &self,
        engine: &Engine,
        collection: CollectionId,
        root: &Root,
    ) -> Outcome<Option<String>> {
        if root.is_named {
            return Ok(None);
        }
        let Some(wanted) = Origin::of_root(collection, root) else { return Ok(None) };
        let other = self.known.iter().find(|known| known.conflicts_with(&wanted) && known.path.is_dir());
        let Some(other) = other else { return Ok(None) };
        if !has_documents(engine, collection, root)? {
            return Ok(None);
        }
        let (source, other) = (&root.source, other.path.display());
        Ok(Some(format!(
            "The documents of {source} come from another folder, {other}: nothing of this one is stored. `--as NAME` stores it under another \
             name; `--as {source}` stores it in place of the other one."
        )))
    }

    /// Notes the folder of a root. A note that cannot be written is left out: it only protects from a mistake.
    pub(super) fn note(&mut self, collection: CollectionId, root: &Root) {
        let Some(origin) = Origin::of_root(collection, root) else { return };
        if self.known.contains(&origin) {
            return;
        }
        self.known.retain(|known| !known.conflicts_with(&origin) && known.path.is_dir());
        self.known.push(origin);
        let _ = self.save();
    }

    fn save(&self) -> std::io::Result<()> {
        let Some(folder) = self.file.parent() else { return Ok(()) };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        new.write_all(&serde_json::to_vec_pretty(&self.known)?)?;
        new.persist(&self.file)?;
        Ok(())
    }
}

/// Returns whether the collection has a document below the root, or that of the file.
fn has_documents(engine: &Engine, collection: CollectionId, root: &Root) -> Outcome<bool> {
    let filter = if root.is_folder {
        SourceFilter { source: None, prefix: Some(format!("{}/", root.source)) }
    } else {
        SourceFilter { source: Some(root.source.clone()), prefix: None }
    };
    let found = engine.db().read(engine.local_actor(), |conn| {
        documents::list_by_source(conn, collection, &filter, Page::first(1))
    })?;
    Ok(!found.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_and_one_below_it_do_not_conflict_and_others_of_their_names_do() {
        let collection = CollectionId::new();
        let origin =
            |source: &str, path: &str| Origin { collection, source: source.into(), path: path.into() };
        let known = origin("docs", "/a/docs");
        for same in
            [origin("docs", "/a/docs"), origin("docs/guide", "/a/docs/guide"), origin("docs2", "/b/docs2")]
        {
            assert!(!known.conflicts_with(&same) && !same.conflicts_with(&known), "{same:?}");
        }
        for other in [origin("docs", "/b/docs"), origin("docs/guide", "/b/docs/guide")] {
            assert!(known.conflicts_with(&other) && other.conflicts_with(&known), "{other:?}");
        }
        let elsewhere = Origin { collection: CollectionId::new(), ..origin("docs", "/b/docs") };
        assert!(!known.conflicts_with(&elsewhere));
    }
}
