//! One look at a folder or file: which files are new or changed, and which documents have lost their file.

use std::{
    collections::{BTreeMap, HashMap},
    fs::Metadata,
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use rag_engine::{Engine, EngineError};
use rag_schema::ids::CollectionId;

use super::{
    files::{Files, FoundFile, Root},
    known::{Known, load_known},
    origins::Origins,
};
use crate::{failure::Outcome, output};

/// Age of a file's last change from which its time is trusted: another change within the resolution of the clock could not be told
/// from it.
const SETTLED: Duration = Duration::from_secs(2);

/// The files that were compared before, by path.
pub(super) type Stamps = HashMap<PathBuf, Stamp>;

/// The size, the time of the last change and the SHA-256 of a file.
type Stamp = (u64, SystemTime, Vec<u8>);

/// What is to be done with a file.
#[derive(Debug)]
pub(super) enum Fate {
    /// Its document is new, or it is not known whether it is.
    New,
    /// Its document gets a new version.
    Changed,
    /// Its document has its bytes.
    Unchanged,
    /// It is not there any more.
    Vanished,
    /// It cannot be read.
    Refused(String),
}

/// A folder or file with the documents that are known below it.
pub(super) struct Folder<'r> {
    root: &'r Root,
    /// Documents whose file has not been seen.
    missing: BTreeMap<String, Known>,
    /// Number of documents that were known.
    known: usize,
    /// Files by source, so that no two files get the same one.
    seen: HashMap<String, PathBuf>,
    /// Sources of files and folders that cannot be read: nothing is known of the files below them.
    unreadable: Vec<String>,
}

impl<'r> Folder<'r> {
    /// Loads the documents below the root; none if there is no collection yet.
    pub(super) fn load(engine: &Engine, collection: Option<CollectionId>, root: &'r Root) -> Outcome<Self> {
        let missing = match collection.filter(|_| root.is_folder) {
            Some(collection) => load_known(engine, collection, &root.source)?,
            None => HashMap::new(),
        };
        let missing: BTreeMap<String, Known> = missing.into_iter().collect();
        Ok(Self { root, known: missing.len(), missing, seen: HashMap::new(), unreadable: Vec::new() })
    }

    pub(super) fn files(&self) -> Files {
        Files::below(self.root)
    }

    /// Returns why the folder seems not to be the one of its documents; `None` if it has one of their files. Reads names only, so
    /// that nothing is stored of a folder that is not synced.
    pub(super) fn doubt(&self) -> Option<String> {
        let mut has_files = false;
        for file in self.files() {
            match &file.metadata {
                Ok(_) if self.missing.contains_key(&file.source) => return None,
                Ok(_) => has_files = true,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                // Nothing is known of the files below it.
                Err(_) => return None,
            }
        }
        doubt(self.root, self.known, has_files)
    }

    /// Decides what is to be done with a file.
    pub(super) fn look_at(&mut self, file: &FoundFile, stamps: &mut Stamps) -> Outcome<Fate> {
        let metadata = match &file.metadata {
            Ok(metadata) => metadata,
            Err(error) => {
                self.unreadable
                    .extend((error.kind() != io::ErrorKind::NotFound).then(|| file.source.clone()));
                return Ok(Fate::Refused(format!("It cannot be read ({error}).")));
            }
        };
        if let Some(other) = self.seen.insert(file.source.clone(), file.path.clone()) {
            let other = shown(&other);
            return Ok(Fate::Refused(format!("{other} has the same source, {}.", file.source)));
        }
        let Some(known) = self.missing.remove(&file.source) else { return Ok(Fate::New) };
        let stamp = stamp(metadata, &known);
        if stamp.is_some() && stamps.get(&file.path) == stamp.as_ref() {
            return Ok(Fate::Unchanged);
        }
        match known.has_bytes_of(&file.path, metadata.len()) {
            Ok(true) => {
                stamps.extend(stamp.map(|stamp| (file.path.clone(), stamp)));
                Ok(Fate::Unchanged)
            }
            Ok(false) => Ok(Fate::Changed),
            Err(error) => match file_fault(&error).map(io::Error::kind) {
                Some(io::ErrorKind::NotFound) => {
                    self.missing.insert(file.source.clone(), known);
                    Ok(Fate::Vanished)
                }
                Some(_) => Ok(Fate::Refused(unreadable_reason(&error))),
                None => Err(error.into()),
            },
        }
    }

    /// Returns the documents whose files are gone, by source. Documents below a path that cannot be read are kept. An error is the
    /// reason why none is returned.
    pub(super) fn gone(self) -> Result<Vec<(String, Known)>, String> {
        let Self { root, known, missing, seen, unreadable } = self;
        if missing.len() == known && unreadable.is_empty() {
            doubt(root, known, !seen.is_empty()).map_or(Ok(()), Err)?;
        }
        let is_below = |source: &str, path: &String| {
            source == path || source.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        Ok(missing
            .into_iter()
            .filter(|(source, _)| !unreadable.iter().any(|path| is_below(source, path)))
            .collect())
    }
}

/// Returns why nothing of a root is stored: its documents come from another folder or, if documents are to be removed, seem to.
pub(super) fn objection(
    engine: &Engine,
    collection: CollectionId,
    origins: &Origins,
    folder: &Folder<'_>,
    removes: bool,
) -> Outcome<Option<String>> {
    let other = origins.objection(engine, collection, folder.root)?;
    Ok(other.or_else(|| if removes { folder.doubt() } else { None }))
}

/// Returns why a folder that has none of the files of its `known` documents is not synced: an empty one is more often one that is not
/// mounted, and another one is more often one of the same name. The only document of a folder is more often renamed.
fn doubt(root: &Root, known: usize, has_files: bool) -> Option<String> {
    let source = &root.source;
    if known > 0 && !has_files {
        return Some(format!(
            "The folder has no files, and the {} of {source} stay as they are. `rag document delete --source-prefix {source}/` deletes them.",
            output::count(known, "document"),
        ));
    }
    (known > 1).then(|| {
        format!(
            "The folder has none of the {known} files that are stored as {source}/..: it seems to be another folder, and nothing is stored \
             or deleted. `--as NAME` stores it under another name; `rag document delete --source-prefix {source}/` deletes the documents."
        )
    })
}

/// Returns the stamp of a file that has the bytes of the document, unless its last change is too recent to be trusted.
fn stamp(metadata: &Metadata, known: &Known) -> Option<Stamp> {
    let changed_at = metadata.modified().ok()?;
    let age = SystemTime::now().duration_since(changed_at).ok()?;
    (age > SETTLED).then(|| (metadata.len(), changed_at, known.content_sha256.clone()))
}

/// Returns the cause if the error is that of reading a file.
pub(super) fn file_fault(error: &EngineError) -> Option<&io::Error> {
    match error {
        EngineError::File(source) => Some(source),
        EngineError::Bug(source) => source.downcast_ref(),
        _ => None,
    }
}

/// Returns the reason to show for a file that cannot be read.
pub(super) fn unreadable_reason(error: &EngineError) -> String {
    file_fault(error).map_or_else(|| error.to_string(), |cause| format!("The file cannot be read ({cause})."))
}

/// Returns the path for people.
pub(super) fn shown(path: &Path) -> String {
    output::plain(&path.display().to_string())
}
