//! Background jobs.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    enums::{JobKind, JobStage, JobState},
    ids::{CollectionId, DocumentId, JobId, VersionId},
    schema::jobs,
};

/// Work that outlives a request.
#[derive(Debug, Clone, Queryable, QueryableByName, Selectable, Identifiable)]
#[diesel(table_name = jobs, check_for_backend(diesel::pg::Pg))]
pub struct Job {
    /// Id.
    pub id: JobId,
    /// What is to be done.
    pub kind: JobKind,
    /// Where it stands.
    pub state: JobState,
    /// Collection it works for.
    pub collection_id: CollectionId,
    /// Document it works on; none once that is deleted.
    pub document_id: Option<DocumentId>,
    /// Version it builds; none once that is deleted.
    pub version_id: Option<VersionId>,
    /// Title or file name of the document.
    pub title: String,
    /// Length of the original in bytes.
    pub size_bytes: i64,
    /// Times it was taken; also the fencing token of the lease.
    pub attempts: i32,
    /// Not before this time.
    pub run_after: DateTime<Utc>,
    /// While running: when another worker may take it.
    pub leased_until: Option<DateTime<Utc>>,
    /// What the worker is at.
    pub stage: JobStage,
    /// Units of the stage done.
    pub done_units: i64,
    /// Units of the stage in all, when known.
    pub total_units: Option<i64>,
    /// Why it failed last: `{code, detail}`.
    pub problem: Option<serde_json::Value>,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

/// A job to insert, in state queued.
#[derive(Debug, Insertable)]
#[diesel(table_name = jobs)]
pub struct NewJob<'a> {
    /// Id.
    pub id: JobId,
    /// What is to be done.
    pub kind: JobKind,
    /// Collection it works for.
    pub collection_id: CollectionId,
    /// Document it works on.
    pub document_id: Option<DocumentId>,
    /// Version it builds.
    pub version_id: Option<VersionId>,
    /// Title or file name of the document.
    pub title: &'a str,
    /// Length of the original in bytes.
    pub size_bytes: i64,
}
