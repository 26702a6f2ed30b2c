//! The manifest of a backup: the file `manifest.json` in its folder.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use rag_repo::backup::{Facts, Sample, TableFacts};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    failure::{Exit, Failure, Outcome},
    output,
};

/// Format version of the manifest; a reader refuses all others.
const FORMAT: u32 = 1;
/// Name of the manifest in the folder.
const FILE: &str = "manifest.json";
/// Name of the dump in the folder.
pub(super) const DUMP: &str = "database.dump";

/// The facts that are needed to restore the dump and to compare the result.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    format: u32,
    /// Time of the snapshot, in RFC 3339.
    pub(super) made_at: String,
    /// Version of `rag` that created the backup.
    pub(super) rag_version: String,
    /// Version of the PostgreSQL server.
    pub(super) server_version: String,
    /// Version of the last migration.
    pub(super) migration: String,
    /// Size of the dump, in bytes.
    pub(super) dump_bytes: u64,
    dump_sha256: String,
    /// Functions and views that the role `rag_rules` owns.
    pub(super) owned_by_rules: Vec<String>,
    tables: Vec<Table>,
    samples: Vec<Neighbours>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Table {
    name: String,
    rows: i64,
    fingerprint: String,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Neighbours {
    model: i32,
    passage: Uuid,
    nearest: Vec<Uuid>,
}

impl From<TableFacts> for Table {
    fn from(facts: TableFacts) -> Self {
        Self { name: facts.name, rows: facts.row_count, fingerprint: facts.fingerprint }
    }
}

impl From<Sample> for Neighbours {
    fn from(sample: Sample) -> Self {
        Self { model: sample.model_id, passage: sample.passage_id, nearest: sample.nearest }
    }
}

/// The facts of the database at the time of its dump.
pub(super) struct Origin {
    pub(super) made_at: String,
    pub(super) server_version: String,
    pub(super) migration: String,
    pub(super) owned_by_rules: Vec<String>,
    pub(super) facts: Facts,
}

impl Manifest {
    /// Creates the manifest of the dump in `folder`.
    pub(super) fn describe(origin: Origin, folder: &Path) -> Outcome<Self> {
        let (dump_bytes, dump_sha256) = digest(&folder.join(DUMP))?;
        Ok(Self {
            format: FORMAT,
            made_at: origin.made_at,
            rag_version: env!("CARGO_PKG_VERSION").to_owned(),
            server_version: origin.server_version,
            migration: origin.migration,
            dump_bytes,
            dump_sha256,
            owned_by_rules: origin.owned_by_rules,
            tables: origin.facts.tables.into_iter().map(Table::from).collect(),
            samples: origin.facts.samples.into_iter().map(Neighbours::from).collect(),
        })
    }

    /// Writes the manifest into `folder` and syncs it to disk.
    pub(super) fn write(&self, folder: &Path) -> Outcome<()> {
        let mut file = File::create(folder.join(FILE))?;
        serde_json::to_writer_pretty(&mut file, self).map_err(io::Error::from)?;
        file.write_all(b"\n")?;
        Ok(file.sync_all()?)
    }

    /// Reads the manifest in `folder`, and checks the size and hash of the dump.
    pub(super) fn read(folder: &Path) -> Outcome<Self> {
        let refuse = |why: String| {
            Failure::new(Exit::Failed, format!("{} is not a complete backup: {why}", folder.display()))
        };
        let text = std::fs::read(folder.join(FILE)).map_err(|error| {
            refuse(format!("cannot read {FILE}: {error}"))
                .hint("name a folder that `rag backup` made; one that it did not finish has `.unfinished` in its name")
        })?;
        let manifest: Self =
            serde_json::from_slice(&text).map_err(|error| refuse(format!("{FILE}: {error}")))?;
        if manifest.format != FORMAT {
            return Err(refuse(format!(
                "{FILE} has format {}, this program reads {FORMAT}",
                manifest.format
            ))
            .hint("use the version of rag that made it, or a newer one"));
        }
        let (bytes, sha256) = digest(&folder.join(DUMP)).map_err(|error| refuse(error.message))?;
        if (bytes, &sha256) != (manifest.dump_bytes, &manifest.dump_sha256) {
            return Err(
                refuse(format!("{DUMP} has changed since it was made")).hint("use another copy of it")
            );
        }
        Ok(manifest)
    }

    /// Returns the differences between the facts of a copy and the manifest, one line each; empty if there are none.
    pub(super) fn differences(&self, copy: Facts) -> Vec<String> {
        let tables: Vec<Table> = copy.tables.into_iter().map(Table::from).collect();
        let samples: Vec<Neighbours> = copy.samples.into_iter().map(Neighbours::from).collect();
        let missing = self.tables.iter().filter_map(|saved| {
            match tables.iter().find(|table| table.name == saved.name) {
                None => Some(format!("{}: the table is missing", saved.name)),
                Some(table) if table.rows != saved.rows => {
                    Some(format!("{}: {} rows instead of {}", saved.name, table.rows, saved.rows))
                }
                Some(table) if table != saved => Some(format!("{}: rows differ", saved.name)),
                Some(_) => None,
            }
        });
        let searches =
            (samples != self.samples).then(|| "the nearest passages of a sample differ".to_owned());
        missing.chain(searches).collect()
    }

    /// Returns the number of rows of a table; 0 if there is no such table.
    pub(super) fn rows(&self, table: &str) -> i64 {
        self.tables.iter().find(|known| known.name == table).map_or(0, |known| known.rows)
    }

    /// Returns one line that describes the contents of the backup.
    pub(super) fn summary(&self) -> String {
        let rows: i64 = self.tables.iter().map(|table| table.rows).sum();
        format!(
            "{}, {}; {} with {}, {} of neighbours",
            output::count(self.rows("public.documents"), "document"),
            output::count(self.rows("public.passages"), "passage"),
            output::count(self.tables.len(), "table"),
            output::count(rows, "row"),
            output::count(self.samples.len(), "sample")
        )
    }
}

/// Returns the size in bytes and the SHA-256 of a file, in hexadecimal digits.
fn digest(path: &Path) -> Outcome<(u64, String)> {
    let named =
        |error: io::Error| Failure::new(Exit::Failed, format!("cannot read {}: {error}", path.display()));
    let mut file = File::open(path).map_err(named)?;
    let (mut hash, mut bytes, mut piece) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let count = file.read(&mut piece).map_err(named)?;
        let Some(read) = piece.get(..count).filter(|read| !read.is_empty()) else { break };
        hash.update(read);
        bytes += u64::try_from(count).unwrap_or_default();
    }
    let hex = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    Ok((bytes, hex))
}
