//! The files for `rag ingest`: found one by one, in order, so that a folder can contain any number, each with its source.

use std::{
    fs::{self, Metadata},
    io,
    path::{Component, Path, PathBuf},
};

use rag_engine::names;

use super::addresses::resembles_address;
use crate::failure::{Exit, Failure, Outcome};

/// A file or folder named on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Root {
    pub(super) path: PathBuf,
    /// Source of the file, or of the folder without the slash that follows it.
    pub(super) source: String,
    pub(super) is_folder: bool,
    /// Whether the source was given with `--as`.
    pub(super) is_named: bool,
}

/// Returns the files and folders with their sources: the path as it was given, or the last name of an absolute path or one with `..`.
/// A single one can have another source, `given`.
pub(super) fn roots(paths: &[PathBuf], given: Option<&str>) -> Outcome<Vec<Root>> {
    if given.is_some() && paths.len() > 1 {
        return Err(Failure::new(Exit::Usage, "--as names one file or folder: give one path"));
    }
    let mut roots: Vec<Root> = Vec::new();
    for path in paths {
        let found = fs::metadata(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                let failure =
                    Failure::new(Exit::Usage, format!("there is no file or folder {}", path.display()));
                if resembles_address(&path.to_string_lossy()) {
                    return failure.hint("an address begins with http:// or https://");
                }
                failure
            }
            _ => Failure::new(Exit::Usage, format!("cannot read {}: {error}", path.display())),
        })?;
        let source = given.map_or_else(|| source_of(path), |name| Some(name.trim_matches('/').to_owned()));
        let source = source.map(|source| names::source(&source)).filter(|source| !source.is_empty());
        let source = source.ok_or_else(|| {
            Failure::new(Exit::Usage, format!("{} has no name to be known by", path.display()))
                .hint("name it: --as NAME")
        })?;
        let root = Root { path: path.clone(), source, is_folder: found.is_dir(), is_named: given.is_some() };
        if roots.contains(&root) {
            continue;
        }
        if let Some(other) = roots.iter().find(|other| has_sources_of(other, &root)) {
            return Err(Failure::new(
                Exit::Usage,
                format!(
                    "{} and {} would have the same sources, {}/..",
                    other.path.display(),
                    path.display(),
                    root.source
                ),
            )
            .hint("store them one after the other, each with a name of its own: --as NAME"));
        }
        roots.push(root);
    }
    Ok(roots)
}

/// Returns whether two different files or folders have a source in common.
fn has_sources_of(one: &Root, other: &Root) -> bool {
    let (outer, inner) = if one.source.len() <= other.source.len() { (one, other) } else { (other, one) };
    let Some(rest) = inner.source.strip_prefix(&outer.source) else { return false };
    if !rest.is_empty() && !rest.starts_with('/') {
        return false;
    }
    // A folder and one below it have the same files.
    let same = |path: &Path| path.canonicalize().ok();
    same(&outer.path.join(rest.trim_start_matches('/'))) != same(&inner.path)
}

fn source_of(path: &Path) -> Option<String> {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(name) => names.push(name.to_string_lossy()),
            _ => {
                let path = path.canonicalize().ok()?;
                return Some(path.file_name()?.to_string_lossy().into_owned());
            }
        }
    }
    if names.is_empty() {
        let path = path.canonicalize().ok()?;
        return Some(path.file_name()?.to_string_lossy().into_owned());
    }
    Some(names.join("/"))
}

/// A file, or a path that cannot be looked at.
#[derive(Debug)]
pub(super) struct FoundFile {
    pub(super) path: PathBuf,
    /// Source of its document.
    pub(super) source: String,
    pub(super) metadata: io::Result<Metadata>,
}

/// The files below roots, sorted within each folder; hidden ones are skipped unless they are named explicitly.
#[derive(Debug)]
pub(super) struct Files {
    /// Paths still to be visited with their sources, the next one last.
    stack: Vec<(PathBuf, String)>,
}

impl Files {
    pub(super) fn below(root: &Root) -> Self {
        Self { stack: vec![(root.path.clone(), root.source.clone())] }
    }
}

impl Iterator for Files {
    type Item = FoundFile;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some((path, source)) = self.stack.pop() {
            let metadata = match fs::metadata(&path) {
                Ok(found) if found.is_dir() => match entries(&path, &source) {
                    Ok(entries) => {
                        self.stack.extend(entries);
                        continue;
                    }
                    Err(error) => Err(error),
                },
                // Sockets, pipes and devices are not documents.
                Ok(found) if !found.is_file() => continue,
                other => other,
            };
            return Some(FoundFile { path, source: names::source(&source), metadata });
        }
        None
    }
}

/// Returns the entries of a folder in reverse order; links to folders are left out, because they may form cycles.
fn entries(dir: &Path, source: &str) -> io::Result<Vec<(PathBuf, String)>> {
    let mut paths = Vec::new();
    for entry in dir.read_dir()? {
        let entry = entry?;
        let is_linked_dir = entry.file_type()?.is_symlink() && entry.path().is_dir();
        if !entry.file_name().as_encoded_bytes().starts_with(b".") && !is_linked_dir {
            paths.push((entry.path(), format!("{source}/{}", entry.file_name().to_string_lossy())));
        }
    }
    paths.sort_unstable_by(|a, b| b.cmp(a));
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_sorted_with_the_folder_in_their_source_and_hidden_ones_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.md", "a/2 x.md", "a/1.md", ".hidden/x.md", "a/.y.md"] {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let root = roots(&[dir.path().to_owned()], Some("/docs/")).unwrap().remove(0);
        let sources: Vec<String> = Files::below(&root).map(|file| file.source).collect();
        assert_eq!(sources, ["docs/a/1.md", "docs/a/2 x.md", "docs/b.md"]);
    }

    #[test]
    fn a_link_to_a_folder_above_is_not_followed_and_a_broken_link_is_reported() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("loop")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("nothing"), dir.path().join("broken")).unwrap();
        let root =
            Root { path: dir.path().to_owned(), source: "d".to_owned(), is_folder: true, is_named: true };
        let found: Vec<FoundFile> = Files::below(&root).collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].metadata.as_ref().unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_relative_path_is_its_source_and_of_others_the_last_name_is() {
        assert_eq!(source_of(Path::new("./docs//guide/a.md")), Some("docs/guide/a.md".to_owned()));
        let dir = tempfile::tempdir().unwrap();
        let last = dir.path().file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(source_of(dir.path()), Some(last.clone()));
        assert_eq!(source_of(&dir.path().join("x/..")), None, "x does not exist");
        fs::create_dir(dir.path().join("x")).unwrap();
        assert_eq!(source_of(&dir.path().join("x/..")), Some(last));
        assert_eq!(source_of(Path::new("/")), None);
    }
}
