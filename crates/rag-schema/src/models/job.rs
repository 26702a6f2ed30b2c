//! Background jobs, and what each kind of them has to do.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    enums::{JobKind, JobStage, JobState},
    ids::{CollectionId, DocumentId, JobId, UserId, VersionId},
    schema::jobs,
};

/// Work that outlives a request.
#[derive(Debug, Clone, Queryable, QueryableByName, Selectable, Identifiable)]
#[diesel(table_name = jobs, check_for_backend(diesel::pg::Pg))]
pub struct Job {
    /// Id.
    pub id: JobId,
    /// Kind of work.
    pub kind: JobKind,
    /// Where it stands.
    pub state: JobState,
    /// Collection it works for; none for work on the whole database.
    pub collection_id: Option<CollectionId>,
    /// Document it works on; none once that is deleted.
    pub document_id: Option<DocumentId>,
    /// Version it builds; none once that is deleted.
    pub version_id: Option<VersionId>,
    /// Title or file name of the document, or a name of the work.
    pub title: String,
    /// Length of the original in bytes.
    pub size_bytes: i64,
    /// Times it was taken; also the fencing token of the lease.
    pub lease_number: i32,
    /// Not before this time.
    pub run_after: DateTime<Utc>,
    /// While running: when another worker may take it.
    pub leased_until: Option<DateTime<Utc>>,
    /// Stage that the worker has reached.
    pub stage: JobStage,
    /// Units of the stage done.
    pub done_units: i64,
    /// Units of the stage in all, when known.
    pub total_units: Option<i64>,
    /// Why it failed or was postponed last: `{code, detail}`.
    pub problem: Option<serde_json::Value>,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Parameters of the work; `Job::task` reads them.
    pub payload: serde_json::Value,
    /// Higher is taken sooner.
    pub priority: i16,
    /// Order among jobs of one priority.
    pub turn: i64,
    /// Times its own work failed. Outages and stops do not count.
    pub failures: i32,
    /// Times in a row that its lease ran out, with nothing stored in between.
    pub lost_leases: i32,
    /// Times in a row that an outage postponed it.
    pub postponements: i32,
    /// Embedding model that the work needs; none for work without a model.
    pub model_id: Option<i32>,
    /// Units done per second since the stage began, by the worker that has the job; none before the first measurement.
    pub units_per_second: Option<f32>,
    /// When its state last changed.
    pub changed_at: DateTime<Utc>,
    /// User on whose behalf it stores documents; `None` for work on what is stored already.
    pub user_id: Option<UserId>,
}

/// A kind of work with its payload. Rows that it works on are columns of the job, under foreign keys, never payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Reads, chunks, embeds and publishes the job's version.
    Ingest(IngestTask),
    /// Keeps the whole database in order.
    Upkeep(UpkeepTask),
    /// Makes words again that an older program made.
    Words(WordsTask),
    /// Moves the job's collection to the job's embedding model.
    Reembed(ReembedTask),
    /// Indexes the rounds of conversations that are not indexed.
    Rounds(RoundsTask),
    /// Fetches documents from an address into the job's collection.
    Fetch(FetchTask),
}

/// Payload of an ingest job. A field that is added needs a default: older jobs do not have it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngestTask {}

/// Payload of an upkeep job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpkeepTask {}

/// Payload of a job that makes words again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordsTask {}

/// Payload of a job that moves a collection to another embedding model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReembedTask {}

/// Payload of a job that indexes rounds of conversations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundsTask {}

/// Payload of a job that fetches documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchTask {
    /// Address of the first page.
    pub url: String,
    /// Number of links that are followed from the first page to each further one, within its site; 0 to 5.
    #[serde(default)]
    pub depth: u8,
    /// Maximum number of pages, at least 1.
    pub max_pages: usize,
    /// Metadata of each document, a JSON object; a known document keeps its own without them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<serde_json::Value>,
}

impl Task {
    /// The kind.
    pub fn kind(&self) -> JobKind {
        match self {
            Self::Ingest(_) => JobKind::Ingest,
            Self::Upkeep(_) => JobKind::Upkeep,
            Self::Words(_) => JobKind::Words,
            Self::Reembed(_) => JobKind::Reembed,
            Self::Rounds(_) => JobKind::Rounds,
            Self::Fetch(_) => JobKind::Fetch,
        }
    }

    /// The payload as it is stored.
    pub fn payload(&self) -> serde_json::Value {
        let payload = match self {
            Self::Ingest(task) => serde_json::to_value(task),
            Self::Upkeep(task) => serde_json::to_value(task),
            Self::Words(task) => serde_json::to_value(task),
            Self::Reembed(task) => serde_json::to_value(task),
            Self::Rounds(task) => serde_json::to_value(task),
            Self::Fetch(task) => serde_json::to_value(task),
        };
        // Plain structs always serialise. If one did not, the database would refuse the null that this gives.
        payload.unwrap_or_default()
    }
}

/// How fast a running job is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Units done per second, more than 0.
    pub units_per_second: f32,
    /// Seconds until all units of the stage are done; none if their number is not known.
    pub eta_s: Option<u64>,
}

impl Job {
    /// How fast the job is; none if it does not run, or was not measured yet.
    pub fn pace(&self) -> Option<Pace> {
        let running = self.state == JobState::Running;
        let units_per_second = self.units_per_second.filter(|rate| running && *rate > 0.0)?;
        let left = self.total_units.map(|total| total.saturating_sub(self.done_units).max(0));
        let seconds = |left: i64| {
            let left = f64::from(u32::try_from(left).unwrap_or(u32::MAX));
            Duration::try_from_secs_f64((left / f64::from(units_per_second)).ceil()).ok()
        };
        let eta_s = left.and_then(seconds).map(|eta| eta.as_secs());
        Some(Pace { units_per_second, eta_s })
    }

    /// Reads the payload by the job's kind.
    pub fn task(&self) -> serde_json::Result<Task> {
        match self.kind {
            JobKind::Ingest => IngestTask::deserialize(&self.payload).map(Task::Ingest),
            JobKind::Upkeep => UpkeepTask::deserialize(&self.payload).map(Task::Upkeep),
            JobKind::Words => WordsTask::deserialize(&self.payload).map(Task::Words),
            JobKind::Reembed => ReembedTask::deserialize(&self.payload).map(Task::Reembed),
            JobKind::Rounds => RoundsTask::deserialize(&self.payload).map(Task::Rounds),
            JobKind::Fetch => FetchTask::deserialize(&self.payload).map(Task::Fetch),
        }
    }
}

/// A job to insert, in state queued.
#[derive(Debug, Insertable)]
#[diesel(table_name = jobs)]
pub struct NewJob<'a> {
    /// Id.
    pub id: JobId,
    /// Kind of work.
    pub kind: JobKind,
    /// Collection it works for; none for work on the whole database.
    pub collection_id: Option<CollectionId>,
    /// Document it works on.
    pub document_id: Option<DocumentId>,
    /// Version it builds.
    pub version_id: Option<VersionId>,
    /// Title or file name of the document, or a name of the work.
    pub title: &'a str,
    /// Length of the original in bytes; 0 for work on no document.
    pub size_bytes: i64,
    /// Parameters of the work, from `Task::payload`.
    pub payload: &'a serde_json::Value,
    /// Embedding model that the work needs; an ingest job names its collection's.
    pub model_id: Option<i32>,
    /// User on whose behalf it stores documents.
    pub user_id: Option<UserId>,
}
