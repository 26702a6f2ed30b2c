//! Ingest: an upload is stored together with a job, and workers read, chunk, embed and publish it.

mod build;
mod bundle;
mod cut;
mod queue;
mod read;
mod reingest;
mod sizes;
mod store;
mod upload;

pub(crate) use build::{spool, titled};
pub(crate) use bundle::work_on;
pub(crate) use queue::{Content, queue_version};
pub use read::PageText;
pub(crate) use read::open_document;
pub use sizes::ChunkSizes;
pub use upload::{Accepted, Upload, hash_file, without_controls};
pub(crate) use upload::{FetchedFile, StoreError, check_metadata, checked_title, hash};
