//! Stored documents: changing, restoring and deleting them, and comparing their versions.

use std::time::Duration;

use rag_repo::{
    Actor, PgConnection, RepoError, RepoResult, documents, documents::GivenFacts, jobs, versions,
};
use rag_schema::{
    enums::VersionState,
    ids::DocumentId,
    models::{Document, DocumentVersion},
};
use serde_json::Value;
use similar::{Algorithm, ChangeTag, TextDiff};

use crate::{
    Engine, EngineError, EngineResult,
    ingest::{Accepted, Content, check_metadata, checked_title, queue_version},
};

/// Maximum length of a text that is compared, in Unicode scalar values: both texts are held in memory.
const MAX_COMPARED_CHARS: i64 = 2_000_000;
/// Time after which a comparison becomes coarser.
const COMPARE_TIMEOUT: Duration = Duration::from_secs(2);
/// Number of equal lines that are shown around each difference.
const CONTEXT_LINES: usize = 3;

/// Changes of a document; absent fields stay unchanged.
#[derive(Debug, Clone, Copy, Default)]
pub struct DocumentPatch<'a> {
    /// Title.
    pub title: Option<&'a str>,
    /// Metadata, a JSON object that replaces the present one.
    pub metadata: Option<&'a Value>,
}

/// The differences between the texts of two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextChanges {
    /// Number of lines that only the newer text has.
    pub added_lines: usize,
    /// Number of lines that only the older text has.
    pub removed_lines: usize,
    /// The differences in the unified format; empty if there are none.
    pub unified: String,
}

impl Engine {
    /// Changes a document. New metadata applies at once. A new title is shown at once; words and vectors contain it, so the newest
    /// version is read again as a new one.
    pub fn change_document(
        &self,
        actor: Actor,
        id: DocumentId,
        patch: DocumentPatch<'_>,
    ) -> EngineResult<Document> {
        patch.metadata.map_or(Ok(()), check_metadata)?;
        let title = patch.title.map(|title| {
            checked_title(title).ok_or_else(|| EngineError::Invalid("The title is blank.".to_owned()))
        });
        let title = title.transpose()?;
        let changed = self.db().transaction(actor, |conn| -> RepoResult<_> {
            let document = documents::lock(conn, id)?;
            let title = title.as_deref().filter(|title| *title != document.title);
            let facts = GivenFacts {
                title,
                has_given_title: patch.title.is_some().then_some(true),
                metadata: patch.metadata,
            };
            if facts.has_given_title.is_some() || facts.metadata.is_some() {
                documents::set_given_facts(conn, id, &facts)?;
            }
            if title.is_some()
                && let Some(newest) = versions::newest(conn, &[id])?.pop()
            {
                queue_version(conn, &document, Content::from(&newest))?;
            }
            Ok((documents::find(conn, id)?, title.is_some()))
        });
        let (document, is_read_again) =
            changed.map_err(|error| EngineError::from(error).naming("document"))?;
        if is_read_again {
            self.announce_work();
        }
        Ok(document)
    }

    /// Reads the bytes of an older version again, as a new version, which becomes the newest.
    pub fn restore_version(&self, actor: Actor, id: DocumentId, number: i32) -> EngineResult<Accepted> {
        let restored = self.db().transaction(actor, |conn| -> EngineResult<_> {
            let document = documents::lock(conn, id)?;
            let version = versions::find_by_number(conn, id, number).map_err(of_version)?;
            let newest = versions::newest(conn, &[id])?.pop();
            if newest.is_some_and(|newest| newest.content_sha256 == version.content_sha256) {
                let job = jobs::find_by_document(conn, id)?;
                return Ok(Accepted { document, job, duplicate: true });
            }
            let job = queue_version(conn, &document, Content::from(&version))?;
            if let Some(detail) = self.storage_exhausted(conn)? {
                return Err(EngineError::Exhausted(detail));
            }
            Ok(Accepted { document: documents::find(conn, id)?, job: Some(job), duplicate: false })
        });
        let accepted = restored.map_err(|error| error.naming("document"))?;
        if !accepted.duplicate {
            self.announce_work();
        }
        Ok(accepted)
    }

    /// Compares the texts of two versions of a document, line by line. Both must have been read.
    pub fn compare_versions(
        &self,
        actor: Actor,
        id: DocumentId,
        (older, newer): (i32, i32),
    ) -> EngineResult<TextChanges> {
        let texts = self.db().read(actor, |conn| -> EngineResult<_> {
            documents::find(conn, id)?;
            Ok((compared_text(conn, id, older)?, compared_text(conn, id, newer)?))
        });
        let (old, new) = texts.map_err(|error| error.naming("document"))?;
        Ok(compare(&old, &new, (older, newer)))
    }

    /// Deletes a document with its versions, its passages and its open jobs.
    pub fn delete_document(&self, actor: Actor, id: DocumentId) -> EngineResult<()> {
        let deleted = self.db().transaction(actor, |conn| {
            let collection = documents::find(conn, id)?.collection_id;
            documents::delete(conn, id)?;
            Ok(collection)
        });
        let collection = deleted.map_err(|error: EngineError| error.naming("document"))?;
        self.note_deleted_document(actor, collection, id);
        Ok(())
    }
}

fn of_version(error: RepoError) -> EngineError {
    match error {
        RepoError::NotFound => {
            EngineError::Conflict("The document has no version of this number, or no longer.".to_owned())
        }
        other => other.into(),
    }
}

fn compared_text(conn: &mut PgConnection, id: DocumentId, number: i32) -> EngineResult<String> {
    let version = versions::find_by_number(conn, id, number).map_err(of_version)?;
    let DocumentVersion { character_count, .. } = version;
    if !matches!(version.state, VersionState::Published | VersionState::Superseded) {
        return Err(EngineError::Conflict(format!("Version {number} has not been read yet.")));
    }
    if character_count > MAX_COMPARED_CHARS {
        return Err(EngineError::Conflict(format!(
            "Version {number} has {character_count} characters: texts of at most {MAX_COMPARED_CHARS} are compared."
        )));
    }
    Ok(versions::text(conn, version.id, 0, character_count)?)
}

fn compare(old: &str, new: &str, (older, newer): (i32, i32)) -> TextChanges {
    let diff =
        TextDiff::configure().algorithm(Algorithm::Patience).timeout(COMPARE_TIMEOUT).diff_lines(old, new);
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    let unified = diff
        .unified_diff()
        .context_radius(CONTEXT_LINES)
        .header(&format!("version {older}"), &format!("version {newer}"))
        .to_string();
    TextChanges { added_lines: count(ChangeTag::Insert), removed_lines: count(ChangeTag::Delete), unified }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comparison_shows_the_changed_lines_with_those_around_them() {
        let changes = compare("a\nb\nc\n", "a\nB\nc\n", (1, 2));
        assert_eq!((changes.added_lines, changes.removed_lines), (1, 1));
        assert!(changes.unified.contains("--- version 1\n+++ version 2\n"), "{}", changes.unified);
        assert!(changes.unified.contains(" a\n-b\n+B\n c\n"), "{}", changes.unified);
        assert_eq!(compare("a\n", "a\n", (1, 2)).unified, "");
    }
}
