//! The outcome of `rag ingest`, as text or JSON.

use serde::Serialize;

use crate::output;

/// The outcome of all files.
#[derive(Debug, Default, Serialize)]
pub(super) struct Summary {
    pub(super) collection: String,
    /// The noun for what `files` counts; empty for files.
    #[serde(skip)]
    pub(super) unit: &'static str,
    pub(super) files: u64,
    /// Pages that were fetched from addresses.
    pub(super) pages: u64,
    /// Documents and versions that were stored and read.
    pub(super) stored: u64,
    /// Those of them that are new versions of known documents.
    pub(super) updated: u64,
    pub(super) duplicates: u64,
    /// Documents that were deleted because their files are gone.
    pub(super) removed: u64,
    pub(super) chunks: i64,
    pub(super) refused: Vec<Refused>,
    pub(super) seconds: f64,
    pub(super) chunks_per_second: f64,
    pub(super) interrupted: bool,
}

/// A file that was not stored, or a folder that was not synced, with the reason.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Refused {
    pub(super) file: String,
    pub(super) reason: String,
}

impl Summary {
    /// Whether everything was done.
    pub(super) fn is_whole(&self) -> bool {
        self.refused.is_empty() && !self.interrupted
    }

    /// Whether anything was stored or removed, or other files than before were refused.
    pub(super) fn differs_from(&self, before: &Self) -> bool {
        self.stored > 0 || self.removed > 0 || self.refused != before.refused
    }

    /// Returns the number of files, or of what they are called, with the noun.
    pub(super) fn seen(&self) -> String {
        output::count(self.files, if self.unit.is_empty() { "file" } else { self.unit })
    }

    pub(super) fn print(&self, as_json: bool) {
        if as_json {
            output::json(self);
            return;
        }
        let updated = if self.updated > 0 {
            format!(" ({})", output::count(self.updated, "new version"))
        } else {
            String::new()
        };
        let removed = if self.removed > 0 { format!(", {} removed", self.removed) } else { String::new() };
        let seen = match (self.files, self.pages) {
            (_, 0) => self.seen(),
            (0, pages) => output::count(pages, "page"),
            (_, pages) => format!("{}, {}", self.seen(), output::count(pages, "page")),
        };
        output::line(format!(
            "{seen} into collection {}: {} stored{updated}, {} known already{removed}, {} refused",
            self.collection,
            self.stored,
            self.duplicates,
            self.refused.len()
        ));
        output::line(format!(
            "{} in {:.1} s ({:.0} a second)",
            output::count(self.chunks, "chunk"),
            self.seconds,
            self.chunks_per_second
        ));
        for refused in &self.refused {
            output::line(format!(
                "  refused {}: {}",
                output::plain(&refused.file),
                output::plain(&refused.reason)
            ));
        }
        if self.interrupted {
            output::line("Stopped early. What was queued goes on with the next `rag ingest` or `rag serve`.");
        }
    }
}

/// The changes that a run would make.
#[derive(Debug, Default, Serialize)]
pub(super) struct Plan {
    pub(super) collection: String,
    pub(super) dry_run: bool,
    /// Sources of new documents.
    pub(super) new: Vec<String>,
    /// Sources of documents that would get a new version.
    pub(super) changed: Vec<String>,
    /// Sources of documents that would be deleted.
    pub(super) removed: Vec<String>,
    pub(super) unchanged: u64,
    pub(super) refused: Vec<Refused>,
}

impl Plan {
    pub(super) fn print(&self, as_json: bool) {
        if as_json {
            output::json(self);
            return;
        }
        for (sign, sources) in [('+', &self.new), ('~', &self.changed), ('-', &self.removed)] {
            for source in sources {
                output::line(format!("{sign} {source}"));
            }
        }
        for refused in &self.refused {
            output::line(format!("! {}: {}", output::plain(&refused.file), output::plain(&refused.reason)));
        }
        output::line(format!(
            "{} new, {} changed, {} to remove, {} unchanged. Nothing was done (--dry-run).",
            self.new.len(),
            self.changed.len(),
            self.removed.len(),
            self.unchanged
        ));
    }
}
