//! The files for `rag ingest`: found one by one, in order, so that a folder can contain any number.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The files below paths, sorted within each folder; hidden ones are skipped unless they are named explicitly.
#[derive(Debug)]
pub(crate) struct Files {
    /// Paths still to be visited, the next one last.
    stack: Vec<PathBuf>,
}

impl Files {
    /// The files below `paths`, in the order given.
    pub(crate) fn below(paths: &[PathBuf]) -> Self {
        Self { stack: paths.iter().rev().cloned().collect() }
    }
}

impl Iterator for Files {
    type Item = (PathBuf, io::Result<()>);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(path) = self.stack.pop() {
            match fs::metadata(&path) {
                Ok(found) if found.is_file() => return Some((path, Ok(()))),
                Ok(found) if found.is_dir() => match entries(&path) {
                    Ok(entries) => self.stack.extend(entries),
                    Err(error) => return Some((path, Err(error))),
                },
                // Sockets, pipes and devices are not documents.
                Ok(_) => {}
                Err(error) => return Some((path, Err(error))),
            }
        }
        None
    }
}

/// Returns the entries of a folder in reverse order; links to folders are left out, because they may form cycles.
fn entries(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in dir.read_dir()? {
        let entry = entry?;
        let is_linked_dir = entry.file_type()?.is_symlink() && entry.path().is_dir();
        if !entry.file_name().as_encoded_bytes().starts_with(b".") && !is_linked_dir {
            paths.push(entry.path());
        }
    }
    paths.sort_unstable_by(|a, b| b.cmp(a));
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_sorted_and_hidden_ones_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.md", "a/2.md", "a/1.md", ".hidden/x.md", "a/.y.md"] {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let names: Vec<String> = Files::below(&[dir.path().to_owned()])
            .map(|(path, _)| path.strip_prefix(dir.path()).unwrap().display().to_string())
            .collect();
        assert_eq!(names, ["a/1.md", "a/2.md", "b.md"]);
    }

    #[test]
    fn a_missing_path_is_told() {
        let found: Vec<_> = Files::below(&[PathBuf::from("/no/such")]).collect();
        assert!(found[0].1.is_err());
    }
}
