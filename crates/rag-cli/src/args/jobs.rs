//! Arguments of `rag job`.

use clap::{Args, Subcommand};
use uuid::Uuid;

use super::values;

/// `rag job ..`.
#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand {
    /// List jobs, newest first
    List(JobList),
    /// Show a job
    Show {
        /// Id of the job
        #[arg(value_parser = values::id)]
        id: Uuid,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Show the progress of jobs until they have ended, or until Ctrl-C
    Watch(JobWatch),
    /// End jobs, and delete what they have stored; documents keep the version before
    Cancel {
        /// Ids of the jobs
        #[arg(required = true, value_parser = values::id)]
        ids: Vec<Uuid>,
    },
    /// Take jobs from the queue or from their workers until they are resumed
    Pause(JobChosen),
    /// Queue paused jobs
    Resume(JobChosen),
    /// Queue jobs that were given up
    Retry {
        /// Ids of the jobs
        #[arg(required = true, value_parser = values::id)]
        ids: Vec<Uuid>,
    },
    /// Queue all jobs of a collection that read documents and were given up
    Redrive(JobRedrive),
}

/// Arguments of `rag job list`.
#[derive(Debug, Args)]
pub(crate) struct JobList {
    /// Name of the collection [default: all]
    #[arg(long, value_name = "NAME")]
    pub(crate) collection: Option<String>,
    /// List only jobs in this state: queued, running, paused, done, refused, dead or cancelled
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<String>,
    /// List only jobs of this kind: ingest, fetch or reembed
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// Maximum number of jobs
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=100_000))]
    pub(crate) limit: i64,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `rag job watch`.
#[derive(Debug, Args)]
pub(crate) struct JobWatch {
    /// Ids of the jobs [default: all that have not ended]
    #[arg(value_parser = values::id)]
    pub(crate) ids: Vec<Uuid>,
    /// Name of the collection of the jobs [default: all]
    #[arg(long, value_name = "NAME", conflicts_with = "ids")]
    pub(crate) collection: Option<String>,
}

/// Arguments of `rag job pause` and `rag job resume`.
#[derive(Debug, Args)]
pub(crate) struct JobChosen {
    /// Ids of the jobs
    #[arg(required_unless_present = "collection", value_parser = values::id)]
    pub(crate) ids: Vec<Uuid>,
    /// All jobs that read documents of this collection, and those to come
    #[arg(long, value_name = "NAME", conflicts_with = "ids")]
    pub(crate) collection: Option<String>,
}

/// Arguments of `rag job redrive`.
#[derive(Debug, Args)]
pub(crate) struct JobRedrive {
    /// Name of the collection
    #[arg(long, default_value = "default", value_name = "NAME")]
    pub(crate) collection: String,
    /// Only jobs whose problem has this code, such as `process_ended`
    #[arg(long, value_name = "CODE")]
    pub(crate) code: Option<String>,
}
