//! The disk of the database, if it is of this machine.

use std::path::Path;

use rag_engine::Disk;

use crate::{config::Config, postgres::Postgres};

/// Returns the disk that holds the data of the database, of which `postgres.min_free_mb` stay free; `None` if that is 0, or if the server is
/// not ours: it may run on another machine, and tells the size of its disk to nobody.
pub(crate) fn database_disk(config: &Config, postgres: &Postgres) -> Option<Disk> {
    let min_free_bytes = config.sections.postgres.min_free_mb << 20;
    if min_free_bytes == 0 || matches!(postgres, Postgres::Configured(_)) {
        return None;
    }
    let dir = config.data_dir();
    Some(Disk { free_bytes: Box::new(move || database_free_bytes(&dir)), min_free_bytes })
}

/// Returns the free space for the database in the data folder, in bytes: that of its tables, or of its log if that has less; `None` if the
/// system does not report it.
pub(crate) fn database_free_bytes(data_dir: &Path) -> Option<u64> {
    // The log may be a link to another disk.
    let places = [data_dir.to_owned(), data_dir.join("pgdata"), data_dir.join("pgdata/pg_wal")];
    places.iter().filter_map(|place| free_bytes(place)).min()
}

/// Returns the free space on the file system of an existing folder, in bytes; `None` if the system does not report it.
pub(crate) fn free_bytes(dir: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(dir).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}
