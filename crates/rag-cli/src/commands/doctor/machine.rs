//! Checks of this machine: address, data folder, disk, limits of the process, memory, folder for temporary files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rag_text::isolate::OCR_MEMORY_BYTES;
use rustix::process::{Resource, getrlimit};

use super::{
    report::{Check, Grade},
    secrets,
};
use crate::{
    config::Config,
    disk::{database_free_bytes, free_bytes},
    output,
};

/// Thresholds of free disk space, in bytes: a warning below the first, a failure below the second, if the reserve is not larger.
const WARN_FREE_BYTES: u64 = 2 << 30;
const FAIL_FREE_BYTES: u64 = 200 << 20;
/// Minimum number of files that a process can have open: connections of clients and of the database, models, documents.
const MIN_OPEN_FILES: u64 = 1024;
/// The heading of checks that say nothing else if they are OK.
pub(super) const HEADING: &str = "machine";

/// Runs the checks.
pub(super) fn checks(config: &Config) -> Vec<Check> {
    let mut checks = vec![bind(config), data_dir(config), disk(config), scratch(config), open_files()];
    checks.push(secrets::check(config));
    checks.extend(memory(config));
    checks
}

fn bind(config: &Config) -> Check {
    let bind = config.sections.server.bind;
    match config.server_key() {
        Err(failure) => Check::failed("address", failure),
        Ok(key) => {
            let who = match key {
                Some(_) => "with a key",
                None if bind.ip().to_canonical().is_loopback() => "this machine only",
                None => "other machines too, with an account or a key of one",
            };
            Check::ok("address", format!("{bind}, {who}"))
        }
    }
}

fn data_dir(config: &Config) -> Check {
    let dir = config.data_dir();
    let shown = dir.display();
    match fs::metadata(&dir) {
        Ok(found) if found.is_dir() && !found.permissions().readonly() => {
            Check::ok("data", format!("{shown}"))
        }
        Ok(_) => Check::bad(
            "data",
            Grade::Fail,
            format!("{shown} is no folder that can be written to"),
            "choose another with --data-dir",
        ),
        Err(_) => Check::ok("data", format!("{shown}, which is made at the first start")),
    }
}

/// Returns the folder, or the next one above it that exists.
fn existing(dir: &Path) -> PathBuf {
    dir.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/")).to_owned()
}

fn disk(config: &Config) -> Check {
    let Some(free) = database_free_bytes(&existing(&config.data_dir())) else {
        return Check::warn("disk", "the system does not report how much is free", "look with `df`");
    };
    let is_ours = config.sections.database.url.given().is_none();
    let reserve = if is_ours { config.sections.postgres.min_free_mb << 20 } else { 0 };
    let finding = format!("{} free", output::bytes(free));
    let cure = "free some room, or choose another place with --data-dir";
    match free {
        _ if free < reserve => {
            let finding = format!(
                "{finding}, less than the reserve of {} (postgres.min_free_mb): nothing is stored",
                output::bytes(reserve)
            );
            Check::bad("disk", Grade::Fail, finding, cure)
        }
        _ if free < FAIL_FREE_BYTES => Check::bad("disk", Grade::Fail, finding, cure),
        _ if free < WARN_FREE_BYTES.max(reserve.saturating_mul(2)) => Check::warn("disk", finding, cure),
        _ if is_ours => Check::ok("disk", finding),
        _ => Check::ok("disk", format!("{finding} here; the disk of database.url is not measured")),
    }
}

/// Checks that the folder for temporary files takes a file, and has room for the largest document.
fn scratch(config: &Config) -> Check {
    let dir = config.scratch_dir();
    let shown = dir.display();
    if let Err(error) = tempfile::tempfile_in(existing(&dir)) {
        return Check::bad(
            "scratch",
            Grade::Fail,
            format!("cannot write to {shown}: {error}"),
            "name another folder in ingest.scratch_dir, or change its owner",
        );
    }
    let needed = config.sections.ingest.max_document_bytes;
    match free_bytes(&existing(&dir)) {
        Some(free) if free < needed => Check::warn(
            "scratch",
            format!(
                "{} free in {shown}, and a document can have {}",
                output::bytes(free),
                output::bytes(needed)
            ),
            "name a folder on another disk in ingest.scratch_dir, or lower ingest.max_document_bytes",
        ),
        _ => Check::ok("scratch", format!("{shown} can be written to")).under(HEADING),
    }
}

fn open_files() -> Check {
    match getrlimit(Resource::Nofile).current {
        Some(limit) if limit < MIN_OPEN_FILES => Check::warn(
            "open files",
            format!("a process can open {limit} files: connections are refused when they are used up"),
            format!("ulimit -n {}, or LimitNOFILE= in the unit of systemd", 16 * MIN_OPEN_FILES),
        ),
        limit => {
            let limit = limit.map_or_else(|| "any number of".to_owned(), |limit| limit.to_string());
            Check::ok("open files", format!("a process can open {limit} files")).under(HEADING)
        }
    }
}

/// Checks that the processes that read documents can have their memory at the same time; `None` if the system does not say.
fn memory(config: &Config) -> Option<Check> {
    let section = &config.sections.ingest;
    let available = available_bytes(&fs::read_to_string("/proc/meminfo").ok()?)?;
    let limit =
        fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    let available = limit.map_or(available, |limit: u64| limit.min(available));
    let workers = u64::try_from(section.workers).unwrap_or(u64::MAX);
    let ocr = config.reading(PathBuf::new()).ocr.map_or(0, |_| OCR_MEMORY_BYTES);
    let needed = section.memory_bytes.saturating_add(ocr).saturating_mul(workers);
    let finding = format!("{} available", output::bytes(available));
    Some(if available < needed {
        let needed = output::bytes(needed);
        Check::warn(
            "memory",
            format!("{finding}; reading large documents can take {needed}"),
            "lower ingest.workers or ingest.memory_bytes, or end other programs",
        )
    } else {
        Check::ok("memory", finding)
    })
}

/// Returns the available memory in bytes from the text of `/proc/meminfo`.
fn available_bytes(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes.saturating_mul(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_available_memory_is_read_from_the_kernels_words() {
        let text = "MemTotal:       16384000 kB\nMemFree:          123456 kB\nMemAvailable:    2097152 kB\n";
        assert_eq!(available_bytes(text), Some(2 << 30));
        assert_eq!(available_bytes("MemTotal: 1 kB\n"), None);
    }
}
