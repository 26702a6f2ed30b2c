//! The settings of the server, sized to the machine, and the file `rag.conf` that holds them.

use std::fmt::Write;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::data_dir::new_file;
use crate::error::{AtPath, Result};
use crate::machine;
use crate::settings::Settings;

const MB: u64 = 1 << 20;
const GB: u64 = 1 << 30;

/// Appended to `postgresql.conf` once: our settings first, then the user's, so that the user's take precedence.
pub(crate) const INCLUDES: &str = "\ninclude_if_exists = 'rag.conf'\ninclude_if_exists = 'custom.conf'\n";

const HEAD: &str = "# Written by rag at every start: changes made here are lost. Your own settings belong into custom.conf beside
# this file, or use ALTER SYSTEM; both win over these.
";

/// The settings that do not depend on the machine. Errors are logged without their details, which hold row values.
const FIXED: &str = "
jit = off
random_page_cost = 1.1
wal_compression = on
checkpoint_timeout = 5min
min_wal_size = 80MB
log_line_prefix = '%m [%p] '
log_error_verbosity = terse
timezone = 'UTC'
log_timezone = 'UTC'
";

const DURABLE: &str = "fsync = on\nfull_page_writes = on\nsynchronous_commit = on\n";
const THROW_AWAY: &str = "fsync = off\nfull_page_writes = off\nsynchronous_commit = on\n";

/// Before replaying its log, PostgreSQL flushes the system's cache of its files: all at once if the
/// system supports that. One by one took 1.3 to 3.5 s on a busy disk, all at once 0.3 to 0.6 s.
const SYNC_AT_ONCE: &str = "recovery_init_sync_method = syncfs\n";

/// The properties of the machine that the settings depend on.
#[derive(Debug, Clone, Copy)]
struct Machine {
    /// Bytes that the server may use, including the system's cache of its files.
    memory: u64,
    processors: usize,
    /// Free bytes of shared memory for parallel workers.
    shared_memory: u64,
    /// Free bytes on the disk of the data.
    disk: u64,
}

/// Writes `rag.conf` into the cluster and returns its path.
pub(crate) fn write_conf(settings: &Settings, cluster: &Path) -> Result<PathBuf> {
    let memory = machine::memory_bytes();
    let machine = Machine {
        memory: settings.memory_bytes.unwrap_or(memory / 2).min(memory),
        processors: machine::processors(),
        shared_memory: machine::free_bytes(Path::new("/dev/shm")).unwrap_or(u64::MAX),
        disk: machine::free_bytes(cluster).unwrap_or(u64::MAX),
    };
    let mut text = format!("{HEAD}{FIXED}{}", if settings.throw_away { THROW_AWAY } else { DURABLE });
    text.push_str(&sized_settings(machine, settings.max_connections));
    if cfg!(target_os = "linux") {
        text.push_str(SYNC_AT_ONCE);
    }
    if settings.install.has_module("pg_stat_statements") {
        text.push_str("shared_preload_libraries = 'pg_stat_statements'\n");
    }
    let path = cluster.join("rag.conf");
    // The server's user reads it and need not own it.
    let written = new_file().mode(0o644).open(&path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.at_path("write", &path)?;
    Ok(path)
}

/// The lines that depend on the machine. Building an HNSW index that exceeds `maintenance_work_mem` takes 2.6 times as
/// long, hence its large share; parallel builds share that much memory, hence no parallel builds without it.
fn sized_settings(machine: Machine, max_connections: u16) -> String {
    let buffers = (machine.memory / 4).clamp(32 * MB, 8 * GB);
    let maintenance = (machine.memory / 8).clamp(64 * MB, 4 * GB);
    let room_to_share = machine.shared_memory > maintenance + 64 * MB;
    let builders = if room_to_share { (machine.processors / 2).min(4) } else { 0 };
    let lines = [
        ("max_connections", max_connections.to_string()),
        ("shared_buffers", megabytes(buffers)),
        ("effective_cache_size", megabytes((machine.memory / 4 * 3).max(128 * MB))),
        ("maintenance_work_mem", megabytes(maintenance)),
        ("autovacuum_work_mem", megabytes((maintenance / 4).max(64 * MB))),
        ("work_mem", megabytes((machine.memory / 256).clamp(4 * MB, 64 * MB))),
        ("max_wal_size", megabytes((machine.disk / 20).clamp(256 * MB, 2 * GB))),
        ("max_parallel_maintenance_workers", builders.to_string()),
    ];
    lines.into_iter().fold(String::new(), |mut text, (name, value)| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name} = {value}");
        text
    })
}

fn megabytes(bytes: u64) -> String {
    format!("{}MB", bytes / MB)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGE: Machine = Machine { memory: 12 * GB, processors: 8, shared_memory: 12 * GB, disk: 100 * GB };

    #[test]
    fn a_large_machine_gets_large_buffers_and_parallel_builds() {
        let text = sized_settings(LARGE, 100);
        for line in [
            "shared_buffers = 3072MB",
            "maintenance_work_mem = 1536MB",
            "max_parallel_maintenance_workers = 4",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }

    #[test]
    fn without_shared_memory_builds_are_not_parallel() {
        let text = sized_settings(Machine { shared_memory: 64 * MB, ..LARGE }, 100);
        assert!(text.contains("max_parallel_maintenance_workers = 0"), "{text}");
    }

    #[test]
    fn a_tiny_machine_gets_what_postgres_can_still_run_with() {
        let text = sized_settings(Machine { memory: 64 * MB, processors: 1, shared_memory: 0, disk: GB }, 20);
        for line in ["shared_buffers = 32MB", "work_mem = 4MB", "max_wal_size = 256MB"] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }
}
