//! A file of a model's folder, and the error if it cannot be used; does not know the file's format.

use std::fmt::Display;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::EmbedError;

/// A file of a model's folder, with the command that installs it.
pub(super) struct ModelFile {
    path: PathBuf,
    setup: &'static str,
}

impl ModelFile {
    pub(super) fn new(dir: &Path, name: &str, setup: &'static str) -> Self {
        Self { path: dir.join(name), setup }
    }

    /// The whole content.
    pub(super) fn read(&self) -> Result<Vec<u8>, EmbedError> {
        std::fs::read(&self.path).map_err(|error| self.unreadable(&error))
    }

    /// Opens the file if it has this size.
    pub(super) fn open(&self, size_bytes: u64) -> Result<File, EmbedError> {
        let file = File::open(&self.path).map_err(|error| self.unreadable(&error))?;
        match file.metadata().map_err(|error| self.bad(error))?.len() {
            found if found == size_bytes => Ok(file),
            found => Err(self.bad(format!("it has {found} bytes instead of {size_bytes}"))),
        }
    }

    /// The error of a file that is damaged or belongs to another model.
    pub(super) fn bad(&self, reason: impl Display) -> EmbedError {
        EmbedError::BadModel { path: self.path.clone(), reason: reason.to_string(), setup: self.setup }
    }

    fn unreadable(&self, error: &std::io::Error) -> EmbedError {
        match error.kind() {
            ErrorKind::NotFound => EmbedError::MissingModel { path: self.path.clone(), setup: self.setup },
            _ => self.bad(error),
        }
    }
}

/// Reads `length` bytes from `start`; an error if the file ends before.
pub(super) fn read_range(file: &mut File, start: u64, length: u64) -> std::io::Result<Vec<u8>> {
    if start.saturating_add(length) > file.metadata()?.len() {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}
