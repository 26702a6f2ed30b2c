//! The server's log file: rotation, and its last lines for error messages.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::data_dir::no_links;
use crate::error::{AtPath, Result};

/// A log above this size is rotated at the next start.
const FULL_BYTES: u64 = 4 << 20;
/// Number of old logs that are kept.
const MAX_OLD_LOGS: u32 = 3;
/// Number of lines that an error message shows.
const TAIL_LINES: usize = 15;

/// The log of one start of the server.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    pub(crate) path: PathBuf,
    start: u64,
}

impl Log {
    /// Opens the log for appending; rotates it first if it is too long.
    pub(crate) fn open(path: &Path) -> Result<(Self, File)> {
        if fs::metadata(path).is_ok_and(|found| found.len() > FULL_BYTES) {
            let aside = |number: u32| path.with_extension(format!("log.{number}"));
            for number in (1..MAX_OLD_LOGS).rev().filter(|number| aside(*number).exists()) {
                fs::rename(aside(number), aside(number + 1)).at_path("rename", &aside(number))?;
            }
            fs::rename(path, aside(1)).at_path("rename", path)?;
        }
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .custom_flags(no_links())
            .open(path)
            .at_path("open", path)?;
        let start = file.metadata().at_path("look at", path)?.len();
        Ok((Self { path: path.to_path_buf(), start }, file))
    }

    /// The last lines written since this start; empty if the log cannot be read.
    pub(crate) fn tail(&self) -> String {
        let mut bytes = Vec::new();
        let read = File::open(&self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(self.start))?;
            file.take(1 << 20).read_to_end(&mut bytes)
        });
        if read.is_ok() { last_lines(&String::from_utf8_lossy(&bytes)) } else { String::new() }
    }
}

/// The last few lines of `text`.
pub(crate) fn last_lines(text: &str) -> String {
    let lines = text.trim_end().lines().collect::<Vec<_>>();
    let skipped = lines.len().saturating_sub(TAIL_LINES);
    lines.into_iter().skip(skipped).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_log_is_put_aside_and_only_three_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("postgres.log");
        for _ in 0..6 {
            let (_, file) = Log::open(&path).unwrap();
            file.set_len(FULL_BYTES + 1).unwrap();
        }
        let mut names: Vec<_> =
            dir.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["postgres.log", "postgres.log.1", "postgres.log.2", "postgres.log.3"]);
    }

    #[test]
    fn the_tail_holds_only_what_this_start_wrote() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("postgres.log");
        fs::write(&path, "before\n").unwrap();
        let (log, _file) = Log::open(&path).unwrap();
        assert_eq!(log.tail(), "");
        fs::write(&path, "before\nafter\n").unwrap();
        assert_eq!(log.tail(), "after");
    }
}
